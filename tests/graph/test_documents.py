"""The documents that ship: what they are, and that their published claims are the reviewed ones, word for word."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
import yaml

from graph import paths
from graph.claims import Claim, read_claims
from graph.extraction.model import Extraction
from graph.extraction.pipeline import extract
from graph.reading import Document, read_document
from graph.register import Register, load_register
from graph.review import Review, apply, read_review

GOLD = Path(__file__).resolve().parent.parent / "corpus"
SHARED = paths.HOUSE.parent / "shared" / "corpus"
SLUGS = sorted(path.stem for path in paths.DOCUMENTS.glob("*.md"))
BRIEFS = ["alliance-2030-report", "alliance-start-to-future", "nissan-ev-road", "nissan-independence"]
LONGEST_RUN = 6  # words that a brief may have in common with its original, in a row


@cache
def document(slug: str) -> Document:
    return read_document(paths.DOCUMENTS / f"{slug}.md")


@cache
def review(slug: str) -> Review:
    found = read_review(paths.DOCUMENTS / f"{slug}.review.jsonl")
    assert found is not None
    return found


@cache
def register() -> Register:
    return load_register()


def shared(relative: str) -> Path:
    path = SHARED / relative
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return path


def original(slug: str) -> Path:
    folder = shared("seeds")
    return next(p for p in sorted(folder.glob(f"{slug}.*")) if p.suffix in {".md", ".txt"})


def gold(slug: str) -> list[Claim]:
    own = [GOLD / f"{slug}.claims.jsonl", *GOLD.glob(f"round-*/{slug}.claims.jsonl")]
    path = next((path for path in own if path.exists()), None) or shared(f"dev/{slug}.claims.jsonl")
    return list(read_claims(path))


def restated(slug: str) -> Path:
    return next(GOLD.glob(f"round-*/{slug}.md"), None) or shared(f"dev/{slug}.md")


def front_matter(text: str) -> tuple[dict[str, object], str]:
    _, head, body = text.split("---\n", 2)
    return yaml.safe_load(head), body


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[i : i + length]) for i in range(len(found) - length + 1)}


def test_thirty_two_documents_ship_with_their_decisions() -> None:
    assert len(SLUGS) == 32
    assert sorted(p.name.removesuffix(".review.jsonl") for p in paths.DOCUMENTS.glob("*.review.jsonl")) == SLUGS
    assert all(review(slug).complete for slug in SLUGS)
    assert sum(d.kind != "reject" for slug in SLUGS for d in review(slug).decisions) >= 850


@pytest.mark.parametrize("slug", SLUGS)
def test_every_decision_rests_on_the_documents_own_words(slug: str) -> None:
    text = document(slug).text
    body = text.index("\n---\n", 4)
    for decision in review(slug).decisions:
        for claim in (decision.claim, decision.was or decision.claim):
            assert text[claim.start_char : claim.end_char] == claim.quote
            assert claim.start_char > body, "the front matter makes no claims"


@pytest.mark.parametrize("slug", SLUGS)
def test_no_claim_is_published_twice(slug: str) -> None:
    text = document(slug).text
    claims = [d.claim for d in review(slug).decisions if d.kind != "reject"]
    assert len({c.content() for c in claims}) == len({c.digest(text) for c in claims}) == len(claims)


@pytest.mark.parametrize("slug", SLUGS)
def test_the_reviewed_claims_are_the_gold_claims_even_when_nothing_is_extracted(slug: str) -> None:
    outcome = apply(Extraction(document(slug), found=()), review(slug))
    assert sorted(map(repr, (r.claim for r in outcome.claims))) == sorted(map(repr, gold(slug)))
    assert {r.state for r in outcome.claims} == {"reviewed"}
    assert (outcome.pending, outcome.notes) == ([], [])


@pytest.mark.parametrize("slug", SLUGS)
def test_the_published_claims_are_the_gold_claims(slug: str) -> None:
    outcome = apply(extract(document(slug), register()), review(slug))
    assert sorted(map(repr, (r.claim for r in outcome.claims))) == sorted(map(repr, gold(slug)))
    assert outcome.notes == []


@pytest.mark.parametrize("slug", sorted(set(SLUGS) - set(BRIEFS)))
def test_the_restated_documents_are_taken_over_byte_for_byte(slug: str) -> None:
    path = paths.DOCUMENTS / f"{slug}.md"
    assert path.read_bytes() == restated(slug).read_bytes()
    assert "source_url" in front_matter(path.read_text(encoding="utf-8"))[0]


@pytest.mark.parametrize("slug", BRIEFS)
def test_a_brief_says_that_it_restates_and_guesses_no_source(slug: str) -> None:
    metadata, _ = front_matter(document(slug).text)
    assert metadata["restatement"] is True
    assert metadata["language"] == "en"
    assert set(metadata) <= {"title", "publisher", "author", "date", "language", "restatement"}


@pytest.mark.parametrize("slug", BRIEFS)
def test_a_brief_has_the_claims_of_its_original(slug: str) -> None:
    originals = read_claims(shared(f"seeds/{slug}.claims.jsonl"))
    assert [c.content() for c in gold(slug)] == [c.content() for c in originals]


@pytest.mark.parametrize("slug", BRIEFS)
def test_a_brief_is_in_words_of_its_own(slug: str) -> None:
    _, body = front_matter(document(slug).text)
    source = original(slug).read_text(encoding="utf-8")
    longer = LONGEST_RUN + 1
    assert [" ".join(run) for run in runs(body, longer) & runs(source, longer)] == []


def test_extraction_does_most_of_the_work_and_review_corrects_it() -> None:
    outcomes = [apply(extract(document(slug), register()), review(slug)) for slug in SLUGS]
    origins = [reviewed.origin for outcome in outcomes for reviewed in outcome.claims]
    assert 1 - origins.count("extracted") / len(origins) <= 0.40
