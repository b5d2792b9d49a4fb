"""Extraction end to end: what the rules find, what they leave alone, and how they do against gold."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.claims import Claim, read_claims
from graph.extraction.evaluate import evaluate, evaluate_folder, extracted
from graph.extraction.lint import lint
from graph.extraction.pipeline import LONGEST, JudgedExtractor, RuleExtractor, extract
from graph.paths import HOUSE
from graph.reading import Document
from graph.register import load_register

CORPUS = HOUSE.parent / "shared" / "corpus"
REGISTER = load_register()
EXTRACTOR = RuleExtractor(REGISTER)


def document(text: str, date: str | None = "2022-06-15", language: str | None = "en") -> Document:
    return Document(slug="test", text=text, media_type="text/plain", digest="", date=date, language=language)


def claims(text: str, date: str | None = "2022-06-15") -> list[Claim]:
    return [c.claim for c in EXTRACTOR.run(document(text, date)).found]


def triples(text: str) -> set[tuple[str, str, object]]:
    return {(c.subject, c.property, c.object or c.value) for c in claims(text)}


def test_a_target_carries_its_qualifiers() -> None:
    text = "In Europe, Honda wants electric cars to make up 80 percent of its sales by 2035."
    [claim] = [c for c in claims(text) if c.property == "salesShare"]
    assert (claim.subject, claim.value, claim.unit, claim.end, claim.region, claim.powertrain, claim.modality) == (
        "Honda", 80, "percent", "2035", "Europe", "battery-electric", "plan",
    )  # fmt: skip


def test_pronouns_and_definite_nouns_lead_back_to_the_company() -> None:
    text = (
        "Ford spoke on Tuesday. The American carmaker will invest $5 billion in batteries. "
        "It plans to launch ten new electric models by 2026."
    )
    assert {
        ("Ford", "investment", 5_000_000_000),
        ("Ford", "modelCount", 10),
        ("Ford", "country", "United States"),
    } <= (triples(text))


def test_another_company_in_between_is_not_the_subject() -> None:
    found = triples("According to Toyota, Ford will invest $5 billion in batteries.")
    assert ("Ford", "investment", 5_000_000_000) in found
    assert not any(s == "Toyota" for s, p, _ in found if p == "investment")


def test_a_plant_is_named_after_company_and_place() -> None:
    found = triples("BMW will build a battery factory in Debrecen, Hungary.")
    assert {("BMW", "operatesPlant", "BMW Debrecen plant"), ("BMW Debrecen plant", "locatedIn", "Hungary")} <= found


def test_denial_and_hearsay_are_told_apart() -> None:
    modality = {c.object: c.modality for c in claims("Nissan has no plans to supply batteries to Ford.")}
    assert modality.get("Ford") == "negated"
    [report] = [c for c in claims("Kia is reportedly planning to spend $2 billion on a factory.") if c.value == 2e9]
    assert report.modality == "report"


@pytest.mark.parametrize(
    "text",
    [
        "Ford reported revenue of $40 billion and a profit of $2 billion for the quarter.",
        "Analysts think that the whole industry will sell 30 million electric cars by 2030.",
        "The new cells allow faster charging and longer range.",
        "They ram the post, leaf through the papers and seat the guests in a smart way.",
    ],
)
def test_what_is_no_claim_yields_no_figure(text: str) -> None:
    assert not [c for c in claims(text) if c.property in {"investment", "modelCount", "drivingRange", "makesModel"}]


def test_every_quote_is_the_text_at_its_offsets() -> None:
    text = "# Volvo\n\n- **EX30**: a small SUV, on sale in 2023.\n\nVolvo Cars sold **600,000** cars in 2021."
    found = claims(text)
    assert found
    assert all(text[c.start_char : c.end_char] == c.quote for c in found)


def test_another_language_and_a_huge_text_yield_a_note() -> None:
    french = document("Le constructeur veut investir vingt milliards dans les voitures. " * 20, language=None)
    huge = document("Ford will invest $5 billion. " * (LONGEST // 20))
    for odd in (french, huge, document("Text", language="de")):
        run = EXTRACTOR.run(odd)
        assert not run.found
        assert run.notes


def test_the_function_and_the_extractor_agree() -> None:
    one = document("Tesla, Inc. builds cars in Fremont, California. The Tesla Model 3 has a range of 500 km.")
    assert extract(one, REGISTER).found == JudgedExtractor(REGISTER).run(one).found
    assert EXTRACTOR.extract(one) == list(EXTRACTOR.run(one).found)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.sampled_from(["Nissan", "Leaf", "‹O#1›", "$5bn", "by 2030", "10%", ";", "**", "\n\n- ", "GWh", "it", ","])
    )
)
def test_any_run_of_words_is_read_without_a_crash(words: list[str]) -> None:
    text = " ".join(words)
    assert all(text[c.start_char : c.end_char] == c.quote for c in claims(text))


def test_rules_and_lexicon_are_sound() -> None:
    assert lint(REGISTER) == []


def test_scores_count_found_missed_and_spurious() -> None:
    gold = claims("Ford will invest $5 billion. Kia sold 100,000 cars in 2021.")
    scores = evaluate(gold, gold[:1], REGISTER)
    assert (scores.strict.found, scores.strict.missed, scores.strict.spurious) == (1, len(gold) - 1, 0)


@pytest.mark.parametrize(("part", "precision", "recall"), [("seeds", 0.95, 0.85), ("dev", 0.85, 0.65)])
def test_gold_is_reached(part: str, precision: float, recall: float) -> None:
    folder = CORPUS / part
    if not folder.exists():
        pytest.skip(f"{folder} is not there")
    gold = [c for path in sorted(folder.glob("*.claims.jsonl")) for c in read_claims(path)]
    scores = evaluate(gold, extracted(folder, REGISTER), REGISTER)
    assert scores.strict.precision >= precision
    assert scores.strict.recall >= recall
    assert "by property" in evaluate_folder(folder, REGISTER)


def test_a_folder_without_gold_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no \*.claims.jsonl"):
        evaluate_folder(tmp_path, REGISTER)
