"""The SPARQL 1.1 Service Description: what this endpoint understands, and with VoID what its graphs hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from pyoxigraph import Literal, NamedNode, Triple, serialize

from graph.namespaces import EV, RDF, VOID, XSD
from service.dataset import Dataset
from service.settings import Settings
from service.sparql import results

SD = "http://www.w3.org/ns/sparql-service-description#"
FORMATS = "http://www.w3.org/ns/formats/"
_FORMAT_IRIS = {
    "json": "SPARQL_Results_JSON",
    "xml": "SPARQL_Results_XML",
    "csv": "SPARQL_Results_CSV",
    "tsv": "SPARQL_Results_TSV",
    "ttl": "Turtle",
    "nt": "N-Triples",
    "rdf": "RDF_XML",
    "jsonld": "JSON-LD",
    "trig": "TriG",
    "nq": "N-Quads",
    "n3": "N3",
}


PARTITIONS = """
SELECT DISTINCT ?kind ?part ?property ?value WHERE {
  ?dataset a dcat:Dataset ; ?kind ?part .
  FILTER(?kind IN (void:classPartition, void:propertyPartition))
  ?part ?property ?value .
}"""
Triples = Iterator[Triple]


def describe(format_name: str, endpoint: str, settings: Settings, dataset: Dataset) -> bytes:
    """The description in one of the graph formats. `endpoint` is the address that was asked."""
    prefixes = {"sd": SD, "void": VOID, "format": FORMATS, "xsd": XSD, "ev": EV}
    engine = results.BY_NAME[format_name].engine
    triples = (*_services(endpoint, settings), *_graphs(settings.base, dataset), *_partitions(settings.base, dataset))
    return serialize(triples, format=engine, prefixes=prefixes) or b""  # type: ignore[arg-type]


def _services(endpoint: str, settings: Settings) -> Triples:
    """The query service, and where there are writes the update service. Each thing has an IRI."""
    service, data = endpoint + "#service", NamedNode(settings.base + "#dataset")
    yield _said(service, RDF + "type", SD + "Service")
    yield _said(service, SD + "endpoint", endpoint)
    for language in ("SPARQL10Query", "SPARQL11Query"):
        yield _said(service, SD + "supportedLanguage", SD + language)
    yield _said(service, SD + "feature", SD + "UnionDefaultGraph")
    if settings.service_allow:
        yield _said(service, SD + "feature", SD + "BasicFederatedQuery")
    for name in _FORMAT_IRIS.values():
        yield _said(service, SD + "resultFormat", FORMATS + name)
    yield _said(service, SD + "defaultDataset", data.value)
    if settings.token:
        update = endpoint.rpartition("/")[0] + "/update"
        yield _said(update + "#service", RDF + "type", SD + "Service")
        yield _said(update + "#service", SD + "endpoint", update)
        yield _said(update + "#service", SD + "supportedLanguage", SD + "SPARQL11Update")
        yield _said(update + "#service", SD + "defaultDataset", data.value)


def _graphs(base: str, dataset: Dataset) -> Triples:
    """The dataset: its default graph, which is the union, and its named graphs, with their sizes."""
    data, whole = base + "#dataset", base + "#default-graph"
    graphs: dict[str, dict[str, int]] = dataset.manifest.get("graphs", {})
    yield _said(data, RDF + "type", SD + "Dataset")
    yield _said(data, SD + "defaultGraph", whole)
    yield _said(whole, RDF + "type", SD + "Graph")
    yield Triple(NamedNode(whole), NamedNode(VOID + "triples"), Literal(sum(g["quads"] for g in graphs.values())))
    for iri, facts in graphs.items():
        named, content = f"{iri}#named-graph", f"{iri}#graph"
        yield _said(data, SD + "namedGraph", named)
        yield _said(named, RDF + "type", SD + "NamedGraph")
        yield _said(named, SD + "name", iri)
        yield _said(named, SD + "graph", content)
        yield _said(content, RDF + "type", SD + "Graph")
        yield Triple(NamedNode(content), NamedNode(VOID + "triples"), Literal(facts["quads"]))


def _partitions(base: str, dataset: Dataset) -> Triples:
    """The classes and properties of the default graph with their counts, as the build has counted them."""
    whole = NamedNode(base + "#default-graph")
    yield Triple(whole, NamedNode(RDF + "type"), NamedNode(VOID + "Dataset"))
    for row in dataset.select(PARTITIONS):
        kind, part, name = (cast(NamedNode, row[column]) for column in ("kind", "part", "property"))
        yield Triple(whole, kind, part)
        yield Triple(part, name, row["value"])


def _said(subject: str, predicate: str, thing: str) -> Triple:
    return Triple(NamedNode(subject), NamedNode(predicate), NamedNode(thing))
