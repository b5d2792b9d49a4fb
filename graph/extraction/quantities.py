"""Quantities: numbers with their currency or unit, their bound, and what they are counted by.

Runs on the mask, in which the caller has blanked names, so that the 5 of a Renault 5 is not there to be read.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

from graph.extraction.fractions import fractions, ordinals
from graph.extraction.model import Quantity
from graph.extraction.numerals import DATA, Atom, atoms
from graph.extraction.surroundings import bound_of, counted_by, is_converted

_LISTED_UNITS = frozenset({"percent", "kWh", "GWh", "kW", "km", "mi", "V", "min", "hp"})
_HYPHENED = re.compile(r"\d[-‑]$")
_RANGE_GAP = re.compile(r"\s?[-–—‑]\s?$|\s(?:to|and|or)\s$", re.IGNORECASE)
_BETWEEN = re.compile(r"\b(?:between|anywhere between)\s(?:about\s|around\s|some\s)?$", re.IGNORECASE)
_FROM = re.compile(r"\bfrom\s(?:about\s|around\s|some\s)?$", re.IGNORECASE)
_RANGING = re.compile(
    rf"\b(?:{DATA['context']['ranging']})\s(?:\w+\s){{0,2}}from\s(?:about\s|around\s)?$", re.IGNORECASE
)


def quantities(mask: str, start: int, end: int) -> list[Quantity]:
    """The quantities between two positions of the mask, in order."""
    ranks = list(ordinals(mask, start, end))
    found = list(fractions(mask, start, end))
    taken = overlaps([(q.start, q.end) for q in [*found, *ranks]])
    found += _with_ranges(mask, [a for a in atoms(mask, start, end) if not taken(a.start, a.end)], start, end)
    taken = overlaps([(q.start, q.end) for q in found])
    found += [o for o in ranks if not taken(o.start, o.end)]
    return sorted(found, key=lambda q: (q.start, q.bound or ""))


def overlaps(spans: list[tuple[int, int]]) -> Callable[[int, int], bool]:
    """A test whether a span touches one of these, which do not nest; quick however many they are."""
    spans = sorted(spans)
    starts = [a for a, _ in spans]

    def touches(start: int, end: int) -> bool:
        before = bisect_left(starts, end) - 1
        return before >= 0 and spans[before][1] > start

    return touches


def _with_ranges(mask: str, found: list[Atom], start: int, end: int) -> Iterator[Quantity]:
    """Numbers as quantities; two that span a range give both its ends over the whole of it."""
    for index in range(len(found) - 2, -1, -1):
        found[index] = _shared(mask, found[index], found[index + 1], start) or found[index]
    index = 0
    previous: Atom | None = None
    while index < len(found):
        low = found[index]
        high = found[index + 1] if index + 1 < len(found) else None
        hyphened = _HYPHENED.search(mask, max(start, low.start - 2), low.start)
        joined = _range(mask, low, high, start) if high and not hyphened else None
        if high and joined:
            per, unit = counted_by(mask, joined[1], start, end)
            converted = is_converted(mask, previous, low)
            for atom, side in zip(joined, ("at-least", "at-most"), strict=True):
                yield Quantity(low.start, high.end, _plain(atom.value), unit, side, per, converted)
            previous, index = high, index + 2
            continue
        index += 1
        if hyphened or (high and not low.unit and mask[low.end : high.start] in {"-", "‑"}):
            continue
        per, unit = counted_by(mask, low, start, end)
        bound = bound_of(mask, (low.start, low.end), start, end)
        yield Quantity(low.start, low.end, _plain(low.value), unit, bound, per, is_converted(mask, previous, low))
        previous = low


def _plain(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _range(mask: str, low: Atom, high: Atom, start: int) -> tuple[Atom, Atom] | None:
    """The two ends of a range, with unit and scale shared; None where two numbers only stand side by side."""
    gap = mask[low.end : high.start]
    if not _RANGE_GAP.fullmatch(gap):
        return None
    before = mask[max(start, low.start - 60) : low.start]
    word = gap.strip().lower()
    either = word == "or" and not low.unit and high.value - low.value == 1 and high.value <= 20  # "seven or eight"
    if (word == "or" and not either) or (word == "and" and not _BETWEEN.search(before)):
        return None
    if word == "to" and _FROM.search(before) and not _RANGING.search(before):
        return None
    if low.unit and high.unit and low.unit != high.unit:
        return None
    shares_sign = low.money and (low.scale == 1 < high.scale or low.scale == high.scale == 1)
    if low.unit and not high.unit and not shares_sign:
        return None
    return _paired(low, high)


def _paired(low: Atom, high: Atom) -> tuple[Atom, Atom] | None:
    if not low.unit or (low.scale == 1 < high.scale and _same_scale(low, high)):
        low = replace(low, value=_as_in(low, high))
    unit = high.unit or low.unit
    return (replace(low, unit=unit), replace(high, unit=unit)) if low.value < high.value else None


def _same_scale(low: Atom, high: Atom) -> bool:
    """Whether two figures are of one size: "5 to 7 billion", "16,000–18,000 crore", not "900,000 to 1 million"."""
    return low.bare < 1000 or low.bare < high.bare


def _as_in(low: Atom, high: Atom) -> Decimal:
    """The value of a number that leaves scale and unit to the one after it."""
    if not high.bare or low.scale != 1 or not _same_scale(low, high):
        return low.value
    return low.bare * high.value / high.bare


def _shared(mask: str, low: Atom, high: Atom, start: int) -> Atom | None:
    """The first number of "from 20 to 40 GWh" or "40 or 60 kWh", which is no range but has the second's unit."""
    gap = mask[low.end : high.start].strip().lower()
    if low.unit or not high.unit or low.scale != 1 or low.bare >= 1000:
        return None
    changes = gap == "to" and _FROM.search(mask[max(start, low.start - 20) : low.start])
    listed = gap == "or" if high.money else gap in {"or", "and", "and/or", ","} and high.unit in _LISTED_UNITS
    return replace(low, unit=high.unit, value=_as_in(low, high)) if changes or listed else None
