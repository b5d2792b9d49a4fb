"""A server over a store elsewhere: the same pages, formats, refusals and deadline as over its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from graph.digests import GraphDigest
from graph.store.delivery import deliver
from graph.store.embedded import open_store
from graph.store.remote import Address, Remote
from graph.terms import canonical_lines
from tests.graph.servers import SERVERS, server
from tests.service.published import FACTS, NAMES, REGISTER, THINGS, make_app, make_build, quads

LONG = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@pytest.fixture(scope="module", params=SERVERS)
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    with server(request.param, tmp_path_factory.mktemp(request.param)) as address:
        yield address


@pytest.fixture(scope="module")
def client(address: Address, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    data = tmp_path_factory.mktemp("data")
    make_build(data, "first", quads())
    graphs = {
        name: GraphDigest.of(canonical_lines(q for q in quads() if str(q.graph_name) == f"<{name}>"))
        for name in (FACTS, REGISTER)
    }
    deliver(Remote(address), NAMES, graphs, open_store(data / "builds" / "first" / "store"))
    return make_app(data, **settings(address), EVPLANS_TOKEN="secret").test_client()


def settings(address: Address) -> dict[str, str]:
    given = {
        "EVPLANS_STORE": address.query,
        "EVPLANS_STORE_UPDATE": address.update,
        "EVPLANS_STORE_GRAPHS": address.graphs,
        "EVPLANS_STORE_USER": address.user,
        "EVPLANS_STORE_PASSWORD": address.password,
    }
    return {name: value for name, value in given.items() if value}


@pytest.mark.parametrize(
    ("accept", "begins"),
    [
        ("application/sparql-results+json", '{"head"'),
        ("application/sparql-results+xml", "<?xml"),
        ("text/csv", "n\r\n60"),
        ("text/tab-separated-values", "?n\n60"),
    ],
)
def test_tables_come_in_every_format(client: FlaskClient, accept: str, begins: str) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?s ev:parent ?o }"
    answer = client.get("/sparql", query_string={"query": query}, headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.mimetype == accept
    assert answer.text.startswith(begins)
    assert answer.headers["X-Dataset-Build"] == "first"


@pytest.mark.parametrize("accept", ["text/turtle", "application/n-triples", "application/ld+json"])
def test_graphs_come_in_every_format(client: FlaskClient, accept: str) -> None:
    query = "CONSTRUCT { ?s skos:prefLabel ?l } { ?s skos:prefLabel ?l }"
    answer = client.post("/sparql", data={"query": query}, headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.text.count("Thing, thing-7") == 1


def test_truth_and_a_page_of_rows(client: FlaskClient) -> None:
    answer = client.get("/sparql?query=ASK%20%7B%20id:thing-1%20ev:parent%20id:thing-2%20%7D")
    assert json.loads(answer.text)["boolean"] is True
    query = "SELECT ?s { ?s ev:parent ?o } ORDER BY ?s"
    page = client.get("/sparql", query_string={"query": query}, headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "thing-59" in page.text


def test_a_named_dataset_is_kept_to(client: FlaskClient) -> None:
    query = f"SELECT (COUNT(*) AS ?n) FROM <{FACTS}> {{ ?s ?p ?o }}"
    answer = client.get("/sparql", query_string={"query": query}, headers={"Accept": "text/csv"})
    assert answer.text.split() == ["n", str(THINGS)]
    by_protocol = {"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "default-graph-uri": REGISTER}
    answer = client.get("/sparql", query_string=by_protocol, headers={"Accept": "text/csv"})
    assert answer.text.split() == ["n", str(THINGS)]


def test_pages_ask_the_store(client: FlaskClient) -> None:
    page = client.get("/id/thing-1", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "Thing, thing-1" in page.text
    assert client.get("/id/thing-1.ttl").status_code == 200


@pytest.mark.parametrize(
    ("query", "status"),
    [("SELECT FOO", 400), ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", 403), (LONG, 503)],
)
def test_what_cannot_be_answered_is_refused_as_ever(client: FlaskClient, query: str, status: int) -> None:
    answer = client.get("/sparql", query_string={"query": query, "timeout": "0.3"})
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert "127.0.0.1" not in answer.text or status == 403  # where the store is is nobody's business


def test_changes_go_to_the_store_itself(client: FlaskClient) -> None:
    answer = client.post("/update", data={"update": "INSERT DATA { <http://a> <http://b> 1 }"},
                         headers={"Authorization": "Bearer secret"})  # fmt: skip
    assert answer.status_code == 422
    assert "EVPLANS_STORE" in answer.text


def test_a_store_that_is_gone_is_told(address: Address, tmp_path: Path) -> None:
    make_build(tmp_path, "first", quads())
    gone = replace(address, query="http://127.0.0.1:1/sparql")
    client = make_app(tmp_path, **settings(gone)).test_client()
    assert client.get("/health/live").status_code == 200
    for path in ("/health/ready", "/sparql?query=ASK%7B%7D", "/id/thing-1"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert "127.0.0.1" not in answer.text
