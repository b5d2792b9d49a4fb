"""The dataset as files: what is listed can be fetched, matches its checksum, and is what the store holds."""

from __future__ import annotations

import gzip
import hashlib

import pytest
import rdflib
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, Store, parse

from graph.namespaces import DCAT, DEFAULT_BASE, VOID
from service.app import create_app
from service.settings import Settings

pytest_plugins = ("tests.service.small",)

DATASET = rdflib.URIRef(DEFAULT_BASE + "graph/provenance#dataset")


@pytest.fixture(scope="module")
def listing(visitor: FlaskClient) -> dict[str, object]:
    answer = visitor.get("/dumps/", headers={"Accept": "application/json"})
    assert answer.mimetype == "application/json"
    return dict(answer.json or {})


def test_every_dump_is_what_the_listing_says(visitor: FlaskClient, listing: dict[str, list[dict[str, object]]]) -> None:
    assert {row["graph"] for row in listing["dumps"]} >= {
        DEFAULT_BASE + "graph/facts",
        DEFAULT_BASE + "document/nissan-the-arc",
    }
    for row in listing["dumps"]:
        answer = visitor.get(str(row["href"]))
        assert (answer.status_code, answer.mimetype) == (200, "application/gzip")
        assert "Content-Encoding" not in answer.headers
        assert len(answer.data) == answer.content_length == row["bytes"]
        assert hashlib.sha256(answer.data).hexdigest() == row["sha256"] == answer.get_etag()[0]
        quads = list(parse(gzip.decompress(answer.data), format=RdfFormat.N_QUADS))
        assert len(quads) == row["quads"]
        assert {q.graph_name.value for q in quads} <= {row["graph"]}


def test_the_whole_is_all_dumps_in_one(visitor: FlaskClient, listing: dict[str, dict[str, object]]) -> None:
    answer = visitor.get("/dumps/all.nq.gz")
    assert answer.content_length == len(answer.data) == listing["all"]["bytes"]
    assert hashlib.sha256(answer.data).hexdigest() == listing["all"]["sha256"]
    store = Store()
    store.bulk_load(gzip.decompress(answer.data), format=RdfFormat.N_QUADS)
    assert len(store) == listing["all"]["quads"]
    head = visitor.head("/dumps/all.nq.gz")
    assert (head.content_length, head.data) == (answer.content_length, b"")


@pytest.mark.parametrize(
    "path", ["/dumps/", "/dumps/all.nq.gz", "/dumps/graph-facts.nq.gz", "/.well-known/void", "/robots.txt"]
)
def test_what_a_client_has_is_not_sent_again(visitor: FlaskClient, path: str) -> None:
    first = visitor.get(path)
    again = visitor.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert "max-age" in first.headers["Cache-Control"]


def test_an_interrupted_download_goes_on(visitor: FlaskClient) -> None:
    all_of_it = visitor.get("/dumps/graph-facts.nq.gz").data
    rest = visitor.get("/dumps/graph-facts.nq.gz", headers={"Range": "bytes=10-"})
    assert (rest.status_code, rest.data) == (206, all_of_it[10:])


def test_only_the_address_of_a_build_may_be_kept_for_ever(visitor: FlaskClient, listing: dict[str, str]) -> None:
    build = listing["build"]
    assert "immutable" in visitor.get(f"/dumps/all.nq.gz?build={build}").headers["Cache-Control"]
    assert "immutable" not in visitor.get("/dumps/all.nq.gz").headers["Cache-Control"]
    other = visitor.get("/dumps/all.nq.gz?build=0000")
    assert other.status_code == 404
    assert build in (other.json or {})["detail"]


@pytest.mark.parametrize("name", ["nothing.nq.gz", "..%2fmanifest.json", "%2e%2e/manifest.json", "manifest.json"])
def test_no_other_file_is_given(visitor: FlaskClient, name: str) -> None:
    assert visitor.get(f"/dumps/{name}").status_code == 404


def test_the_page_lists_every_dump(visitor: FlaskClient, listing: dict[str, list[dict[str, str]]]) -> None:
    page = visitor.get("/dumps/", headers={"Accept": "text/html"}).text
    for row in listing["dumps"]:
        assert row["name"] in page
        assert row["sha256"] in page
    assert visitor.get("/dumps/", headers={"Accept": "image/png"}).status_code == 406


@pytest.mark.parametrize(
    ("accept", "form", "mimetype"),
    [
        ("", "turtle", "text/turtle"),
        ("application/ld+json", "json-ld", "application/ld+json"),
        ("application/n-triples", "nt", "application/n-triples"),
        ("application/rdf+xml", "xml", "application/rdf+xml"),
    ],
)
def test_the_dataset_is_described_with_its_files(
    visitor: FlaskClient, listing: dict[str, list[dict[str, str]]], accept: str, form: str, mimetype: str
) -> None:
    answer = visitor.get("/.well-known/void", headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (200, mimetype)
    graph = rdflib.Graph().parse(data=answer.data, format=form)
    assert (DATASET, rdflib.RDF.type, rdflib.URIRef(VOID + "Dataset")) in graph
    parts = list(graph.objects(DATASET, rdflib.URIRef(VOID + "subset")))
    assert len(parts) == len(listing["dumps"]) - 1  # the graph that describes does not count itself
    assert all((part, rdflib.URIRef(VOID + "triples"), None) in graph for part in parts)
    addresses = {str(o) for o in graph.objects(None, rdflib.URIRef(DCAT + "downloadURL"))}
    assert addresses == {DEFAULT_BASE + "dumps/" + row["name"] for row in listing["dumps"]} | {
        DEFAULT_BASE + "dumps/all.nq.gz"
    }


def test_a_browser_is_led_to_the_page_of_the_description(visitor: FlaskClient) -> None:
    answer = visitor.get("/.well-known/void", headers={"Accept": "text/html,*/*;q=0.1"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/graph/provenance")
    assert visitor.get("/.well-known/void", headers={"Accept": "image/png"}).status_code == 406


def test_crawlers_are_told_what_to_leave_alone_and_where_the_pages_are(visitor: FlaskClient) -> None:
    lines = visitor.get("/robots.txt").text.splitlines()
    assert lines[0] == "User-agent: *"
    assert "Disallow: /sparql" in lines
    sitemap = lines[-1].removeprefix("Sitemap: http://localhost")
    assert visitor.get(sitemap).mimetype == "application/xml"


def test_links_keep_the_path_prefix(small_dataset: Settings) -> None:
    visitor = create_app(small_dataset).test_client()
    page = visitor.get("/dumps/", environ_overrides={"SCRIPT_NAME": "/ev"}).text
    assert 'href="/ev/dumps/all.nq.gz' in page
    robots = visitor.get("/robots.txt", environ_overrides={"SCRIPT_NAME": "/ev"}).text
    assert "Disallow: /ev/sparql\n" in robots
    assert "Sitemap: http://localhost/ev/sitemap.xml\n" in robots
