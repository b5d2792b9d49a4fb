"""The query protocol over HTTP: forms of request, formats, datasets, errors."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flask
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse
from werkzeug.test import TestResponse

from service.sparql.protocol import read_query
from tests.service.published import FACTS, NAMES, REGISTER, THINGS, make_app, make_build, quads

COUNT = "SELECT (COUNT(*) AS ?n) {} {{ ?s ?p ?o }}"
FEW = "SELECT * { ?s ev:parent ?o } ORDER BY ?s LIMIT 2"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    data = tmp_path_factory.mktemp("data")
    make_build(data, "first", quads())
    app = make_app(data)
    yield app
    app.extensions["evplans.engine"].close()


def ask(app: Flask, query: str, accept: str | None = None, **fields: Any) -> TestResponse:
    headers = {} if accept is None else {"Accept": accept}
    return app.test_client().get("/sparql", query_string={"query": query, **fields}, headers=headers)


def ask_by_post(app: Flask, query: str) -> TestResponse:
    return app.test_client().post("/sparql", data=query, content_type="application/sparql-query")


def count(app: Flask, dataset: str = "", **fields: Any) -> int:
    answer = ask(app, COUNT.format(dataset), "text/csv", **fields)
    assert answer.status_code == 200, answer.text
    return int(answer.text.split()[1])


def test_three_forms_of_request(app: Flask) -> None:
    client = app.test_client()
    answers = [
        ask(app, FEW),
        client.post("/sparql", data={"query": FEW}),
        client.post("/sparql", data=FEW, content_type="application/sparql-query"),
    ]
    assert {a.status_code for a in answers} == {200}
    assert len({a.data for a in answers}) == 1
    assert len(json.loads(answers[0].data)["results"]["bindings"]) == 2


@pytest.mark.parametrize(
    ("accept", "begins"),
    [
        ("application/sparql-results+json", b"{"),
        ("application/json", b"{"),
        ("application/sparql-results+xml", b"<?xml"),
        ("text/csv", b"o,s\r\n"),
        ("text/tab-separated-values", b"?o\t?s\n"),
    ],
)
def test_tables(app: Flask, accept: str, begins: bytes) -> None:
    answer = ask(app, FEW, accept)
    assert answer.mimetype == accept
    assert answer.data.startswith(begins)
    assert "Accept" in answer.headers["Vary"]


@pytest.mark.parametrize(
    ("accept", "format_"),
    [
        ("text/turtle", RdfFormat.TURTLE),
        ("application/n-triples", RdfFormat.N_TRIPLES),
        ("application/rdf+xml", RdfFormat.RDF_XML),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#expanded"', RdfFormat.JSON_LD),
    ],
)
def test_graphs(app: Flask, accept: str, format_: RdfFormat) -> None:
    answer = ask(app, "CONSTRUCT WHERE { ?s ev:parent ?o }", accept)
    assert answer.mimetype == accept.partition(";")[0]
    assert len(list(parse(answer.data, format_))) == THINGS


def test_the_default_graph_is_the_union_unless_the_dataset_is_named(app: Flask) -> None:
    assert count(app) == 2 * THINGS
    assert count(app, f"FROM <{FACTS}>") == THINGS
    assert count(app, f"FROM <{FACTS}> FROM <{REGISTER}>") == 2 * THINGS
    assert count(app, f"FROM NAMED <{FACTS}>") == 0
    assert count(app, **{"default-graph-uri": FACTS}) == THINGS
    assert count(app, **{"default-graph-uri": [FACTS, REGISTER]}) == 2 * THINGS
    assert count(app, **{"named-graph-uri": FACTS}) == 0
    assert count(app, f"FROM <{REGISTER}>", **{"default-graph-uri": FACTS + "x"}) == 0
    graphs = ask(app, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", "text/csv", **{"named-graph-uri": FACTS})
    assert graphs.text.split() == ["g", FACTS]


def test_without_a_query_it_describes_itself(app: Flask) -> None:
    described = app.test_client().get("/sparql", headers={"Accept": "application/n-triples"})
    triples = {(t.subject.value, t.predicate.value, t.object.value) for t in parse(described.data, RdfFormat.N_TRIPLES)}
    assert FACTS in {o for _, p, o in triples if p.endswith("#name")}
    page = app.test_client().get("/sparql", headers=BROWSER)
    assert page.mimetype == "text/html"
    assert "<textarea" in page.text


def test_a_browser_gets_a_table(app: Flask) -> None:
    page = app.test_client().get("/sparql", query_string={"query": FEW}, headers=BROWSER)
    assert page.status_code == 200
    assert "id:thing-0" in page.text
    assert "2 rows" in page.text


def test_a_browser_gets_its_query_back_with_what_is_wrong(app: Flask) -> None:
    page = app.test_client().get("/sparql", query_string={"query": "SELECT * { ?s }"}, headers=BROWSER)
    assert page.status_code == 400
    assert "SELECT * { ?s }</textarea>" in page.text
    assert "Line 1, column" in page.text


def test_a_syntax_error_names_its_place(app: Flask) -> None:
    answer = ask(app, "SELECT *\nWHERE { ?s evv:parent ?o }")
    problem = json.loads(answer.data)
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert (problem["line"], problem["text"]) == (2, "WHERE { ?s evv:parent ?o }")
    assert "`evv:`" in problem["detail"]
    assert "`ev:`" in problem["detail"]


def test_a_long_line_is_told_quickly(app: Flask) -> None:
    begun = time.process_time()
    answer = ask_by_post(app, "SELECT * { ?s nope:x '" + "a" * 900_000 + "' }")
    assert (answer.status_code, len(answer.data) < 2000) == (400, True)
    assert time.process_time() - begun < 1


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"query": ["ASK {}", "ASK {}"]}, 400),
        ({"query": "ASK {}", "default-graph-uri": "not an iri"}, 400),
        ({"query": "ASK {}", "timeout": "soon"}, 400),
        ({"query": "ASK {}", "timeout": "nan"}, 400),
        ({"update": "CLEAR ALL"}, 400),
        ({"query": "INSERT DATA { <http://a> <http://b> <http://c> }"}, 400),
        ({"query": "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }"}, 403),
        ({"query": "#" + "x" * (1 << 20)}, 413),
        ({"query": "ASK {}", "unknown": "x", "format": "json"}, 200),
    ],
)
def test_refusals(app: Flask, fields: dict[str, Any], status: int) -> None:
    assert app.test_client().post("/sparql", data=fields).status_code == status


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/sparql-query", b"ASK { ?s ?p '\xff' }", 400),
        ("application/sparql-update", b"CLEAR ALL", 415),
        ("text/plain", b"ASK {}", 415),
        ("application/sparql-query;charset=latin-1", b"ASK {}", 415),
        ("application/x-www-form-urlencoded", b"", 400),
    ],
)
def test_bodies(app: Flask, kind: str, body: bytes, status: int) -> None:
    answer = app.test_client().post("/sparql", data=body, content_type=kind)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_what_is_not_offered(app: Flask) -> None:
    answer = ask(app, "CONSTRUCT WHERE { ?s ?p ?o }", "text/csv")
    assert answer.status_code == 406
    assert "text/turtle" in json.loads(answer.data)["offers"]
    assert ask(app, "ASK {}", "image/png").status_code == 406


def test_headers_for_scripts_of_other_sites(app: Flask) -> None:
    answer = ask(app, "ASK {}")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert answer.headers["X-Dataset-Build"] == "first"
    preflight = app.test_client().options("/sparql", headers={"Access-Control-Request-Method": "POST"})
    assert preflight.status_code == 204
    assert "Content-Type" in preflight.headers["Access-Control-Allow-Headers"]
    assert "POST" in app.test_client().options("/sparql").headers["Allow"]
    assert app.test_client().head("/sparql", query_string={"query": "ASK {}"}).data == b""


def test_health(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/health/live").status_code == 200
    assert "first" in client.get("/health/ready").text
    assert 'outcome="ok"' in client.get("/metrics").text


def test_without_a_build_it_says_so(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    answer = ask(app, "ASK {}")
    assert answer.status_code == 503
    assert "evplans build" in json.loads(answer.data)["detail"]
    assert app.test_client().get("/health/live").status_code == 200
    assert app.test_client().get("/health/ready").status_code == 503


def test_a_new_build_takes_over(tmp_path: Path) -> None:
    make_build(tmp_path, "old", quads())
    app = make_app(tmp_path)
    try:
        assert count(app) == 2 * THINGS
        make_build(tmp_path, "new", quads()[:5])
        for _ in range(500):
            answer = ask(app, COUNT.format(""), "text/csv")
            build, found = answer.headers["X-Dataset-Build"], int(answer.text.split()[1])
            assert (build, found) in {("old", 2 * THINGS), ("new", 5)}
            if build == "new":
                break
            time.sleep(0.01)
        assert build == "new"
    finally:
        app.extensions["evplans.engine"].close()


def test_a_damaged_build_leaves_the_old_one_in_service(tmp_path: Path) -> None:
    make_build(tmp_path, "old", quads())
    app = make_app(tmp_path)
    try:
        assert count(app) == 2 * THINGS
        (tmp_path / "builds" / "bad").mkdir()
        (tmp_path / "next").symlink_to("builds/bad")
        (tmp_path / "next").rename(tmp_path / "current")
        for _ in range(3):
            assert count(app) == 2 * THINGS
            assert ask(app, "ASK {}").headers["X-Dataset-Build"] == "old"
    finally:
        app.extensions["evplans.engine"].close()


def test_page_queries_bind_their_variables(app: Flask) -> None:
    from service.dataset import current

    with app.app_context():
        thing = NAMES.entity("thing-3")
        rows = current().select("SELECT ?this ?label WHERE { ?this skos:prefLabel ?label }", this=thing)
        assert [row["label"].value for row in rows] == ["Thing, thing-3"]
        assert [str(row["this"]) for row in rows] == [f"<{thing}>"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(["query", "default-graph-uri", "named-graph-uri", "timeout", "update"]),
        st.one_of(st.text(max_size=20), st.just("ASK {}"), st.just("http://x"), st.just("0.2")),
    ),
    st.text(alphabet="atexplicon/*;q=0.1,", max_size=20),
)
def test_no_request_is_a_fault_of_ours(app: Flask, fields: dict[str, str], accept: str) -> None:
    for method in ("GET", "POST"):
        answer = app.test_client().open(
            "/sparql",
            method=method,
            headers={"Accept": accept},
            query_string=fields if method == "GET" else None,
            data=fields if method == "POST" else None,
        )
        assert answer.status_code < 500


def test_explain_tells_algebra_and_times(app: Flask) -> None:
    told = ask(app, FEW, "application/json", explain="")
    found = json.loads(told.data)
    assert "OrderBy" in found["algebra"]
    assert "?s" in found["algebra"]
    assert set(found["seconds"]) == {"parse", "evaluate and serialize"}
    assert found["bytes"] == len(ask(app, FEW, "application/json").data)
    assert told.headers["X-Dataset-Build"] == "first"
    assert told.headers["Cache-Control"] == "no-store"
    page = app.test_client().get("/sparql", query_string={"query": FEW, "explain": ""}, headers=BROWSER)
    assert "OrderBy" in page.text


def test_explain_without_algebra_still_tells_times(app: Flask) -> None:
    only_here = "SELECT * { ?s ev:parent ?o LATERAL { ?o ev:parent ?x } }"
    found = json.loads(ask(app, only_here, explain="").data)
    assert found["algebra"] is None
    assert "rdflib" in found["note"]
    assert ask(app, "SELECT", explain="").status_code == 400


@pytest.mark.parametrize(("asked", "status"), [("0", 400), ("-1", 400), ("inf", 200), ("1e308", 200), ("99999", 200)])
def test_a_client_can_lower_the_limit_but_not_raise_it(app: Flask, asked: str, status: int) -> None:
    assert ask(app, "ASK {}", timeout=asked).status_code == status
    with app.test_request_context(query_string={"query": "ASK {}", "timeout": asked}):
        if status == 200:
            found = read_query(flask.request, 5.0)
            assert found is not None
            assert found.seconds == 5.0
