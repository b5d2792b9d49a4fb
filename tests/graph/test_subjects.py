"""Whose claim it is: owners of plants, subjects across sentences, relations in many wordings, names no list holds."""

from __future__ import annotations

import pytest

from graph.extraction.pipeline import RuleExtractor
from graph.reading import Document
from graph.register import load_register

EXTRACTOR = RuleExtractor(load_register())
Triple = tuple[str, str, object]


def triples(text: str) -> set[Triple]:
    document = Document(slug="test", text=text, media_type="text/plain", digest="", date="2024-05-10", language="en")
    return {(c.claim.subject, c.claim.property, c.claim.object or c.claim.value) for c in EXTRACTOR.run(document).found}


@pytest.mark.parametrize(
    ("text", "owner", "place"),
    [
        ("Suzuki's Indian unit Maruti Suzuki grows. A plant at Kharkhoda opens.", "Maruti Suzuki", "Kharkhoda"),
        ("Togg builds the T10X in Gemlik.", "Togg", "Gemlik"),
        ("They met in Osnabrück, where Volkswagen makes cars.", "Volkswagen Group", "Osnabrück"),
        ("VinFast's cars come from Haiphong, where the complex is large.", "VinFast", "Haiphong"),
        ("CATL has two factories. One of them, in Debrecen, is new.", "CATL", "Debrecen"),
        ("Chery will take over a former Nissan factory in Barcelona.", "Chery", "Barcelona"),
        ("Cells come from Agratas, a neighbour, whose gigafactory at Sanand is new.", "Agratas", "Sanand"),
        ("Gotion, with which VinES is building a cell plant in Ha Tinh, waits.", "VinES", "Ha Tinh"),
        ("Nissan is late. Trucks are made at the plant of Isuzu in Fujisawa, Japan.", "Isuzu", "Fujisawa"),
    ],
)
def test_a_plant_has_the_owner_that_the_text_gives(text: str, owner: str, place: str) -> None:
    plant = f"{owner} {place} plant"
    assert {(owner, "operatesPlant", plant), (plant, "locatedIn", place)} <= triples(text)


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("BMW opens a plant in Debrecen. It will employ 1,500 people.", ("employeeCount", 1500)),
        ("BMW has a plant in Debrecen. Some 1,500 jobs are to be created there.", ("jobs", 1500)),
        ("BMW has a plant in Debrecen, it says. Debrecen employs 1,500 people.", ("employeeCount", 1500)),
    ],
)
def test_figures_of_a_plant_stay_with_it(text: str, claim: tuple[str, int]) -> None:
    assert ("BMW Debrecen plant", *claim) in triples(text)


def test_money_for_the_site_is_its_owners() -> None:
    text = "Hyundai spoke. Kia is building a plant in Hwaseong. Around $1 billion is earmarked for the site."
    assert ("Kia", "investment", 1_000_000_000) in triples(text)


def test_each_of_two_plants_has_its_capacity() -> None:
    text = "VinFast's plants are going up in Thoothukudi and Subang; each is designed for 50,000 cars a year."
    made = {(f"VinFast {place} plant", "productionCapacity", 50_000) for place in ("Thoothukudi", "Subang")}
    assert made <= triples(text)


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Ford spoke. Volvo Cars, in which Geely holds 79%, sold 600,000 cars in 2021.", "Volvo Cars"),
        ("Polestar grows, Polestar says. Volvo Cars still owns 48%. Sales came to 54,600 cars in 2023.", "Polestar"),
        ("Mazda is small. Toyota and Mazda spoke. Mazda is glad. It sold 1.2 million cars in 2023.", "Mazda"),
        ("Unlike Tesla, the Swedish firm waits. Volvo Cars sold 600,000 cars in 2021.", "Volvo Cars"),
    ],
)
def test_who_is_named_in_passing_is_not_the_subject(text: str, subject: str) -> None:
    assert {s for s, p, _ in triples(text) if p == "salesVolume"} == {subject}


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("Toyota raised its stake in Subaru to 20%.", ("Toyota", "holdsStakeIn", "Subaru")),
        ("Proton, half of which belongs to Geely, grows.", ("Geely", "holdsStakeIn", "Proton")),
        ("Proton is 49.9% owned by Geely.", ("Geely", "holdsStakeIn", "Proton")),
        ("QuantumScape, part-owned by Volkswagen, waits.", ("Volkswagen Group", "holdsStakeIn", "QuantumScape")),
        ("Geely, Polestar's biggest shareholder, waits.", ("Geely", "holdsStakeIn", "Polestar")),
        ("Kia and SK On set up a joint venture called Siro.", ("SK On", "holdsStakeIn", "Siro")),
        ("Nissan and Mitsubishi own NMKV in equal parts.", ("Nissan", "partnersWith", "Mitsubishi Motors")),
        ("Tata Motors owns Jaguar Land Rover.", ("Jaguar Land Rover", "subsidiaryOf", "Tata Motors")),
        ("SAIC, owner of the MG brand, waits.", ("SAIC", "hasBrand", "MG")),
        ("Among the brands of Stellantis are Opel and Fiat.", ("Stellantis", "hasBrand", "Fiat")),
        ("Ford has turned to CATL for cheap cells.", ("CATL", "supplies", "Ford")),
        ("The pack of the Nissan Leaf comes from SK On.", ("SK On", "supplies", "Nissan")),
        ("CATL's customers include BMW and Tesla.", ("CATL", "supplies", "Tesla")),
        ("Subaru sells an SUV developed jointly with Toyota.", ("Subaru", "partnersWith", "Toyota")),
        ("The EX90 of Volvo shares its SPA2 platform with the Polestar 3.", ("Polestar 3", "usesPlatform", "SPA2")),
        ("The Nissan Ariya is new. It sits on the CMF-EV platform.", ("Nissan Ariya", "usesPlatform", "CMF-EV")),
        ("It uses the E-GMP platform developed by Hyundai.", ("Hyundai", "developsPlatform", "E-GMP")),
        ("Jim Rowan, who took over as CEO of Volvo Cars, spoke.", ("Jim Rowan", "holdsRole", "Volvo Cars")),
        ("Nissan is late. Jane Doe is its chief executive.", ("Jane Doe", "holdsRole", "Nissan")),
        ("According to chairman Anand Mahindra, Mahindra waits.", ("Anand Mahindra", "holdsRole", "Mahindra")),
    ],
)
def test_a_relation_is_read_in_the_wordings_of_the_press(text: str, claim: Triple) -> None:
    assert claim in triples(text)


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("Denza belongs to Toyota's rival.", "hasBrand"),
        ("Hino and Fuso are controlled by Toyota and Daimler Truck respectively.", "holdsStakeIn"),
        ("Great Wall makes it in a plant bought from General Motors.", "supplies"),
        ("Unlike Volkswagen, the Japanese group waits.", "country"),
    ],
)
def test_an_uncertain_relation_yields_nothing(text: str, claim: str) -> None:
    assert not [t for t in triples(text) if t[1] == claim]


def test_what_a_country_does_is_no_companys() -> None:
    found = triples("Jaguar is late. Jaguar waits. In 2023 Norway sold 80% electric cars.")
    assert not [t for t in found if t[1] == "salesShare"]


def test_a_dateline_is_no_plant() -> None:
    found = triples("Kuala Lumpur – In Tanjung Malim Proton has opened a car plant.")
    assert {o for _, p, o in found if p == "operatesPlant"} == {"Proton Tanjung Malim plant"}


def test_names_that_no_list_holds_are_read_by_their_shape() -> None:
    found = triples("Holdco, a family's company, owns 24.7% of Ferrari. Cars are built in Trollheim by Nissan.")
    assert ("Holdco", "holdsStakeIn", "Ferrari") in found
    assert ("Nissan", "operatesPlant", "Nissan Trollheim plant") in found
