"""Sites as what a document goes back to: what introduces a plant, what means it again, which figures are its own."""

from __future__ import annotations

import pytest

from graph.extraction.pipeline import RuleExtractor
from graph.reading import Document
from graph.register import load_register

EXTRACTOR = RuleExtractor(load_register())
Triple = tuple[str, str, object]


def triples(text: str, title: str = "") -> set[Triple]:
    document = Document(
        slug="test", text=text, media_type="text/markdown", digest="", date="2024-05-10", language="en", title=title
    )
    return {(c.claim.subject, c.claim.property, c.claim.object or c.claim.value) for c in EXTRACTOR.run(document).found}


def plants(found: set[Triple]) -> set[Triple]:
    return {t for t in found if t[1] == "operatesPlant"}


@pytest.mark.parametrize(
    ("text", "owner", "plant"),
    [
        ("CATL, which is to make battery cells near Arnstadt, waits.", "CATL", "CATL Arnstadt plant"),
        ("The car is built by Magna Steyr in Graz, Austria.", "Magna Steyr", "Magna Steyr Graz plant"),
        ("Renault is content. The Renault 5 from Douai sells.", "Renault", "Renault Douai plant"),
        ("CATL grows. A plant in Germany, at Arnstadt, is open.", "CATL", "CATL Arnstadt plant"),
        ("CATL grows. In Arnstadt, our newest factory, it is quiet.", "CATL", "CATL Arnstadt plant"),
        ("BMW waits. At Debrecen in Hungary, where the first stone was laid, 150,000 cars of capacity will be created.",
         "BMW", "BMW Debrecen plant"),
        ("BMW's plant in Debrecen is newer than Hyundai's in Ulsan.", "Hyundai", "Hyundai Ulsan plant"),
        ("Geely acquires Bosch's module factory in Göttingen.", "Geely", "Geely Göttingen plant"),
        ("The factory in Tychy belongs to Stellantis.", "Stellantis", "Stellantis Tychy plant"),
    ],
)  # fmt: skip
def test_a_plant_is_introduced_in_the_ways_of_the_press(text: str, owner: str, plant: str) -> None:
    assert (owner, "operatesPlant", plant) in triples(text)


def test_a_plant_without_a_place_stands_in_the_town_of_the_title() -> None:
    found = triples("Togg is pleased. It has got a factory for 100,000 cars a year.", title="Gemlik gets its factory")
    assert ("Togg", "operatesPlant", "Togg Gemlik plant") not in found  # the text never names the town
    found = triples("Gemlik waits. Togg is to open a car factory here.", title="Gemlik gets its factory")
    assert ("Togg", "operatesPlant", "Togg Gemlik plant") in found


def test_items_under_the_names_of_towns_are_about_plants_there() -> None:
    text = "Where Gotion builds:\n\n- **Göttingen, Germany.** Module output is to reach 20 GWh a year.\n"
    found = triples(text, title="Gotion High-tech, one by one")
    plant = "Gotion High-tech Göttingen plant"
    assert {("Gotion High-tech", "operatesPlant", plant), (plant, "locatedIn", "Germany")} <= found
    assert (plant, "productionCapacity", 20) in found


def test_a_table_of_plants_is_read_row_by_row() -> None:
    text = (
        "| Plant | Owner | GWh/yr | Jobs |\n| --- | --- | --- | --- |\n"
        "| De Soto, Kansas | Panasonic | 32 | 4,000 |\n| Kokomo, Indiana | StarPlus Energy | 33 | 1,400 |\n"
    )
    found = triples(text)
    assert ("StarPlus Energy Kokomo plant", "productionCapacity", 33) in found
    assert ("Panasonic De Soto plant", "jobs", 4000) in found


def test_all_who_build_a_plant_together_run_it() -> None:
    found = triples("General Motors and Samsung SDI are building a cell plant in New Carlisle, Indiana.")
    plant = "General Motors New Carlisle plant"
    assert {(owner, "operatesPlant", plant) for owner in ("General Motors", "Samsung SDI")} <= found


def test_a_noun_goes_back_to_the_plant_that_agrees_with_it() -> None:
    text = (
        "BMW has a car plant in Debrecen. EVE Energy is building a battery plant in Debrecen. "
        "The battery factory is to employ 1,000 people."
    )
    found = triples(text)
    assert ("EVE Energy Debrecen plant", "employeeCount", 1000) in found
    assert ("BMW Debrecen plant", "employeeCount", 1000) not in found


def test_another_plant_is_none_of_those_spoken_of() -> None:
    text = "BMW has a plant in Debrecen. A second factory is to employ 1,000 people."
    assert ("BMW Debrecen plant", "employeeCount", 1000) not in triples(text)


def test_a_plant_may_be_told_of_before_it_is_placed() -> None:
    text = "Ola Electric will expand its cell plant to 20 GWh. The gigafactory in Krishnagiri has been open since May."
    assert ("Ola Electric Krishnagiri plant", "productionCapacity", 20) in triples(text)


def test_sums_and_offices_are_the_companys() -> None:
    text = "CATL runs plants in Arnstadt and Debrecen. Together, the two sites are to reach 114 GWh a year."
    assert not [t for t in triples(text) if str(t[0]).endswith("plant") and t[1] == "productionCapacity"]
    text = "BYD has a plant in Szeged. It has also opened its head office there, with 2,000 jobs."
    assert ("BYD Szeged plant", "jobs", 2000) not in triples(text)


def test_two_plants_in_one_town_have_no_name() -> None:
    assert plants(triples("Stellantis is building two plants in Kokomo.")) == {("Stellantis", "operatesPlant", 2)}


def test_a_plant_that_is_not_there_is_denied_and_stands_nowhere() -> None:
    document = Document(slug="test", text="Audi has no factory in Mexico.", media_type="text/plain", digest="")
    found = [c.claim for c in EXTRACTOR.run(document).found]
    assert [c.modality for c in found if c.property == "operatesPlant"] == ["negated"]
    assert not [c for c in found if c.property == "locatedIn"]


def test_a_town_where_a_company_is_known_to_build_stands_for_its_plant() -> None:
    found = triples("Northvolt is bankrupt. Skellefteå, good for 16 GWh on paper, closes.")
    assert ("Northvolt", "operatesPlant", "Northvolt Skellefteå plant") in found
    assert not plants(triples("Northvolt is bankrupt. Its founder comes from near Skellefteå."))


def test_a_car_made_where_others_build_says_nothing_of_its_brand() -> None:
    assert not plants(triples("The Leapmotor T03 is built in Tychy."))
