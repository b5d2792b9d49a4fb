"""The JSON-LD context names every term and gives back the triples that a claim is made of."""

from __future__ import annotations

import json

from rdflib import OWL, PROV, RDF, XSD, Graph, Literal, Namespace, URIRef

from graph.namespaces import CODE, DEFAULT_BASE, EV
from graph.paths import ONTOLOGY

CONTEXT = json.loads((ONTOLOGY / "context.jsonld").read_text("utf-8"))["@context"]
EVNS = Namespace(EV)
CLAIM = DEFAULT_BASE + "claim/0123456789abcdef0123"


def test_every_term_is_in_the_context() -> None:
    core = Graph().parse(ONTOLOGY / "evplans.ttl")
    for kind in (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty):
        for term in core.subjects(RDF.type, kind):
            name = str(term).removeprefix(EV)
            entry = CONTEXT[name]
            assert (entry["@id"] if isinstance(entry, dict) else entry) == f"ev:{name}"
            if kind == OWL.ObjectProperty:
                assert entry["@type"] == "@id", name


def test_a_claim_reads_as_its_triples() -> None:
    document = {
        "@context": CONTEXT,
        "id": CLAIM,
        "type": "Claim",
        "subject": DEFAULT_BASE + "id/nissan",
        "property": "ev:modelCount",
        "value": 15,
        "unit": CODE + "unit/models",
        "end": {"@value": "2030", "@type": "xsd:gYear"},
        "endYear": "2030",
        "modality": CODE + "modality/plan",
        "wasDerivedFrom": DEFAULT_BASE + "document/nissan-ambition-2030",
        "evidence": [
            {
                "id": CLAIM + "#evidence",
                "type": ["Evidence", "SpecificResource"],
                "hasSelector": [{"id": CLAIM + "#position", "type": "TextPositionSelector", "startChar": "7"}],
            }
        ],
    }
    graph = Graph().parse(data=json.dumps(document), format="json-ld")
    claim = URIRef(CLAIM)
    assert (claim, RDF.type, EVNS.Claim) in graph
    assert (claim, EVNS.property, EVNS.modelCount) in graph
    assert (claim, EVNS.value, Literal(15)) in graph
    assert (claim, EVNS.unit, URIRef(CODE + "unit/models")) in graph
    assert (claim, EVNS.end, Literal("2030", datatype=XSD.gYear)) in graph
    assert (claim, EVNS.endYear, Literal("2030", datatype=XSD.integer)) in graph
    assert (claim, PROV.wasDerivedFrom, URIRef(DEFAULT_BASE + "document/nissan-ambition-2030")) in graph
    assert (
        URIRef(CLAIM + "#position"),
        URIRef("http://www.w3.org/ns/oa#start"),
        Literal("7", datatype=XSD.integer),
    ) in graph
