"""Updates and graphs over HTTP: what is written is read at once; what is refused changes nothing."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.app import create_app
from service.server import make_empty
from service.settings import Settings
from tests.service.published import make_build, quads

G = "http://example.org/g"
TURTLE = "<http://example.org/s> <http://example.org/p> 1 ."


def application(data: Path, **more: str) -> Flask:
    make_empty(data, "https://w3id.org/evplans/")
    given = {"EVPLANS_DATA": str(data), "EVPLANS_QUERY_TIMEOUT": "2"} | more
    return create_app(Settings.read(given), scratch=True)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    app = application(tmp_path)
    yield app.test_client()
    app.extensions["evplans.engine"].close()


def update(client: FlaskClient, text: str) -> int:
    return client.post("/update", data=text, content_type="application/sparql-update").status_code


def count(client: FlaskClient) -> int:
    answer = client.post(
        "/sparql", data={"query": "SELECT (COUNT(*) AS ?n) {?s ?p ?o}"}, headers={"Accept": "text/csv"}
    )
    return int(answer.text.split()[1])


def test_a_client_reads_its_own_write(client: FlaskClient) -> None:
    for n in range(1, 6):
        assert update(client, f"INSERT DATA {{ <http://x/{n}> <http://p> 1 }}") == 204
        assert count(client) == n
    assert client.get("/health/ready").headers["X-Dataset-Build"] == "scratch.5"
    assert client.post("/update", data={"update": "CLEAR ALL"}).status_code == 204
    assert count(client) == 0


def test_a_failed_update_changes_nothing(client: FlaskClient) -> None:
    update(client, "INSERT DATA { <http://x> <http://p> 1 }")
    assert update(client, "DELETE DATA { <http://x> <http://p> 1 } ; INSERT") == 400
    assert update(client, "DROP ALL ; LOAD <http://127.0.0.1/>") == 403
    assert update(client, "DROP ALL ; DROP GRAPH <http://not/there>") == 422
    assert count(client) == 1


def test_an_update_without_end_is_stopped(client: FlaskClient) -> None:
    many = " ".join(f"<http://x/{n}> <http://p> {n} ." for n in range(200))
    assert update(client, f"INSERT DATA {{ {many} }}") == 204
    begun = time.monotonic()
    assert update(client, "INSERT { ?a ?b ?i } WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }") == 503
    assert time.monotonic() - begun < 4
    assert count(client) == 200


def test_the_graphs_of_the_protocol_are_what_where_reads(client: FlaskClient) -> None:
    update(client, f"INSERT DATA {{ GRAPH <{G}> {{ <http://x> <http://p> 1 }} }}")
    text = "INSERT { <http://y> <http://q> ?o } WHERE { ?s ?p ?o }"
    fields = {"update": text, "using-graph-uri": G}
    assert client.post("/update", data=fields).status_code == 204
    assert count(client) == 2
    assert client.post("/update", data=fields | {"update": f"WITH <{G}> {text}"}).status_code == 400


def test_the_graph_store(client: FlaskClient) -> None:
    where = {"graph": G}

    def send(method: str) -> int:
        return client.open(
            "/graph-store", method=method, query_string=where, data=TURTLE, content_type="text/turtle"
        ).status_code

    assert client.get("/graph-store", query_string=where).status_code == 404
    assert [send("PUT"), send("PUT"), send("POST")] == [201, 204, 204]
    got = client.get("/graph-store", query_string=where, headers={"Accept": "application/n-triples"})
    assert got.text.startswith("<http://example.org/s> <http://example.org/p> ")
    assert [send("DELETE"), send("DELETE")] == [204, 404]
    assert client.get("/graph-store").status_code == 400
    assert client.put("/graph-store?default", data="<a", content_type="text/turtle").status_code == 400
    assert client.put("/graph-store?default", data=TURTLE, content_type="image/png").status_code == 415


def test_a_new_graph_is_found_where_it_is_said_to_be(client: FlaskClient) -> None:
    made = client.post("/graph-store", data={"file": (io.BytesIO(TURTLE.encode()), "a.ttl", "text/turtle")})
    assert made.status_code == 201
    address = made.headers["Location"]
    direct = client.get(address, headers={"Accept": "application/n-triples"})
    indirect = client.get("/graph-store", query_string={"graph": address}, headers={"Accept": "application/n-triples"})
    assert direct.data == indirect.data != b""


def test_remote_contexts_are_not_fetched(client: FlaskClient) -> None:
    data = '{"@context": "http://127.0.0.1:8999/context.jsonld", "@id": "http://x", "name": "x"}'
    answer = client.put("/graph-store?default", data=data, content_type="application/ld+json")
    assert answer.status_code == 400


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["/update", "/graph-store", "/graph-store/a b", "/nowhere"]),
    st.sampled_from(["GET", "PUT", "POST", "DELETE"]),
    st.dictionaries(
        st.sampled_from(["graph", "default", "update", "using-graph-uri"]), st.text(max_size=8), max_size=2
    ),
    st.sampled_from(
        ["text/turtle", "application/sparql-update", "multipart/form-data", "application/rdf+xml", "", "x"]
    ),
    st.one_of(st.binary(max_size=20), st.just(TURTLE.encode()), st.just(b"INSERT DATA {}")),
)
def test_no_request_is_a_fault_of_ours(
    client: FlaskClient, path: str, method: str, query: dict[str, str], kind: str, body: bytes
) -> None:
    answer = client.open(path, method=method, query_string=query, data=body, content_type=kind)
    assert answer.status_code < 500


def test_the_token_is_asked_for(tmp_path: Path) -> None:
    app = application(tmp_path, EVPLANS_TOKEN="secret")
    client, text = app.test_client(), "INSERT DATA { <http://x> <http://p> 1 }"
    assert update(client, text) == 401
    for header, status in (("Bearer wrong", 401), ("secret", 401), ("Bearer secret", 204)):
        headers = {"Authorization": header}
        assert client.post("/update", data={"update": text}, headers=headers).status_code == status
    app.extensions["evplans.engine"].close()


def test_a_build_takes_no_writes(tmp_path: Path) -> None:
    make_build(tmp_path, "first", quads())
    client = create_app(Settings.read({"EVPLANS_DATA": str(tmp_path)})).test_client()
    assert update(client, "CLEAR ALL") == 403
    assert client.delete("/graph-store?default").status_code == 403
    assert client.get("/update", query_string={"update": "CLEAR ALL"}).status_code == 405
