"""IRIs: the same name gives the same slug, and the base moves what it should."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.namespaces import CODE, EV, Namespace, slug


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Renault Mégane E-Tech", "renault-megane-e-tech"),
        ("Renault–Nissan–Mitsubishi Alliance", "renault-nissan-mitsubishi-alliance"),
        ("Škoda", "skoda"),
        ("Œuvre", "oeuvre"),
        ("ŁÓDŹ", "lodz"),
        ("Weiß", "weiss"),
        ("XPeng P7+", "xpeng-p7-plus"),
        ("smart #1", "smart-1"),
        ("AT&T", "at-and-t"),
        ("比亚迪", "比亚迪"),
        ("  The Arc ", "the-arc"),
    ],
)
def test_a_name_becomes_a_slug(name: str, expected: str) -> None:
    assert slug(name) == expected


@given(st.text())
def test_a_slug_is_safe_in_an_iri_and_is_its_own_slug(name: str) -> None:
    made = slug(name)
    assert not re.search(r"[\s/#?%<>\"{}|\\^`]", made)
    assert slug(made) == made


@given(st.text(alphabet=string.ascii_letters + " -", min_size=1))
def test_case_does_not_matter(name: str) -> None:
    assert slug(name.upper()) == slug(name.lower())


def test_the_base_moves_entities_and_leaves_the_vocabulary() -> None:
    names = Namespace("https://example.org/")
    assert names.entity("nissan") == "https://example.org/id/nissan"
    assert names.prefixes["id"] == "https://example.org/id/"
    assert names.prefixes["ev"] == EV == "https://w3id.org/evplans/ontology#"
    assert names.prefixes["code"] == CODE
