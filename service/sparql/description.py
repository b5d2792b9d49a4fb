"""The SPARQL 1.1 Service Description: what this endpoint understands and which graphs it holds."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Triple, serialize

from graph.namespaces import RDF, VOID, XSD
from service.dataset import Dataset
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


def describe(format_name: str, endpoint: str, base: str, dataset: Dataset) -> bytes:
    """The description in one of the graph formats. `endpoint` is the address that was asked."""
    prefixes = {"sd": SD, "void": VOID, "format": FORMATS, "xsd": XSD}
    engine = results.BY_NAME[format_name].engine
    body = serialize(_triples(endpoint, base, dataset), format=engine, prefixes=prefixes)  # type: ignore[arg-type]
    return body or b""


def _triples(endpoint: str, base: str, dataset: Dataset) -> Iterator[Triple]:
    """Each thing has an IRI: the service, its dataset, and each named graph."""
    service, data = NamedNode(endpoint + "#service"), NamedNode(base + "#dataset")
    whole = NamedNode(base + "#default-graph")
    a = NamedNode(RDF + "type")
    graphs: dict[str, dict[str, int]] = dataset.manifest.get("graphs", {})
    yield Triple(service, a, NamedNode(SD + "Service"))
    yield Triple(service, NamedNode(SD + "endpoint"), NamedNode(endpoint))
    for language in ("SPARQL10Query", "SPARQL11Query"):
        yield Triple(service, NamedNode(SD + "supportedLanguage"), NamedNode(SD + language))
    yield Triple(service, NamedNode(SD + "feature"), NamedNode(SD + "UnionDefaultGraph"))
    for name in _FORMAT_IRIS.values():
        yield Triple(service, NamedNode(SD + "resultFormat"), NamedNode(FORMATS + name))
    yield Triple(service, NamedNode(SD + "defaultDataset"), data)
    yield Triple(data, a, NamedNode(SD + "Dataset"))
    yield Triple(data, NamedNode(SD + "defaultGraph"), whole)
    yield Triple(whole, a, NamedNode(SD + "Graph"))
    yield Triple(whole, NamedNode(VOID + "triples"), Literal(sum(g["quads"] for g in graphs.values())))
    for iri, facts in graphs.items():
        named, content = NamedNode(f"{iri}#named-graph"), NamedNode(f"{iri}#graph")
        yield Triple(data, NamedNode(SD + "namedGraph"), named)
        yield Triple(named, a, NamedNode(SD + "NamedGraph"))
        yield Triple(named, NamedNode(SD + "name"), NamedNode(iri))
        yield Triple(named, NamedNode(SD + "graph"), content)
        yield Triple(content, a, NamedNode(SD + "Graph"))
        yield Triple(content, NamedNode(VOID + "triples"), Literal(facts["quads"]))
