"""What the endpoint and the dataset say of themselves is so: languages, formats, graphs, classes and properties."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from pyoxigraph import NamedNode, QuerySolutions, RdfFormat, Store, parse

from graph.namespaces import DCAT, RDF, VOID
from graph.publish import current_build
from graph.store.embedded import open_store
from service.app import create_app
from service.settings import Settings
from service.sparql.description import SD
from tests.service.small import small_dataset

__all__ = ["small_dataset"]

PROVENANCE = "https://w3id.org/evplans/graph/provenance"  # holds the counts, so they do not count it
LANGUAGES = {"SPARQL10Query", "SPARQL11Query", "SPARQL11Update"}
FEATURES = {"DereferencesURIs", "UnionDefaultGraph", "RequiresDataset", "EmptyGraphs", "BasicFederatedQuery"}


def loaded(app: Flask, path: str) -> Store:
    answer = app.test_client().get(path, headers={"Accept": "application/n-triples"})
    assert answer.status_code == 200
    store = Store()
    store.extend(parse(answer.data, RdfFormat.N_TRIPLES))
    return store


def rows(store: Store, query: str) -> list[list[str]]:
    prefixes = {"sd": SD, "void": VOID, "dcat": DCAT, "rdf": RDF}
    found = store.query(query, prefixes=prefixes, use_default_graph_as_union=True)
    assert isinstance(found, QuerySolutions)
    return [[term.value for term in row] for row in found]


@pytest.fixture(scope="module")
def data(small_dataset: Settings) -> Store:
    home = current_build(small_dataset.data)
    assert home is not None
    return open_store(home / "store")


@pytest.fixture(scope="module")
def app(small_dataset: Settings) -> Iterator[Flask]:
    made = create_app(small_dataset)
    yield made
    made.extensions["evplans.engine"].close()


OTHERS = f"FILTER(?g != <{PROVENANCE}>)"
COUNTED = {
    "class": f"SELECT ?c (COUNT(DISTINCT ?s) AS ?n) {{ GRAPH ?g {{ ?s a ?c }} {OTHERS} }} GROUP BY ?c",
    "property": f"SELECT ?p (COUNT(*) AS ?n) {{ GRAPH ?g {{ ?s ?p ?o }} {OTHERS} }} GROUP BY ?p",
}


@pytest.mark.parametrize("path", ["/.well-known/void", "/sparql"])
@pytest.mark.parametrize(("kind", "unit"), [("class", "entities"), ("property", "triples")])
def test_partitions_say_what_a_query_counts(app: Flask, data: Store, path: str, kind: str, unit: str) -> None:
    described = loaded(app, path)
    said = rows(described, f"SELECT ?c ?n {{ ?d void:{kind}Partition ?part . ?part void:{kind} ?c ; void:{unit} ?n }}")
    counted = rows(data, COUNTED[kind])
    assert len(counted) > 30
    assert sorted(said) == sorted(counted)


def test_each_graph_is_named_with_its_size(app: Flask, data: Store) -> None:
    described = loaded(app, "/sparql")
    said = rows(described, "SELECT ?g ?n { ?d sd:namedGraph ?named . ?named sd:name ?g ; sd:graph/void:triples ?n }")
    counted = rows(data, "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
    assert sorted(row for row in said if row[1] != "0") == sorted(counted)
    [[whole]] = rows(described, "SELECT ?n { ?d sd:defaultGraph/void:triples ?n }")
    assert int(whole) == len(data)


def test_the_description_keeps_to_its_vocabulary(app: Flask) -> None:
    """Domains and ranges of the W3C's vocabulary, as far as they can be told from the description alone."""
    store = loaded(app, "/sparql")
    for term, subjects, objects in (
        ("endpoint", "Service", None),
        ("supportedLanguage", "Service", None),
        ("resultFormat", "Service", None),
        ("defaultDataset", "Service", "Dataset"),
        ("defaultGraph", "Dataset", "Graph"),
        ("namedGraph", "Dataset", "NamedGraph"),
        ("graph", "NamedGraph", "Graph"),
        ("name", "NamedGraph", None),
    ):
        found = list(store.quads_for_pattern(None, NamedNode(SD + term), None))
        assert found, term
        for quad in found:
            assert _is(store, quad.subject, subjects), quad
            assert objects is None or _is(store, quad.object, objects), quad
    said = {row[0].removeprefix(SD) for row in rows(store, "SELECT ?l { ?s sd:supportedLanguage ?l }")}
    assert said == LANGUAGES - {"SPARQL11Update"}
    assert {row[0].removeprefix(SD) for row in rows(store, "SELECT ?f { ?s sd:feature ?f }")} <= FEATURES
    assert len(rows(store, "SELECT ?e { ?s a sd:Service ; sd:endpoint ?e }")) == 1


def _is(store: Store, node: object, kind: str) -> bool:
    quads = store.quads_for_pattern(node, NamedNode(RDF + "type"), NamedNode(SD + kind))  # type: ignore[arg-type]
    return next(iter(quads), None) is not None


def test_what_settings_allow_is_described(small_dataset: Settings) -> None:
    app = create_app(replace(small_dataset, token="t", service_allow=("http://x/sparql",)))
    store = loaded(app, "/sparql")
    [[update]] = rows(store, "SELECT ?e { ?s sd:supportedLanguage sd:SPARQL11Update ; sd:endpoint ?e }")
    assert update == "http://localhost/update"
    assert [SD + "BasicFederatedQuery"] in rows(store, "SELECT ?f { ?s sd:feature ?f }")
    app.extensions["evplans.engine"].close()


def test_formats_that_are_described_are_given(app: Flask) -> None:
    store = loaded(app, "/sparql")
    formats = {row[0].rpartition("/")[2] for row in rows(store, "SELECT ?f { ?s sd:resultFormat ?f }")}
    media_types = {
        "SPARQL_Results_JSON": "application/sparql-results+json",
        "SPARQL_Results_XML": "application/sparql-results+xml",
        "SPARQL_Results_CSV": "text/csv",
        "SPARQL_Results_TSV": "text/tab-separated-values",
        "Turtle": "text/turtle",
        "N-Triples": "application/n-triples",
        "RDF_XML": "application/rdf+xml",
        "JSON-LD": "application/ld+json",
        "TriG": "application/trig",
        "N-Quads": "application/n-quads",
        "N3": "text/n3",
    }
    assert formats == set(media_types)
    for name, media_type in media_types.items():
        query = "SELECT * { ?s ?p ?o } LIMIT 1" if "Results" in name else "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1"
        answer = app.test_client().get("/sparql", query_string={"query": query}, headers={"Accept": media_type})
        assert (answer.status_code, answer.mimetype) == (200, media_type)
