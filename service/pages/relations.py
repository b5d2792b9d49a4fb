"""An entity's relations as a picture with it in the middle: what it is said to have, and what is said to have it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from service.dataset import Dataset
from service.pages.filters import link
from service.pages.model import Row, rows
from service.pages.statements import Statement

EACH = 5  # things drawn of one relation
SIDE = 22  # lines on each side of the middle
LINE = 22  # pixels between two lines
GAP = 0.7  # lines between two relations
NARROW = 6  # relations in the narrow picture


@dataclass(slots=True)
class Thing:
    """Something that is related; `firmness` is how firmly it is said."""

    iri: str
    label: str
    firmness: str


@dataclass(slots=True)
class Relation:
    """The things that stand in one relation; `towards` when they point at the entity."""

    property: str
    label: str
    towards: bool
    things: list[Thing] = field(default_factory=list)

    def lines(self) -> int:
        """How many lines it takes: its name, its things, and one for those that are left out."""
        return 1 + min(len(self.things), EACH) + (len(self.things) > EACH)


@dataclass(frozen=True, slots=True)
class Placed:
    """A relation in the picture: how far its name and its things are from the left, and their heights, in pixels."""

    relation: Relation
    near: float
    far: float
    top: float
    things: list[tuple[Thing, float]]
    rest: float | None

    @property
    def way(self) -> int:
        """In which direction it leads: 1 to the right, -1 to the left."""
        return 1 if self.far > self.near else -1


@dataclass(frozen=True, slots=True)
class Picture:
    """An entity among its relations: the size of the picture and the entity's place, in pixels."""

    width: float
    height: float
    x: float
    y: float
    placed: list[Placed]


def relations(iri: str, found: Iterable[Statement]) -> list[Relation]:
    """The relations of an entity in these statements, those with the most things first; denials are none."""
    by_name: dict[tuple[str, bool], Relation] = {}
    for statement in found:
        claim = statement.first
        other, label, towards = claim.get("object"), claim.get("objectLabel"), False
        if other == iri:
            other, label, towards = claim["subject"], claim["subjectLabel"], True
        elif claim["subject"] != iri:
            continue
        if not other or not label or other == iri or claim["modality"] == "negated":
            continue
        key = claim["property"], towards
        relation = by_name.setdefault(key, Relation(claim["property"], claim["propertyLabel"], towards))
        known = next((thing for thing in relation.things if thing.iri == other), None)
        if known is None:
            relation.things.append(Thing(other, label, claim["modality"]))
        elif claim["modality"] == "fact":
            known.firmness = "fact"
    return sorted(by_name.values(), key=lambda relation: (-len(relation.things), relation.label))


def star(found: Sequence[Relation]) -> Picture | None:
    """The wide picture, with the entity in the middle. None without relations; what has no room is in the list."""
    sides: tuple[list[Relation], list[Relation]] = [], []
    taken = [0.0, 0.0]
    for relation in found:
        side = int(taken[1] < taken[0])
        if taken[side] + relation.lines() <= SIDE:
            sides[side].append(relation)
            taken[side] += relation.lines() + GAP
    if not any(taken):
        return None
    height = max(max(taken) * LINE, 6 * LINE)
    tops = [(height - (lines - GAP) * LINE) / 2 + LINE / 2 for lines in taken]
    placed = [*_placed(sides[0], tops[0], 370, 320), *_placed(sides[1], tops[1], 590, 640)]
    return Picture(960, height, 480, height / 2, placed)


def branch(found: Sequence[Relation]) -> Picture:
    """The picture for narrow screens, with the entity on top and its relations below one another."""
    placed = _placed(found[:NARROW], 3.2 * LINE, 40, 64)
    last = placed[-1].rest or placed[-1].things[-1][1] if placed else LINE
    return Picture(360, last + LINE, 100, LINE, placed)


def _placed(side: Sequence[Relation], top: float, near: float, far: float) -> list[Placed]:
    placed = []
    for relation in side:
        shown = [(thing, top + LINE * (i + 1)) for i, thing in enumerate(relation.things[:EACH])]
        rest = top + LINE * (EACH + 1) if len(relation.things) > EACH else None
        placed.append(Placed(relation, near, far, top, shown, rest))
        top += (relation.lines() + GAP) * LINE
    return placed


def among(dataset: Dataset, iri: str) -> dict[str, list[Row]]:
    """An entity's facts and those between its neighbours: `nodes` and `links` by IRI."""
    neighbours = [row["other"] for row in rows(dataset, "neighbours", this=iri)]
    found = rows(dataset, "among", [iri, *neighbours])
    labels = {row[end]: row[f"{end}Label"] for row in found for end in ("source", "target")}
    nodes = [{"id": name, "text": label, "href": link(name)} for name, label in labels.items()]
    links = [{"source": row["source"], "target": row["target"], "text": row["propertyLabel"]} for row in found]
    return {"nodes": nodes, "links": links}
