"""Data extension: what the register and the accepted facts hold of a thing, as cells of a table."""

from __future__ import annotations

from collections import Counter
from typing import Any

from graph.linking.asked import local
from graph.linking.things import Term, Things

Cell = dict[str, Any]


def extended(things: Things, ids: list[str], properties: list[str]) -> dict[str, Any]:
    """The values of properties for each id; no cells for an id or a property that is unknown."""
    meta = [{"id": p, "name": things.properties.get(local(p), Term(p, p)).label} for p in properties]
    rows = {i: {p: _cells(things, i, local(p)) for p in properties} for i in ids}
    return {"meta": meta, "rows": rows}


def proposals(things: Things, kind: str) -> list[Term]:
    """The properties that things of a kind have values of, the most frequent first; of all things for no such kind."""
    kind = local(kind)
    counted: Counter[str] = Counter()
    for thing in things.by_slug.values():
        if kind in thing.above or kind not in things.classes:
            counted.update(thing.values.keys())
    return [things.properties[p] for p, _ in counted.most_common() if p in things.properties]


def _cells(things: Things, identifier: str, name: str) -> list[Cell]:
    thing = things.find(identifier)
    return [_cell(things, value) for value in thing.values.get(name, ())] if thing else []


def _cell(things: Things, value: str) -> Cell:
    if (other := things.by_slug.get(value)) is not None:
        return {"id": other.slug, "name": other.name}
    return {"str": things.codes[value].label if value in things.codes else value}
