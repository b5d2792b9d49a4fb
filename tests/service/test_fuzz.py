"""Whatever is sent to whichever route: a considered answer, never a fault of ours, never a call to another server."""

from __future__ import annotations

import io
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, quote_from_bytes

import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from graph.paths import QUESTIONS
from service.app import create_app
from service.settings import Settings
from service.sparql import guard
from tests.service.published import make_build, quads

TOKEN = "fuzz"
HANG = 30.0  # seconds; queries are stopped after one
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "QUERY", "TRACE", "PROPFIND", "get", "ÄÖ"]
ROUTES = [
    "/", "/sparql", "/update", "/graph-store", "/graph-store/", "/id/thing-1", "/id/thing-1.ttl", "/id/",
    "/document/a",
    "/claim/0123456789abcdef0123", "/code/modality/plan", "/graph/facts", "/graph/facts.nq", "/ontology",
    "/ontology.ttl",
    "/search", "/suggest", "/compare", "/disagreements", "/reconcile", "/reconcile/suggest/entity",
    "/reconcile/preview",
    "/sameas", "/validate", "/dumps/", "/dumps/all.nq.gz", "/.well-known/void", "/health/live", "/health/ready",
    "/metrics",
    "/assets/style.css", "/browse/Claim", "/sitemap.xml", "/none",
]  # fmt: skip
NAMES = [
    "query", "update", "default-graph-uri", "named-graph-uri", "using-graph-uri", "using-named-graph-uri", "timeout",
    "graph", "default", "explain", "q", "uri", "queries", "extend", "page", "limit", "cursor", "prefix", "id", "a",
    "b",
    "type", "callback", "lang", "format", "shapes", "ids", "maker", "property", "subject",
]  # fmt: skip
VALUES = [
    b"", b"SELECT * { ?s ?p ?o } LIMIT 3", b"ASK {}", b"CONSTRUCT WHERE { ?s ?p ?o }", b"DESCRIBE <http://x>",
    b"SELECT",
    b"INSERT DATA { GRAPH <http://g> { <http://a> <http://b> 1 } }", b"CLEAR ALL", b"http://example.org/g",
    b"\x00", b"\xff",
    b"a" * 3000, b"-1", b"0", b"nan", b"inf", b"1e999", b"99999999999999999999", "\N{SNOWMAN}".encode(),
    b"\xed\xa0\x80", b"{",
    b'{"q0": {"query": "thing"}}', b'{"q0": 1}', b'[]', b'{"ids": ["thing-1"], "properties": [{"id": "x"}]}',
    b"<x>", b"../..",
    b"javascript:alert(1)", b"%00", b"%", b"thing-1", b"Thing", b'"', b"*", b"NEAR(", b"a AND", b"modelCount",
    b"null", b"1.5",
]  # fmt: skip
NASTY = [b"", b"\x00", b"\xff", b"nan", b"99999999999999999999", b'"', b'{"q0": 1}']
SLOW = {"/validate"}  # checks shapes in a process of its own
HEADERS = {
    "Accept": [
        "", "*/*", "text/html", "text/turtle;q=0", "application/ld+json;profile=x", "a", "/", ";;;", ",",
        "text/*;q=2",
        "text/csv;q=abc", "application/sparql-results+json", "application/n-quads, */*;q=0.1", "ÿþ", "x" * 5000,
        "text/csv",
    ],
    "Content-Type": [
        "", "application/sparql-query", "application/sparql-update", "application/x-www-form-urlencoded",
        "text/turtle",
        "application/ld+json", "application/n-quads", "multipart/form-data; boundary=x", "multipart/form-data",
        "application/sparql-query; charset=utf-16", "application/json", "text/turtle; charset=\"", "ÿ", ";",
        "application/rdf+xml",
    ],
    "Authorization": ["", f"Bearer {TOKEN}", "Bearer ", "Bearer ÿ", "Basic Og==", "bearer", "Bearer fuzz fuzz",
    "\x80"],
    "If-None-Match": ["*", '"x"', "W/", '"', "ÿ"],
    "If-Match": ["*", '"x"'],
    "Range": ["bytes=0-1", "bytes=-", "bytes=9-1,1-9", "x"],
    "Content-Encoding": ["gzip", "identity", "x"],
    "Origin": ["null", "http://x"],
    "Access-Control-Request-Method": ["PUT", "ÿ"],
    "Accept-Language": ["de", "*;q=x", "ÿ"],
    "Host": ["", "a b", "[::1", "ÿ", "x:y", "evil.example"],
    "X-Forwarded-Host": ["evil.example", "ÿ"],
    "Cookie": ["a=b", "ÿ=;"],
}  # fmt: skip

raw = st.one_of(
    st.sampled_from(VALUES), st.binary(max_size=40), st.text(max_size=20).map(lambda t: t.encode("utf-8", "replace"))
)
pairs = st.lists(st.tuples(st.one_of(st.sampled_from(NAMES), st.text(max_size=5)), raw), max_size=4)
headers = st.dictionaries(st.sampled_from(list(HEADERS)), st.integers(0, 100), max_size=4).map(
    lambda chosen: {name: HEADERS[name][i % len(HEADERS[name])] for name, i in chosen.items()}
)
suffixes = st.one_of(
    st.just(""),
    st.sampled_from(["/", "/x", ".ttl", ".jsonld", ".x", "/..", "/\x00", "/%00", "//", "/ÿ", "/a/b/c", ";a"]),
)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    data = tmp_path_factory.mktemp("data")
    make_build(data, "one", quads())
    made = create_app(Settings.read({"EVPLANS_DATA": str(data), "EVPLANS_QUERY_TIMEOUT": "1", "EVPLANS_TOKEN": TOKEN}))
    yield made
    made.extensions["evplans.engine"].close()


def form(fields: list[tuple[str, bytes]]) -> str:
    return "&".join(f"{quote(name)}={quote_from_bytes(value)}" for name, value in fields)


def send(  # the request as a WSGI server hands it over, with nothing mended by a client library
    app: Flask, method: str, path: str, query: str = "", sent: dict[str, str] | None = None, body: bytes = b""
) -> tuple[int, dict[str, str], bytes]:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in (sent or {}).items():
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    told: list[Any] = []
    answer = app.wsgi_app(environ, lambda status, found, *_: told.extend((status, found)))  # type: ignore[arg-type]
    try:
        content = b"".join(answer)
    finally:
        if hasattr(answer, "close"):
            answer.close()
    return int(told[0][:3]), {name.lower(): value for name, value in told[1]}, content


def considered(answer: tuple[int, dict[str, str], bytes], begun: float) -> None:
    status, found, content = answer
    assert time.monotonic() - begun < HANG
    assert status < 500 or status in {501, 503}, content
    assert b"Traceback" not in content
    assert not any("\n" in value or "\r" in value for value in found.values())
    if status >= 400 and "json" in found.get("content-type", "") and content:
        assert b'"detail"' in content or b"error" in content


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(METHODS), st.sampled_from(ROUTES), suffixes, pairs, headers, pairs, raw)
def test_every_request_has_a_considered_answer(
    app: Flask,
    method: str,
    route: str,
    suffix: str,
    query: list[tuple[str, bytes]],
    sent: dict[str, str],
    fields: list[tuple[str, bytes]],
    body: bytes,
) -> None:
    begun = time.monotonic()
    posted = form(fields).encode() if "urlencoded" in sent.get("Content-Type", "") else body
    considered(send(app, method, route + suffix, form(query), sent, posted), begun)


@pytest.mark.parametrize("route", ROUTES)
def test_each_parameter_of_each_route_takes_anything(app: Flask, route: str) -> None:
    for name in NAMES:
        for value in NASTY:
            begun = time.monotonic()
            considered(send(app, "GET", route, form([(name, value)])), begun)
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": f"Bearer {TOKEN}"}
    for value in NASTY[: 1 if route in SLOW else None]:
        begun = time.monotonic()
        for name in NAMES:
            considered(send(app, "POST", route, "", kind, form([(name, value)]).encode()), begun)


@pytest.mark.parametrize("route", ["/sparql", "/update", "/graph-store?default", "/reconcile", "/validate"])
def test_each_body_of_each_type_is_read_or_refused(app: Flask, route: str) -> None:
    path, _, query = route.partition("?")
    for kind in HEADERS["Content-Type"][:: 5 if path in SLOW else 1]:
        for body in NASTY if path in SLOW else VALUES:
            begun = time.monotonic()
            sent = {"Content-Type": kind, "Authorization": f"Bearer {TOKEN}"}
            considered(send(app, "POST", path, query, sent, body), begun)


class Listener:
    """A server on loopback that counts who calls, and hangs up."""

    def __init__(self) -> None:
        self._sock = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._sock.getsockname()[1]}/"
        self.calls = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                called, _ = self._sock.accept()
            except OSError:
                return
            self.calls += 1
            called.close()

    def close(self) -> None:
        self._sock.close()


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


PIECES = [
    "SERVICE", "service", "SILENT", "LOAD", "INTO GRAPH", "<@>", "<@x>", "?e", "$e", "{", "}", "(", ")", " ", "\n",
    "#", "'", '"',
    '"""', "'''", "<", ">", "\\", "\\u0053ERVICE", "\\u007b", "VALUES ?e { <@> }", "BIND(<@> AS ?e)", "LATERAL",
    "OPTIONAL",
    "FILTER", "EXISTS", "MINUS", "GRAPH ?g", "GRAPH ?g {", "UNION", "?s ?p ?o", "FILTER(?s<?p)", "TRUE", "a:b",
    "PREFIX a: <@>",
    "BASE <@>", "<>", "SELECT *", "WHERE", "INSERT", "DELETE", "DATA", ";", ".", "USING <@>", "WITH <@>",
    "FROM <@>", "CLEAR ALL",
    "?s<?p&&?o>?s", "<?p&&?o>", "%27", "_:b", "@en", "^^", "!", "\x00", "\ufeff", "\u2028", "\N{SNOWMAN}",
]  # fmt: skip
scraps = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)
SEEDS = [
    "SELECT * { SERVICE <@> { ?s ?p ?o } }",
    "SELECT * { GRAPH ?g { FILTER(?g = 'MINUS { ') ?s ?p 1 MINUS { ?x ?y ' } SERVICE <@> { ?a ?b ?c } #' } } }",
    "SELECT * { ?a ?b ?c FILTER(?a<'>') SERVICE <@> {?s ?p ?o} FILTER(?a<'>') }",
    "SELECT * { VALUES ?e { <@> } LATERAL { SERVICE ?e { ?s ?p ?o } } }",
    "SELECT * { FILTER EXISTS { SERVICE SILENT <@> { } } }",
    "PREFIX a: <@> ASK { SERVICE a: { ?s ?p ?o } }",
    "BASE <@> SELECT * { SERVICE <x> { ?s ?p ?o } }",
    "LOAD <@x.ttl>",
    "LOAD SILENT <@x.ttl> INTO GRAPH <http://g>",
    "INSERT DATA { <a:a> <a:b> <a:c> } ; LOAD <@>",
    "INSERT { ?s ?p ?o } WHERE { SERVICE <@> { ?s ?p ?o } }",
    "DELETE { ?s ?p ?o } INSERT { } USING <@> WHERE { ?s ?p ?o SERVICE SILENT <@> { ?s ?p ?o } }",
    *(path.read_text(encoding="utf-8") for path in sorted(QUESTIONS.glob("0*.rq"))),
]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A text that was a query or an update, with pieces cut out, moved and put in."""
    text = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 8)))
        text = text[:start] + draw(st.one_of(st.sampled_from(PIECES), st.just(""))) + text[end:]
    return text


texts = st.one_of(
    scraps,
    scraps.map(lambda t: f"SELECT * {{ {t} }}"),
    scraps.map(lambda t: f"INSERT {{ }} WHERE {{ {t} }}"),
    mutated(),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts)
@example(SEEDS[1])
def test_no_text_makes_the_service_call_another_server(app: Flask, listener: Listener, text: str) -> None:
    before, begun = listener.calls, time.monotonic()
    filled = text.replace("@", listener.address)
    considered(send(app, "GET", "/sparql", form([("query", filled.encode("utf-8", "replace"))])), begun)
    sent = {"Content-Type": "application/sparql-update", "Authorization": f"Bearer {TOKEN}"}
    considered(send(app, "POST", "/update", "", sent, filled.encode("utf-8", "replace")), begun)
    assert listener.calls == before, filled


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts)
def test_what_the_engine_would_call_the_guard_has_found(listener: Listener, text: str) -> None:
    """The engine is given the text as it stands: whenever it calls, the scan has seen the call."""
    from pyoxigraph import QuerySolutions, Store

    before = listener.calls
    filled = text.replace("@", listener.address)
    for run in (Store().query, Store().update):
        try:
            found = run(filled)
            if isinstance(found, QuerySolutions):
                next(found, None)
        except (SyntaxError, OSError, ValueError, RuntimeError):
            continue
    if listener.calls != before:
        try:
            assert guard.calls(filled)
        except guard.TooIntricate:
            return
