"""Who points at an entity, by property, and what belongs to it, by kind."""

from __future__ import annotations

from dataclasses import dataclass, field

from service.dataset import Dataset
from service.pages.filters import local
from service.pages.model import Row, rows


@dataclass(slots=True)
class Pointing:
    """The entities that point at one with one property; `owned`, those of one kind that belong to it."""

    property: str
    label: str
    owned: bool
    others: list[Row] = field(default_factory=list)


def incoming(dataset: Dataset, iri: str) -> tuple[list[Pointing], list[Pointing]]:
    """What belongs to an entity by kind, and who else points at it by property."""
    groups: dict[tuple[str, bool], Pointing] = {}
    for row in rows(dataset, "incoming", this=iri):
        key = row["property"], "owned" in row
        label = row.get("propertyLabel") or local(row["property"])
        groups.setdefault(key, Pointing(row["property"], label, key[1])).others.append(row)
    found = list(groups.values())
    return [g for g in found if g.owned], [g for g in found if not g.owned]
