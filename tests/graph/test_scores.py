"""What extraction reaches on the originals and on the development documents, where their gold is at hand."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from graph.claims import read_claims
from graph.extraction.evaluate import Scores, evaluate, extracted
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
