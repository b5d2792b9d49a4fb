"""The page of an entity: what the register knows, what documents say, who points at it."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import render_template

from graph.namespaces import RDF, SKOS
from service.dataset import Dataset
from service.pages.model import Row, claims, grouped, rows

NAMES = {SKOS + "altLabel": "Also called", RDF + "type": "Kind"}
LINKS = {SKOS + "exactMatch": "Same as", SKOS + "closeMatch": "Close to", SKOS + "broadMatch": "Part of"}
ORDER = ("Kind", "Also called")


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
    """An entity's head: its name, a sentence about it, and the register's statements."""

    label: str
    summary: str
    candidate: bool
    rows: list[Line]


def read_entity(dataset: Dataset, iri: str) -> Entity | None:
    """What the register says of an entity, or None when there is none of that name."""
    found = rows(dataset, "entity", this=iri)
    labels = [row["value"] for row in found if row["property"] == SKOS + "prefLabel"]
    if not labels:
        return None
    lines: dict[str, Line] = {}
    for row in found:
        if row["property"] != SKOS + "prefLabel":
            label = _name(row)
            line = lines.setdefault(label, Line(label))
            shown = _shown(row)
            if shown not in line.values:
                line.values.append(shown)
    kinds = [v.label for v in lines.get("Kind", Line("")).values]
    candidate = "candidate entity" in [k.casefold() for k in kinds]
    ordered = sorted(lines.values(), key=lambda line: (line.label not in ORDER, line.label))
    return Entity(labels[0], _summary(labels[0], kinds, lines), candidate, ordered)


def _name(row: Row) -> str:
    known = NAMES.get(row["property"]) or LINKS.get(row["property"])
    return known or row.get("propertyLabel", row["property"]).capitalize()


def _shown(row: Row) -> Shown:
    value = row["value"]
    if row["property"] in LINKS or value.startswith(("http://", "https://")):
        return Shown(row.get("valueLabel") or value, value)
    return Shown(value)


def _summary(label: str, kinds: list[str], lines: dict[str, Line]) -> str:
    named = [k for k in kinds if k.casefold() not in {"entity", "candidate entity"}]
    what = " and ".join(k.lower() for k in named) or "name"
    home = lines.get("Home country")
    parent = lines.get("Parent")
    tail = f", {home.values[0].label}" if home else ""
    tail += f", of {parent.values[0].label}" if parent else ""
    return f"{label}: {what}{tail}."


def incoming(dataset: Dataset, iri: str) -> list[dict[str, object]]:
    """Who points at an entity, by property."""
    groups: dict[str, list[Shown]] = {}
    for row in rows(dataset, "incoming", this=iri):
        groups.setdefault(row["propertyLabel"], []).append(Shown(row["otherLabel"], row["other"]))
    return [{"label": label, "others": others} for label, others in groups.items()]


def entity_page(dataset: Dataset, iri: str, **context: object) -> str | None:
    """The page, or None when there is no such entity."""
    entity = read_entity(dataset, iri)
    if entity is None:
        return None
    return render_template(
        "entity.html",
        iri=iri,
        entity=entity,
        groups=grouped(claims(dataset, subject=iri)),
        incoming=incoming(dataset, iri),
        **context,
    )
