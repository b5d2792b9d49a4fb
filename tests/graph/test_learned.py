"""The recogniser that learns from gold, and the judge over it and the rules."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path

import pytest

from graph.extraction.learned.judge import heard, judged
from graph.extraction.learned.proposals import proposals_of
from graph.extraction.learned.recogniser import HEARD, Recogniser
from graph.extraction.learned.salience import Salience
from graph.extraction.learned.spots import Spot
from graph.extraction.learned.training import learnt
from graph.extraction.learned.weights import FILE, learned, likelihood, write
from graph.extraction.merge import key
from graph.extraction.pipeline import JudgedExtractor, RuleExtractor
from graph.extraction.proposer import Proposer
from graph.extraction.verify import verify
from graph.reading import Document, find_documents, read_document
from graph.register import load_register

CORPUS = Path(__file__).parent.parent / "corpus"
SAMPLES = sorted(find_documents(CORPUS / "samples"))
TEXT = "Nissan will build the Leaf in Sunderland, where 6,000 people work. The plant can make 400,000 cars a year."


@cache
def house() -> JudgedExtractor:
    return JudgedExtractor(load_register())


def document(text: str) -> Document:
    return Document(slug="one", text=text, media_type="text/plain", digest="", date="2024-05-01", language="en")


def proposer(text: str) -> Proposer:
    reading = house().read(document(text))
    assert reading
    return Proposer(reading)


def test_weights_ship_for_every_table_and_the_judge() -> None:
    tables = set(learned())
    assert {"judge", "site", "makesModel", "investment", "locatedIn", "launch"} <= tables


def test_weights_are_kept_byte_for_byte(tmp_path: Path) -> None:
    write(learned(), tmp_path / "weights.json.gz")
    assert (tmp_path / "weights.json.gz").read_bytes() == FILE.read_bytes()


@pytest.mark.parametrize("total", [-1000.0, -3.0, 0.0, 3.0, 1000.0])
def test_a_sum_of_weights_becomes_a_probability(total: float) -> None:
    assert 0 <= likelihood(total) <= 1
    assert likelihood(0) == 0.5


def test_what_is_likely_is_no_less_likely_than_was_asked() -> None:
    found = Recogniser(proposer(TEXT).frames.plants).likely(HEARD)
    assert found
    assert all(HEARD <= one.likelihood <= 1 for one in found)


def test_without_weights_nothing_is_recognised_and_the_rules_stand() -> None:
    rules = proposer(TEXT)
    assert Recogniser(rules.frames.plants, {}).likely(HEARD) == []
    standing = [s for chance, s in judged(heard(rules.ruled(), []), {}) if s.stands(chance)]
    assert [c for s in standing for c in s.candidates] == [c for _, c in rules.ruled()]


def test_one_statement_is_judged_once_whoever_proposes_it() -> None:
    rules = proposer(TEXT)
    ruled = list(rules.ruled())
    hearing = heard(ruled, [(0.9, frame, candidate) for frame, candidate in ruled])
    assert len(hearing.statements) == len({key(candidate.claim) for _, candidate in ruled})


@pytest.mark.parametrize("path", SAMPLES[::6], ids=lambda path: path.stem)
def test_the_same_document_gives_the_same_claims_each_bearing_a_confidence(path: Path) -> None:
    read = read_document(path)
    found = house().extract(read)
    assert found == JudgedExtractor(load_register()).extract(read)
    assert all(one.confidence is None or 0 <= one.confidence <= 1 for one in found)
    assert all(one.confidence is not None for one in found if one.rule.startswith("learned."))


def test_it_finds_more_than_the_rules_in_the_samples_and_all_of_it_passes_the_verifier() -> None:
    rules = RuleExtractor(load_register())
    more = 0
    for path in SAMPLES[::6]:
        read = read_document(path)
        known = {key(one.claim) for one in rules.extract(read)}
        found = house().extract(read)
        more += len({key(one.claim) for one in found} - known)
        reading = house().read(read)
        assert reading
        assert verify(found, reading)[1] == []
    assert more > 10


def test_a_sentence_with_a_thousand_names_takes_bounded_time() -> None:
    def seconds(names: int) -> float:
        begun = time.process_time()
        house().extract(document(", ".join(["Nissan", "Leaf", "Tokyo", "Renault"] * (names // 4)) + " and 5 GWh."))
        return time.process_time() - begun

    seconds(40)
    assert seconds(1000) < 60 * max(seconds(40), 0.01)


def test_nothing_is_proposed_where_nothing_is_named() -> None:
    one = proposer("It rained all day, and nobody bought anything.")
    assert list(proposals_of(0, one.reading.annotated[0], [])) == []


def test_lessons_teach_the_same_weights_each_time(tmp_path: Path) -> None:
    for path in SAMPLES[:8]:
        for part in (path, path.with_name(f"{path.stem}.claims.jsonl")):
            (tmp_path / part.name).write_bytes(part.read_bytes())
    first = learnt([tmp_path], [], load_register())
    assert first == learnt([tmp_path], [], load_register())
    assert {"judge", "makesModel"} <= set(first)
    assert all(weight for table in first.values() for weight in table.values())


def test_what_a_text_has_in_mind_is_told_by_how_often_lately_and_by_what_words_it_is_gone_back_to() -> None:
    reading = proposer("Nissan builds the Leaf in Sunderland. It sells well.").reading
    told = set(Salience(reading).of(1, Spot("Nissan", 0, 0, "OB", "last:O")))
    assert told == {"often:u1", "titled:uFalse", "ago:u1", "opener:uTrue", "back:it:last", "back:^it:last"}
    assert "ago:u99" in set(Salience(reading).of(0, Spot("Renault", 0, 0, "OB", "title")))


def test_a_sentence_speaks_of_those_of_whom_its_statements_tell() -> None:
    rules = proposer(TEXT)
    hearing = heard(list(rules.ruled()), [])
    subjects = {c.claim.subject for _, c in rules.ruled()}
    assert set().union(*hearing.spoken.values()) == subjects
    assert all(chance > 0 for told in hearing.spoken.values() for chance in told.values())
