"""From others' IRIs to ours: however they are spelt, one at a time or ten thousand."""

from __future__ import annotations

import csv
import io
import json

import pytest
import rdflib
from flask.testing import FlaskClient

from graph.namespaces import DEFAULT_BASE, SKOS
from service.sameas import MOST, key

pytest_plugins = ("tests.service.small",)

LEAF = DEFAULT_BASE + "id/nissan-leaf"
WIKIDATA = "http://www.wikidata.org/entity/Q911323"
SPELLINGS = (
    WIKIDATA,
    "https://www.wikidata.org/entity/Q911323",
    "https://www.wikidata.org/wiki/Q911323",
    "https://m.wikidata.org/wiki/Q911323#sitelinks",
    "HTTPS://WWW.WIKIDATA.ORG/wiki/Q911323/",
    "https://www.wikidata.org/wiki/Special:EntityData/Q911323.json",
    "http://dbpedia.org/resource/Nissan_Leaf",
    "https://dbpedia.org/page/Nissan_Leaf",
    "https://en.wikipedia.org/wiki/Nissan_Leaf",
    "https://en.m.wikipedia.org/wiki/Nissan%5FLeaf",
)


@pytest.mark.parametrize("uri", SPELLINGS)
def test_every_spelling_of_an_iri_leads_to_ours(visitor: FlaskClient, uri: str) -> None:
    answer = visitor.get("/sameas", query_string={"uri": uri})
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    found = json.loads(answer.text)
    assert [(m["iri"], m["relation"]) for m in found] == [(LEAF, "exactMatch")]


def test_people_are_led_to_the_page(visitor: FlaskClient) -> None:
    answer = visitor.get("/sameas", query_string={"uri": WIKIDATA}, headers={"Accept": "text/html,*/*;q=0.8"})
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/id/nissan-leaf"
    assert "Accept" in answer.headers["Vary"]


def test_turtle_states_the_link_as_the_register_does(visitor: FlaskClient) -> None:
    answer = visitor.get("/sameas", query_string={"uri": SPELLINGS[2]}, headers={"Accept": "text/turtle"})
    assert answer.mimetype == "text/turtle"
    graph = rdflib.Graph().parse(data=answer.text, format="turtle")
    assert (rdflib.URIRef(LEAF), rdflib.URIRef(SKOS + "exactMatch"), rdflib.URIRef(WIKIDATA)) in graph


def test_what_is_not_linked_is_not_found(visitor: FlaskClient) -> None:
    for uri in ("http://www.wikidata.org/entity/Q1", "urn:x:y", "http://[::1/", "http://example.org/%zz"):
        answer = visitor.get("/sameas", query_string={"uri": uri})
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json"), uri


def test_what_is_no_iri_is_told(visitor: FlaskClient) -> None:
    for uri in ("", "Q911323", "http://a b", "http://x/<script>", "http://x/" + "y" * 3000, "\x00"):
        answer = visitor.get("/sameas", query_string={"uri": uri})
        assert (answer.status_code, answer.mimetype) == (400, "application/problem+json"), uri
    assert visitor.get("/sameas").status_code == 400
    assert visitor.get("/sameas?uri=x", headers={"Accept": "image/png"}).status_code == 406


def test_a_batch_is_answered_in_its_order(visitor: FlaskClient) -> None:
    batch = [WIKIDATA, "http://example.org/none", "not an iri", SPELLINGS[8]]
    found = json.loads(visitor.post("/sameas", json=batch).text)
    assert [row["uri"] for row in found] == batch
    assert [[m["iri"] for m in row["matches"]] for row in found] == [[LEAF], [], [], [LEAF]]
    assert "not an absolute IRI" in found[2]["error"]
    turtle = visitor.post("/sameas", json=batch, headers={"Accept": "text/turtle"})
    assert len(rdflib.Graph().parse(data=turtle.text, format="turtle")) == 3


def test_ten_thousand_and_no_more(visitor: FlaskClient) -> None:
    batch = [f"http://www.wikidata.org/entity/Q{number}" for number in range(MOST)]
    assert len(json.loads(visitor.post("/sameas", json=batch).text)) == MOST
    assert visitor.post("/sameas", json=[*batch, "http://x/"]).status_code == 413


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b"[1]", b"\xff\xfe\xfa", b"[" * 100_000])
def test_malformed_batches_are_told_why(visitor: FlaskClient, body: bytes) -> None:
    answer = visitor.post("/sameas", data=body, content_type="application/json")
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


def test_places_by_their_number_only() -> None:
    assert key("https://www.geonames.org/2988507/paris.html") == key("https://sws.geonames.org/2988507/")
    assert key("http://www.wikidata.org/entity/Q12") != key("http://www.wikidata.org/entity/Q123")


def test_link_sets_are_files_of_both_sides(visitor: FlaskClient) -> None:
    for name, start in (
        ("wikidata", "http://www.wikidata.org/entity/Q"),
        ("dbpedia", "http://dbpedia.org/resource/"),
        ("geonames", "https://sws.geonames.org/"),
    ):
        table = visitor.get(f"/sameas/{name}.csv")
        assert table.mimetype == "text/csv"
        head, *rows = csv.reader(io.StringIO(table.text))
        assert head == ["entity", "label", "relation", "target"]
        assert len(rows) > 200
        assert all(row[0].startswith(DEFAULT_BASE) and row[3].startswith(start) for row in rows)
        turtle = visitor.get(f"/sameas/{name}.ttl")
        triples = {(str(s), str(p).removeprefix(SKOS), str(o)) for s, p, o in rdflib.Graph().parse(data=turtle.text)}
        assert triples == {(row[0], row[2], row[3]) for row in rows}
    assert visitor.get("/sameas/nowhere.csv").status_code == 404
    assert visitor.get("/sameas/wikidata.xlsx").status_code == 404
