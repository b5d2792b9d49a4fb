"""Names in a text that no list holds, and ordinary words that are none."""

from __future__ import annotations

import pytest

from graph.extraction.lint import document_of
from graph.extraction.pipeline import RuleExtractor
from graph.register import load_register

EXTRACTOR = RuleExtractor(load_register())


def names(text: str, kind: str) -> set[str]:
    """The names of a kind that a text has."""
    reading = EXTRACTOR.read(document_of(text))
    assert reading
    return {m.name for m in reading.mentions if kind in m.kinds}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Chief technology officer Gail Hane spoke in Tokyo.", "Gail Hane"),
        ('"It is early," said Anja van Niersen, who runs the venture.', "Anja van Niersen"),
        ("Its chairman is Yang Hongxin.", "Yang Hongxin"),
        ("BYD sells cars. Gao Han, head of development, is glad.", "Gao Han"),
        ("That is what Choi Yoon-ho told investors.", "Choi Yoon-ho"),
        ("Hans Pehrson keeps a list of materials.", "Hans Pehrson"),
        ("The news came from Samuel García in May.", "Samuel García"),
        ("Elon Musk has a plan.", "Elon Musk"),
    ],
)
def test_people_are_known_by_first_names_posts_and_what_they_say(text: str, name: str) -> None:
    assert names(text, "Person") == {name}


@pytest.mark.parametrize(
    "text",
    [
        "Deliveries of the Volkswagen ID.4 in San Antonio began on Monday.",
        "Chief Financial Officer for North America will speak.",
        "The Li Auto Mega and the BYD Song Plus are sold in China.",
        "The company said Thursday that New York is next.",
        "According to Bank of America sales will grow.",
    ],
)
def test_other_capitalised_words_are_no_people(text: str) -> None:
    assert names(text, "Person") == set()


@pytest.mark.parametrize(
    ("text", "town"),
    [
        ("It has a site in Hildesheim.", "Hildesheim"),
        ("The Troy start-up is late.", "Troy"),
        ("**Marshall, Michigan.** Work goes on.", "Marshall"),
        ("Its plants are in Sunderland, Bergamo and Brescia.", "Brescia"),
        ("The maker chose Nyíregyháza.", "Nyíregyháza"),
        ("Oklahoma City waits.", "Oklahoma City"),
        ("It works near Mo i Rana.", "Mo i Rana"),
    ],
)
def test_towns_of_the_list_are_places_where_the_text_speaks_of_places(text: str, town: str) -> None:
    assert town in names(text, "City")


@pytest.mark.parametrize(
    "text",
    [
        "Liberty is dear to him.",
        "Orange County buys buses in March.",
        "In Commerce and Industry matters differ.",
        "Best of all is Reading.",
    ],
)
def test_towns_with_names_of_ordinary_words_need_a_phrase_about_a_place(text: str) -> None:
    assert not names(text, "City") & {"Liberty", "March", "Orange", "Best", "Reading"}
