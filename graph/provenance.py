"""How a dataset came to be and what it holds: PROV, VoID and DCAT, without the time of day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, Quad

from graph.derive import explanation
from graph.namespaces import DCAT, DCT, EV, PROV, RDFS, SKOS, VOID, Namespace
from graph.reading import Document
from graph.terms import RDF_TYPE, digest, english, integer, ordered

if TYPE_CHECKING:
    from graph.validation import Report

_SD = "http://www.w3.org/ns/sparql-service-description#"
_TITLE = "Car makers' electric-vehicle plans, claim by claim"


def provenance_quads(
    namespace: Namespace,
    documents: Iterable[Document],
    graphs: Mapping[str, Sequence[Quad]],
    report: Report | None,
    version: str,
) -> list[Quad]:
    """graph/provenance: the build, its inputs and rules, the SHACL report, and the description of the dataset."""
    home = namespace.graph("provenance")
    triples = [*_activity(namespace, documents, version), *_description(namespace, graphs, version)]
    triples += _rules(graphs)
    quads = [Quad(NamedNode(s), NamedNode(p), o, NamedNode(home)) for s, p, o in triples]
    if report is not None:
        from graph.validation import report_quads

        quads += report_quads(report, namespace)
    return ordered(quads)


Triples = Iterator[tuple[str, str, NamedNode | Literal]]


def _activity(namespace: Namespace, documents: Iterable[Document], version: str) -> Triples:
    home = namespace.graph("provenance")
    build, agent, dataset = home + "#build", home + "#software", home + "#dataset"
    yield build, RDF_TYPE.value, NamedNode(PROV + "Activity")
    yield build, RDFS + "label", english("The build of this dataset")
    yield build, PROV + "wasAssociatedWith", NamedNode(agent)
    yield agent, RDF_TYPE.value, NamedNode(PROV + "SoftwareAgent")
    yield agent, RDFS + "label", english(f"evplans {version}")
    yield dataset, PROV + "wasGeneratedBy", NamedNode(build)
    for document in documents:
        yield build, PROV + "used", NamedNode(namespace.document(document.slug))


def _rules(graphs: Mapping[str, Sequence[Quad]]) -> Triples:
    """A node for each rule that the data refers to: those that find claims and those that derive."""
    links = {EV + "rule", EV + "computedBy"}
    used = {str(q.object)[1:-1] for g in graphs.values() for q in g if q.predicate.value in links}
    for rule in sorted(used):
        yield rule, RDF_TYPE.value, NamedNode(EV + "Rule")
        yield rule, SKOS + "prefLabel", english(rule.rpartition("/")[2].replace("-", " "))
        if said := explanation(rule.rpartition("/")[2]):
            yield rule, SKOS + "definition", english(said)


def _description(namespace: Namespace, graphs: Mapping[str, Sequence[Quad]], version: str) -> Triples:
    home = namespace.graph("provenance")
    dataset = home + "#dataset"
    for kind in (VOID + "Dataset", DCAT + "Dataset"):
        yield dataset, RDF_TYPE.value, NamedNode(kind)
    yield dataset, DCT + "title", english(_TITLE)
    yield dataset, DCAT + "version", Literal(version)
    yield dataset, VOID + "sparqlEndpoint", NamedNode(namespace.base + "sparql")
    yield dataset, VOID + "uriSpace", Literal(namespace.base)
    yield dataset, VOID + "dataDump", NamedNode(namespace.base + "dumps/")
    yield dataset, VOID + "triples", integer(sum(map(len, graphs.values())))
    for prefix in sorted({_vocabulary(q.predicate.value) for quads in graphs.values() for q in quads}):
        yield dataset, VOID + "vocabulary", NamedNode(prefix)
    for graph in sorted(graphs):
        part = f"{home}#graph-{digest(graph.removeprefix(namespace.base))}"
        yield dataset, VOID + "subset", NamedNode(part)
        yield part, RDF_TYPE.value, NamedNode(VOID + "Dataset")
        yield part, DCT + "title", Literal(graph.removeprefix(namespace.base))
        yield part, _SD + "name", NamedNode(graph)
        yield part, VOID + "triples", integer(len(graphs[graph]))
    yield from _partitions(home, dataset, graphs)


def _vocabulary(iri: str) -> str:
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]


def _partitions(home: str, dataset: str, graphs: Mapping[str, Sequence[Quad]]) -> Triples:
    classes: dict[str, set[str]] = defaultdict(set)
    properties: dict[str, int] = defaultdict(int)
    for quads in graphs.values():
        for quad in quads:
            properties[quad.predicate.value] += 1
            if quad.predicate == RDF_TYPE:
                classes[str(quad.object)[1:-1]].add(str(quad.subject))
    for iri in sorted(classes):
        part = f"{home}#class-{digest(iri)}"
        yield dataset, VOID + "classPartition", NamedNode(part)
        yield part, VOID + "class", NamedNode(iri)
        yield part, VOID + "entities", integer(len(classes[iri]))
    for iri in sorted(properties):
        part = f"{home}#property-{digest(iri)}"
        yield dataset, VOID + "propertyPartition", NamedNode(part)
        yield part, VOID + "property", NamedNode(iri)
        yield part, VOID + "triples", integer(properties[iri])
