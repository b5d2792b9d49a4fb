"""The number grammar: what is written in any style is read back exactly."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.extraction.model import Quantity
from graph.extraction.quantities import quantities


def read(text: str) -> list[Quantity]:
    return quantities(text, 0, len(text))


def row(text: str) -> list[tuple[object, ...]]:
    return [(q.value, q.unit, q.bound) for q in read(text)]


SMALL = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen".split()
SMALL += "seventeen eighteen nineteen".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
SHORT = {"m": 10**6, "bn": 10**9, "trn": 10**12, "k": 10**3}
PREFIXES = {
    "$": "USD",
    "US$": "USD",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "₩": "KRW",
    "₹": "INR",
    "C$": "CAD",
    "RMB ": "CNY",
}
SUFFIXES = {
    "dollars": "USD",
    "euros": "EUR",
    "yen": "JPY",
    "pounds": "GBP",
    "yuan": "CNY",
    "won": "KRW",
    "rupees": "INR",
}
UNITS = {
    "%": "percent",
    " percent": "percent",
    " per cent": "percent",
    " GWh": "GWh",
    " kWh": "kWh",
    "kWh": "kWh",
    " km": "km",
    " kilometres": "km",
    " miles": "mi",
    " volts": "V",
    "V": "V",
    "-volt": "V",
    " kW": "kW",
    " kilowatts": "kW",
    " minutes": "min",
    "-minute": "min",
    " gigawatt-hours": "GWh",
}
BOUNDS = {
    "": None,
    "about ": "about",
    "nearly ": "about",
    "around ": "about",
    "roughly ": "about",
    "close to ": "about",
    "more than ": "at-least",
    "over ": "at-least",
    "at least ": "at-least",
    "no fewer than ": "at-least",
    "up to ": "at-most",
    "less than ": "at-most",
    "as many as ": "at-most",
    "fewer than ": "at-most",
    "under ": "at-most",
}


def in_words(n: int) -> str:
    if n < 20:
        return SMALL[n]
    if n < 100:
        return TENS[n // 10 - 2] + (f"-{SMALL[n % 10]}" if n % 10 else "")
    if n < 1000:
        return f"{SMALL[n // 100]} hundred" + (f" and {in_words(n % 100)}" if n % 100 else "")
    rest = n % 1000
    return f"{in_words(n // 1000)} thousand" + (f" {'and ' if rest < 100 else ''}{in_words(rest)}" if rest else "")


def number(chance: random.Random) -> tuple[str, int | float]:
    """A number without unit: figures, figures with a scale, words, words with a scale."""
    kind = chance.choice(["plain", "grouped", "decimal scale", "words", "words scale", "short"])
    if kind == "plain":
        n = chance.randint(1, 999)
        return str(n), n
    if kind == "grouped":
        n = chance.randint(1000, 10**9)
        return f"{n:,}", n
    if kind == "words":
        n = chance.randint(2, 999_999)
        return in_words(n), n
    if kind == "words scale":
        n, (word, factor) = chance.randint(2, 999), chance.choice(list(SCALES.items())[1:])
        return f"{in_words(n)} {word}", n * factor
    tenths = chance.randint(1, 9999)
    word, factor = chance.choice(list((SCALES if kind == "decimal scale" else SHORT).items()))
    gap = chance.choice([" ", "-"]) if kind == "decimal scale" else ""
    return f"{tenths // 10}.{tenths % 10}{gap}{word}", tenths * factor // 10


def expression(chance: random.Random) -> tuple[str, int | float, str | None, str | None]:
    """An expression with the value, unit and bound that it means."""
    text, value = number(chance)
    bound, name = chance.choice(list(BOUNDS.items()))
    style = chance.choice(["prefix", "suffix", "unit", "bare"])
    if style == "prefix" and text[0].isdigit():
        sign, unit = chance.choice(list(PREFIXES.items()))
        return f"{bound}{sign}{text}", value, unit, name
    if style == "suffix":
        word, unit = chance.choice(list(SUFFIXES.items()))
        return f"{bound}{text} {word}", value, unit, name
    if style == "unit" and text[-1].isdigit():
        word, unit = chance.choice(list(UNITS.items()))
        return f"{bound}{text}{word}", value, unit, name
    return f"{bound}{text} things", value, None, name


def test_ten_thousand_expressions_are_read_back_exactly() -> None:
    chance = random.Random(2030)
    for _ in range(10_000):
        text, value, unit, bound = expression(chance)
        lead = chance.choice(["It plans ", "", "The company said: ", "(", "worth "])
        assert row(f"{lead}{text} in Ohio.") == [(value, unit, bound)], text


@settings(max_examples=300, deadline=None)
@given(
    st.integers(1, 400),
    st.integers(1, 400),
    st.sampled_from(["{} to {}", "{}-{}", "{}–{}", "between {} and {}"]),
    st.sampled_from([" GWh", "%", " kWh", " billion euros", " million vehicles", " models"]),
)
def test_ranges_give_both_ends_over_one_span(low: int, more: int, style: str, unit: str) -> None:
    text = style.format(low, low + more) + unit
    factor = 10**9 if "billion" in unit else 10**6 if "million" in unit else 1
    found = read(f"It has {text}.")
    assert [(q.value, q.bound) for q in found] == [(low * factor, "at-least"), ((low + more) * factor, "at-most")], text
    assert len({(q.start, q.end, q.unit) for q in found}) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("€23bn", [(23 * 10**9, "EUR", None)]),
        ("2 trillion yen (~$17.6 billion USD)", [(2 * 10**12, "JPY", None), (17_600_000_000, "USD", "about")]),
        ("1.4 lakh crore rupees", [(1_400_000_000_000, "INR", None)]),
        ("Rs 1,40,000 crore", [(1_400_000_000_000, "INR", None)]),
        ("a billion dollars", [(10**9, "USD", None)]),
        ("half a million cars", [(500_000, None, None)]),
        ("one and a half million cars", [(1_500_000, None, None)]),
        ("two dozen models", [(24, None, None)]),
        ("more than a dozen models", [(12, None, "at-least")]),
        ("around 420.000 people", [(420_000, None, "about")]),
        ("more than 3.125 billion", [(3_125_000_000, None, "at-least")]),
        ("$500 million+", [(500_000_000, "USD", "at-least")]),
        ("$500 million  +.", [(500_000_000, "USD", "at-least")]),
        ("600+ km", [(600, "km", "at-least")]),
        ("seven or eight models", [(7, None, "at-least"), (8, None, "at-most")]),
        ("three or more models", [(3, None, "at-least")]),
        ("Rs 16,000–18,000 crore", [(160_000_000_000, "INR", "at-least"), (180_000_000_000, "INR", "at-most")]),
        ("cars sold and half of the vans", [(50, "percent", None)]),
        ("every third car", [(33, "percent", None)]),
        ("10,000-plus jobs", [(10_000, None, "at-least")]),
        ("$1.4-1.8 billion", [(1_400_000_000, "USD", "at-least"), (1_800_000_000, "USD", "at-most")]),
        (
            "between 1.4 trillion and 1.8 trillion yen",
            [(14 * 10**11, "JPY", "at-least"), (18 * 10**11, "JPY", "at-most")],
        ),
        ("$25,000-$30,000", [(25_000, "USD", "at-least"), (30_000, "USD", "at-most")]),
        ("from 20 to 40 GWh", [(20, "GWh", None), (40, "GWh", None)]),
        ("40, 50 or 60 kWh", [(40, "kWh", None), (50, "kWh", None), (60, "kWh", None)]),
        ("220 GWh of annual capacity", [(220, "GWh/year", None)]),
        ("an annual capacity of 100 GWh", [(100, "GWh/year", None)]),
        ("35 GWh of cells a year", [(35, "GWh/year", None)]),
        ("1.2 TWh", [(1200, "GWh", None)]),
        ("half of its sales", [(50, "percent", None)]),
        ("a third of sales", [(33, "percent", None)]),
        ("a third cheaper", [(33, "percent", None)]),
        ("two-thirds of sales", [(67, "percent", None)]),
        ("nine in ten of them", [(90, "percent", None)]),
        ("costs are to be halved", [(50, "percent", None)]),
        ("in less than half an hour", [(30, "min", "at-most")]),
        ("$100/kWh", [(100, "USD", None)]),
        ("20 percentage points", [(20, "percentage-points", None)]),
        ("add up to 250,000 cars", [(250_000, None, None)]),
        ("350 000 vehicles", [(350_000, None, None)]),
        ("5 or 6 billion euros", [(5 * 10**9, "EUR", None), (6 * 10**9, "EUR", None)]),
        ("1 to 2 TWh", [(1000, "GWh", "at-least"), (2000, "GWh", "at-most")]),
        ("20 Marketing jobs", [(20, None, None)]),
        ("2000 jobs", [(2000, None, None)]),
    ],
)
def test_styles_of_the_press(text: str, expected: list[tuple[object, ...]]) -> None:
    assert row(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "in 2030",
        "2022-2026",
        "2022-01-27",
        "by FY26",
        "Q1 2025",
        "on 30 June",
        "Nov. 1",
        "March 15, 2024",
        "a ten-year deal",
        "over five years",
        "18 months",
        "zero-emission cars",
        "CMF-B5",
        "EV36Zero",
        "4ever",
        "24/7",
        "50-50 venture",
        "Level 3",
        "4680 cells",
        "one of them",
        "this one is",
        "dozens of models",
        "tens of thousands",
        "the second half of 2025",
        "the third quarter",
        "10:30",
        "mid-2020s",
        "four years ago",
        "over the next three to four years",
        "a five-seat car",
        "7-seat",
    ],
)
def test_what_is_no_quantity(text: str) -> None:
    assert row(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [("the 3rd largest", 3), ("third-largest carmaker", 3), ("Japan's number three", 3), ("a fifth platform", 5)],
)
def test_ordinals(text: str, value: int) -> None:
    assert [(q.value, q.ordinal) for q in read(text)] == [(value, True)]


@pytest.mark.parametrize(
    ("text", "per"),
    [
        ("100,000 a year", "year"),
        ("400,000 vehicles a year", "year"),
        ("100,000 cars annually", "year"),
        ("10 GWh/year", "year"),
        ("$5,000 per vehicle", "vehicle"),
        ("$75 per kilowatt-hour", "kWh"),
        ("$100/kWh", "kWh"),
        ("470 kilometres on a charge", "charge"),
        ("a 300,000-vehicle-a-year plant", "year"),
        ("$3 billion to build cars a year", None),
    ],
)
def test_what_a_quantity_is_counted_by(text: str, per: str | None) -> None:
    assert [q.per for q in read(text) if not q.ordinal] == [per]


def test_a_conversion_in_parentheses_is_marked() -> None:
    found = read("up to €7.34bn (US$7.6bn, £6.2bn) on a plant, and $3 billion on cars")
    assert [q.converted for q in found] == [False, True, True, False]


def test_spans_leave_out_the_bound() -> None:
    text = "It will spend more than 2 trillion yen."
    (found,) = read(text)
    assert text[found.start : found.end] == "2 trillion yen"


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet=st.sampled_from("0123456789 .,-–/%$€¥km billionhafthrd()+~\n"), max_size=80))
def test_any_text_gives_ordered_quantities_inside_it(text: str) -> None:
    found = read(text)
    assert all(0 <= q.start < q.end <= len(text) for q in found)
    assert [q.start for q in found] == sorted(q.start for q in found)


@pytest.mark.parametrize(
    "piece", ["1", "1,000 ", "9 to ", "half a ", "one hundred and ", "$ ", "1.", "a quarter of a "]
)
def test_long_runs_take_time_in_proportion(piece: str) -> None:
    def seconds(length: int) -> float:
        start = time.process_time()
        read(piece * (length // len(piece)))
        return time.process_time() - start

    assert seconds(200_000) < 4 * seconds(100_000) + 0.5
