"""Answers are kept for one revision of the data, and a client that has one is told so."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from graph.paths import QUESTIONS
from service.cache import Entry, Kept
from tests.service.published import THINGS, make_app, make_build, quads

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ev:parent ?o }"
JSON = "application/sparql-results+json"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    data = tmp_path_factory.mktemp("data")
    make_build(data, "first", quads())
    app = make_app(data)
    app.test_client().get("/health/ready")
    yield app
    app.extensions["evplans.engine"].close()


def ask(app: Flask, query: str, method: str = "GET", **headers: Any) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return app.test_client().open("/sparql", method=method, query_string={"query": query}, headers=named)


def hits(app: Flask) -> int:
    return int(app.extensions["evplans.cache"].hits)


def test_a_repeated_query_is_not_run_again(app: Flask) -> None:
    first = ask(app, COUNT, Accept=JSON)
    ran = dict(app.extensions["evplans.engine"].outcomes)
    again = ask(app, COUNT, Accept=JSON)
    assert (again.status_code, again.data) == (200, first.data)
    assert again.headers == first.headers
    assert app.extensions["evplans.engine"].outcomes == ran


def test_head_is_get_without_its_body(app: Flask) -> None:
    whole = ask(app, COUNT, Accept="text/csv")
    head = ask(app, COUNT, "HEAD", Accept="text/csv")
    assert (head.data, head.headers["Content-Length"]) == (b"", str(len(whole.data)))
    assert head.headers["ETag"] == whole.headers["ETag"]
    cold = ask(app, COUNT + " #cold", "HEAD", Accept="text/csv")
    assert (cold.data, "ETag" in cold.headers) == (b"", True)


def test_both_kinds_of_post_are_kept(app: Flask) -> None:
    client = app.test_client()
    for sent in ({"data": {"query": COUNT}}, {"data": COUNT, "content_type": "application/sparql-query"}):
        first = client.post("/sparql", **sent)
        before = hits(app)
        assert client.post("/sparql", **sent).data == first.data
        assert hits(app) == before + 1


def test_formats_and_hosts_are_kept_apart(app: Flask) -> None:
    assert ask(app, COUNT, Accept="text/csv").mimetype == "text/csv"
    assert ask(app, COUNT, Accept=JSON).mimetype == JSON
    tags = {ask(app, COUNT, Accept=a, Host=h).headers["ETag"] for a in ("text/csv", JSON) for h in ("a.test", "b.test")}
    assert len(tags) == 4


def test_a_client_that_has_the_answer_is_told_so_before_any_query(app: Flask) -> None:
    tag = ask(app, COUNT, Accept="text/csv").headers["ETag"]
    app.extensions["evplans.cache"].put("", (), Entry([], b"", ""))  # another revision: nothing is kept any more
    ran = dict(app.extensions["evplans.engine"].outcomes)
    for given_tag in (tag, f'"other", W/{tag}'):
        told = ask(app, COUNT, Accept="text/csv", If_None_Match=given_tag)
        assert (told.status_code, told.data) == (304, b"")
        assert told.headers["ETag"] == tag
        assert told.headers["X-Dataset-Build"] == "first"
        assert told.headers["Access-Control-Allow-Origin"] == "*"
        assert "Accept" in told.headers["Vary"]
    assert app.extensions["evplans.engine"].outcomes == ran
    assert ask(app, COUNT, Accept=JSON, If_None_Match=tag).status_code == 200


@pytest.mark.parametrize("text", ["SELECT (RAND() AS ?x) {}", "SELECT (now() AS ?x) {}"])
def test_what_differs_each_time_is_not_kept(app: Flask, text: str) -> None:
    first, second = ask(app, text, Accept=JSON), ask(app, text, Accept=JSON)
    assert first.data != second.data
    assert "ETag" not in first.headers


def test_errors_are_not_kept(app: Flask) -> None:
    before = hits(app)
    assert ask(app, "SELECT nothing").status_code == ask(app, "SELECT nothing").status_code == 400
    assert hits(app) == before
    assert app.test_client().get("/metrics").data != app.test_client().get("/metrics").data


def test_pages_are_kept(app: Flask) -> None:
    first = app.test_client().get("/sparql", headers={"Accept": "text/html"})
    before = hits(app)
    again = app.test_client().get("/sparql", headers={"Accept": "text/html"})
    assert (again.data, hits(app)) == (first.data, before + 1)
    tag = first.headers["ETag"]
    told = app.test_client().get("/sparql", headers={"Accept": "text/html", "If-None-Match": tag})
    assert (told.status_code, "Content-Type" in told.headers) == (304, False)


def test_a_new_build_makes_kept_answers_void(tmp_path: Path) -> None:
    make_build(tmp_path, "old", quads())
    app = make_app(tmp_path)
    try:
        app.test_client().get("/health/ready")
        old = [ask(app, COUNT, Accept="text/csv") for _ in range(2)][-1]
        assert old.data.split()[1] == str(THINGS).encode()
        make_build(tmp_path, "new", quads()[:5])
        for _ in range(500):
            found = ask(app, COUNT, Accept="text/csv", If_None_Match=old.headers["ETag"])
            assert found.status_code in {200, 304}
            if found.headers["X-Dataset-Build"] == "new":
                break
            assert found.status_code == 304 or found.data == old.data
            time.sleep(0.02)
        assert found.data.split()[1] == b"5"
        assert ask(app, COUNT, Accept="text/csv").headers["X-Dataset-Build"] == "new"
    finally:
        app.extensions["evplans.engine"].close()


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("wxyz"), st.integers(0, 4000))))
def test_it_keeps_within_its_bounds_and_gives_only_what_was_put(steps: list[tuple[str, str, int]]) -> None:
    kept, put = Kept(capacity=10_000), {}
    for revision, name, size in steps:
        entry = kept.get(revision, (name,))
        assert entry is None or (revision, len(entry.body)) == put[name]
        if entry is None:
            kept.put(revision, (name,), Entry([], bytes(size), ""))
            put[name] = (revision, size)
        assert kept.size <= 10_000


def test_stored_questions_are_answered_beforehand(tmp_path: Path) -> None:
    make_build(tmp_path, "first", quads())
    app = make_app(tmp_path)
    engine = app.extensions["evplans.engine"]
    try:
        engine._prepared.fill(engine._current())
        question = next(iter(sorted(QUESTIONS.glob("*.rq")))).read_text(encoding="utf-8")
        engine._pool.run = None  # whoever asks a worker now fails
        told = ask(app, question, Accept=JSON)
        assert (told.status_code, told.headers["X-Dataset-Build"]) == (200, "first")
        assert "results" in told.json
        assert app.test_client().post("/sparql", data={"query": question}).data == told.data
        assert ask(app, question, Accept="text/html").status_code == 200
    finally:
        engine.close()
