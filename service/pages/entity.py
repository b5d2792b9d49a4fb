"""The page of an entity: what the register knows, what documents say, who points at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from flask import render_template

from graph.namespaces import EV, RDF, SKOS
from service.dataset import Dataset
from service.pages.described import described
from service.pages.filters import local
from service.pages.model import Row, claims, rows
from service.pages.statements import beside, grouped, statements, targets

NAMES = {SKOS + "altLabel": "Also called", RDF + "type": "Kind"}
LINKS = {SKOS + "exactMatch": "Same as", SKOS + "closeMatch": "Close to", SKOS + "broadMatch": "Part of"}
COMPARED = {EV + kind for kind in ("Automaker", "Brand", "BatteryMaker", "Alliance", "Supplier", "JointVenture")}
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
    schema: list[str]

    def values(self, *labels: str) -> list[Shown]:
        """The values of the lines with these labels."""
        return [value for line in self.rows if line.label in labels for value in line.values]


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
    schema = [row["schema"] for row in found if "schema" in row]
    return Entity(labels[0], _summary(kinds, lines), candidate, ordered, schema)


def _name(row: Row) -> str:
    known = NAMES.get(row["property"]) or LINKS.get(row["property"])
    return known or row.get("propertyLabel", row["property"]).capitalize()


def _shown(row: Row) -> Shown:
    value = row["value"]
    if row["property"] in LINKS and "valueLabel" not in row:
        host = urlsplit(value).hostname or value
        return Shown(f"{host.removeprefix('www.')}: {local(value)}", value)
    if value.startswith(("http://", "https://")):
        return Shown(row.get("valueLabel") or value, value)
    return Shown(value)


def _summary(kinds: list[str], lines: dict[str, Line]) -> str:
    named = [k for k in kinds if k.casefold() not in {"entity", "candidate entity"}]
    what = " and ".join(k.lower() for k in named) or "name"
    home = lines.get("Home country")
    parent = lines.get("Parent")
    tail = f", {home.values[0].label}" if home else ""
    tail += f", of {parent.values[0].label}" if parent else ""
    return f"{what[0].upper()}{what[1:]}{tail}."


def incoming(dataset: Dataset, iri: str) -> list[dict[str, object]]:
    """Who points at an entity, by property."""
    groups: dict[str, list[Shown]] = {}
    for row in rows(dataset, "incoming", this=iri):
        groups.setdefault(row["propertyLabel"], []).append(Shown(row["otherLabel"], row["other"]))
    return [{"label": label, "others": others} for label, others in groups.items()]


def entity_page(dataset: Dataset, iri: str) -> str | None:
    """The page, or None when there is no such entity."""
    entity = read_entity(dataset, iri)
    if entity is None:
        return None
    said = statements(claims(dataset, subject=iri), beside(dataset, iri))
    names = [value.label for value in entity.values(NAMES[SKOS + "altLabel"])]
    same = [value.iri for value in entity.values(LINKS[SKOS + "exactMatch"]) if value.iri]
    return render_template(
        "entity.html",
        iri=iri,
        entity=entity,
        described=described(iri, entity.label, entity.summary, entity.schema, names, same),
        groups=grouped(said),
        targets=targets(said),
        compares=bool(said) and any(value.iri in COMPARED for value in entity.values("Kind")),
        incoming=incoming(dataset, iri),
    )
