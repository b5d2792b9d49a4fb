"""The vocabulary stands up to OWL 2 RL: its closure over one individual of each class and one use of each property."""

from __future__ import annotations

from owlrl import DeductiveClosure, OWLRL_Semantics
from rdflib import OWL, RDF, RDFS, XSD, Graph, Literal, Namespace, URIRef

from graph.namespaces import EV
from graph.paths import ONTOLOGY

ERROR = URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")
MADE_UP = Namespace("https://example.org/made-up/")
EVNS = Namespace(EV)
LITERALS = {
    XSD.integer: Literal(30),
    XSD.decimal: Literal("0.9", datatype=XSD.decimal),
    XSD.boolean: Literal(True),
    XSD.string: Literal("text", datatype=XSD.string),
    None: Literal("2030", datatype=XSD.gYear),
}


def vocabulary() -> Graph:
    graph = Graph()
    for file in [ONTOLOGY / "evplans.ttl", ONTOLOGY / "codes.ttl", *sorted((ONTOLOGY / "alignments").glob("*.ttl"))]:
        graph.parse(file)
    return graph


def errors(graph: Graph) -> list[str]:
    DeductiveClosure(OWLRL_Semantics).expand(graph)
    return sorted(str(message) for message in graph.objects(None, ERROR))


def individual(cls: object) -> URIRef:
    return MADE_UP[str(cls).rpartition("#")[2] or "thing"]


def use_every_term(graph: Graph) -> None:
    """Add one individual of each class of ours and one use of each property, of the types that it asks for."""
    for cls in list(graph.subjects(RDF.type, OWL.Class)):
        graph.add((individual(cls), RDF.type, cls))
    for kind in (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty):
        for term in list(graph.subjects(RDF.type, kind)):
            subject = individual(graph.value(term, RDFS.domain) or EVNS.Claim)
            wanted = graph.value(term, RDFS.range)
            value = individual(wanted or OWL.Thing) if kind == OWL.ObjectProperty else LITERALS[wanted]
            graph.add((subject, term, value))


def test_closure_of_every_term_in_use_reports_no_error() -> None:
    graph = vocabulary()
    use_every_term(graph)
    assert not errors(graph)
    assert (individual(EVNS.Automaker), RDF.type, EVNS.Entity) in graph


def test_closure_notices_a_claim_that_is_an_entity() -> None:
    graph = Graph().parse(ONTOLOGY / "evplans.ttl")
    graph.add((MADE_UP.confused, RDF.type, EVNS.Automaker))
    graph.add((MADE_UP.confused, EVNS.modality, MADE_UP.plan))
    assert any("Disjoint" in message for message in errors(graph))


def test_partnership_holds_both_ways() -> None:
    graph = Graph().parse(ONTOLOGY / "evplans.ttl")
    graph.add((MADE_UP.renault, EVNS.partnersWith, MADE_UP.geely))
    assert not errors(graph)
    assert (MADE_UP.geely, EVNS.partnersWith, MADE_UP.renault) in graph
