"""Each shape has one example that it lets pass and one that it stops, and says in plain words what to mend."""

import re
from functools import cache
from pathlib import Path

import pyshacl
import pytest
from rdflib import OWL, RDF, RDFS, SH, BNode, Graph, Literal, URIRef

from graph import claims
from graph.paths import ONTOLOGY
from graph.paths import SHAPES as FOLDER
from graph.validation import SHAPES, Result, load_shapes, read_rdf, validate, with_descriptions

HERE = Path(__file__).parent
RULES = sorted(str(shape) for shape in set(load_shapes().subjects(SH.message)))
NAMES = [rule.removeprefix(SHAPES) for rule in RULES]


@cache
def vocabulary() -> Graph:
    return read_rdf([ONTOLOGY / "evplans.ttl", ONTOLOGY / "codes.ttl"])


def example(kind: str, name: str) -> Graph:
    return read_rdf([HERE / kind / f"{name}.ttl"])


@cache
def fired(kind: str, name: str) -> list[Result]:
    """The results of one shape on an example, validated by all shapes in the light of the ontology."""
    report = validate(with_descriptions(example(kind, name), vocabulary()))
    return [result for result in report.results if result.shape == SHAPES + name]


@pytest.mark.parametrize("name", NAMES)
def test_the_invalid_example_is_stopped_and_told_why(name: str) -> None:
    results = fired("invalid", name)
    assert results, f"{name} does not fire"
    expected = load_shapes().value(URIRef(SHAPES + name), SH.severity)
    for result in results:
        assert SH[result.severity] == expected
        assert not re.search(r"\{[?$]", result.message), "a placeholder is left in the message"


@pytest.mark.parametrize("name", NAMES)
def test_the_valid_example_passes(name: str) -> None:
    assert fired("valid", name) == []
    mentioned = {str(term) for triple in example("valid", name) for term in triple}
    focus = {result.focus for result in fired("invalid", name) if result.focus.startswith("http")}
    if name != "EntityIriIsReadable":  # its two examples differ in the IRI itself
        assert focus <= mentioned, "the two examples are about different things"


def test_every_example_belongs_to_a_shape() -> None:
    for kind in ("valid", "invalid"):
        assert {path.stem for path in (HERE / kind).glob("*.ttl")} == set(NAMES)


def test_every_shape_is_named_says_what_to_mend_and_how_grave_it_is() -> None:
    shapes = load_shapes()
    assert len(NAMES) >= 35
    for rule in map(URIRef, RULES):
        messages = list(shapes.objects(rule, SH.message))
        assert len(messages) == 1, rule
        assert isinstance(messages[0], Literal)
        assert messages[0].language == "en", rule
        assert str(messages[0]).endswith("."), rule
        assert shapes.value(rule, SH.severity) in (SH.Violation, SH.Warning, SH.Info), rule
    for group in set(shapes.subjects(RDF.type, SH.NodeShape)) - set(map(URIRef, RULES)):
        said = set(shapes.predicates(group)) - {RDF.type, RDFS.label, SH.property, SH.targetClass}
        assert not said, f"{group} constrains something and has no message"


def test_no_two_shapes_have_one_name_or_one_message() -> None:
    declared: list[str] = []
    for path in FOLDER.glob("*.ttl"):
        declared += re.findall(r"^(evsh:[\w-]+) ", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(declared) == len(set(declared))
    messages = [str(m) for m in load_shapes().objects(None, SH.message)]
    assert len(messages) == len(set(messages))


def test_shapes_are_published_without_blank_nodes() -> None:
    assert not [node for node in load_shapes().all_nodes() if isinstance(node, BNode)]


def test_every_property_shape_hangs_on_a_target() -> None:
    shapes = load_shapes()
    targets = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
    for rule in map(URIRef, RULES):
        owners = [rule, *shapes.subjects(SH.property, rule)]
        assert any((owner, target, None) in shapes for owner in owners for target in targets), rule


def test_the_shapes_graph_conforms_to_the_shapes_of_shacl() -> None:
    conforms, _, text = pyshacl.validate(Graph(), shacl_graph=load_shapes(), meta_shacl=True)
    assert conforms, text


def test_terms_of_the_vocabulary_in_shapes_are_declared() -> None:
    from graph.namespaces import EV

    declared = set(vocabulary().subjects(RDF.type))
    used = {node for node in load_shapes().all_nodes() if isinstance(node, URIRef) and node.startswith(EV)}
    for query in load_shapes().objects(None, SH.select):
        used |= {URIRef(EV + name) for name in re.findall(r"\bev:(\w+)", str(query))}
    assert not used - declared
    assert (URIRef(EV + "Claim"), RDF.type, OWL.Class) in vocabulary()


@pytest.mark.parametrize(
    ("shape", "codes"),
    [
        ("ClaimModalityIsKnown", claims.MODALITIES),
        ("ClaimPowertrainIsKnown", claims.POWERTRAINS),
        ("BoundIsKnown", claims.BOUNDS),
    ],
)
def test_code_lists_are_those_of_the_contract(shape: str, codes: tuple[str, ...]) -> None:
    pattern = str(load_shapes().value(URIRef(SHAPES + shape), SH.pattern))
    assert pattern.endswith("/(" + "|".join(codes) + ")$")
