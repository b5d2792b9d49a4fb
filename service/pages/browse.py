"""Everything of one kind as a table: narrowed by facets, in the order of a column, page by page, or whole as CSV."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from graph.namespaces import EV
from service.dataset import Dataset
from service.pages.filters import local
from service.pages.localised import wanted
from service.pages.model import Row, rows
from service.problems import Problem

PER_PAGE = 50
CHOICES = 40  # values of a facet that are offered, those with the most entities
OF_ENTITY = (("country", "Country"), ("parent", "Belongs to"))
OF_CLAIM = (
    ("powertrain", "Kind of car"),
    ("year", "Year"),
    ("property", "What is said"),
    ("firmness", "How firmly"),
    ("source", "Source"),
)
FACETS = OF_ENTITY + OF_CLAIM
SORTS = {"name": "Name", "parent": "Belongs to", "country": "Country", "claims": "Claims"}
_things: dict[tuple[object, ...], list[Thing]] = {}


@dataclass(slots=True)
class Thing:
    """One entity of a list with what claims about it have that the list can be narrowed by."""

    row: Row
    claims: list[Row] = field(default_factory=list)

    def values(self, facet: str, chosen: Mapping[str, str]) -> dict[str, str]:
        """Its values of a facet with their labels, as far as one claim has them together with what else is chosen."""
        found = [self.row] if facet in dict(OF_ENTITY) else self.fitting(chosen)
        return {local(row[facet]): row.get(f"{facet}Label", row[facet]) for row in found if facet in row}

    def fitting(self, chosen: Mapping[str, str]) -> list[Row]:
        """The claims that have everything that is chosen of a claim."""
        needed = [(name, chosen[name]) for name, _ in OF_CLAIM if name in chosen]
        return [claim for claim in self.claims if all(local(claim.get(name, "")) == value for name, value in needed)]

    def fits(self, chosen: Mapping[str, str]) -> bool:
        """Has it, and one claim about it, everything that is chosen?"""
        own = all(local(self.row.get(name, "")) == chosen[name] for name, _ in OF_ENTITY if name in chosen)
        return own and (bool(self.fitting(chosen)) or not any(name in chosen for name, _ in OF_CLAIM))


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet: its short name, its label and how many entities it would leave."""

    name: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """The entities of a kind that fit what is chosen, in order. `facets` are the values that narrow them further."""

    kind: str
    label: str
    entities: list[Row]
    facets: dict[str, list[Choice]]

    @property
    def pages(self) -> int:
        return max(1, -(-len(self.entities) // PER_PAGE))

    def page(self, text: str) -> tuple[int, list[Row]]:
        """The number of a page and its entities. Raises Problem (400) for a page that does not exist."""
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0
        if not 1 <= number <= self.pages:
            raise Problem(400, "No such page", f"Pages of this list are numbered 1 to {self.pages}.")
        return number, self.entities[(number - 1) * PER_PAGE : number * PER_PAGE]


def kinds(dataset: Dataset) -> list[Row]:
    """The kinds that there are, the largest first."""
    return rows(dataset, "kinds")


def shelf(dataset: Dataset, kind: str, chosen: dict[str, str], sort: str) -> Shelf:
    """A kind with the facets in `chosen` applied, sorted by one of `SORTS`.

    Raises Problem (400) for a kind or column that does not exist.
    """
    label = next((row["label"] for row in kinds(dataset) if local(row["kind"]) == kind), None)
    if label is None:
        raise Problem(400, "Unknown kind", f"There is no kind “{kind[:60]}”; the list of kinds stands at /browse.")
    if sort not in SORTS:
        raise Problem(400, "Unknown column", f"`sort` is one of {', '.join(SORTS)}.")
    everything = _all(dataset, kind)
    found = [thing.row for thing in everything if thing.fits(chosen)]
    found.sort(key=lambda row: row["label"].casefold())
    if sort == "claims":
        found.sort(key=lambda row: -int(row["claims"]))
    elif sort != "name":
        found.sort(key=lambda row: (f"{sort}Label" not in row, row.get(f"{sort}Label", "").casefold()))
    return Shelf(kind, label, found, {name: _choices(everything, name, chosen) for name, _ in FACETS})


def as_csv(found: Shelf) -> str:
    """All entities of a shelf as CSV, with their IRIs."""
    out = io.StringIO()
    columns = ("entity", "label", "parent", "parentLabel", "country", "countryLabel", "claims")
    writer = csv.DictWriter(out, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(found.entities)
    return out.getvalue()


def _choices(everything: Iterable[Thing], facet: str, chosen: dict[str, str]) -> list[Choice]:
    """The values of a facet among what else is chosen; years in their order, others by how many have them."""
    others = {name: value for name, value in chosen.items() if name != facet}
    labels: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for thing in everything:
        if thing.fits(others):
            values = thing.values(facet, others)
            labels |= values
            counts.update(values.keys())
    first = sorted(counts, key=lambda value: (-counts[value], labels[value]))[:CHOICES]
    shown = [Choice(value, labels[value], counts[value]) for value in first]
    return sorted(shown, key=lambda choice: choice.label) if facet == "year" else shown


def _all(dataset: Dataset, kind: str) -> list[Thing]:
    """All entities of a kind, read once for each build and language."""
    key = (dataset.home, kind, wanted(dataset))
    if (kept := _things.get(key)) is not None:
        return kept
    things: dict[str, Thing] = {}
    for row in rows(dataset, "browse", kind=EV + kind):
        things.setdefault(row["entity"], Thing(row))
    for claim in rows(dataset, "browse-claims", kind=EV + kind):
        if claim["entity"] in things:
            things[claim["entity"]].claims.append(claim)
    for thing in things.values():
        thing.row["claims"] = str(len({claim["claim"] for claim in thing.claims}))
    if any(home != dataset.home for home, *_ in _things):
        _things.clear()  # of a build that is no longer current
    _things[key] = list(things.values())
    return _things[key]
