"""What charts need to know: where a value stands on an axis. Places are in percent, so that a chart fits any width."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from service.pages.model import Row
from service.pages.statements import Statement, number_of

MARGIN = 6.0  # percent at both ends of an axis, so that signs there are whole
TOP, BASE = 18.0, 82.0  # percent from the top of a chart: its highest value and its base line
MOST_TICKS = 4
CROWDED = 20.0  # percent of a chart's height: labels that are nearer cover each other


@dataclass(frozen=True, slots=True)
class Axis:
    """A range of numbers with the ones that are written along it."""

    low: float
    high: float
    ticks: Sequence[float]

    def place(self, value: float) -> float:
        """Where a value stands, in percent from the low end."""
        part = (value - self.low) / ((self.high - self.low) or 1)
        return round(MARGIN + part * (100 - 2 * MARGIN), 2)


@dataclass(frozen=True, slots=True)
class Due:
    """A target on a timeline: where it was stated and where it is due, in percent."""

    statement: Statement
    said: float | None
    due: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """Targets along one axis of years."""

    axis: Axis
    rows: list[Due]


@dataclass(frozen=True, slots=True)
class Point:
    """A claim in a chart of values by date: its place in percent from left and top, and where its label stands."""

    claim: Row
    x: float
    y: float
    below: bool


@dataclass(frozen=True, slots=True)
class Points:
    """A chart of the values of claims by time; `across` says what the times are, `unit` what the values are."""

    axis: Axis
    points: list[Point]
    across: str
    unit: str


def years(values: Iterable[float]) -> Axis:
    """An axis of whole years around these times."""
    known = list(values)
    low, high = floor(min(known)), ceil(max(known))
    if low == high:
        low, high = low - 1, high + 1
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 1000) if (high - low) / s <= MOST_TICKS)
    return Axis(low, high, [year for year in range(low, high + 1) if year % step == 0] or [low])


def from_zero(values: Iterable[float]) -> Axis:
    """An axis from nought to a round number that no value exceeds."""
    most = max((abs(value) for value in values), default=0) or 1
    size = 10 ** floor(log10(most))
    high = next(size * n for n in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if most <= size * n * 1.000001)
    return Axis(0, high, [0, high / 2, high])


def year_of(date: str | None) -> float | None:
    """A date (a year, a month or a day) as a number of years; None for what is no date."""
    parts = (date or "").split("-")
    if not 1 <= len(parts) <= 3 or not all(part.isascii() and part.isdecimal() for part in parts):
        return None
    year, month, day = (*map(int, parts), *(1, 1)[len(parts) - 1 :])
    return year + (month - 1) / 12 + (day - 1) / 365


def timeline(found: Iterable[Statement]) -> Timeline | None:
    """When each target was stated and when it is due; None where there is no target."""
    dated = [(s, year_of(s.first.get("issued")), due) for s in found if (due := year_of(s.first["end"])) is not None]
    dated = [(s, said, due if said is None else _in_time(said, due)) for s, said, due in dated]
    if not dated:
        return None
    axis = years(year for _, said, due in dated for year in (said, due) if year is not None)
    rows = [Due(s, None if said is None else axis.place(said), axis.place(due)) for s, said, due in dated]
    return Timeline(axis, rows)


def _in_time(said: float, due: float) -> float:
    """The time that a target is due: a year that was under way when it was stated is meant to its end."""
    return due + 1 if due == floor(due) == floor(said) else due


def points(found: Sequence[Row], late: bool = False) -> Points | None:
    """Values by the date of the statement; target and outcome by the year that each is about.

    None where the claims have no comparable values.
    """
    unit, values = _values(found)
    times = [year_of(claim.get("end") if late else claim.get("issued")) for claim in found]
    if values is None or None in times:
        return None
    across = years(time for time in times if time is not None)
    up = years(values) if unit == "year" else from_zero(values)
    places = [(across.place(time or 0), _height(up, value)) for time, value in zip(times, values, strict=True)]
    made = [Point(claim, x, y, _below(places, i)) for i, (claim, (x, y)) in enumerate(zip(found, places, strict=True))]
    return Points(across, made, "the year that each is about" if late else "the date of the statement", unit)


def _height(axis: Axis, value: float) -> float:
    """Where a value stands, in percent from the top of a chart that has its years below."""
    return round(BASE - (axis.place(value) - MARGIN) / (100 - 2 * MARGIN) * (BASE - TOP), 2)


def _below(places: Sequence[tuple[float, float]], i: int) -> bool:
    """Does a point's label stand below it, since another point is as high or just above?"""
    y = places[i][1]
    return any(y - other < CROWDED and (other, k) < (y, i) for k, (_, other) in enumerate(places) if k != i)


def _values(found: Sequence[Row]) -> tuple[str, list[float] | None]:
    """What can be compared of claims: their values in one unit, else in US dollars, else the years they are about."""
    numbers = [number_of(claim) for claim in found]
    if all(number is not None for number in numbers):
        if len({claim.get("unit") for claim in found}) == 1:
            return found[0].get("unit", ""), [number or 0 for number in numbers]
        if all(claim.get("usd") for claim in found):
            return "US dollars", [float(claim["usd"]) for claim in found]
    if any(number is not None for number in numbers):
        return "", None
    due = [year_of(claim.get("end")) for claim in found]
    return "year", None if None in due else [year or 0 for year in due]
