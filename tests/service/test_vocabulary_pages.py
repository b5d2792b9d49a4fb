"""The pages of the vocabulary and on the quality of the data."""

from __future__ import annotations

import re

import pytest
import rdflib
from flask.testing import FlaskClient

from graph import paths
from graph.namespaces import EV, RDFS
from service.pages.diagram import diagram

pytest_plugins = ("tests.service.small",)


def ontology() -> rdflib.Graph:
    return rdflib.Graph().parse(paths.ONTOLOGY / "evplans.ttl")


def test_the_picture_shows_terms_that_there_are_between_the_classes_that_they_link() -> None:
    known, picture = ontology(), diagram({})
    label, allowed = rdflib.URIRef(RDFS + "label"), [rdflib.URIRef(EV + "claimDomain"), rdflib.URIRef(RDFS + "domain")]
    names = {box.name for box in picture.boxes} | {arrow.name for arrow in picture.arrows if arrow.name}
    assert [name for name in names if (rdflib.URIRef(EV + name), label, None) not in known] == []
    for arrow in picture.arrows:
        if arrow.name:
            start = next(
                b for b in picture.boxes if abs(b.x - arrow.start[0]) <= 78 and abs(b.y - arrow.start[1]) <= 18
            )
            domains = {o for p in allowed for o in known.objects(rdflib.URIRef(EV + arrow.name), p)}
            assert not domains or rdflib.URIRef(EV + start.name) in domains, (arrow.name, start.name, domains)


def test_boxes_of_the_picture_stand_apart_and_within_it() -> None:
    picture = diagram({})
    for i, a in enumerate(picture.boxes):
        assert 78 <= a.x <= picture.width - 78
        assert 18 <= a.y <= picture.height - 18
        assert all(abs(a.x - b.x) > 156 or abs(a.y - b.y) > 36 for b in picture.boxes[i + 1 :]), a.name


def test_every_term_is_listed_with_its_count(visitor: FlaskClient) -> None:
    page = visitor.get("/ontology").text
    terms = set(ontology().subjects(rdflib.URIRef(RDFS + "isDefinedBy"), None))
    assert all(f'id="{str(term).rpartition("#")[2]}"' in page for term in terms)
    claims = int(re.findall(r'id="Claim".*?([\d,]+) instances', page, re.DOTALL)[0].replace(",", ""))
    found = visitor.get("/ontology/Claim").text
    assert re.search(rf"In the data <span class=\"quiet small\">{claims:,}<", found)


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("Claim", ("What constrains it", "ClaimHasOneSubject", "A claim is about exactly one entity")),
        ("modelCount", ("Gives how many new vehicle models", "allowed unit", 'href="/claim/')),
        ("Automaker", ("In other vocabularies", "wikidata", 'href="/id/')),
        ("Organization", ("Narrower", 'href="/ontology/Automaker"')),
    ],
)
def test_a_term_shows_what_it_means_what_constrains_it_and_where_it_is_used(
    visitor: FlaskClient, term: str, expected: tuple[str, ...]
) -> None:
    page = visitor.get(f"/ontology/{term}").text
    assert [text for text in expected if text not in page] == []


def test_the_quality_of_the_data_is_told_in_figures(visitor: FlaskClient) -> None:
    page = visitor.get("/quality").text
    assert 'href="/quality"' in visitor.get("/").text
    sources = re.findall(r'<td class="number">(\d+)</td><td><svg.*?</td><td class="number">([\d,]+)</td>', page)
    assert [n for n, _ in sources] == sorted((n for n, _ in sources), key=int)
    assert sum(int(count.replace(",", "")) for _, count in sources) > 0
    assert "Without a link" in page
