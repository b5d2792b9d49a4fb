"""The reviewed claims of the rounds: every quote stands in its document, every row is one of the contract's."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from graph.claims import (
    BODY_STYLES,
    BOUNDS,
    DATED,
    MODALITIES,
    POWERTRAINS,
    PROPERTIES,
    QUANTITIES,
    RELATIONS,
    UNITS,
    Claim,
    read_claims,
)
from graph.reading import find_documents, read_document

ROUNDS = sorted(Path(__file__).parent.glob("round-*"))
DOCUMENTS = [path for folder in ROUNDS for path in find_documents(folder)]
DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


@cache
def claims(document: Path) -> list[Claim]:
    return list(read_claims(document.with_name(document.stem + ".claims.jsonl")))


def test_every_claims_file_has_its_document() -> None:
    files = {path.name.removesuffix(".claims.jsonl") for folder in ROUNDS for path in folder.glob("*.claims.jsonl")}
    assert Counter(path.stem for path in DOCUMENTS) == Counter(files)  # a name is used in one round only


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_every_quote_stands_at_its_place(path: Path) -> None:
    text = read_document(path).text
    assert claims(path)
    for claim in claims(path):
        assert claim.document == path.stem
        assert text[claim.start_char : claim.end_char] == claim.quote


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_every_row_is_of_the_contract_and_there_once(path: Path) -> None:
    assert len({claim.content() for claim in claims(path)}) == len(claims(path))
    for claim in claims(path):
        assert claim.property in PROPERTIES
        assert claim.modality in MODALITIES
        assert claim.bound in {None, *BOUNDS}
        assert claim.powertrain in {None, *POWERTRAINS}
        assert all(DATE.fullmatch(when) for when in (claim.start, claim.end) if when), claim
        assert well_formed(claim), claim


def well_formed(claim: Claim) -> bool:
    """Whether object, value and unit are those that the claim's property takes."""
    number = isinstance(claim.value, int | float)
    if claim.property in RELATIONS:
        if claim.property == "holdsRole":
            return bool(claim.object) and isinstance(claim.value, str) and claim.unit is None
        valued = number and claim.unit in UNITS.get(claim.property, frozenset())
        if claim.unit == "plants":
            return valued and claim.object is None
        return bool(claim.object) and (valued or (claim.value is None and claim.unit is None))
    if claim.object is not None:
        return False
    if claim.property in DATED:
        return claim.value is None and claim.unit is None and claim.end is not None
    if claim.property in QUANTITIES:
        return number and claim.unit in (UNITS[claim.property] or {None})
    words = isinstance(claim.value, str) and claim.unit is None
    return words and (claim.property != "bodyStyle" or claim.value in BODY_STYLES)


@pytest.mark.parametrize("folder", ["samples", "practice"])
def test_what_is_learnt_from_is_as_well_formed(folder: str) -> None:
    documents = find_documents(Path(__file__).parent / folder)
    files = (Path(__file__).parent / folder).glob("*.claims.jsonl")
    assert Counter(path.stem for path in documents) == Counter(p.name.removesuffix(".claims.jsonl") for p in files)
    for path in documents:
        text = read_document(path).text
        for claim in claims(path):
            assert claim.document == path.stem, path
            assert text[claim.start_char : claim.end_char] == claim.quote, claim
            assert claim.property in PROPERTIES and well_formed(claim), claim
