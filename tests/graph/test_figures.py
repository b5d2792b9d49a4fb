"""What a figure means and what it does not: shares, growth, staff, jobs, launches, answers and labels."""

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


def claims(text: str) -> list[Claim]:
    document = Document(
        slug="made-up", text=text, media_type="text/markdown", digest="", date="2024-06-15", language="en"
    )
    return [candidate.claim for candidate in extractor().extract(document)]


def stated(text: str, of: str) -> set[tuple[object, ...]]:
    return {(c.subject, c.value, c.end) for c in claims(text) if c.property == of}


@pytest.mark.parametrize(
    "text",
    [
        "Nissan sold 222,600 electric cars in 2023, up 73 percent.",
        "Nissan's operating margin was 13.1 percent and its share price gained 4 percent.",
        "Almost seven in ten electric cars sold in India last year came from Nissan.",
        "Nissan has 16.3 percent of the German EV market.",
        "Women make up 30 percent of Nissan's staff.",
        "Nissan sold 658,321 vehicles in 2023, 14.7% more than in 2022.",
    ],
)
def test_growth_margins_and_market_shares_are_no_sales_shares(text: str) -> None:
    assert stated(text, "salesShare") == set()


@pytest.mark.parametrize(
    ("text", "value", "end"),
    [
        ("From 2030 Nissan will sell nothing but electric cars.", 100, None),
        ("Nissan wants to phase out combustion engines in Europe by 2030.", 100, "2030"),
        ("Nissan aims to have a fully electric line-up by 2030.", 100, "2030"),
        ("Every second Nissan sold in 2025 should have a plug.", 50, "2025"),
        ("Nissan wants more than 80% of the cars it delivers in 2030 to be fully electric.", 80, "2030"),
        ("Nissan sells cars. By then? Yes. In 2026, 60 percent of its models will be electric.", 60, "2026"),
    ],
)
def test_shares_in_the_wordings_of_the_press(text: str, value: float, end: str | None) -> None:
    assert stated(text, "salesShare") == {("Nissan", value, end)}


def test_a_share_may_leave_out_its_percent() -> None:
    text = "Electric cars will account for 36 percent of Nissan's sales in 2030, hybrids for 24."
    assert {value for _, value, _ in stated(text, "salesShare")} == {36, 24}


@pytest.mark.parametrize(
    "text",
    [
        "Nissan's sales fell 20 percent as costs rose.",
        "Batteries account for 40 percent of the cost of a Nissan.",
        "Nissan's new cells charge 30 percent faster and offer 30 percent more range.",
    ],
)
def test_what_is_no_cost_reduction(text: str) -> None:
    assert stated(text, "costReduction") == set()


def test_staff_that_is_hired_dismissed_or_retrained_is_no_head_count() -> None:
    assert stated("Nissan has retrained 1,600 staff.", "employeeCount") == set()
    assert stated("Nissan will cut 9,000 jobs.", "jobs") == set()
    assert stated("Nissan employs 130,000 people.", "employeeCount") == {("Nissan", 130_000, None)}


def test_stores_and_a_days_output_are_no_cars() -> None:
    assert claims("Nissan sold its cars in 5,740 stores.") == []
    assert stated("Nissan builds 1,500 cars a day.", "productionVolume") == set()


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("The Nissan Ariya is an SUV. It will cost $40,000 and reach customers in 2025.", "2025"),
        ("Nissan has dates.\n\n**March 2025.** The Nissan Ariya goes on sale.", "2025-03"),
        ("Deliveries of the Nissan Ariya are to begin late this year.", "2024"),
        ("In 2025 comes the Nissan Ariya.", "2025"),
        ("The Nissan Ariya came to the United States in late 2022.", "2022"),
    ],
)
def test_launches_in_the_wordings_of_the_press(text: str, end: str) -> None:
    assert ("Nissan Ariya", None, end) in stated(text, "launch")


def test_a_question_says_what_its_answer_is_about() -> None:
    text = "Nissan answers.\n\n**How much do you invest?**\n\nThree billion euros until 2030."
    assert stated(text, "investment") == {("Nissan", 3_000_000_000, "2030")}


def test_a_plan_that_was_dropped_is_denied() -> None:
    (claim,) = [c for c in claims("A plan by Nissan to sell 600,000 EVs by 2026 was dropped.") if c.value == 600_000]
    assert claim.modality == "negated"
    (claim,) = [c for c in claims("Nissan will not sell 600,000 EVs until 2026.") if c.value == 600_000]
    assert claim.modality != "negated"


def test_figures_in_a_row_belong_to_names_in_a_row() -> None:
    text = "The Nissan Ariya and the Kia EV6 have a range of 533 km and 528 km respectively."
    assert stated(text, "drivingRange") == {("Nissan Ariya", 533, None), ("Kia EV6", 528, None)}
