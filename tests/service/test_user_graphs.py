"""Users' graphs beside a build: read at once, kept across restarts, kills and new builds, and no harm to the build."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse
from werkzeug.test import TestResponse

from graph.namespaces import SKOS
from graph.publish import current_build
from service.sparql import engine, userlog
from tests.service.published import FACTS, NAMES, REGISTER, make_app, make_build, quads
from tests.service.small import small_dataset

__all__ = ["small_dataset"]

TOKEN = {"Authorization": "Bearer secret"}
MINE = "http://example.org/mine"
HELD = f"<{NAMES.entity('thing-1')}> ev:parent <{NAMES.entity('thing-2')}>"  # a triple of the build


class User:
    """Someone who holds the token."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.http: FlaskClient = app.test_client()

    def update(self, text: str, **headers: str) -> TestResponse:
        kind = "application/sparql-update"
        return self.http.post("/update", data=text, content_type=kind, headers=TOKEN | headers)

    def put(self, turtle: str, graph: str = MINE, method: str = "PUT", **headers: str) -> TestResponse:
        sent: dict[str, Any] = {"data": turtle, "content_type": "text/turtle", "headers": TOKEN | headers}
        return self.http.open("/graph-store", method=method, query_string={"graph": graph}, **sent)

    def get(self, graph: str = MINE, **headers: str) -> TestResponse:
        return self.http.get("/graph-store", query_string={"graph": graph}, headers={"Accept": "text/turtle"} | headers)

    def ask(self, pattern: str) -> bool:
        answer = self.http.get("/sparql", query_string={"query": f"ASK {{ {pattern} }}"})
        assert answer.status_code == 200, answer.text
        return bool(answer.get_json()["boolean"])

    def count(self, pattern: str = "?s ?p ?o") -> int:
        query = f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}"
        answer = self.http.get("/sparql", query_string={"query": query}, headers={"Accept": "text/csv"})
        return int(answer.text.split()[1])

    @property
    def revision(self) -> str:
        answer = self.http.get("/sparql", query_string={"query": "ASK {}"})
        return answer.headers["X-Dataset-Build"]

    def leave(self) -> None:
        self.app.extensions["evplans.engine"].close()


def served(data: Path) -> User:
    return User(make_app(data, EVPLANS_TOKEN="secret"))


BOTH = pytest.mark.parametrize("data", ["memory", "disk"], indirect=True)  # where the build is read from


@pytest.fixture
def data(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    make_build(tmp_path, "first", quads(), large=getattr(request, "param", "memory") == "disk")
    return tmp_path


@pytest.fixture
def user(data: Path) -> Iterator[User]:
    found = served(data)
    yield found
    found.leave()


@pytest.fixture(scope="module")
def refused_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[User]:
    """One whose changes all fail, so that one server is enough for them."""
    data = tmp_path_factory.mktemp("data")
    make_build(data, "first", quads())
    found = served(data)
    found.put("<http://x> <http://p> 1 .")
    yield found
    found.leave()


@BOTH
def test_a_write_is_read_at_once_beside_the_build(user: User) -> None:
    held = user.count()
    for number in range(1, 4):
        assert (
            user.update(f"INSERT DATA {{ GRAPH <{MINE}> {{ <http://x/{number}> <http://p> 1 }} }}").status_code == 204
        )
        assert user.count() == held + number
        assert user.revision == f"first.{number}"
    assert user.get().text.count("<http://p>") == 3
    assert user.update("CLEAR GRAPH <http://example.org/mine>").status_code == 204
    assert user.count() == held


def test_what_changes_nothing_makes_no_revision(user: User) -> None:
    assert user.put("<http://x> <http://p> 1 .").status_code == 201
    assert user.revision == "first.1"
    assert user.put("<http://x> <http://p> 1 .").status_code == 204
    assert user.update(f"DELETE DATA {{ GRAPH <{MINE}> {{ <http://not> <http://p> 1 }} }}").status_code == 204
    assert user.update(f"INSERT DATA {{ GRAPH <{FACTS}> {{ {HELD} }} }}").status_code == 204
    assert user.revision == "first.1"


def test_the_token_decides(data: Path) -> None:
    user = served(data)
    text = "INSERT DATA { <http://x> <http://p> 1 }"
    for given, status in (
        ("", 401),
        ("secret", 401),
        ("Basic secret", 401),
        ("Bearer secre", 401),
        ("Bearer sécret", 401),
    ):
        assert user.update(text, Authorization=given).status_code == status
        assert user.put("", Authorization=given).status_code == status
        assert user.put("", method="DELETE", Authorization=given).status_code == status
    for query in ({"token": "secret"}, {"access_token": "secret"}):
        assert user.http.post("/update", query_string=query, data={"update": text}).status_code == 401
    assert user.revision == "first"
    for given in ("Bearer secret", "bearer  secret"):
        assert user.update(text, Authorization=given).status_code == 204
    user.leave()


def test_without_a_token_there_are_no_writes(data: Path) -> None:
    app = make_app(data)
    client, text = app.test_client(), "INSERT DATA { <http://x> <http://p> 1 }"
    refused = client.post("/update", data={"update": text}, headers=TOKEN)
    assert refused.status_code == 403
    assert "EVPLANS_TOKEN" in refused.get_json()["detail"]
    for kind in ("application/sparql-update", "application/sparql-query", "text/plain", "multipart/form-data", ""):
        assert client.post("/update", data=text, content_type=kind, headers=TOKEN).status_code == 403
    for method in ("PUT", "POST", "DELETE"):
        assert client.open("/graph-store?default", method=method, data="", headers=TOKEN).status_code == 403
        assert client.open("/graph-store/new", method=method, data="", headers=TOKEN).status_code == 403
    for method in ("GET", "PUT", "DELETE", "PATCH"):
        assert client.open("/update", method=method, query_string={"update": text}, headers=TOKEN).status_code == 405
    hidden = {"query": text}, {"update": text}, {"query": f"SELECT * {{ {text} }}"}, {"query": f"ASK {{}} ; {text}"}
    for fields in hidden:
        assert client.get("/sparql", query_string=fields, headers=TOKEN).status_code == 400
        assert client.post("/sparql", data=fields, headers=TOKEN).status_code == 400
    override = {"X-HTTP-Method-Override": "PUT"}
    assert client.get("/graph-store?default", data="<a> <b> <c> .", headers=TOKEN | override).status_code == 200
    assert not (data / "user").exists()
    app.extensions["evplans.engine"].close()


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA {{ GRAPH <{facts}> {{ <http://x> <http://p> 1 }} }}",
        "DELETE DATA {{ GRAPH <{facts}> {{ {held} }} }}",
        "DELETE WHERE {{ GRAPH <{facts}> {{ ?s ?p ?o }} }}",
        "DELETE WHERE {{ GRAPH ?g {{ ?s ev:parent ?o }} }}",
        "DELETE {{ GRAPH ?g {{ ?s ?p ?o }} }} WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }}",
        "INSERT {{ GRAPH ?g {{ ?s ?p 1 }} }} WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }}",
        "INSERT {{ GRAPH ?g {{ <http://x> <http://p> 1 }} }} WHERE {{ BIND(IRI('{facts}') AS ?g) }}",
        "INSERT {{ GRAPH ?g {{ <http://x> <http://p> 1 }} }} WHERE {{ VALUES ?g {{ <{facts}> }} }}",
        "INSERT {{ GRAPH ?g {{ <http://x> <http://p> 1 }} }} WHERE {{ BIND(IRI('{base}document/x') AS ?g) }}",
        "WITH <{facts}> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}",
        "CLEAR ALL", "CLEAR NAMED", "CLEAR GRAPH <{facts}>", "CLEAR SILENT GRAPH <{facts}>",
        "DROP ALL", "DROP NAMED", "DROP GRAPH <{facts}>", "DROP SILENT GRAPH <{facts}>",
        "COPY <{mine}> TO <{facts}>", "MOVE <{facts}> TO <{mine}>", "MOVE <{mine}> TO <{facts}>",
        "ADD <{mine}> TO <{facts}>",
        "COPY DEFAULT TO <{facts}>", "CREATE GRAPH <{base}graph/more>", "CREATE SILENT GRAPH <{base}document/more>",
        "CLEAR DEFAULT ; CLEAR GRAPH <{mine}> ; CLEAR GRAPH <{facts}>",
    ],
)  # fmt: skip
def test_the_build_stays(refused_user: User, text: str) -> None:
    user = refused_user
    before = user.count(), user.revision
    whole = text.format(facts=FACTS, base=NAMES.base, held=HELD, mine=MINE)
    refused = user.update(whole)
    assert refused.status_code == 403, refused.text
    assert "which the build owns" in refused.get_json()["detail"]
    assert (user.count(), user.revision) == before


def test_the_build_stays_for_the_graph_store_too(user: User) -> None:
    held = user.count()
    for graph in (FACTS, REGISTER, NAMES.graph("more"), NAMES.document("more")):
        assert user.put("<http://x> <http://p> 1 .", graph).status_code == 403
        assert user.put("<http://x> <http://p> 1 .", graph, "POST").status_code == 403
    assert user.put("", FACTS, "DELETE").status_code == 403
    assert user.count() == held
    assert user.get(FACTS).status_code == 200
    assert user.update(f"COPY <{FACTS}> TO <{MINE}>").status_code == 204


def test_a_triple_of_the_build_counts_once_and_is_the_users_when_the_build_drops_it(data: Path, user: User) -> None:
    held = user.count()
    assert user.update(f"INSERT DATA {{ GRAPH <{MINE}> {{ {HELD} . <http://x> <http://p> 1 }} }}").status_code == 204
    assert user.count() == held + 1
    assert user.count(f"GRAPH <{MINE}> {{ ?s ?p ?o }}") == 1
    assert len(list(parse(user.get().data, format=RdfFormat.TURTLE))) == 2
    make_build(data, "second", [q for q in quads() if q.object != NamedNode(NAMES.entity("thing-2"))])
    wait_for(user, "second.1")
    assert user.count() == held + 1
    assert user.count(f"GRAPH <{MINE}> {{ ?s ?p ?o }}") == 2
    make_build(data, "third", quads())
    wait_for(user, "third.1")
    assert user.count() == held + 1
    assert user.update(f"DELETE DATA {{ GRAPH <{MINE}> {{ {HELD} }} }}").status_code == 204
    assert len(list(parse(user.get().data, format=RdfFormat.TURTLE))) == 1


def wait_for(user: User, revision: str) -> None:
    for _ in range(600):
        if user.revision == revision:
            return
        time.sleep(0.05)
    raise AssertionError(f"{revision} did not come; it is {user.revision}")


@BOTH
def test_they_are_there_after_a_restart_and_the_revision_goes_on(data: Path) -> None:
    first = served(data)
    first.put("<http://x> <http://p> 1, [] .")
    first.update("INSERT DATA { <http://y> <http://p> 2 } ; CREATE GRAPH <http://example.org/empty>")
    before = first.count(), first.get().text
    first.leave()
    again = served(data)
    assert again.revision == "first.2"
    assert (again.count(), again.get().text) == before
    assert again.get("http://example.org/empty").status_code == 200
    again.update("DROP GRAPH <http://example.org/empty>")
    assert again.revision == "first.3"
    again.leave()


def test_a_term_that_could_not_be_read_again_is_refused(data: Path) -> None:
    user = served(data)
    lang = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
    refused = user.update(f"INSERT {{ <http://x> <http://p> ?o }} WHERE {{ BIND(STRDT('x', <{lang}>) AS ?o) }}")
    assert refused.status_code == 422
    assert "not RDF" in refused.get_json()["detail"]
    assert user.update("INSERT DATA { <http://x> <http://p> 'x'@en--ltr , '\\u0001\\uFFFE' }").status_code == 204
    user.leave()
    again = served(data)
    assert again.revision == "first.1"
    again.leave()


def test_readers_see_them_where_no_token_is_set(data: Path) -> None:
    first = served(data)
    first.put("<http://x> <http://p> 1 .")
    first.leave()
    reader = User(make_app(data))
    assert reader.ask(f"GRAPH <{MINE}> {{ <http://x> ?p ?o }}")
    assert reader.put("").status_code == 403
    reader.leave()


@BOTH
def test_a_loader_that_dies_loses_nothing(user: User) -> None:
    user.put("<http://x> <http://p> 1 .")
    pool = user.app.extensions["evplans.engine"]._pool
    pool._loader.kill()
    pool._loader.wait()
    answers = [user.update("INSERT DATA { <http://y> <http://p> 2 }") for _ in range(2)]
    assert answers[-1].status_code == 204
    assert user.ask("<http://x> ?p ?o . <http://y> ?q ?r")


def test_writers_take_turns(user: User) -> None:
    def write(number: int) -> int:
        text = f"INSERT DATA {{ GRAPH <{MINE}> {{ <http://x/{number}> <http://p> {number} }} }}"
        if number % 3:
            return user.update(text).status_code
        return user.put(f"<http://x/{number}> <http://p> {number} .", method="POST").status_code

    user.put("")
    with ThreadPoolExecutor(6) as threads:
        assert set(threads.map(write, range(60))) == {204}
    assert user.count(f"GRAPH <{MINE}> {{ ?s ?p ?o }}") == 60
    assert user.revision == "first.61"


def test_writers_and_new_builds_do_not_lose_each_others_work(data: Path, user: User) -> None:
    user.put("")
    builds = iter(range(5))

    def write(number: int) -> int:
        if number % 8 == 0:
            extra = Quad(
                NamedNode(f"{NAMES.entity('new')}"), NamedNode(SKOS + "note"), Literal(number), NamedNode(FACTS)
            )
            make_build(data, f"build-{next(builds)}", [*quads(), extra])
        return user.update(f"INSERT DATA {{ GRAPH <{MINE}> {{ <http://x/{number}> <http://p> 1 }} }}").status_code

    with ThreadPoolExecutor(3) as threads:
        assert set(threads.map(write, range(40))) == {204}
    wait_for(user, f"{current_build(data).name}.41")  # type: ignore[union-attr]
    assert user.count(f"GRAPH <{MINE}> {{ ?s ?p ?o }}") == 40


def test_conditions_are_met_or_nothing_is_changed(user: User) -> None:
    new = {"If-None-Match": "*"}
    assert user.put("<http://x> <http://p> 1 .", **new).status_code == 201
    assert user.put("<http://x> <http://p> 2 .", **new).status_code == 412
    tag = user.get().headers["ETag"]
    assert (
        user.http.head("/graph-store", query_string={"graph": MINE}, headers={"Accept": "text/turtle"}).headers["ETag"]
        == tag
    )
    assert user.get(**{"If-None-Match": tag}).status_code == 304
    assert user.put("<http://x> <http://p> 2 .", **{"If-Match": tag}).status_code == 204
    assert user.put("<http://x> <http://p> 3 .", **{"If-Match": tag}).status_code == 412
    assert user.put("", method="DELETE", **{"If-Match": tag}).status_code == 412
    assert user.get(**{"If-None-Match": tag}).status_code == 200
    assert user.put("", "http://example.org/none", **{"If-Match": "*"}).status_code == 412
    assert user.put("", method="DELETE", **{"If-Match": "*"}).status_code == 204


def test_a_change_that_is_too_large_is_refused(data: Path) -> None:
    user = User(make_app(data, EVPLANS_TOKEN="secret", EVPLANS_QUERY_TIMEOUT="30"))
    doubled = " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(13))
    where = f"BIND('12345678' AS ?x0) {doubled} GRAPH <{REGISTER}> {{ ?a ?p ?l }} GRAPH ?g {{ ?b ev:parent ?c }}"
    many = (
        f"INSERT {{ ?a <http://p> ?y }} WHERE {{ {where} BIND(CONCAT(?x13, STR(?b)) AS ?y) FILTER(STR(?a) < STR(?b)) }}"
    )
    refused = user.update(many)
    assert refused.status_code == 413, refused.text
    assert user.revision == "first"
    user.leave()


def test_the_log_is_rewritten_while_it_is_written(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(userlog, "SLACK", 2000)
    user = served(data)
    for number in range(60):
        assert user.put(f"<http://x> <http://p> {number}, {number + 1} .").status_code in {201, 204}
    log = data / "user" / "log"
    assert log.stat().st_size < 3000
    user.leave()
    again = served(data)
    assert again.revision == "first.60"
    assert again.count(f"GRAPH <{MINE}> {{ ?s ?p ?o }}") == 2
    again.leave()


def test_a_writer_that_takes_long_keeps_no_reader_waiting(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "WRITERS", 2)
    user = User(make_app(data, EVPLANS_TOKEN="secret", EVPLANS_QUERY_TIMEOUT="2"))
    long = "INSERT { ?a ?b ?i } WHERE { GRAPH ?g { ?a ?b ?c . ?d ?e ?f . ?g1 ?h ?i . ?j ?k ?l } }"
    with ThreadPoolExecutor(4) as threads:
        writers = [threads.submit(user.update, long) for _ in range(4)]
        time.sleep(0.3)
        for _ in range(5):
            assert user.ask("?s ev:parent ?o")
        assert not all(writer.done() for writer in writers)
        outcomes = [writer.result().get_json()["title"] for writer in writers]
    assert sorted(outcomes)[-1] == "Too many queries"
    assert user.update("INSERT DATA { <http://x> <http://p> 1 }").status_code == 204
    user.leave()
