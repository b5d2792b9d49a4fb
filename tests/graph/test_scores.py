"""What extraction reaches on the originals and on the development documents, where their gold is at hand."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from graph.claims import Claim, read_claims
from graph.extraction.evaluate import Names, Scores, evaluate, extracted
from graph.extraction.model import Mention
from graph.extraction.naming import names_table, recognised
from graph.paths import HOUSE
from graph.register import load_register

CORPUS = HOUSE.parent / "shared" / "corpus"


@cache
def scores(folder: Path) -> Scores:
    if not folder.is_dir():
        pytest.skip("the originals are not at hand")
    register = load_register()
    gold = [claim for path in sorted(folder.glob("*.claims.jsonl")) for claim in read_claims(path)]
    found = extracted(folder, register)
    return evaluate(gold, found, register)


def test_the_four_originals_are_read_almost_whole() -> None:
    strict = scores(CORPUS / "seeds").strict
    assert strict.precision >= 0.90
    assert strict.recall >= 0.80


def test_the_development_documents_are_mostly_read() -> None:
    assert scores(CORPUS / "dev").strict.f1 >= 0.50


def test_names_are_counted_by_kind_before_any_rule_is_tried() -> None:
    register = load_register()
    gold = [
        Claim(document="d", subject=s, property=p, object=o, modality="fact", quote="x", start_char=0, end_char=1)
        for s, p, o in (
            ("Citroën", "makesModel", "Citroën ë-C3"), ("Citroën", "operatesPlant", "Citroën Trollheim plant"),
            ("Jane Doe", "holdsRole", "Citroën"),
        )
    ]  # fmt: skip
    mentions = {"d": [Mention(0, 1, "Citroën ë-C3", frozenset({"VehicleModel"}))]}
    rows = sorted(recognised(gold, mentions, register, Names(register).key))
    assert rows == [
        ("d", "Citroën", "brand", True), ("d", "Citroën ë-C3", "model", True), ("d", "Jane Doe", "person", False),
    ]  # fmt: skip
    table = names_table(rows, errors=True)
    assert table[1].split() == ["all", "0.667", "2", "1"]
    assert table[-1] == "  d: Jane Doe (person)"
