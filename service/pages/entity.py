"""The page of an entity: what the register knows, what documents say, who points at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from flask import render_template

from graph.namespaces import EV, RDF, SKOS
from service.dataset import Dataset
from service.pages.described import described
from service.pages.drawing import timeline
from service.pages.filters import local
from service.pages.incoming import incoming
from service.pages.model import Row, about, rows
from service.pages.places import world
from service.pages.relations import branch, relations, star
from service.pages.sections import models_by_owner, outcomes, spans
from service.pages.statements import Statement, beside, grouped, statements, targets

NAMES = {SKOS + "altLabel": "Also called", RDF + "type": "Kind"}
LINKS = {SKOS + "exactMatch": "Same as", SKOS + "closeMatch": "Close to", SKOS + "broadMatch": "Part of"}
COMPARED = {EV + kind for kind in ("Automaker", "Brand", "BatteryMaker", "Alliance", "Supplier", "JointVenture")}
FIRST = 12  # things of one kind on the page; the others are a page away
ORDER = ("Kind", "Also called")
UNSAID = {"entity", "candidate entity"}  # kinds that tell a reader nothing


@dataclass(slots=True)
class Shown:
    """One value on the page; `iri` where it leads somewhere."""

    label: str
    iri: str | None = None


@dataclass(slots=True)
class Line:
    """A property of an entity with its values."""

    label: str
    values: list[Shown] = field(default_factory=list)


@dataclass(slots=True)
class Entity:
    """An entity as the register has it: its name, what it is, the lines of its head, its plants and their places."""

    label: str
    what: str
    kinds: set[str]
    rows: list[Line]
    schema: list[str]
    plants: list[Row]

    @property
    def candidate(self) -> bool:
        return EV + "CandidateEntity" in self.kinds

    def values(self, *labels: str) -> list[Shown]:
        """The values of the lines with these labels."""
        return [value for line in self.rows if line.label in labels for value in line.values]


def read_entity(dataset: Dataset, iri: str) -> Entity | None:
    """What the register says of an entity, or None when there is none of that name."""
    found = rows(dataset, "entity", this=iri)
    known = [row for row in found if "property" in row]
    labels = [row["value"] for row in known if row["property"] == SKOS + "prefLabel"]
    if not labels:
        return None
    lines: dict[str, Line] = {}
    for row in known:
        if row["property"] != SKOS + "prefLabel":
            label = NAMES.get(row["property"]) or LINKS.get(row["property"]) or _named(row).capitalize()
            line = lines.setdefault(label, Line(label))
            if (shown := _shown(row)) not in line.values:
                line.values.append(shown)
    kinds = {row["value"] for row in known if row["property"] == RDF + "type"}
    ordered = sorted(lines.values(), key=lambda line: (line.label not in ORDER, line.label))
    schema = [row["schema"] for row in known if "schema" in row]
    return Entity(labels[0], _what(lines), kinds, ordered, schema, [row for row in found if "plant" in row])


def _shown(row: Row) -> Shown:
    value = row["value"]
    if row["property"] in LINKS and "valueLabel" not in row:
        host = urlsplit(value).hostname or value
        return Shown(f"{host.removeprefix('www.')}: {local(value)}", value)
    if value.startswith(("http://", "https://")):
        return Shown(row.get("valueLabel") or value, value)
    return Shown(value)


def _named(row: Row) -> str:
    """What to call a row's property: its label, or the end of its IRI where the vocabulary does not know it."""
    return row.get("propertyLabel") or local(row["property"])


def _what(lines: dict[str, Line]) -> str:
    """What an entity is, in a sentence: its kinds, whose it is, and where it is at home."""

    def names(label: str) -> list[str]:
        return [value.label for value in lines.get(label, Line(label)).values]

    kinds = [kind.lower() for kind in names("Kind") if kind.casefold() not in UNSAID]
    what = " and ".join(kinds) or "name"
    what += f" of {parent[0]}" if (parent := names("Parent")) else ""
    what += f" in {home[0]}" if (home := names("Headquarters") or names("Within place")) else ""
    country = [name for name in names("Home country") if name not in home]
    what += f", {country[0]}" if country else ""
    return f"{what[0].upper()}{what[1:]}."


def summary(entity: Entity, said: Sequence[Statement], due: Sequence[Statement]) -> str:
    """The line under the name: what it is, how much is said of it by whom, and the next and last that it is to do."""
    line = entity.what
    found = [claim for statement in said for claim in statement.claims]
    if found:
        documents, dates = {claim["document"] for claim in found}, sorted({c["issued"] for c in found if "issued" in c})
        line += f" {counted(len(found), 'claim')} in {counted(len(documents), 'document')}"
        line += f", {spans(dates)}" if dates else ""
        ends = [statement.first["end"][:4] for statement in due]
        line += f"; {counted(len(due), 'target')} for {spans(ends)}." if due else "."
    return line


def counted(number: int, noun: str) -> str:
    """A number with its noun: `1 claim`, `2 claims`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def entity_page(dataset: Dataset, iri: str) -> str | None:
    """The page, or None when there is no such entity."""
    entity = read_entity(dataset, iri)
    if entity is None:
        return None
    found = statements(about(dataset, [iri]), beside(dataset, iri))
    said = [s for s in found if s.first["subject"] == iri]
    promised = [s for s in found if s not in said and s.first.get("plan") == iri]
    others = [s for s in found if s not in said and s not in promised]
    towards = [s for s in others if s.first.get("object") == iri]
    technology, platform = EV + "BatteryTechnology" in entity.kinds, EV + "Platform" in entity.kinds
    due = targets([*said, *promised, *(towards if technology else ())])
    line = summary(entity, said or promised or towards, due)
    names = [value.label for value in entity.values(NAMES[SKOS + "altLabel"])]
    same = [value.iri for value in entity.values(LINKS[SKOS + "exactMatch"]) if value.iri]
    around = relations(iri, [*said, *towards])
    owned, pointing = incoming(dataset, iri)
    contents = (
        ("targets", "targets", len(due)),
        ("makers", "makers", len(towards) if technology else 0),
        ("promised", "promises", len(promised)),
        ("said", "said of it", len(said)),
        ("relations", "relations", sum(len(relation.things) for relation in around)),
        ("plants", "plants", len({row["plant"] for row in entity.plants})),
        ("owned", "belong to it", sum(len(group.others) for group in owned)),
        ("incoming", "point at it", sum(len(group.others) for group in pointing)),
    )
    return render_template(
        "entity.html",
        iri=iri,
        entity=entity,
        summary=line,
        described=described(iri, entity.label, line, entity.schema, names, same),
        due=timeline(due),
        outcomes=outcomes(due) if EV + "Plan" in entity.kinds else None,
        groups=grouped(said),
        promised=grouped(promised),
        roadmap=grouped(towards) if technology else [],
        models=models_by_owner(towards) if platform else [],
        here=grouped(s for s in others if s not in towards),
        relations=around,
        pictures=[("wide", star(around)), ("narrow", branch(around))] if around else [],
        map=world(row for row in entity.plants if "geonames" in row),
        compares=bool(said) and bool(entity.kinds & COMPARED),
        owned=owned,
        incoming=pointing,
        first=FIRST,
        contents=[part for part in contents if part[2]],
    )
