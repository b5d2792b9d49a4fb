"""Everything of one kind, the most talked about first, narrowed by country and by whose it is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from graph.namespaces import EV
from service.dataset import Dataset
from service.pages.filters import local
from service.pages.model import Row, rows
from service.problems import Problem

PER_PAGE = 50
FACETS = (("country", "Country"), ("parent", "Belongs to"))
CHOICES = 12


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet: its short name, its label and how many entities have it."""

    name: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """One page of the entities of a kind. `facets` are the values by which the list can be narrowed."""

    kind: str
    entities: list[Row]
    total: int
    page: int
    pages: int
    facets: dict[str, list[Choice]]


def kinds(dataset: Dataset) -> list[Row]:
    """The kinds that there are, the largest first."""
    return rows(dataset, "kinds")


def shelf(dataset: Dataset, kind: str, chosen: dict[str, str], page: str) -> Shelf:
    """One page of a kind, with the facets in `chosen` applied. Raises Problem (400) for what does not exist."""
    if kind not in {local(row["kind"]) for row in kinds(dataset)}:
        raise Problem(400, "Unknown kind", f"There is no kind “{kind[:60]}”; the list of kinds stands at /browse.")
    merged: dict[str, Row] = {}
    for row in rows(dataset, "browse", kind=EV + kind):
        merged.setdefault(row["entity"], row)
    everything = list(merged.values())
    found = [row for row in everything if all(local(row.get(name, "")) == value for name, value in chosen.items())]
    pages = max(1, -(-len(found) // PER_PAGE))
    number = int(page) if page.isascii() and page.isdecimal() and len(page) < 7 else 0
    if not 1 <= number <= pages:
        raise Problem(400, "No such page", f"Pages of this list are numbered 1 to {pages}.")
    entities = found[(number - 1) * PER_PAGE : number * PER_PAGE]
    return Shelf(kind, entities, len(found), number, pages, {name: _choices(everything, name) for name, _ in FACETS})


def _choices(found: list[Row], name: str) -> list[Choice]:
    labels = {local(row[name]): row[f"{name}Label"] for row in found if name in row}
    counts = Counter(local(row[name]) for row in found if name in row)
    return [Choice(value, labels[value], count) for value, count in counts.most_common(CHOICES)]
