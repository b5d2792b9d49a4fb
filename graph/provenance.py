"""How a dataset came to be and what it holds: PROV, VoID and DCAT, without the time of day.

What is said of a document stands apart from what is said of the whole, so that a change need not say everything again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import unquote

from pyoxigraph import Literal, NamedNode, Quad

from graph.derive import explanation
from graph.digests import GraphDigest
from graph.extraction.confidence import precision
from graph.namespaces import DCAT, DCT, EV, PROV, RDFS, SH, SKOS, VOID, Namespace
from graph.terms import RDF_TYPE, boolean, decimal, digest, english, integer, ordered

if TYPE_CHECKING:
    from graph.ledger import Ledger

_SD = "http://www.w3.org/ns/sparql-service-description#"
_TITLE = "Car makers' electric-vehicle plans, claim by claim"

Triples = Iterator[tuple[str, str, NamedNode | Literal]]


def document_provenance(namespace: Namespace, slug: str, graph: GraphDigest) -> list[Quad]:
    """What graph/provenance says of one document: that it was used, and how large its graph is."""
    home = namespace.graph("provenance")
    used = (home + "#build", PROV + "used", NamedNode(namespace.document(slug)))
    return _quads(namespace, [used, *_part(namespace, namespace.document(slug), graph)])


def dataset_provenance(
    namespace: Namespace, graphs: Mapping[str, GraphDigest], ledger: Ledger, conforms: bool, version: str
) -> list[Quad]:
    """What graph/provenance says of the whole: the build, its rules, whether it conforms, what the dataset holds.

    `ledger` has the counts of classes, properties and rules; `graphs` are all graphs but this one.
    """
    triples = [*_activity(namespace, version), *_rules(ledger), *_description(namespace, graphs, ledger, version)]
    validation = namespace.graph("provenance") + "#validation"
    triples.append((validation, RDF_TYPE.value, NamedNode(SH + "ValidationReport")))
    triples.append((validation, SH + "conforms", boolean(conforms)))
    return ordered(_quads(namespace, triples))


def _quads(namespace: Namespace, triples: Triples | list[tuple[str, str, NamedNode | Literal]]) -> list[Quad]:
    home = NamedNode(namespace.graph("provenance"))
    return [Quad(NamedNode(s), NamedNode(p), o, home) for s, p, o in triples]


def _activity(namespace: Namespace, version: str) -> Triples:
    home = namespace.graph("provenance")
    build, agent, dataset = home + "#build", home + "#software", home + "#dataset"
    yield build, RDF_TYPE.value, NamedNode(PROV + "Activity")
    yield build, RDFS + "label", english("The build of this dataset")
    yield build, PROV + "wasAssociatedWith", NamedNode(agent)
    yield agent, RDF_TYPE.value, NamedNode(PROV + "SoftwareAgent")
    yield agent, RDFS + "label", english(f"evplans {version}")
    yield dataset, PROV + "wasGeneratedBy", NamedNode(build)


def _rules(ledger: Ledger) -> Triples:
    """A node for each rule that the data refers to: those that find claims and those that derive."""
    for rule in sorted(ledger.counts("rule")):
        yield rule, RDF_TYPE.value, NamedNode(EV + "Rule")
        yield rule, SKOS + "prefLabel", english(rule.rpartition("/")[2].replace("-", " "))
        if (share := precision(unquote(rule.rpartition("/")[2]))) is not None:
            yield rule, EV + "precision", decimal(share)
        if said := explanation(rule.rpartition("/")[2]):
            yield rule, SKOS + "definition", english(said)


def _description(namespace: Namespace, graphs: Mapping[str, GraphDigest], ledger: Ledger, version: str) -> Triples:
    home = namespace.graph("provenance")
    dataset = home + "#dataset"
    for kind in (VOID + "Dataset", DCAT + "Dataset"):
        yield dataset, RDF_TYPE.value, NamedNode(kind)
    yield dataset, DCT + "title", english(_TITLE)
    yield dataset, DCAT + "version", Literal(version)
    yield dataset, VOID + "sparqlEndpoint", NamedNode(namespace.base + "sparql")
    yield dataset, VOID + "uriSpace", Literal(namespace.base)
    yield dataset, VOID + "dataDump", NamedNode(namespace.base + "dumps/")
    yield dataset, VOID + "triples", integer(sum(graph.quads for graph in graphs.values()))
    for graph in sorted(graphs):
        if not graph.startswith(namespace.document("")):
            yield from _part(namespace, graph, graphs[graph])
    yield from _partitions(home, dataset, ledger)


def _part(namespace: Namespace, graph: str, size: GraphDigest) -> Triples:
    home = namespace.graph("provenance")
    part = f"{home}#graph-{digest(graph.removeprefix(namespace.base))}"
    yield home + "#dataset", VOID + "subset", NamedNode(part)
    yield part, RDF_TYPE.value, NamedNode(VOID + "Dataset")
    yield part, DCT + "title", Literal(graph.removeprefix(namespace.base))
    yield part, _SD + "name", NamedNode(graph)
    yield part, VOID + "triples", integer(size.quads)


def _vocabulary(iri: str) -> str:
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]


def _partitions(home: str, dataset: str, ledger: Ledger) -> Triples:
    properties = ledger.counts("property")
    for prefix in sorted({_vocabulary(iri) for iri in properties}):
        yield dataset, VOID + "vocabulary", NamedNode(prefix)
    for iri, entities in sorted(ledger.counts("class").items()):
        part = f"{home}#class-{digest(iri)}"
        yield dataset, VOID + "classPartition", NamedNode(part)
        yield part, VOID + "class", NamedNode(iri)
        yield part, VOID + "entities", integer(entities)
    for iri, triples in sorted(properties.items()):
        part = f"{home}#property-{digest(iri)}"
        yield dataset, VOID + "propertyPartition", NamedNode(part)
        yield part, VOID + "property", NamedNode(iri)
        yield part, VOID + "triples", integer(triples)
