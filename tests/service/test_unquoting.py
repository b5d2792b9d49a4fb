"""The quick way to decode a parameter gives what Python's own does."""

from __future__ import annotations

from urllib.parse import quote, quote_plus, unquote_plus

from hypothesis import given
from hypothesis import strategies as st

from service.sparql.protocol import unquoted

PIECES = [
    "%",
    "%2",
    "%20",
    "%C3%A4",
    "%e2%82%ac",
    "%ff",
    "%3D",
    "%25",
    "%0D%0A",
    "+",
    "=",
    "==",
    "_",
    "0",
    "a",
    "-",
    "ä",
    "\n",
    "é%",
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_whatever_is_sent(text: str) -> None:
    assert unquoted(text) == unquote_plus(text)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_was_encoded_comes_back(text: str) -> None:
    assert unquoted(quote(text, safe="")) == unquoted(quote_plus(text)) == text
