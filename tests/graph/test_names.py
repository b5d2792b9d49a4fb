"""Names in a text that no list holds, and ordinary words that are none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graph.extraction.cars import Cars
from graph.extraction.lint import document_of
from graph.extraction.pipeline import RuleExtractor
from graph.extraction.posts import companies_of
from graph.reading import Document
from graph.register import load_register

EXTRACTOR = RuleExtractor(load_register())


def names(text: str, kind: str) -> set[str]:
    """The names of a kind that a text has."""
    reading = EXTRACTOR.read(document_of(text))
    assert reading
    return {m.name for m in reading.mentions if kind in m.kinds}


def named_in(document: Document) -> set[str]:
    """All that a document names."""
    reading = EXTRACTOR.read(document)
    return {m.name for m in reading.mentions} if reading else set()


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
        ("J.B. Straubel founded it.", "J.B. Straubel"),
        ("Its chairman is R. C. Bhargava.", "R. C. Bhargava"),
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


@pytest.mark.parametrize(
    ("text", "car"),
    [
        ("The Hyundai Ioniq 5 and 6 are made there.", "Hyundai Ioniq 6"),
        ("Peugeot is early. The 2008 and the 308 follow.", "Peugeot 2008"),
        ("Ford has sold many F-150 Lightnings.", "Ford F-150 Lightning"),
        ("Genesis shows the Genesis GV70 Magma today.", "Genesis GV70 Magma"),
        ("MG sells cars in Windsor; MG's Windsor sells well.", "MG Windsor"),
        ("Toyota builds the Hilux Champ-e there.", "Toyota Hilux Champ-e"),
    ],
)
def test_cars_are_known_by_what_their_names_go_on_with_or_differ_in(text: str, car: str) -> None:
    assert car in names(text, "VehicleModel")


def test_a_number_that_counts_something_is_no_car() -> None:
    assert names("Peugeot is late. The 308 workers and its 2008 crisis are told of.", "VehicleModel") == set()


def test_a_makers_name_that_is_a_word_too_is_known_amid_a_sentence() -> None:
    assert "Lotus" in names("Aston Martin and Lotus had signed an agreement.", "Automaker")
    assert names("Lotus flowers bloom. Cruise ships sail.", "Automaker") == set()


@pytest.mark.parametrize(
    ("text", "battery"),
    [
        ("It wants sulphide cells in 2030.", "sulphide cell"),
        ("Nissan shows its Brelcore battery in Tokyo.", "Brelcore"),
        ("It has introduced Brelmax, a lithium iron phosphate cell with range.", "Brelmax"),
    ],
)
def test_batteries_are_known_by_their_makers_names_and_by_what_they_are_made_of(text: str, battery: str) -> None:
    assert battery in names(text, "BatteryTechnology")


def test_a_company_of_no_register_is_called_what_the_text_calls_it() -> None:
    assert "Ballard Power Systems" in names("Solaris buys fuel cells from Ballard Power Systems.", "Supplier")
    assert "Hyliion" in names("Hyliion Holdings is late.", "Automaker")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Toyota Motor Europe holds its forum once a year.", "Toyota Motor Europe"),
        ("Volkswagen of America opened its only factory in 2011.", "Volkswagen of America"),
        ("It was founded by MG Motor UK.", "MG Motor UK"),
        ("Sales at BYD Japan's shops rose.", "BYD Japan"),
    ],
)
def test_the_company_of_a_region_is_one_of_its_own(text: str, name: str) -> None:
    assert names(text, "Organization") == {name}
    assert names(text, "Place") | names(text, "Country") == set()


@pytest.mark.parametrize(
    "text", ["Toyota of Japan builds cars.", "Toyota builds cars in Europe.", "Toyota, Europe says."]
)
def test_a_company_beside_a_place_is_itself(text: str) -> None:
    assert "Toyota" in names(text, "Automaker")


def test_a_title_says_what_the_short_names_of_its_text_mean() -> None:
    untitled = document_of("All of the cars delivered were SU7 sedans.")
    assert not named_in(untitled)
    assert "Xiaomi SU7" in named_in(replace(untitled, title="Xiaomi wants more this year"))


def test_the_names_of_a_title_are_no_mentions_of_the_text() -> None:
    reading = EXTRACTOR.read(replace(document_of("It has a range of 500 km."), title="The Nissan Ariya in numbers"))
    assert reading
    assert reading.mentions == []
    assert [m.name for m in reading.titled if "VehicleModel" in m.kinds] == ["Nissan Ariya"]


def test_a_car_that_only_the_title_names_is_what_the_text_is_about() -> None:
    reading = EXTRACTOR.read(replace(document_of("The battery holds 87 kWh."), title="The Nissan Ariya in numbers"))
    assert reading
    assert Cars(reading).main == "Nissan Ariya"


def test_somebody_known_by_his_post_has_it_where_the_text_names_his_company() -> None:
    text = "Mercedes-Benz buys cells. Factorial is glad. Markus Schäfer, the chief technology officer, is too."
    roles = [c.claim for c in EXTRACTOR.extract(document_of(text)) if c.claim.property == "holdsRole"]
    assert [(c.subject, c.object) for c in roles] == [("Markus Schäfer", "Mercedes-Benz")]
    assert companies_of("Nobody Known") == ()
