"""When, where, which cars, which plan, how firmly and on whose word: one short text for each way of saying it."""

from __future__ import annotations

from functools import cache

import pytest

from graph.claims import Claim
from graph.extraction.pipeline import RuleExtractor
from graph.reading import Document
from graph.register import load_register


@cache
def extractor() -> RuleExtractor:
    return RuleExtractor(load_register())


def claims(text: str, date: str | None = "2022-03-01") -> list[Claim]:
    document = Document(slug="made-up", text=text, media_type="text/markdown", digest="", date=date, language="en")
    return [candidate.claim for candidate in extractor().extract(document)]


def only(text: str, of: str, value: object = None, date: str | None = "2022-03-01") -> Claim:
    found = [c for c in claims(text, date) if c.property == of and value in {None, c.value}]
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "value", "start", "end", "years"),
    [
        ("Nissan will invest 3 billion euros by 2030.", 3e9, None, "2030", None),
        ("Between 2022 and 2026 Nissan will invest 3 billion euros.", 3e9, "2022", "2026", None),
        ("Nissan will invest 3 billion euros over the next five years.", 3e9, None, None, 5),
        ("In January, Nissan said it would invest 3 billion euros.", 3e9, None, None, None),
        ("Nissan will invest 3 billion euros in a line that should start in 2024.", 3e9, None, None, None),
        ("Nissan will launch 20 electric models by 2030. Eight of them will be vans.", 20, None, "2030", None),
        ("Nissan will launch 20 electric models (five of them vans) by 2030.", 20, None, "2030", None),
    ],
)
def test_date_stands_in_the_clause(
    text: str, value: float, start: str | None, end: str | None, years: int | None
) -> None:
    of = "investment" if value > 1000 else "modelCount"
    claim = only(text, of, value)
    assert (claim.start, claim.end, claim.duration_years) == (start, end, years)


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("Nissan sold 500,000 EVs in Europe in 2021.", "Europe"),
        ("Nissan sold 500,000 EVs worldwide in 2021.", "global"),
        ("In Japan, Nissan sold 500,000 EVs in 2021.", "Japan"),
        ("- **China**: Nissan sold 500,000 EVs in 2021.", "China"),
        ("Nissan sold 500,000 EVs in 2021.", None),
    ],
)
def test_place_limits_a_figure(text: str, region: str | None) -> None:
    assert only(text, "salesVolume").region == region


@pytest.mark.parametrize(
    ("text", "of", "modality"),
    [
        ("Nissan sold 500,000 EVs in 2021.", "salesVolume", "fact"),
        ("Nissan aims to sell 500,000 EVs in 2025.", "salesVolume", "plan"),
        ("Nissan had promised to sell 500,000 EVs by 2016.", "salesVolume", "plan"),
        ("Nissan reportedly wants to invest 2 billion euros in Mexico.", "investment", "report"),
        (
            "According to two people familiar with the matter, Nissan will invest 2 billion euros.",
            "investment",
            "report",
        ),
        ("Nissan has set aside 2 billion euros for batteries.", "investment", "plan"),
        ("Nissan is spending 2 billion euros on batteries.", "investment", "fact"),
        ("Renault, which still has 43% of Nissan, will sell 28% of it.", "holdsStakeIn", "fact"),
        ("The Nissan Ariya comes next.", "makesModel", "plan"),
        ("The Nissan Leaf has been on sale for years.", "makesModel", "fact"),
    ],
)
def test_modality(text: str, of: str, modality: str) -> None:
    assert {c.modality for c in claims(text) if c.property == of} == {modality}


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Nissan will sell 500,000 EVs in 2025, according to Reuters.", "Reuters"),
        ("Nissan will sell 500,000 EVs in 2025, Makoto Uchida said.", "Makoto Uchida"),
        ("Nissan said it will sell 500,000 EVs in 2025.", None),
    ],
)
def test_attribution_is_never_the_subject(text: str, who: str | None) -> None:
    assert only(text, "salesVolume").attribution == who


def test_plan_reaches_the_paragraph_that_speaks_of_it() -> None:
    text = (
        "On Monday Nissan announced Nissan Ambition 2030.\n\n"
        "Under the plan, Nissan will launch 23 electrified models by 2030. It will invest 2 trillion yen.\n\n"
        "Nissan will also spend 400 million dollars in Mexico by 2025."
    )
    plans = {c.value: c.plan for c in claims(text) if c.property in {"modelCount", "investment"}}
    assert plans == {23: "Nissan Ambition 2030", 2_000_000_000_000: "Nissan Ambition 2030", 400_000_000: None}


def test_powertrain_is_taken_up_from_the_number_before() -> None:
    found = {
        c.value: c.powertrain
        for c in claims("Nissan plans 23 electrified models by 2030. Fifteen of the 23 will be full EVs.")
    }
    assert found == {23: "electrified", 15: "battery-electric"}
