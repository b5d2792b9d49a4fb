"""What leaves the machine: calls to allowed addresses and nothing else, whatever a text or an answer tries."""

from __future__ import annotations

import gzip
import json
import threading
import time
import zlib
from collections.abc import Iterator
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.service.published import make_app, make_build, quads

TOKEN = {"Authorization": "Bearer secret"}
TURTLE = b"<http://far/s> <http://far/p> <http://far/o> ."
RESULTS = json.dumps(
    {"head": {"vars": ["o"]}, "results": {"bindings": [{"o": {"type": "literal", "value": "far"}}]}}
).encode()
CONTEXT = b'{"@context": {"name": "http://far/name"}}'
LIMIT = 3.0  # seconds that a query may take here


class Far(BaseHTTPRequestHandler):
    """Another server: answers well, redirects, and answers with what should harm."""

    protocol_version = "HTTP/1.1"
    asked: list[str] = []  # noqa: RUF012 one list for all requests

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.asked.append(self.path)
        match self.path:
            case "/sparql":
                self.answer(RESULTS, "application/sparql-results+json")
            case "/redirect":
                self.send_response(307)
                self.send_header("Location", "/secret")
                self.send_header("Content-Length", "0")
                self.end_headers()
            case "/packed":
                self.answer(packed(1 << 29), "text/turtle", ("Content-Encoding", "gzip"))
            case "/endless":
                self.send_response(200)
                self.send_header("Content-Type", "text/turtle")
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for number in range(10**9):
                    piece = b"".join(b"<http://far/%d/%d> <http://far/p> 1 .\n" % (number, n) for n in range(1000))
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            case "/imports":
                self.answer(b"<> <http://www.w3.org/2002/07/owl#imports> </secret> .", "text/turtle")
            case "/context":
                body = {"@context": f"http://{self.headers['Host']}/secret", "@id": "http://far/s", "name": "x"}
                self.answer(json.dumps(body).encode(), "application/ld+json")
            case "/secret":
                self.answer(CONTEXT, "application/ld+json")
            case _:
                self.answer(TURTLE, "text/turtle")

    do_POST = do_GET  # noqa: N815

    def answer(self, body: bytes, media_type: str, *more: tuple[str, str]) -> None:
        self.send_response(200)
        for name, value in (("Content-Type", media_type), ("Content-Length", str(len(body))), *more):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@cache
def packed(size: int) -> bytes:
    """An IRI of this many bytes, compressed to a thousandth of that."""
    packer, piece = zlib.compressobj(wbits=31), b"a" * (1 << 20)
    return b"".join(
        [packer.compress(b"<http://"), *(packer.compress(piece) for _ in range(size >> 20)), packer.flush()]
    )


class Quiet(ThreadingHTTPServer):
    """A server that says nothing when a client leaves."""

    def handle_error(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture(scope="module")
def far() -> Iterator[str]:
    server = Quiet(("127.0.0.1", 0), Far)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module")
def house(far: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    data = tmp_path_factory.mktemp("data")
    make_build(data, "first", quads())
    paths = ("sparql", "redirect", "data", "packed", "endless", "imports", "context")
    app = make_app(
        data, EVPLANS_TOKEN="secret", EVPLANS_QUERY_TIMEOUT=str(LIMIT),
        EVPLANS_SERVICE_ALLOW=" ".join(f"{far}/{path}" for path in paths),
    )  # fmt: skip
    yield app.test_client()
    app.extensions["evplans.engine"].close()


@pytest.fixture
def asked(house: FlaskClient) -> list[str]:
    """The paths that the other server was asked for."""
    Far.asked.clear()
    return Far.asked


def query(house: FlaskClient, text: str) -> TestResponse:
    return house.post("/sparql", data={"query": text}, headers={"Accept": "text/csv"})


def update(house: FlaskClient, text: str) -> TestResponse:
    return house.post("/update", data={"update": text}, headers=TOKEN)


def test_allowed_addresses_are_asked(house: FlaskClient, far: str, asked: list[str]) -> None:
    assert query(house, f"SELECT ?o {{ SERVICE <{far}/sparql> {{ ?s ?p ?o }} }}").text.split() == ["o", "far"]
    assert update(house, f"LOAD <{far}/data> INTO GRAPH <http://my/loaded>").status_code == 204
    assert query(house, "SELECT ?o { GRAPH <http://my/loaded> { ?s ?p ?o } }").text.split() == ["o", "http://far/o"]
    assert asked == ["/sparql", "/data"]


def test_a_change_may_ask_allowed_addresses_too(house: FlaskClient, far: str, asked: list[str]) -> None:
    one = f"SERVICE <{far}/sparql> {{ ?s ?p ?o }}"
    both = f"INSERT {{ <http://x> <http://p> ?o }} WHERE {{ {one} {one} }}"
    assert update(house, f"{both} ; LOAD <{far}/data>").status_code == 204
    assert update(house, both.replace("http://x", "http://y")).status_code == 204
    found = query(house, "SELECT ?s { ?s ?p 'far' } ORDER BY ?s")
    assert found.text.split() == ["s", "http://x", "http://y"]
    assert asked == ["/sparql", "/sparql", "/data", "/sparql", "/sparql"]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * {{ SERVICE <{far}/other> {{ ?s ?p ?o }} }}",
        "SELECT * {{ SERVICE SILENT <{far}/other> {{ ?s ?p ?o }} }}",
        "SELECT * {{ SERVICE <{far}/sparql?x> {{ ?s ?p ?o }} }}",
        "SELECT * {{ BIND(<{far}/other> AS ?e) SERVICE ?e {{ ?s ?p ?o }} }}",
        "SELECT * {{ BIND(<{far}/sparql> AS ?e) SERVICE ?e {{ ?s ?p ?o }} }}",
        "SELECT * {{ VALUES ?e {{ <{far}/other> }} SERVICE ?e {{ ?s ?p ?o }} }}",
        "SELECT * {{ VALUES ?e {{ <{far}/other> }} LATERAL {{ SERVICE ?e {{ ?s ?p ?o }} }} }}",
        "SELECT * {{ ?a ?b ?c FILTER EXISTS {{ SERVICE <{far}/other> {{ ?s ?p ?o }} }} }}",
        "SELECT * {{ ?a ?b ?c FILTER EXISTS {{ BIND(IRI('{far}/other') AS ?e) SERVICE ?e {{ ?s ?p ?o }} }} }}",
        "SELECT * {{ SERVICE <{far}/sparql> {{ SERVICE <{far}/other> {{ ?s ?p ?o }} }} }}",
        "PREFIX f: <{far}/> SELECT * {{ SERVICE f:other {{ ?s ?p ?o }} }}",
        "BASE <{far}/> SELECT * {{ SERVICE <other> {{ ?s ?p ?o }} }}",
        "SELECT * {{ SERVICE <{far}/\\u006fther> {{ ?s ?p ?o }} }}",
        "SELECT * {{ SERVICE <http://[::1]:{port}/other> {{ ?s ?p ?o }} }}",
        "SELECT * {{ SERVICE <http://[::ffff:127.0.0.1]:{port}/other> {{ ?s ?p ?o }} }}",
        "SELECT * {{ SERVICE <http://2130706433:{port}/other> {{ ?s ?p ?o }} }}",
        "SELECT * {{ SERVICE <http://0x7f000001:{port}/other> {{ ?s ?p ?o }} }}",
        "SELECT * {{ SERVICE <http://127.1:{port}/sparql> {{ ?s ?p ?o }} }}",
        "SELECT * {{ SERVICE <http://localhost:{port}/sparql> {{ ?s ?p ?o }} }}",
        "PREFIX f·g: <{far}/> SELECT * {{ SERVICE <{far}/sparql> {{ ?s ?p ?o }} SERVICE f·g:other {{ ?a ?b ?c }} }}",
        "SELECT * {{ BIND(<{far}/other> AS ?a·b) SERVICE <{far}/sparql> {{ ?s ?p ?o }} SERVICE ?a·b {{ ?a ?b ?c }} }}",
        "SELECT * {{ SERVICE <file:///etc/passwd> {{ ?s ?p ?o }} }}",
    ],
)
def test_other_addresses_are_not_asked(house: FlaskClient, far: str, asked: list[str], text: str) -> None:
    whole = text.format(far=far, port=far.rpartition(":")[2])
    assert query(house, whole).status_code == 403
    pattern = whole[whole.index("{") :]
    prologue = whole[: whole.index("SELECT")]
    assert update(house, f"{prologue} INSERT {{ <http://x> ?b ?c }} WHERE {pattern}").status_code == 403
    assert asked == []


@pytest.mark.parametrize(
    "text",
    [
        "LOAD <{far}/other>", "LOAD SILENT <{far}/other>", "LOAD <{far}/data#x>", "LOAD <file:///etc/passwd>",
        "LOAD <http://2130706433:{port}/data>", "LOAD <http://[::1]:{port}/data> INTO GRAPH <http://my/g>",
        "CLEAR DEFAULT ; LOAD <{far}/other>", "PREFIX f: <{far}/> LOAD f:other", "BASE <{far}/> LOAD <other>",
    ],
)  # fmt: skip
def test_other_addresses_are_not_loaded(house: FlaskClient, far: str, asked: list[str], text: str) -> None:
    assert update(house, text.format(far=far, port=far.rpartition(":")[2])).status_code == 403
    assert asked == []


def test_a_redirect_is_not_followed(house: FlaskClient, far: str, asked: list[str]) -> None:
    assert query(house, f"SELECT * {{ SERVICE <{far}/redirect> {{ ?s ?p ?o }} }}").status_code >= 400
    assert update(house, f"LOAD <{far}/redirect>").status_code >= 400
    assert "/secret" not in asked
    assert asked == ["/redirect", "/redirect"]


def test_what_an_answer_names_is_not_fetched(house: FlaskClient, far: str, asked: list[str]) -> None:
    assert update(house, f"LOAD <{far}/context>").status_code >= 400
    assert update(house, f"LOAD <{far}/imports>").status_code == 204
    assert asked == ["/context", "/imports"]
    remote = json.dumps({"@context": f"{far}/secret", "@id": "http://x", "name": "x"})
    imports = f"<http://x> <http://www.w3.org/2002/07/owl#imports> <{far}/secret> ."
    more: dict[str, Any] = {"query_string": {"graph": "http://my/g"}, "headers": TOKEN}
    for method, path in (("PUT", "/graph-store"), ("POST", "/validate")):
        sent = house.open(path, method=method, data=remote, content_type="application/ld+json", **more)
        assert sent.status_code == 400
        sent = house.open(path, method=method, data=imports, content_type="text/turtle", **more)
        assert sent.status_code in {200, 201}
    assert asked == ["/context", "/imports"]


@pytest.mark.parametrize("path", ["packed", "endless"])
def test_an_answer_without_measure_ends_within_the_limits(
    house: FlaskClient, far: str, asked: list[str], path: str
) -> None:
    begun = time.monotonic()
    assert update(house, f"LOAD <{far}/{path}> INTO GRAPH <http://my/{path}>").status_code in {400, 413, 422, 503}
    assert query(house, f"SELECT * {{ SERVICE <{far}/{path}> {{ ?s ?p ?o }} }}").status_code in {422, 503}
    assert time.monotonic() - begun < 4 * LIMIT
    assert query(house, f"ASK {{ GRAPH <http://my/{path}> {{}} }}").text.strip() == "false"


@pytest.mark.parametrize("path", ["/update", "/sparql", "/graph-store?default", "/validate"])
def test_packed_bodies_are_refused_unopened(house: FlaskClient, path: str) -> None:
    kind = {"/update": "application/sparql-update", "/sparql": "application/sparql-query"}.get(path, "text/turtle")
    body = gzip.compress(bytes(1 << 24))
    for encoding in ("gzip", "deflate", "br", "zstd", "gzip, gzip"):
        answer = house.post(path, data=body, content_type=kind, headers=TOKEN | {"Content-Encoding": encoding})
        assert answer.status_code == 415
    form = house.post(path, data=b"query=ASK{}&update=INSERT+DATA{}", content_type="application/x-www-form-urlencoded",
                      headers=TOKEN | {"Content-Encoding": "gzip"})  # fmt: skip
    assert form.status_code == 415


@pytest.mark.parametrize("path", ["/update", "/graph-store?default", "/sparql"])
def test_bodies_are_bounded(house: FlaskClient, path: str) -> None:
    kind = {"/update": "application/sparql-update", "/sparql": "application/sparql-query"}.get(path, "text/turtle")
    body = b"# " + b"x" * (16 << 20)
    assert house.post(path, data=body, content_type=kind, headers=TOKEN).status_code == 413
