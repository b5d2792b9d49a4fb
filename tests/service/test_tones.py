"""The colours of evidence: every property of the contract belongs to one family, and every family has its colour."""

from __future__ import annotations

from collections import Counter

from graph.claims import PROPERTIES
from graph.paths import HOUSE
from service.pages.tones import FAMILIES, legend, tone


def test_every_property_has_one_family() -> None:
    named = Counter(name for family in FAMILIES.values() for name in family["properties"])
    assert set(named) == PROPERTIES
    assert set(named.values()) == {1}


def test_every_family_has_its_colours_by_day_and_night() -> None:
    style = (HOUSE / "service" / "assets" / "style.css").read_text(encoding="utf-8")
    assert {style.count(f"mark.{name} {{ --mark:") for name in FAMILIES} == {2}


def test_the_legend_has_what_occurs() -> None:
    assert legend([{"property": "https://w3id.org/evplans/ontology#price"}]) == [("money", "Money")]
    assert tone("https://example.org/unknown") == ""
