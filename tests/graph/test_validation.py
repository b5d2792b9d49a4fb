"""The gate: one conforming document, what breaks it, and what the report says of that."""

import time
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import SH, BNode, Graph, Literal, URIRef

from graph.gate import Gate
from graph.namespaces import EV, Namespace
from graph.paths import ONTOLOGY
from graph.terms import TurtleError
from graph.validation import Report, Result, read_rdf, report_quads, validate_document

BASE = "https://w3id.org/evplans/"
PREFIXES = f"""
    @base <{BASE}> .
    @prefix ev: <{EV}> . @prefix code: <{BASE}code/> . @prefix unit: <http://qudt.org/vocab/unit/> .
    @prefix dct: <http://purl.org/dc/terms/> . @prefix oa: <http://www.w3.org/ns/oa#> .
    @prefix prov: <http://www.w3.org/ns/prov#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    @prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
REGISTER = f"""{PREFIXES}
    <id/japan> a ev:Country ; skos:prefLabel "Japan"@en .
    <id/nissan> a ev:Automaker ; skos:prefLabel "Nissan"@en ; ev:homeCountry <id/japan> .
    <id/ambition-2030> a ev:Plan ; skos:prefLabel "Nissan Ambition 2030"@en ; ev:parent <id/nissan> .
    <id/autocar> a ev:Publisher ; skos:prefLabel "Autocar"@en .
"""
DOCUMENT = """
    <document/x> a ev:Document ; dct:title "Nissan Ambition 2030"@en ; dct:issued "2021-11-29"^^xsd:date ;
      ev:issuedYear 2021 ; dct:publisher <id/autocar> ; dct:language "en" ; dct:format "text/markdown" ;
      ev:digest "{digest}" .
"""
CLAIM = """
    <claim/{n}> a ev:Claim ; rdfs:label "Nissan plans {n} models by 2030"@en ; ev:subject <id/nissan> ;
      ev:property ev:modelCount ; ev:value {n} ; ev:unit <code/unit/models> ; ev:bound <code/bound/exact> ;
      ev:end "2030"^^xsd:gYear ; ev:endYear 2030 ; ev:powertrain <code/powertrain/battery-electric> ;
      ev:plan <id/ambition-2030> ; ev:modality <code/modality/plan> ; ev:reviewState <code/review-state/reviewed> ;
      ev:origin <code/origin/extracted> ; prov:wasDerivedFrom <document/x> ; ev:evidence <claim/{n}#evidence> .
    <claim/{n}#evidence> a ev:Evidence, oa:SpecificResource ; oa:hasSource <document/x> ;
      oa:hasSelector <claim/{n}#quote>, <claim/{n}#position> .
    <claim/{n}#quote> a oa:TextQuoteSelector ; oa:exact "15 models" .
    <claim/{n}#position> a oa:TextPositionSelector ; oa:start 100 ; oa:end 109 .
"""


def turtle(text: str) -> Graph:
    return Graph().parse(data=text, format="turtle")


def document(claims: int = 1) -> Graph:
    text = DOCUMENT.format(digest="0" * 64) + "".join(CLAIM.format(n=n) for n in range(15, 15 + claims))
    return turtle(PREFIXES + text)


@pytest.fixture(scope="module")
def ground() -> Graph:
    return read_rdf([ONTOLOGY / "evplans.ttl", ONTOLOGY / "codes.ttl"]) + turtle(REGISTER)


def changed(graph: Graph, subject: str, predicate: str, value: Literal | URIRef) -> Graph:
    graph.set((URIRef(BASE + subject), URIRef(EV + predicate), value))
    return graph


def quads(graph: Graph, name: str = "graph/x") -> list[ox.Quad]:
    triples = ox.parse(graph.serialize(format="nt"), format=ox.RdfFormat.N_TRIPLES)
    return [ox.Quad(t.subject, t.predicate, t.object, ox.NamedNode(BASE + name)) for t in triples]


def test_a_sound_document_has_no_result_at_all(ground: Graph) -> None:
    report = validate_document(document(), ground)
    assert report.as_text() == "0 violations, 0 warnings, 0 hints"
    assert report.conforms


def test_a_wrong_unit_is_found_and_told_where(ground: Graph) -> None:
    wrong = changed(document(), "claim/15", "unit", URIRef("http://qudt.org/vocab/unit/KiloM"))
    report = validate_document(wrong, ground)
    assert not report.conforms
    (result,) = report.results
    assert result.shape.endswith("#UnitFitsProperty")
    assert result.document == BASE + "document/x"
    assert result.message.startswith("The unit unit:KiloM is none that ev:modelCount is measured in")
    text = report.as_text().splitlines()
    assert text[0] == BASE + "document/x"
    assert text[1] == f"  Nissan plans 15 models by 2030 <{BASE}claim/15>"
    assert text[-1] == "1 violation, 0 warnings, 0 hints"
    assert report.lines() == [f"Nissan plans 15 models by 2030: {result.message} [UnitFitsProperty]"]


def test_what_is_only_suspicious_leaves_the_document_conforming(ground: Graph) -> None:
    undated = document()
    undated.remove((URIRef(BASE + "document/x"), None, Literal(2021)))
    undated.remove((URIRef(BASE + "document/x"), URIRef("http://purl.org/dc/terms/issued"), None))
    report = validate_document(undated, ground)
    assert report.counts == {"Violation": 0, "Warning": 1, "Info": 0}
    assert report.conforms
    assert report.lines() == []


def test_a_quote_that_does_not_fill_its_place_belongs_to_the_document(ground: Graph) -> None:
    moved = document()
    moved.set((URIRef(BASE + "claim/15#position"), URIRef("http://www.w3.org/ns/oa#end"), Literal(120)))
    (result,) = validate_document(moved, ground).results
    assert result.document == BASE + "document/x"
    assert "9 characters and its position 20" in result.message


def test_only_the_focus_nodes_are_checked(ground: Graph) -> None:
    two = changed(document(2), "claim/15", "value", Literal(-15))
    assert not validate_document(two, ground).conforms
    assert validate_document(two, ground, [BASE + "claim/16"]).conforms


def test_an_entity_of_the_context_is_no_business_of_the_document(ground: Graph) -> None:
    bad = turtle(f'{PREFIXES} <id/nissan> skos:altLabel "Nissan" .')
    assert validate_document(document(), ground + bad).conforms


WRONG = ("claim/15", "value", Literal(-15))


def elsewhere(graph: Graph) -> list[ox.Quad]:
    """The same document under another name, with claims of its own."""
    lines = graph.serialize(format="nt").replace("/document/x", "/document/y").replace("/claim/", "/claim/y")
    return quads(turtle(lines))


def test_the_gate_says_of_each_document_what_it_says_of_it_alone(ground: Graph) -> None:
    gate = Gate(quads(ground))
    good, bad = (quads(document()), []), (elsewhere(changed(document(2), *WRONG)), [])
    assert [report.conforms for report in gate.documents([good, bad])] == [True, False]
    assert gate.documents([good, bad]) == [gate.documents([one])[0] for one in (good, bad)]


def test_the_gate_checks_what_is_derived_beside_what_it_rests_on(ground: Graph) -> None:
    gate = Gate(quads(ground))
    assert gate.ground().conforms
    stray = turtle(f"{PREFIXES} <id/nissan> ev:hasBrand <id/infiniti> . <claim/1> ev:subject <id/infiniti> .")
    shapes = {
        r.shape.rpartition("#")[2] for r in gate.nodes(quads(stray), [EV + "hasBrand", BASE + "id/infiniti"]).results
    }
    assert shapes >= {"FactIsClaimed", "IriIsDescribed"}


def test_a_candidate_is_known_to_the_gate(ground: Graph) -> None:
    gate = Gate(quads(ground))
    named = quads(changed(document(), "claim/15", "attribution", URIRef(BASE + "id/a-person")))
    candidate = turtle(f'{PREFIXES} <id/a-person> a ev:Person, ev:CandidateEntity ; skos:prefLabel "A Person"@en .')
    other = turtle(f'{PREFIXES} <id/a-person> a ev:Plan, ev:CandidateEntity ; skos:prefLabel "A Person"@en .')
    assert not gate.documents([(named, [])])[0].conforms
    assert gate.documents([(named, quads(candidate))])[0].conforms
    reports = gate.documents([(named, quads(other)), (elsewhere(document(2)), quads(candidate))])
    assert [report.conforms for report in reports] == [False, True], "what another document says of a name is no help"


def test_the_report_is_rdf_without_blank_nodes_and_always_the_same(ground: Graph) -> None:
    wrong = changed(document(), "claim/15", "value", Literal(-15))
    one, two = validate_document(wrong, ground), validate_document(wrong, ground)
    assert not [node for node in one.graph.all_nodes() if isinstance(node, BNode)]
    assert one.as_turtle() == two.as_turtle()
    assert {(f, v) for f, v in one.graph.subject_objects(SH.value)} != set()
    assert (None, SH.conforms, Literal(False)) in one.graph
    moved = {quad.graph_name.value for quad in report_quads(one.results, Namespace("https://example.org/"))}
    assert moved == {"https://example.org/graph/provenance"}


def test_a_result_stands_once_and_the_order_is_that_of_documents() -> None:
    later = Result("Info", "s#B", "f", None, None, "m", document="b")
    first = Result("Violation", "s#A", "f", None, None, "m", document="a")
    assert Report.of([later, first, later]).results == (first, later)


def test_bad_turtle_is_told_in_one_line_with_its_file(tmp_path: Path) -> None:
    bad = tmp_path / "bad.ttl"
    bad.write_text("<a> <b> .")
    with pytest.raises(TurtleError, match=r"bad\.ttl: ") as caught:
        read_rdf([bad])
    assert "\n" not in str(caught.value)
    with pytest.raises(TurtleError, match="no RDF format has this ending"):
        read_rdf([tmp_path / "notes.md"])
    with pytest.raises(TurtleError, match=r"missing\.ttl: "):
        read_rdf([tmp_path / "missing.ttl"])


def test_forty_claims_take_less_than_two_seconds(ground: Graph) -> None:
    forty = document(40)
    validate_document(document(), ground)  # reads the shapes
    begun = time.process_time()
    assert validate_document(forty, ground).conforms
    assert time.process_time() - begun < 2
