"""Accept headers of real clients and of none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.negotiation import Offer, choose

OFFERS = (
    Offer("html", "text/html", ("application/xhtml+xml",)),
    Offer("ttl", "text/turtle"),
    Offer("jsonld", "application/ld+json", ("application/json",)),
    Offer("rdf", "application/rdf+xml"),
)
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        (None, "html"),
        ("", "html"),
        ("*/*", "html"),
        (BROWSER, "html"),
        ("text/turtle", "ttl"),
        ("TEXT/Turtle", "ttl"),
        ("text/*", "html"),
        ("text/*, text/html;q=0", "ttl"),
        ("application/*;q=0.5, text/turtle;q=0.4", "jsonld"),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', "jsonld"),
        ('application/ld+json; profile="a,b;q=0"; q=0.9, text/turtle;q=0.8', "jsonld"),
        ("text/turtle;q=0.5, application/rdf+xml;q=0.7", "rdf"),
        ("application/json", "jsonld"),
        ("text/turtle, */*;q=0.1", "ttl"),
        ("*/*, text/turtle", "ttl"),
        ("image/png", None),
        ("text/turtle;q=0", None),
        ("nonsense", "html"),
    ],
)
def test_choice(accept: str | None, name: str | None) -> None:
    choice = choose(accept, OFFERS)
    assert (choice.offer.name if choice else None) == name


def test_the_answer_bears_the_name_that_was_asked_for() -> None:
    choice = choose("application/json", OFFERS)
    assert choice
    assert choice.media_type == "application/json"


@given(st.text(alphabet='abc/*;,=q0.19" \\', max_size=60))
def test_any_header_is_read(accept: str) -> None:
    choose(accept, OFFERS)
