"""Every address answers: with a page for people, with data for machines, or with a clear line when there is nothing."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
import rdflib
from flask.testing import FlaskClient

from graph.namespaces import DEFAULT_BASE, EV
from service.pages.filters import number

pytest_plugins = ("tests.service.small",)

PAGES = (
    "/",
    "/documents",
    "/disagreements",
    "/ontology",
    "/ontology/Claim",
    "/ontology/modelCount",
    "/code/modality",
    "/code/modality/plan",
    "/graph/facts",
    "/search",
    "/search?q=nissan",
    "/id/nissan",
    "/id/alliance-2030",
    "/id/harm",
    "/document/nissan-the-arc",
    "/document/alliance-2030-report",
    "/document/hostile",
    "/sparql",
    "/browse",
    "/browse?kind=Automaker",
    "/browse?kind=VehicleModel&page=2&parent=nissan",
    "/compare",
    "/compare?e=nissan&e=renault-nissan-mitsubishi-alliance",
    "/quality",
    "/id/cmf-bev",
    "/id/nissan/links?property=VehicleModel",
    "/disagreements?subject=nissan&kind=revision",
)
THINGS = ("/id/nissan", "/document/nissan-the-arc", "/code/modality/plan", "/ontology/Claim", "/graph/facts")
FORMATS = {
    "ttl": ("text/turtle", "turtle"),
    "jsonld": ("application/ld+json", "json-ld"),
    "json": ("application/json", "json-ld"),
    "nt": ("application/n-triples", "nt"),
    "rdf": ("application/rdf+xml", "xml"),
}


class Reader(HTMLParser):
    """Collects a page's elements and the texts of its headings."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def claim_paths(visitor: FlaskClient, document: str) -> list[str]:
    return re.findall(r'href="(/claim/[0-9a-f]{20})"', visitor.get(f"/document/{document}").text)


@pytest.fixture(scope="module")
def claim(visitor: FlaskClient) -> str:
    return claim_paths(visitor, "nissan-the-arc")[0]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_answers_and_is_well_formed_for_readers(visitor: FlaskClient, path: str) -> None:
    answer = visitor.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert answer.mimetype == "text/html"
    page = Reader(answer.text)
    head = [tag for tag, _ in page.tags][: [tag for tag, _ in page.tags].index("body")]
    assert len(page.all("h1")) == len(page.all("main")) == head.count("title") == 1
    assert page.all("html")[0]["lang"] == "en"
    ids = [attributes["id"] for _, attributes in page.tags if attributes.get("id")]
    assert len(ids) == len(set(ids)), [i for i in ids if ids.count(i) > 1]
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        if tag in {"img", "script", "iframe"} or (tag == "link" and attributes.get("rel") == "stylesheet"):
            assert not (attributes.get("src") or attributes.get("href") or "").startswith(("http", "//"))


@pytest.mark.parametrize("path", PAGES)
def test_every_link_of_a_page_within_the_house_answers(visitor: FlaskClient, path: str) -> None:
    links = {a["href"] for a in Reader(visitor.get(path).text).all("a")}
    for href in sorted(h for h in links if h and h.startswith("/"))[:40]:
        assert visitor.get(href.partition("#")[0]).status_code == 200, href


def test_a_claim_shows_its_words_in_their_context(visitor: FlaskClient, claim: str) -> None:
    answer = visitor.get(claim)
    assert answer.status_code == 200
    assert "<mark" in answer.text
    assert "/document/nissan-the-arc" in answer.text


@pytest.mark.parametrize("path", THINGS)
@pytest.mark.parametrize("suffix", FORMATS)
def test_a_suffix_chooses_the_data(visitor: FlaskClient, path: str, suffix: str) -> None:
    media_type, parser = FORMATS[suffix]
    answer = visitor.get(f"{path}.{suffix}", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert answer.mimetype == media_type
    assert "Accept" not in answer.headers.get("Vary", "")
    graph = rdflib.Graph().parse(data=answer.data, format=parser)
    assert len(graph) > 0
    about = DEFAULT_BASE.rstrip("/") + path if not path.startswith("/ontology/") else EV + path.rsplit("/", 1)[-1]
    assert path.startswith("/graph/") or (rdflib.URIRef(about), None, None) in graph


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/html", "text/html"),
        ("*/*", "text/html"),
        ("", "text/html"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("text/turtle", "text/turtle"),
        ("application/ld+json", "application/ld+json"),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', "application/ld+json"),
        ("application/json", "application/json"),
        ("application/n-triples", "application/n-triples"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("text/turtle;q=0.9, application/rdf+xml", "application/rdf+xml"),
        ("text/turtle, text/html;q=0.5", "text/turtle"),
        ("image/png, text/turtle;q=0.1", "text/turtle"),
    ],
)
def test_accept_chooses_between_page_and_data(visitor: FlaskClient, accept: str, media_type: str) -> None:
    for path in THINGS:
        answer = visitor.get(path, headers={"Accept": accept})
        assert (answer.status_code, answer.mimetype) == (200, media_type)
        assert "Accept" in answer.headers["Vary"]
        assert 'rel="canonical"' in answer.headers["Link"]
        assert f'<{path}.ttl>; rel="alternate"; type="text/turtle"' in answer.headers["Link"]


def test_what_nobody_can_serve_is_refused_with_the_list(visitor: FlaskClient) -> None:
    answer = visitor.get("/id/nissan", headers={"Accept": "image/png"})
    assert answer.status_code == 406
    assert "text/turtle" in answer.json["offers"]


@pytest.mark.parametrize("path", [*THINGS, "/", "/documents", "/disagreements", "/ontology", "/search?q=nissan"])
def test_an_unchanged_page_is_not_sent_again(visitor: FlaskClient, path: str) -> None:
    first = visitor.get(path, headers={"Accept": "text/html"})
    tag = first.headers["ETag"]
    again = visitor.get(path, headers={"Accept": "text/html", "If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert visitor.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_each_form_has_an_etag_of_its_own(visitor: FlaskClient) -> None:
    tags = {visitor.get(f"/id/nissan.{suffix}").headers["ETag"] for suffix in FORMATS}
    assert len(tags) == len(FORMATS)


@pytest.mark.parametrize("query", ["/disagreements?kind=revision", "/search?q=leaf"])
def test_the_query_is_part_of_the_etag(visitor: FlaskClient, query: str) -> None:
    assert visitor.get(query).headers["ETag"] != visitor.get(query.partition("?")[0]).headers["ETag"]


def test_an_unknown_name_is_answered_with_names_like_it(visitor: FlaskClient) -> None:
    answer = visitor.get("/id/nisan")
    assert answer.status_code == 404
    assert 'href="/id/nissan"' in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/id/no-such-thing-at-all",
        "/document/none",
        "/claim/00000000000000000000",
        "/claim/x.ttl",
        "/code/none",
        "/code/modality/none",
        "/graph/none",
        "/ontology/none",
        "/ontology.exe",
        "/id/%3Cscript%3E",
        "/id/%20",
        "/id/a%22b",
        "/id/a%3Eb.ttl",
        "/document/..%2Fmanifest",
        "/id/" + "x" * 4000,
    ],
)
def test_what_is_not_there_is_said_to_be_missing(visitor: FlaskClient, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 404
    assert "<script>" not in answer.text


@pytest.mark.parametrize(
    "path",
    ["/id/harm", "/document/hostile", "/documents", "/search?q=%3Cscript%3E", "/search?q=alert", "/", "/id/nissan"],
)
def test_markup_in_names_titles_and_quotes_is_text(visitor: FlaskClient, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 200
    assert not re.search(r"<script>|<b onclick", answer.text)


def test_markup_in_a_claim_is_text(visitor: FlaskClient) -> None:
    paths = claim_paths(visitor, "hostile")
    assert paths
    page = visitor.get(paths[0]).text
    assert "&lt;script&gt;" in page
    assert not re.search(r"<script>|<b onclick", page)


def test_the_label_with_markup_is_shown_as_it_is_written(visitor: FlaskClient) -> None:
    assert "<h1>Harm &lt;script&gt;alert(4)&lt;/script&gt;</h1>" in visitor.get("/id/harm").text


def test_an_entity_describes_itself_to_other_programs(visitor: FlaskClient) -> None:
    for path in ("/id/nissan", "/id/harm"):
        answer = visitor.get(path)
        found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', answer.text, re.DOTALL)
        described = json.loads(found[0])
        assert described["@id"] == DEFAULT_BASE.rstrip("/") + path
        assert described["name"]
        page = Reader(answer.text)
        properties = {m.get("property") for m in page.all("meta")}
        assert {"og:title", "og:description"} <= properties
        rels = [(e.get("rel"), e.get("href")) for e in page.all("link")]
        assert ("canonical", DEFAULT_BASE.rstrip("/") + path) in rels
        assert ("alternate", path + ".ttl") in rels


def test_a_restatement_says_so_wherever_it_is_shown(visitor: FlaskClient, claim: str) -> None:
    for path in ("/document/nissan-the-arc", claim):
        assert "not its words" in visitor.get(path).text
    assert "restated" in visitor.get("/documents").text.casefold()
    assert "not its words" not in visitor.get("/document/hostile").text


def test_disagreements_can_be_chosen_by_kind(visitor: FlaskClient) -> None:
    everything = visitor.get("/disagreements").text
    revisions = visitor.get("/disagreements?kind=revision").text
    assert 0 < revisions.count("<article") < everything.count("<article")
    assert (
        "23 billion" in visitor.get("/disagreements?kind=unit").text.replace("\n", " ")
        or "23,000,000,000" in everything
    )


@pytest.mark.parametrize("kind", ["none", "<script>", "Revision'", "x" * 3000])
def test_an_unknown_kind_of_disagreement_is_told_the_kinds(visitor: FlaskClient, kind: str) -> None:
    answer = visitor.get("/disagreements", query_string={"kind": kind})
    assert answer.status_code == 400
    assert "revision" in answer.text
    assert "<script>" not in answer.text


def test_a_missed_target_is_shown_with_target_and_outcome(visitor: FlaskClient) -> None:
    page = visitor.get("/disagreements?kind=missed").text
    assert page.count("<article") == 1
    assert "8 years late" in page
    assert "500,000" in page


@pytest.mark.parametrize(
    "query", ["", " ", "*", '"', "a OR", "NEAR(", "é", "x" * 10_000, "'; DROP TABLE entry; --", "\0"]
)
def test_any_search_is_answered(visitor: FlaskClient, query: str) -> None:
    assert visitor.get("/search", query_string={"q": query}).status_code == 200
    assert isinstance(visitor.get("/suggest", query_string={"q": query}).json["suggestions"], list)


def test_search_forgives_a_typo(visitor: FlaskClient) -> None:
    assert 'href="/id/nissan-ariya"' in visitor.get("/search?q=nissan+arya").text


def test_the_same_content_of_several_documents_is_one_row_with_its_sources(visitor: FlaskClient) -> None:
    assert "2 sources" in visitor.get("/id/nissan").text


@pytest.mark.parametrize("path", PAGES)
def test_a_warm_page_takes_less_than_50_ms(visitor: FlaskClient, path: str) -> None:
    visitor.get(path)
    taken = []
    for _ in range(5):
        begun = time.perf_counter()
        visitor.get(path)
        taken.append(time.perf_counter() - begun)
    assert min(taken) < 0.05, f"{min(taken) * 1000:.0f} ms"


@pytest.mark.parametrize(
    ("misspelt", "found"),
    [
        ("arya", "nissan-ariya"),
        ("nisan ambition", "nissan-ambition-2030"),
        ("yokohma", "yokohama"),
        ("mitsubshi", "mitsubishi-motors"),
    ],
)
def test_a_misspelt_word_finds_the_name(visitor: FlaskClient, misspelt: str, found: str) -> None:
    assert f'href="/id/{found}"' in visitor.get("/search", query_string={"q": misspelt}).text


def test_a_search_finds_no_rules(visitor: FlaskClient) -> None:
    assert "/rule/" not in visitor.get("/search?q=subsidiary").text


def test_makers_are_compared_by_name_or_address_and_as_data(visitor: FlaskClient) -> None:
    query = "e=Nissan&e=Renault–Nissan–Mitsubishi Alliance&e="
    page = visitor.get(f"/compare?{query}").text
    assert "34 models" in page
    assert "23 billion" in page or "23,000,000,000" in page
    rows = visitor.get(f"/compare.json?{query}").json
    lines = list(csv.DictReader(io.StringIO(visitor.get(f"/compare.csv?{query}").text)))
    assert [row["claim"] for row in rows] == [line["claim"] for line in lines]
    assert {row["entity"] for row in rows} == {"Nissan", "Renault–Nissan–Mitsubishi Alliance"}


@pytest.mark.parametrize(
    ("query", "status"),
    [("e=no-such-maker", 404), ("e=%3Cscript%3E", 404), ("&".join(f"e=m{n}" for n in range(9)), 400), ("e=%20", 200)],
)
def test_what_cannot_be_compared_is_said(visitor: FlaskClient, query: str, status: int) -> None:
    answer = visitor.get(f"/compare?{query}")
    assert answer.status_code == status
    assert "<script>" not in answer.text


def test_a_kind_is_browsed_by_country_and_owner(visitor: FlaskClient) -> None:
    everything = visitor.get("/browse?kind=VehicleModel").text
    assert 'rel="next"' in everything
    nissans = visitor.get("/browse?kind=VehicleModel&parent=nissan&country=japan").text
    assert 'href="/id/nissan-leaf"' in nissans
    assert 'href="/id/renault-5"' not in nissans
    assert "None." in visitor.get("/browse?kind=VehicleModel&parent=nobody").text


@pytest.mark.parametrize(
    "query",
    ["kind=None", "kind=%3Cscript%3E", "kind=Automaker&page=0", "kind=Automaker&page=x", "kind=Brand&page=99999999"],
)
def test_what_cannot_be_browsed_is_said(visitor: FlaskClient, query: str) -> None:
    answer = visitor.get(f"/browse?{query}", headers={"Accept": "text/html"})
    assert answer.status_code == 400
    assert "<script>" not in answer.text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("23000000000", "23 billion"),
        ("2000000000000", "2 trillion"),
        ("17500000", "17.5 million"),
        ("1234567", "1,234,567"),
        ("500000", "500,000"),
        ("43.40", "43.4"),
        ("0.5", "0.5"),
        ("NaN", "NaN"),
        ("SUV", "SUV"),
    ],
)
def test_numbers_read_like_numbers(value: str, shown: str) -> None:
    assert number(value) == shown


def test_a_document_tells_which_figures_no_claim_uses(visitor: FlaskClient) -> None:
    page = visitor.get("/document/hostile").text
    assert "1 sentence with a figure but no claim" in page
    assert "<blockquote>The canteen serves 300 meals.</blockquote>" in page


def test_a_feed_lists_claims_by_the_date_of_their_documents(visitor: FlaskClient) -> None:
    feed = ElementTree.fromstring(visitor.get("/feed.atom").data)
    entries = feed.findall("{http://www.w3.org/2005/Atom}entry")
    dates = [entry.findtext("{http://www.w3.org/2005/Atom}updated") or "" for entry in entries]
    assert entries
    assert dates == sorted(dates, reverse=True)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00Z", date) for date in dates)


def test_the_sitemap_lists_pages_that_answer(visitor: FlaskClient) -> None:
    answer = visitor.get("/sitemap.xml", base_url="http://plans.example/")
    found = [e.text or "" for e in ElementTree.fromstring(answer.data).iter() if e.tag.endswith("}loc")]
    assert "http://plans.example/document/nissan-the-arc" in found
    assert all(visitor.get(address.removeprefix("http://plans.example")).status_code == 200 for address in found[:20])
    assert visitor.get("/sitemap.xml", base_url="http://other.example/").data != answer.data


def test_a_browser_can_add_the_search(visitor: FlaskClient) -> None:
    answer = visitor.get("/opensearch.xml", base_url="http://plans.example/")
    assert answer.mimetype == "application/opensearchdescription+xml"
    assert b"http://plans.example/search?q={searchTerms}" in answer.data
    ElementTree.fromstring(answer.data)


@pytest.mark.parametrize("path", [*PAGES, "/feed.atom", "/opensearch.xml"])
def test_behind_a_path_prefix_every_link_keeps_it(visitor: FlaskClient, path: str) -> None:
    answer = visitor.get(path, base_url="http://plans.example/ev/", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    page = Reader(answer.text)
    addresses = [a.get("href") or a.get("action") or "" for tag, a in page.tags if tag in {"a", "link", "form"}]
    inside = [a for a in addresses if a.startswith("/")]
    assert inside or path.endswith((".xml", ".atom"))
    assert [a for a in inside if not a.startswith("/ev/")] == []
    assert not re.search(r"http://plans\.example/(?!ev/)", answer.text)
