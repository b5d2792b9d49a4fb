"""How far a rule can be trusted: measured on gold, kept as data, published on its claims and on its own node."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal

from graph.claims import to_json_lines
from graph.extraction import confidence
from graph.extraction.evaluate import write_confidence
from graph.extraction.pipeline import RuleExtractor
from graph.namespaces import EV, Namespace
from graph.provenance import dataset_provenance
from graph.reading import read_document
from graph.register import load_register

REGISTER = load_register()
TEXT = "Kia will invest $5 billion in electric cars. Ford will invest $6 billion in batteries.\n"


def test_a_rule_is_measured_on_gold_and_the_counts_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gold holds one of the two investments, so that the rule was right once in two."""
    path, kept = tmp_path / "news.md", tmp_path / "confidence.toml"
    path.write_text(TEXT, encoding="utf-8")
    found = RuleExtractor(REGISTER).run(read_document(path)).found
    gold = [c.claim for c in found if c.claim.value != 6_000_000_000]
    path.with_suffix(".claims.jsonl").write_text(to_json_lines(gold), encoding="utf-8")
    assert write_confidence([tmp_path], REGISTER, kept) == kept
    monkeypatch.setattr(confidence, "FILE", kept)
    confidence.counts.cache_clear()
    rule = next(c.rule for c in found if c.claim.value == 6_000_000_000)
    assert confidence.counts()[rule] == (1, 2)
    assert (confidence.precision(rule), confidence.confidence(rule)) == (0.5, 0.5)
    assert (confidence.precision("no.such-rule"), confidence.confidence("no.such-rule")) == (None, None)
    monkeypatch.undo()
    confidence.counts.cache_clear()


def test_confidence_grows_with_what_gold_has_seen() -> None:
    counts = confidence.counts()
    right = {seen: confidence.confidence(rule) or 0 for rule, (good, seen) in counts.items() if good == seen}
    assert [right[n] for n in sorted(right)] == sorted(right.values())
    assert all(0 < (confidence.confidence(rule) or 0) < 1 for rule in counts)


class Counts:
    """A ledger of one rule."""

    def counts(self, kind: str) -> dict[str, int]:
        return {Namespace().rule("investment.verb"): 3} if kind == "rule" else {}


def test_a_rules_node_tells_its_precision() -> None:
    quads = dataset_provenance(Namespace(), {}, Counts(), True, "1")  # type: ignore[arg-type]
    [told] = [q.object for q in quads if q.predicate.value == EV + "precision"]
    assert isinstance(told, Literal)
    assert float(told.value) == confidence.precision("investment.verb")
