"""Charts of a comparison: one axis, a lane for each maker, a mark for each statement at its value or its year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from service.pages.drawing import Axis, from_zero, year_of, years
from service.pages.filters import bound, number
from service.pages.model import Row
from service.pages.statements import Statement


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark in a lane: its place in percent, how firm it is, what it says, and the words beside it."""

    x: float
    firmness: str
    title: str
    text: str
    claim: str | None = None


@dataclass(frozen=True, slots=True)
class Lanes:
    """A chart: its axis and what it measures, and each maker's marks; `left` counts the statements without a place."""

    axis: Axis
    unit: str
    lanes: list[tuple[Row, list[Mark]]]
    left: int


def by_year(entities: Sequence[Row], cells: Sequence[list[Statement]]) -> Lanes | None:
    """Statements at the year they are due; of several numbers for one year the largest is written."""
    dated = [[(year, s) for s in cell if (year := year_of(s.first.get("end"))) is not None] for cell in cells]
    if not any(dated):
        return None
    axis = years(year for cell in dated for year, _ in cell)
    lanes = []
    for entity, cell in zip(entities, dated, strict=True):
        largest: dict[float, Statement] = {}
        for year, statement in cell:
            known = largest.setdefault(year, statement)
            if (statement.amount or 0) > (known.amount or 0):
                largest[year] = statement
        marks = [
            _mark(s, axis.place(year), number(s.first["value"]) if s.amount else "")
            for year, s in sorted(largest.items())
        ]
        lanes.append((entity, marks))
    return Lanes(axis, "year", lanes, sum(map(len, cells)) - sum(map(len, dated)))


def by_amount(entities: Sequence[Row], cells: Sequence[list[Statement]], unit: str) -> Lanes | None:
    """Statements at their amount in `unit` (USD: in US dollars); the largest of each lane is written."""
    amounts = [[(a, s) for s in cell if (a := _amount(s, unit)) is not None] for cell in cells]
    if not any(amounts):
        return None
    axis = Axis(0, 100, (0, 50, 100)) if unit == "percent" else from_zero(a for cell in amounts for a, _ in cell)
    lanes = []
    for entity, cell in zip(entities, amounts, strict=True):
        most = max((a for a, _ in cell), default=0)
        first = next((s for a, s in cell if a == most), None)
        lanes.append((entity, [_mark(s, axis.place(a), _words(s) if s is first else "") for a, s in cell]))
    return Lanes(axis, unit, lanes, sum(map(len, cells)) - sum(map(len, amounts)))


def by_count(entities: Sequence[Row], cells: Sequence[list[Statement]]) -> Lanes | None:
    """How many things are named in each cell, by firmness, and the numbers that are stated."""
    named = [
        [(s.first["modality"], s.first["objectLabel"]) for s in cell if "objectLabel" in s.first] for cell in cells
    ]
    counts = [Counter(firmness for firmness, _ in dict.fromkeys(cell)) for cell in named]
    stated = [[(a, s) for s in cell if (a := s.amount) is not None] for cell in cells]
    values = [n for count in counts for n in count.values()] + [a for cell in stated for a, _ in cell]
    if not values:
        return None
    axis = Axis(0, max(values), sorted({0, max(values) // 2, max(values)}))
    lanes = []
    for entity, count, cell in zip(entities, counts, stated, strict=True):
        marks = [Mark(axis.place(n), firmness, f"{n} named", f"{n} named") for firmness, n in count.items()]
        lanes.append((entity, marks + [_mark(s, axis.place(a), _words(s)) for a, s in cell]))
    return Lanes(axis, "number", lanes, 0)


def _mark(statement: Statement, x: float, text: str) -> Mark:
    claim = statement.first
    return Mark(x, claim["modality"], claim["label"], text, claim["claim"])


def _words(statement: Statement) -> str:
    claim = statement.first
    return f"{bound(claim.get('bound'))}{number(claim['value'])} {claim['unit']}"


def _amount(statement: Statement, unit: str) -> float | None:
    claim = statement.first
    if unit == "USD":
        return float(claim["usd"]) if claim.get("usd") else None
    return statement.amount if claim.get("unit", "").partition("/")[0] == unit.partition("/")[0] else None
