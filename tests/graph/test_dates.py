"""Dates as the press writes them, and as the claims contract counts them."""

from __future__ import annotations

import datetime
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.extraction.dates import dates

TODAY = "2024-03-25"  # a Monday
WORDS = "in by from the 2030 2025 mid- late end of decade year years next last five a March - to".split()
WORDS += "and between now ago FY Q1 time".split()


def row(text: str, today: str | None = TODAY, anchor: str | None = None) -> list[tuple[object, ...]]:
    return [(w.first, w.last, w.years, w.cue) for w in dates(text, 0, len(text), today, anchor)]


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("in 2030", "2030"),
        ("in late 2010", "2010"),
        ("by the end of 2025", "2025"),
        ("by end-2025", "2025"),
        ("by fiscal 2028", "2028"),
        ("in FY26", "2026"),
        ("in FY2027", "2027"),
        ("in fiscal year 2025", "2025"),
        ("in the first quarter of 2025", "2025"),
        ("in Q1 2025", "2025"),
        ("in H2 2025", "2025"),
        ("in 1Q25", "2025"),
        ("in the summer of 2021", "2021"),
        ("in spring 2026", "2026"),
        ("by the mid-2020s", "2025"),
        ("in mid-2025", "2025"),
        ("by mid-decade", "2025"),
        ("by the middle of the decade", "2025"),
        ("by the end of the decade", "2030"),
        ("before the end of this decade", "2030"),
        ("later in the decade", "2030"),
        ("later this decade", "2030"),
        ("within this decade", "2030"),
        ("by the   end of the 2020s", "2030"),
        ("not before 2030", "2030"),
        ("as early as 2025", "2025"),
        ("up to March 2027", "2027-03"),
        ("in January 2022", "2022-01"),
        ("on January 27, 2022", "2022-01-27"),
        ("on 27 January 2022", "2022-01-27"),
        ("on Jan. 27, 2022", "2022-01-27"),
        ("2022-01-27", "2022-01-27"),
        ("the fiscal year ending March 2026", "2026-03"),
        ("until 2028", "2028"),
        ("by   2030", "2030"),
    ],
)
def test_points_in_time(text: str, last: str) -> None:
    found = dates(text, 0, len(text), None)
    if "decade" in text:
        found = dates(text, 0, len(text), TODAY)
    assert [(w.first, w.last) for w in found] == [(None, last)]
    assert (found[0].start, found[0].end) == (0, len(text))


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("next year", "2025"),
        ("later this year", "2024"),
        ("late last year", "2023"),
        ("by the end of next year", "2025"),
        ("by the end of the year", "2024"),
        ("by year-end", "2024"),
        ("before the year is out", "2024"),
        ("the year after next", "2026"),
        ("last month", "2024-02"),
        ("next month", "2024-04"),
        ("this week", "2024-03"),
        ("today", "2024-03-25"),
        ("yesterday", "2024-03-24"),
        ("on Monday", "2024-03-25"),
        ("on Thursday", "2024-03-21"),
        ("next Tuesday", "2024-03-26"),
        ("last Monday", "2024-03-18"),
        ("ten days ago", "2024-03-15"),
        ("a fortnight ago", "2024-03-11"),
        ("two years ago", "2022"),
        ("in three years' time", "2027"),
        ("on April 2", "2024-04-02"),
        ("on Nov. 1", "2023-11-01"),
        ("by 31 March", "2024-03-31"),
        ("in July", "2024-07"),
        ("last July", "2023-07"),
        ("this spring", "2024"),
    ],
)
def test_relative_dates_count_from_the_documents_own(text: str, last: str) -> None:
    (found,) = dates(text, 0, len(text), TODAY)
    assert (found.first, found.last, found.relative) == (None, last, True)
    assert dates(text, 0, len(text), None) == []


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("from 2025", "2025", None),
        ("from mid-2025", "2025", None),
        ("starting in 2024", "2024", None),
        ("since 1999", "1999", None),
        ("as of January 2025", "2025-01", None),
        ("2026 onwards", "2026", None),
        ("between 2022 and 2026", "2022", "2026"),
        ("from 2025 to 2030", "2025", "2030"),
        ("2022-2026", "2022", "2026"),
        ("2022–26", "2022", "2026"),
        ("from FY2024 through FY2026", "2024", "2026"),
        ("between now and 2030", "2024", "2030"),
        ("between 2023 and the end of the decade", "2023", "2030"),
        ("in the second half of the decade", "2025", "2030"),
    ],
)
def test_starts_and_periods(text: str, first: str, last: str | None) -> None:
    (found,) = dates(text, 0, len(text), TODAY)
    assert (found.first, found.last) == (first, last)


@pytest.mark.parametrize(
    ("text", "years", "cue"),
    [
        ("over the next five years", 5, "over"),
        ("in the coming ten years", 10, "in"),
        ("over 5 years", 5, "over"),
        ("within two decades", 20, "within"),
        ("over the coming decade", 10, "over"),
        ("over the next 18 months", 1.5, "over"),
        ("a ten-year contract", 10, None),
        ("in three fiscal years", 3, "in"),
        ("over the past five years", 5, "over the past"),
        ("for an initial 15 years", 15, "for"),
        ("in the next three to five years", 5, "in"),
    ],
)
def test_lengths_of_time(text: str, years: float, cue: str | None) -> None:
    assert row(text) == [(None, None, years, cue)]


@pytest.mark.parametrize(
    "text",
    [
        "2,030 units",
        "$2030",
        "2030 km",
        "2030 vehicles",
        "it may be built",
        "100,000 a year",
        "today's cars",
        "the decade",
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert row(text) == []


def test_that_year_is_the_one_last_spoken_of() -> None:
    assert row("by 2030, and five years later for all", None)[1][1] == "2035"
    assert row("that year", None, anchor="2025-06") == [(None, "2025", None, None)]
    assert row("Five years on, half", None, anchor="2025") == [(None, "2030", None, None)]
    assert row("that year", None) == []
    assert row("By then, half", None, anchor="2030") == [(None, "2030", None, "by")]
    assert row("into it until then", None, anchor="2030-06") == [(None, "2030-06", None, "until")]


def test_a_part_of_no_named_year_is_the_nearest_one() -> None:
    assert row("In the fourth quarter it sold more") == [(None, "2023", None, "in")]
    assert row("due in Q2") == [(None, "2024", None, "in")]
    assert row("due in the second half", "2024-07-22") == [(None, "2024", None, "in")]
    assert row("sold in the first quarter", "2024-08-01") == []  # as far from this year's as from the next one's
    assert row("sold in the first quarter", "2024") == []


def test_a_blanked_name_parts_a_date_from_the_cue_before_it() -> None:
    assert row("sold in       last year") == [(None, "2023", None, None)]
    assert row("by FY2026-27") == [(None, "2027", None, "by")]
    assert row("more than last year's 118,685") == [(None, "2023", None, None)]
    assert row("more than last year's summit") == []


@settings(max_examples=500, deadline=None)
@given(
    st.dates(datetime.date(1950, 1, 1), datetime.date(2090, 12, 31)),
    st.sampled_from(["%d %B %Y", "%B %d, %Y", "%Y-%m-%d", "%b %d, %Y"]),
)
def test_days_are_read_back(day: datetime.date, style: str) -> None:
    assert row(f"It came on {day.strftime(style)}.") == [(None, day.isoformat(), None, "on")]


MONTHS = "January February March April May June July August September October November December".split()
DEADLINES = ["by", "before", "until", "no later than"]
MOMENTS = ["in", "during", "as early as"]
STARTS = ["from", "since", "starting in", "beginning in"]
COUNTS = {"two": 2, "three": 3, "five": 5, "seven": 7, "ten": 10, "4": 4, "12": 12}


def point(chance: random.Random) -> tuple[str, str]:
    """A year, a part of one, a month or a day, and how the contract writes it."""
    year, month, day = chance.randint(1990, 2060), chance.randint(1, 12), chance.randint(1, 28)
    decade = chance.choice([2020, 2030, 2040])
    return chance.choice(
        [
            (f"{year}", f"{year}"),
            (
                f"{chance.choice(['early', 'late', 'mid', 'the end of', 'the first half of', 'the start of'])} {year}",
                f"{year}",
            ),
            (f"{chance.choice(['fiscal', 'fiscal year', 'financial year', 'calendar'])} {year}", f"{year}"),
            (f"{chance.choice(['FY', 'Q3 ', 'the fourth quarter of ', 'the spring of '])}{year}", f"{year}"),
            (f"{MONTHS[month - 1]} {year}", f"{year}-{month:02}"),
            (f"{day} {MONTHS[month - 1]} {year}", f"{year}-{month:02}-{day:02}"),
            (f"{MONTHS[month - 1]} {day}, {year}", f"{year}-{month:02}-{day:02}"),
            (f"the mid-{decade}s", f"{decade + 5}"),
            (f"the end of the {decade}s", f"{decade + 10}"),
        ]
    )


def expression(chance: random.Random) -> tuple[str, tuple[object, ...]]:
    """An expression with its cue, and what is read from it: first, last, years, cue."""
    kind = chance.choice(["point", "deadline", "start", "period", "length"])
    if kind == "length":
        word, years = chance.choice(list(COUNTS.items()))
        lead = chance.choice(["over", "within", "for"])
        middle = chance.choice(["", "the next ", "the coming ", "about "])
        return f"{lead} {middle}{word} years", (None, None, years, lead)
    if kind == "period":
        first, last = sorted(chance.sample(range(1990, 2060), 2))
        form, cue = chance.choice(
            [("between {} and {}", "between"), ("from {} to {}", "from"), ("from {} until {}", "from")]
        )
        return form.format(first, last), (str(first), str(last), None, cue)
    text, date = point(chance)
    cue = chance.choice({"point": MOMENTS, "deadline": DEADLINES, "start": STARTS}[kind])
    return f"{cue} {text}", (date, None, None, cue) if kind == "start" else (None, date, None, cue)


def test_ten_thousand_expressions_are_read_back_exactly() -> None:
    chance = random.Random(2030)
    for _ in range(10_000):
        text, expected = expression(chance)
        lead = chance.choice(["It opens ", "The plant, due ", "Sales grow ", ""])
        assert row(f"{lead}{text}, it said.") == [expected], text


@settings(max_examples=500, deadline=None)
@given(
    st.lists(
        st.sampled_from(WORDS),
        max_size=14,
    )
)
def test_any_words_give_dates_inside_them(words: list[str]) -> None:
    text = " ".join(words)
    for document_date in (None, "2024", "2024-03", TODAY, "0001-01-01"):
        found = dates(text, 0, len(text), document_date)
        assert all(0 <= w.start < w.end <= len(text) for w in found)


@pytest.mark.parametrize("piece", ["2030 ", "in the end of the ", "a year ", "between 2022 and ", "five ", "the "])
def test_long_runs_take_time_in_proportion(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    start = time.process_time()
    dates(text, 0, len(text), TODAY)
    assert time.process_time() - start < 10
