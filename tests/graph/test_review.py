"""Review: what a person decided is what is published, whatever the extractor finds today."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.claims import Claim
from graph.extraction.model import Candidate, Extraction
from graph.reading import Document
from graph.review import (
    Decision,
    Review,
    ReviewError,
    anchor,
    apply,
    read_review,
    review_from_gold,
    write_review,
)

TEXT = "Acme will build 12 new models by 2031. Acme and Bolt are partners. The Acme Dart is a hatchback.\n"
DAY = "2026-11-25"


def document(text: str = TEXT) -> Document:
    return Document(slug="acme", text=text, media_type="text/plain", digest="0")


def claim(quote: str, **keys: Any) -> Claim:
    start = TEXT.index(quote)
    row = {"subject": "Acme", "modality": "fact", "document": "acme"} | keys
    return Claim(quote=quote, start_char=start, end_char=start + len(quote), **row)


MODELS = claim("12 new models by 2031", property="modelCount", value=12, unit="models", end="2031", modality="plan")
PARTNERS = claim("Acme and Bolt are partners", property="partnersWith", object="Bolt")
BODY = claim("Acme Dart is a hatchback", subject="Acme Dart", property="bodyStyle", value="hatchback")


def find(of: Claim, rule: str = "some-rule", confidence: float | None = 0.9) -> Candidate:
    return Candidate(of, rule, confidence)


def extraction(*found: Claim, text: str = TEXT) -> Extraction:
    return Extraction(document(text), tuple(find(c) for c in found))


def review(*decisions: Decision, complete: bool = True) -> Review:
    return Review("acme", complete=complete, reviewed=DAY, decisions=decisions)


# --- applying


def test_without_a_review_everything_is_published_unreviewed() -> None:
    outcome = apply(extraction(MODELS, BODY), None)
    assert [(r.claim, r.origin, r.state, r.rule, r.confidence) for r in outcome.claims] == [
        (MODELS, "extracted", "unreviewed", "some-rule", 0.9),
        (BODY, "extracted", "unreviewed", "some-rule", 0.9),
    ]
    assert (outcome.rejected, outcome.pending, outcome.notes) == (0, [], [])


def test_an_accepted_claim_is_published_with_the_reviewed_quote_and_the_rule_that_finds_it() -> None:
    shorter = claim("12 new models", **{k: v for k, v in MODELS.as_dict().items() if k not in EVIDENCE})
    [published] = apply(extraction(shorter), review(Decision("accept", MODELS))).claims
    assert (published.claim, published.origin, published.state, published.rule) == (
        MODELS, "extracted", "reviewed", "some-rule",
    )  # fmt: skip


EVIDENCE = {"quote", "start_char", "end_char", "document"}


@pytest.mark.parametrize(
    ("found", "origin"),
    [
        (MODELS, "extracted"),
        (replace(MODELS, bound="exact"), "extracted"),
        (replace(MODELS, end=None), "amended"),
        (replace(MODELS, modality="fact", powertrain="hybrid"), "amended"),
        (MODELS.moved("Acme Dart", TEXT.index("Acme Dart")), "amended"),
        (replace(MODELS, value=13), "added"),
        (replace(MODELS, modality="negated"), "added"),
    ],
)
def test_the_origin_follows_what_the_extractor_finds_today(found: Claim, origin: str) -> None:
    for kind in ("accept", "amend", "add"):
        outcome = apply(extraction(found), review(Decision(kind, MODELS)))
        assert [(r.claim, r.origin) for r in outcome.claims] == [(MODELS, origin)]
        assert len(outcome.pending) == (origin == "added")


def test_an_amendment_of_the_statement_itself_is_known_by_what_it_was() -> None:
    wrong = replace(MODELS, value=13)
    outcome = apply(extraction(wrong), review(Decision("amend", MODELS, was=wrong)))
    assert [(r.claim, r.origin) for r in outcome.claims] == [(MODELS, "amended")]
    assert not outcome.pending


def test_partners_agree_in_either_order() -> None:
    turned = replace(PARTNERS, subject="Bolt", object="Acme")
    [published] = apply(extraction(turned), review(Decision("accept", PARTNERS))).claims
    assert (published.claim, published.origin) == (PARTNERS, "extracted")


def test_one_find_supports_one_decision_and_the_closest_is_taken() -> None:
    later = replace(MODELS, end="2035")
    outcome = apply(extraction(MODELS), review(Decision("add", later), Decision("accept", MODELS)))
    assert [(r.claim.end, r.origin) for r in outcome.claims] == [("2035", "added"), ("2031", "extracted")]


def test_a_complete_review_holds_back_what_it_has_not_decided() -> None:
    outcome = apply(extraction(MODELS, BODY), review(Decision("accept", MODELS)))
    assert [r.claim for r in outcome.claims] == [MODELS]
    assert [c.claim for c in outcome.pending] == [BODY]


def test_an_incomplete_review_publishes_what_it_has_not_decided_as_unreviewed() -> None:
    outcome = apply(
        extraction(MODELS, BODY, PARTNERS),
        review(Decision("accept", MODELS), Decision("reject", PARTNERS), complete=False),
    )
    assert [(r.claim, r.state) for r in outcome.claims] == [(MODELS, "reviewed"), (BODY, "unreviewed")]
    assert (outcome.rejected, outcome.pending) == (1, [])


def test_a_rejection_drops_the_find_on_these_words_only() -> None:
    elsewhere = BODY.moved("Acme", 0)
    outcome = apply(extraction(BODY, elsewhere), review(Decision("reject", BODY)))
    assert (outcome.claims, outcome.rejected) == ([], 1)
    assert [c.claim for c in outcome.pending] == [elsewhere]


def test_a_repeated_find_of_a_decided_claim_is_no_new_one() -> None:
    again = MODELS.moved("Acme", 0)
    outcome = apply(extraction(MODELS, again), review(Decision("accept", MODELS)))
    assert (len(outcome.claims), outcome.pending, outcome.rejected) == (1, [], 0)


def test_a_quote_moves_with_the_text() -> None:
    text = "A new first line.\n" + TEXT
    [published] = apply(extraction(text=text), review(Decision("add", BODY))).claims
    assert published.claim.start_char == BODY.start_char + 18
    assert text[published.claim.start_char : published.claim.end_char] == BODY.quote


def test_a_quote_that_is_gone_drops_the_decision_with_a_note() -> None:
    outcome = apply(extraction(text="Nothing left."), review(Decision("add", BODY), Decision("reject", MODELS)))
    assert outcome.claims == []
    assert outcome.notes == [
        'acme: dropped add, no longer in the text: "Acme Dart is a hatchback"',
        'acme: dropped reject, no longer in the text: "12 new models by 2031"',
    ]


def test_a_review_of_another_document_is_refused() -> None:
    with pytest.raises(ReviewError, match="acme: the review is of bolt"):
        apply(extraction(), replace(review(), document="bolt"))


def test_the_nearest_occurrence_wins() -> None:
    here = replace(claim("Acme", property="foundedIn", end="1990"), start_char=50, end_char=54)
    assert anchor(here, "Acme" + 40 * " " + "Acme" + 90 * " " + "Acme") == here.moved("Acme", 44)


@given(st.text("ab ", max_size=30), st.text("ab ", min_size=1, max_size=3), st.integers(0, 40))
def test_an_anchored_quote_stands_in_the_text(text: str, quote: str, start: int) -> None:
    anchored = anchor(replace(BODY, quote=quote, start_char=start, end_char=start + len(quote)), text)
    if anchored is None:
        assert quote not in text
    else:
        assert text[anchored.start_char : anchored.end_char] == quote
        distance = abs(anchored.start_char - start)
        assert not any(text.startswith(quote, i) and abs(i - start) < distance for i in range(len(text)))


# --- from gold


def test_a_review_from_gold_says_what_had_to_be_done() -> None:
    off = replace(PARTNERS, end="2020")
    wrong = replace(BODY, value="sedan")
    found = extraction(MODELS, off, wrong)
    made = review_from_gold(found, [MODELS, PARTNERS, BODY], DAY)
    assert made == review(
        Decision("accept", MODELS),
        Decision("amend", PARTNERS, was=off),
        Decision("add", BODY),
        Decision("reject", wrong),
    )
    outcome = apply(found, made)
    assert [r.origin for r in outcome.claims] == ["extracted", "amended", "added"]
    assert (outcome.rejected, outcome.pending, outcome.notes) == (1, [], [])


CLAIMS = [MODELS, PARTNERS, BODY, replace(MODELS, end="2035"), replace(BODY, value="sedan"), replace(MODELS, value=13)]


@given(st.lists(st.sampled_from(CLAIMS), max_size=8), st.lists(st.sampled_from(CLAIMS), unique=True))
def test_whatever_is_found_the_gold_is_published(found: list[Claim], gold: list[Claim]) -> None:
    outcome = apply(extraction(*found), review_from_gold(extraction(*found), gold, DAY))
    assert [r.claim for r in outcome.claims] == gold
    assert outcome.pending == []


# --- files


def test_a_review_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "acme.review.jsonl"
    whole = review(
        Decision("accept", MODELS),
        Decision("amend", PARTNERS, was=replace(PARTNERS, end="2020")),
        Decision("reject", BODY),
    )
    write_review(path, whole)
    assert read_review(path) == whole
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    assert read_review(tmp_path / "other.review.jsonl") is None


HEADER = {"document": "acme", "complete": True, "reviewed": DAY}


def adding(**keys: Any) -> dict[str, Any]:
    return {"decision": "add", "claim": BODY.as_dict() | keys}


def without(key: str) -> dict[str, Any]:
    return {k: v for k, v in BODY.as_dict().items() if k != key}


ADD = adding()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], r":1: empty"),
        (["{"], r":1: not JSON"),
        ([[]], r":1: not a JSON object"),
        ([{"document": "acme"}], r":1: the first line has the keys document, complete, reviewed"),
        ([HEADER | {"document": "bolt"}], r":1: a review of 'bolt' in the file of 'acme'"),
        ([HEADER | {"complete": "yes"}], r":1: complete is true or false, not 'yes'"),
        ([HEADER | {"reviewed": "2026-02-30"}], r":1: reviewed is a day"),
        ([HEADER | {"reviewed": 2026}], r":1: reviewed is a day"),
        ([HEADER, ADD, ADD], r":3: decides again on the claim of line 2"),
        ([HEADER, {"decision": "maybe", "claim": {}}], r":2: unknown decision 'maybe'; use one of accept, amend"),
        ([HEADER, ADD | {"note": "x"}], r":2: unknown keys note"),
        ([HEADER, ADD | {"was": BODY.as_dict()}], r":2: was belongs to amend, not to add"),
        ([HEADER, {"decision": "add"}], r":2: no claim"),
        ([HEADER, ADD | {"claim": 7}], r":2: not a JSON object"),
        ([HEADER, ADD | {"claim": without("quote")}], r":2: no quote"),
        ([HEADER, ADD | {"claim": without("subject")}], r":2: no subject"),
        ([HEADER, adding(colour="red")], r":2: unknown keys colour"),
        ([HEADER, adding(value=["x"])], r":2: neither a text nor a number: value"),
        ([HEADER, adding(value=float("nan"))], r":2: neither a text nor a number: value"),
        ([HEADER, adding(value=True)], r":2: neither a text nor a number: value"),
        ([HEADER, adding(document="bolt")], r":2: a claim of 'bolt' in the review of 'acme'"),
        ([HEADER, adding(property="likes")], r":2: unknown property 'likes'"),
        ([HEADER, adding(modality="hope")], r":2: unknown modality 'hope'"),
        ([HEADER, adding(quote=5)], r":2: the quote is not a text"),
        ([HEADER, adding(end_char=1.5)], r":2: start_char and end_char are not positions"),
        ([HEADER, adding(quote="Acme")], r":2: the quote has 4 characters, its positions 24"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_in_one_line_that_says_where(tmp_path: Path, rows: list[Any], message: str) -> None:
    path = tmp_path / "acme.review.jsonl"
    path.write_text("".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in rows), encoding="utf-8")
    with pytest.raises(ReviewError, match=message) as caught:
        read_review(path)
    assert str(caught.value).startswith(f"{path}:")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "acme.review.jsonl"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ReviewError, match="not UTF-8 text"):
        read_review(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(ReviewError, match="cannot be read"):
        read_review(path)
