"""The sites of cars, cells and their parts that the reader knows."""

from __future__ import annotations

from collections import Counter

import pytest

from graph.extraction.industry import with_industry
from graph.extraction.known_sites import country_of, known_sites, owners_at, with_known_sites
from graph.extraction.lexicon import table
from graph.extraction.lint import document_of
from graph.extraction.mentions import ORGANIZATION_KINDS, PLACE_KINDS, Gazetteer
from graph.extraction.pipeline import RuleExtractor
from graph.extraction.readings import load_shapes, read
from graph.register import fold, load_register

REGISTER = with_industry(load_register())
KNOWN = with_known_sites(REGISTER)
GAZETTEER = Gazetteer(KNOWN)
SHAPES = load_shapes()
SITES = list(known_sites().values())


def places(text: str) -> set[str]:
    """The places that a text names, as it writes them."""
    reading = read(document_of(text), GAZETTEER, SHAPES)
    return {reading.mask[m.start : m.end] for m in reading.mentions if m.kinds & PLACE_KINDS}


def test_every_owner_is_a_company_under_its_canonical_name() -> None:
    for owner in {owner for site in SITES for owner in site.owners}:
        known = REGISTER.resolve(owner)
        assert known and known.name == owner and known.kinds & ORGANIZATION_KINDS, owner


def test_no_site_stands_there_twice() -> None:
    assert len(table("sites")["site"]) == len(SITES)
    spelled = Counter((fold(n), s.country) for s in SITES if not s.name for n in {fold(n) for n in s.names})
    assert [name for name, count in spelled.items() if count > 1] == []
    owners = [site for site in SITES if not site.owners or len(set(site.owners)) < len(site.owners)]
    assert owners == []


@pytest.mark.parametrize("guarded", [False, True])
def test_every_place_is_one_beside_its_country(guarded: bool) -> None:
    missed = []
    for site in SITES:
        held = REGISTER.resolve(site.place)
        company = held is not None and not held.kinds & PLACE_KINDS  # "Lincoln" is a brand first
        if site.guarded == guarded and not site.name and not company:
            missed += [n for n in site.names if n not in places(f"BYD builds cars in {n}, {site.country}.")]
    assert missed == []


def test_plants_with_names_are_found_with_their_owners() -> None:
    for site in SITES:
        if site.name:
            [found] = GAZETTEER.mentions(f"Work goes on at {site.name} these days.")
            plant = KNOWN.resolve(site.name)
            assert plant and found.name == plant.name and found.kinds == {"Plant"} and plant.parents, site.name


@pytest.mark.parametrize(
    "text",
    [
        "Reading the contract, Ford found hope.",
        "Commerce and liberty are normal.",
        "Liberty is dear to Ford.",
        "BYD named Wayne Martin its spokesman.",
        "Born in 1970, he joined Ford.",
    ],
)
def test_ordinary_words_and_people_are_no_places(text: str) -> None:
    assert places(text) == set()


def test_what_is_known_of_a_place() -> None:
    assert {"BMW", "CATL"} <= owners_at("Debrecen")
    assert owners_at("ELLABELL") >= {"Hyundai Motor Group"}
    assert owners_at("Trollheim") == frozenset()
    assert country_of("Gyor") == "Hungary"
    assert country_of("Woodstock") is None, "one lies in Ontario, one in Alabama"
    assert country_of("Warsaw") is None, "Slate builds in another than the capital"
    assert country_of("Trollheim") is None


def test_the_register_keeps_its_names() -> None:
    assert all(KNOWN.resolve(name) == KNOWN[slug] for name, slug in REGISTER.names.items())
    assert KNOWN.resolve("Dunkerque") == KNOWN.resolve("Dunkirk")


def test_a_plant_that_names_nobody_is_theirs_who_are_known_in_the_town() -> None:
    text = (
        "Panasonic supplies Lucid with cells. Lucid has signed for those from Kansas. "
        "The larger cell comes from another place: it is made at a plant in Wakayama."
    )
    found = RuleExtractor(load_register()).extract(document_of(text))
    assert [c.claim.subject for c in found if c.claim.property == "operatesPlant"] == ["Panasonic"]
