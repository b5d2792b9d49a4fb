"""The verifier: what the text says passes, and each way of saying more than it is refused with the reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from graph.claims import Claim
from graph.extraction.model import Candidate
from graph.extraction.pipeline import RuleExtractor
from graph.extraction.readings import Reading, read
from graph.extraction.verify import verify
from graph.reading import Document
from graph.register import load_register

TEXT = """# Honda by region

Honda will invest $40 billion in electric cars over the next ten years. The Japanese carmaker is back.

In Europe, Honda wants electric cars to make up 80 percent of its sales by 2035.

| Region | 2030 share |
| --- | --- |
| China | 40 percent |

Elsewhere, a sedan of Toyota is on sale since 2019 at $30,000.
"""
EXTRACTOR = RuleExtractor(load_register())
READING: Reading = read(
    Document(slug="test", text=TEXT, media_type="text/markdown", digest="", date="2022-06-15", language="en"),
    EXTRACTOR.gazetteer,
    EXTRACTOR.shapes,
)


def claim(name: str) -> Claim:
    return next(c.claim for c in EXTRACTOR.propose(READING) if c.claim.property == name and c.claim.subject == "Honda")


def reason(one: Claim) -> str:
    """Why the verifier refuses a claim; empty where it does not."""
    kept, rejected = verify([Candidate(one, "test")], READING)
    assert len(kept) + len(rejected) == 1
    return rejected[0].reason if rejected else ""


def test_what_the_rules_read_passes() -> None:
    assert not verify(EXTRACTOR.propose(READING), READING)[1]


@pytest.mark.parametrize(
    ("name", "change", "why"),
    [
        ("investment", {"value": 4_000_000_000}, "4000000000 USD cannot be read in the quote"),
        ("investment", {"value": 40_000_000_000, "unit": "EUR"}, "cannot be read"),
        ("investment", {"value": 30_000, "unit": "USD"}, "cannot be read"),
        ("investment", {"subject": "Porsche"}, "the document does not name Porsche"),
        ("investment", {"attribution": "Reuters"}, "the document does not name Reuters"),
        ("investment", {"plan": "Ambition 2030 Vision"}, "the document does not name Ambition"),
        ("investment", {"quote": "Honda plans to invest $40 billion"}, "quote is not the document's text"),
        ("investment", {"duration_years": 5}, "does not give a time of 5 years"),
        ("investment", {"end": "2019"}, "the passage does not give the date 2019"),
        ("salesShare", {"end": "2040"}, "the passage does not give the date 2040"),
        ("salesShare", {"end": "2030"}, "the passage does not give the date 2030"),
        ("salesShare", {"region": "China"}, "the passage does not name China"),
        ("salesShare", {"region": "Europe and India"}, "the passage does not name India"),
        ("salesShare", {"region": "global"}, "the passage does not name global"),
        ("salesShare", {"value": 100}, "cannot be read"),
        ("salesShare", {"end": "soon"}, "a date that is none"),
        ("salesShare", {"property": "profit"}, "no property profit"),
        ("country", {"value": "Germany"}, "the passage does not name Germany"),
    ],
)  # fmt: skip
def test_what_the_text_does_not_say_is_refused_with_the_reason(name: str, change: dict[str, Any], why: str) -> None:
    assert reason(claim(name)) == ""
    assert why in reason(replace(claim(name), **change))


def test_a_table_is_one_passage_and_what_stands_elsewhere_is_none() -> None:
    row = TEXT.index("| China")
    quote = "40 percent"
    start = TEXT.index(quote, row)
    share = replace(
        claim("salesShare"), value=40, region="China", end="2030", quote=quote, start_char=start,
        end_char=start + len(quote),
    )  # fmt: skip
    assert reason(share) == ""
    assert "2019" in reason(replace(share, end="2019"))
