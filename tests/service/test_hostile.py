"""Queries of many kinds that mean harm, over HTTP: each ends in time with a clear answer, and others are served."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.service.published import THINGS, make_app, make_build, quads

LIMIT, SLACK = 0.6, 0.5  # seconds
CROSS = "{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
ANY = "(ev:parent|^ev:parent)*"
DEEP = 3000
KINDS = {
    "cross join": f"SELECT (COUNT(*) AS ?n) {CROSS}",
    "endless answer": f"SELECT * {CROSS}",
    "sorting": f"SELECT * {CROSS} ORDER BY ?i ?f DESC(?l)",
    "distinct": f"SELECT DISTINCT ?a ?d ?g ?j {CROSS}",
    "grouping": f"SELECT ?a ?d ?g (GROUP_CONCAT(?l) AS ?x) {CROSS} GROUP BY ?a ?d ?g",
    "endless graph": f"CONSTRUCT {{ ?a ?b ?l }} WHERE {CROSS}",
    "regular expression": f"ASK {CROSS[:-1]} FILTER(REGEX(CONCAT(STR(?a), STR(?e), STR(?i), STR(?l)), '^(x+x+)+y')) }}",
    "large expression": "ASK { FILTER(REGEX('x', '" + "(a{1,100}){1,100}" * 20 + "')) }",
    "long path": f"SELECT (COUNT(*) AS ?n) {{ ?a {ANY} ?b . ?c {ANY} ?d . ?e {ANY} ?f . ?g {ANY} ?h }}",
    "path of many steps": "SELECT (COUNT(*) AS ?n) { ?a " + "/".join([ANY] * 200) + " ?b }",
    "negation": f"SELECT * {CROSS[:-1]} FILTER NOT EXISTS {{ ?a ?p ?l . ?l ?q ?a }} MINUS {{ ?c ?x ?y . ?y ?z ?c }} }}",
    "long text": "SELECT (STRLEN("
    + "CONCAT(?x,?x," * 18
    + "?x"
    + ")" * 18
    + ") AS ?n) { BIND('"
    + "x" * 9000
    + "' AS ?x) }",
    "many values": "SELECT (COUNT(*) AS ?n) { "
    + "".join(f"VALUES ?v{i} {{ {' '.join(map(str, range(2000)))} }} " for i in range(4))
    + "}",
    "deep groups": "SELECT * " + "{" * DEEP + "}" * DEEP,
    "deep brackets": "SELECT * { FILTER(" + "(" * DEEP + "1" + ")" * DEEP + ") }",
    "deep negation": "SELECT * { FILTER(" + "!" * DEEP + "true) }",
    "deep optionals": "SELECT * { ?s ?p ?o " + "OPTIONAL { ?o ?p ?x " * DEEP + "}" * DEEP + " }",
    "many unions": "SELECT * { " + " UNION ".join(["{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"] * 500) + " }",
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    data = tmp_path_factory.mktemp("data")
    make_build(data, "only", quads())
    app = make_app(data, EVPLANS_QUERY_TIMEOUT=str(LIMIT))
    app.test_client().get("/health/ready")
    yield app
    app.extensions["evplans.engine"].close()


def post(app: Flask, text: str) -> TestResponse:
    return app.test_client().post("/sparql", data={"query": text})


def light(app: Flask, number: int) -> TestResponse:
    """A query that no other is like, so that no kept answer serves it."""
    return post(app, f"SELECT (COUNT(*) AS ?n) {{ ?s ev:parent ?o }} #{number}-{time.monotonic_ns()}")


@pytest.mark.parametrize("kind", KINDS)
def test_it_ends_in_time_and_the_next_is_served(app: Flask, kind: str) -> None:
    begun = time.monotonic()
    told = post(app, KINDS[kind])
    assert time.monotonic() - begun < LIMIT + SLACK
    assert told.status_code in {200, 400, 422, 503}
    if told.status_code != 200:
        assert told.mimetype == "application/problem+json"
    if told.status_code == 503 and "limit" in json.loads(told.data):
        assert json.loads(told.data)["limit"] == LIMIT
    assert light(app, 0).json["results"]["bindings"][0]["n"]["value"] == str(THINGS)


def test_others_are_served_while_some_mean_harm(app: Flask) -> None:
    """Two clients that do nothing else ask for cross joins; forty-eight others get each of their answers sooner."""
    stop = time.monotonic() + 3 * LIMIT
    slowest = []

    def harm(_: int) -> None:
        while time.monotonic() < stop:
            assert post(app, KINDS["cross join"]).status_code == 503

    def use(number: int) -> None:
        while time.monotonic() < stop:
            begun = time.monotonic()
            assert light(app, number).status_code == 200
            slowest.append(time.monotonic() - begun)

    with ThreadPoolExecutor(50) as threads:
        done = [threads.submit(harm, n) for n in range(2)] + [threads.submit(use, n) for n in range(48)]
        for task in done:
            task.result()
    slowest.sort()
    assert slowest[len(slowest) * 99 // 100] < LIMIT
