"""Documents, claims and candidate entities as quads: typed, without blank nodes, and the same each time."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse, serialize
from rdflib import Graph

from graph import rdf
from graph.claims import PROPERTIES, Claim
from graph.draft import Draft
from graph.namespaces import CODE, EV, SKOS, UNIT, XSD, Namespace
from graph.paths import HOUSE
from graph.provenance import dataset_provenance, document_provenance
from graph.register import Entity, Register
from graph.sentence import figure, sentence
from graph.terms import TurtleError, date, decimal, number, skolemised
from graph.vocabulary import vocabulary
from tests.graph.made_up import NAMESPACE, REGISTER, claim, document, local, reviewed
from tests.graph.made_up import candidates as candidate_quads

Said = dict[str, list[str]]


def said(*claims: Claim, register: Register = REGISTER) -> tuple[Said, rdf.NameResolver]:
    """What the quads say of the first claim: local names of predicates and objects."""
    names = rdf.NameResolver(register, NAMESPACE)
    source = document()
    quads = rdf.document_quads(source, [reviewed(c) for c in claims], names)
    node = NamedNode(NAMESPACE.claim(claims[0].digest(source.text)))
    found: Said = {}
    for quad in quads:
        if quad.subject == node:
            found.setdefault(local(quad.predicate.value), []).append(local(quad.object.value))
    return found, names


# --- documents -------------------------------------------------------------------------------------------------------


def test_a_document_says_what_is_known_of_it_in_its_own_graph() -> None:
    source = document(
        title="A plan", publisher="Reuters", authors=("Jane Doe",), date="2022-01",
        source_url="https://example.org/a b?c=é", source_title="The plan",
        restatement=True,
    )  # fmt: skip
    names = rdf.NameResolver(REGISTER, NAMESPACE)
    quads = rdf.document_quads(source, [], names)
    home = NamedNode(NAMESPACE.document("one"))
    assert {q.graph_name for q in quads} == {home}
    objects = {local(q.predicate.value): q.object for q in quads}
    assert objects["title"] == Literal("A plan", language="en")
    assert objects["issued"] == Literal("2022-01", datatype=NamedNode(XSD + "gYearMonth"))
    assert objects["issuedYear"] == Literal("2022", datatype=NamedNode(XSD + "integer"))
    assert objects["publisher"] == NamedNode(NAMESPACE.entity("reuters"))
    assert objects["creator"] == NamedNode(NAMESPACE.entity("jane-doe"))
    assert objects["restates"] == NamedNode("https://example.org/a%20b?c=%C3%A9")
    assert objects["restatement"] == Literal("true", datatype=NamedNode(XSD + "boolean"))
    assert source.text not in {o.value for o in objects.values()}


def test_what_is_not_known_of_a_document_is_not_said() -> None:
    quads = rdf.document_quads(document(title=None, language=None), [], rdf.NameResolver(REGISTER, NAMESPACE))
    assert {local(q.predicate.value) for q in quads} == {"type", "format", "digest", "title"}


def test_a_document_without_a_title_goes_by_its_name() -> None:
    quads = rdf.document_quads(document("q3-results", title=None), [], rdf.NameResolver(REGISTER, NAMESPACE))
    assert [q.object.value for q in quads if local(q.predicate.value) == "title"] == ["q3 results"]


# --- claims ----------------------------------------------------------------------------------------------------------


def test_a_quantity_with_all_its_qualifiers() -> None:
    found, _ = said(
        claim(
            value=23.5, unit="GWh/year", property="productionCapacity", bound="about", start="2025-04", end="2030",
            duration_years=5, region="China and Europe", powertrain="battery-electric", plan="Alliance to 2030",
            attribution="Reuters",
        )
    )  # fmt: skip
    assert found["value"] == ["23.5"]
    assert found["unit"] == ["gigawatt-hours-per-year"]
    assert (found["start"], found["startYear"]) == (["2025-04"], ["2025"])
    assert (found["end"], found["endYear"], found["durationYears"]) == (["2030"], ["2030"], ["5"])
    assert found["region"] == ["china", "europe"]
    assert found["plan"] == ["alliance-2030"]
    assert (found["bound"], found["powertrain"], found["modality"]) == (["about"], ["battery-electric"], ["plan"])
    assert (found["reviewState"], found["origin"]) == (["reviewed"], ["added"])
    assert found["wasDerivedFrom"] == ["one"]


def test_units_are_qudts_where_it_has_them() -> None:
    assert vocabulary().code("unit", "EUR") == UNIT + "CCY_EUR"
    assert vocabulary().code("unit", "models") == CODE + "unit/models"


def test_a_figure_without_bound_is_exact_and_a_relation_has_no_bound() -> None:
    assert said(claim(value=3, unit="models"))[0]["bound"] == ["exact"]
    assert "bound" not in said(claim(property="makesModel", object="Nissan Leaf"))[0]


def test_texts_that_are_codes_become_codes() -> None:
    assert said(claim(property="country", value="Japan"))[0]["value"] == ["japan"]
    assert said(claim(property="bodyStyle", value="city car"))[0]["value"] == ["city-car"]
    role = said(claim(subject="Carlos Ghosn", property="holdsRole", object="Nissan", value="chairman"))[0]
    assert (role["object"], role["role"]) == (["nissan"], ["chairman"])
    assert "value" not in role


def test_a_place_with_an_and_in_its_name_is_one_place() -> None:
    assert said(claim(value=3, unit="models", region="Bosnia and Herzegovina"))[0]["region"] == ["bosnia"]


def test_evidence_is_a_quote_and_its_position() -> None:
    one = claim(value=3, unit="models", quote="that say", start_char=6)
    quads = rdf.document_quads(document(), [reviewed(one)], rdf.NameResolver(REGISTER, NAMESPACE))
    about = {(local(q.subject.value), local(q.predicate.value)): q.object.value for q in quads}
    assert about["quote", "exact"] == "that say"
    assert (about["position", "start"], about["position", "end"]) == ("6", "14")


def test_the_same_claim_twice_is_one_node_and_order_does_not_matter() -> None:
    one, two = claim(value=3, unit="models"), claim(value=4, unit="models")
    names = rdf.NameResolver(REGISTER, NAMESPACE)
    first = rdf.document_quads(document(), [reviewed(one), reviewed(two), reviewed(one)], names)
    assert first == rdf.document_quads(document(), [reviewed(two), reviewed(one)], names)
    assert first == sorted(first, key=str)
    assert rdf.canonical_lines(first) == sorted(set(rdf.canonical_lines(reversed(first))))


@given(
    st.sampled_from(sorted(PROPERTIES)),
    st.text(min_size=1).filter(str.strip),
    st.one_of(st.none(), st.integers(0, 10**15), st.floats(0, 1e9), st.text(min_size=1)),
)
def test_whatever_is_claimed_can_be_written_and_read_again(name: str, subject: str, value: object) -> None:
    names = rdf.NameResolver(REGISTER, NAMESPACE)
    quads = rdf.document_quads(document(), [reviewed(claim(property=name, subject=subject, value=value))], names)
    lines = rdf.canonical_lines([*quads, *candidate_quads(names)])
    again = list(parse("\n".join(lines).encode(), format=RdfFormat.N_QUADS))
    assert rdf.canonical_lines(again) == lines
    assert not any(isinstance(t, BlankNode) for q in again for t in (q.subject, q.object))


# --- candidates ------------------------------------------------------------------------------------------------------


def candidates(*claims: Claim, register: Register = REGISTER) -> set[tuple[str, str, str]]:
    _, names = said(*claims, register=register)
    return {(local(q.subject.value), local(q.predicate.value), local(q.object.value)) for q in candidate_quads(names)}


def test_a_name_outside_the_register_becomes_a_candidate_with_the_kind_that_its_uses_allow() -> None:
    found = candidates(claim(property="makesModel", object="Zoom Zed"))
    assert found == {
        ("zoom-zed", "type", "CandidateEntity"),
        ("zoom-zed", "type", "VehicleModel"),
        ("zoom-zed", "prefLabel", "Zoom Zed"),
    }


@pytest.mark.parametrize(
    ("uses", "kind"),
    [
        (
            [{"subject": "X", "property": "launch", "end": "2030"}, {"property": "usesPlatform", "object": "X"}],
            "Platform",
        ),
        ([{"attribution": "X"}], "Organization"),
        ([{"attribution": "X"}, {"subject": "X", "property": "holdsRole", "object": "Nissan"}], "Person"),
        ([{"property": "country", "value": "X"}, {"region": "X"}], "Country"),
        ([{"plan": "X"}], "Plan"),
        ([{"subject": "X", "property": "makesModel", "object": "Nissan Leaf"}], "Organization"),
    ],
)
def test_several_uses_narrow_the_kind(uses: list[dict[str, str]], kind: str) -> None:
    found = candidates(*(claim(**use) for use in uses))
    assert {k for slug, p, k in found if slug == "x" and p == "type"} == {kind, "CandidateEntity"}


def test_known_names_and_aliases_are_no_candidates() -> None:
    assert candidates(claim(plan="Alliance to 2030", region="China and Europe")) == set()


def test_a_slug_that_the_register_gave_to_another_name_gets_a_number() -> None:
    register = Register.of([Entity(slug=s, name=n, kinds=frozenset()) for s, n in (("ami", "Amigo"), ("ami-2", "B"))])
    found = candidates(claim(subject="Ami"), register=register)
    assert ("ami-3", "prefLabel", "Ami") in found


def test_spellings_of_one_slug_are_labels_of_one_candidate_in_any_order() -> None:
    one, two = claim(subject="Zoë-X"), claim(subject="Zoe X")
    assert candidates(one, two) == candidates(two, one)
    assert {p for _, p, _ in candidates(one, two)} == {"type", "prefLabel", "altLabel"}


def test_a_role_that_the_code_list_lacks_is_described() -> None:
    person = {"subject": "Carlos Ghosn", "property": "holdsRole", "object": "Nissan"}
    found = candidates(claim(**person, value="keeper of keys"))
    assert ("keeper-of-keys", "notation", "keeper of keys") in found
    assert ("keeper-of-keys", "inScheme", "role") in found
    known = candidates(claim(**person, value="chief executive officer"))
    assert not any(p == "notation" for _, p, _ in known)


# --- terms -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text", "kind"),
    [(23, "23", "integer"), (43.0, "43", "integer"), (43.4, "43.4", "decimal"), (1e-7, "0.0000001", "decimal")],
)
def test_numbers_are_canonical(value: float, text: str, kind: str) -> None:
    assert number(value) == Literal(text, datatype=NamedNode(XSD + kind))


def test_decimals_and_dates() -> None:
    assert decimal(5).value == "5"
    assert decimal(0.90).value == "0.9"
    assert date("2022-01-27").datatype.value == XSD + "date"


SHAPE = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://e/> .
e:s sh:property [ sh:path e:p ; sh:in ( 1 2 ) ] , [ sh:path e:q ; sh:or ( [ sh:minCount 1 ] [ sh:maxCount 2 ] ) ] ."""


def test_blank_nodes_become_iris_that_depend_on_what_they_say() -> None:
    graph = NAMESPACE.graph("shapes")
    first, second = (
        rdf.canonical_lines(skolemised(parse(text, format=RdfFormat.TURTLE), graph))
        for text in (SHAPE, SHAPE.replace("( 1 2 ) ] , [", "( 1 2 ) ] ; sh:property ["))
    )
    assert first == second
    assert len(first) == 2 + 4 + 4 + 6 + 0
    assert all("_:" not in line and f"<{graph}#b-" in line for line in first)


def test_blank_nodes_in_a_circle_are_refused() -> None:
    with pytest.raises(TurtleError, match="circle"):
        skolemised(parse("_:a <http://e/p> _:b . _:b <http://e/p> _:a .", format=RdfFormat.TURTLE), "http://e/g")


def test_a_broken_turtle_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "wrong.ttl").write_text("<a> <b> .")
    with pytest.raises(TurtleError, match=r"wrong\.ttl"):
        rdf.register_quads(NAMESPACE, tmp_path)


# --- the ground, provenance ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ground() -> dict[str, list[Quad]]:
    return rdf.ground_quads(NAMESPACE)


def test_the_ground_has_no_blank_node_and_no_triple_twice(ground: dict[str, list[Quad]]) -> None:
    triples = [(q.subject, q.predicate, q.object) for quads in ground.values() for q in quads]
    assert not any(isinstance(term, BlankNode) for triple in triples for term in triple)
    assert len(triples) == len(set(triples))
    assert {q.graph_name.value for q in ground[NAMESPACE.graph("register")]} == {NAMESPACE.graph("register")}


def test_register_entities_move_with_the_base_and_the_vocabulary_stays(ground: dict[str, list[Quad]]) -> None:
    moved = rdf.ground_quads(Namespace("http://localhost/x/"))
    assert {k.removeprefix("http://localhost/x/") for k in moved} == {k.removeprefix(NAMESPACE.base) for k in ground}
    assert rdf.count_types(moved["http://localhost/x/graph/register"]) == rdf.count_types(
        ground[NAMESPACE.graph("register")]
    )


def test_every_term_that_is_used_is_declared(ground: dict[str, list[Quad]]) -> None:
    declared = {q.subject.value for q in ground[NAMESPACE.graph("ontology")]}
    code = "".join(p.read_text(encoding="utf-8") for p in [*HOUSE.glob("graph/*.py"), *HOUSE.glob("graph/rules/*.rq")])
    used = set(re.findall(r"\bev:(\w+)", code)) | set(re.findall(r'\bEV \+ "(\w+)"', code))
    assert {term for term in used if EV + term not in declared} == set()


def test_provenance_names_inputs_rules_and_counts_and_no_blank_node(tmp_path: Path) -> None:
    names = rdf.NameResolver(REGISTER, NAMESPACE)
    own = rdf.document_quads(document(), [reviewed(claim(value=3, unit="models"))], names)
    rule = Quad(
        NamedNode(NAMESPACE.disagreement("x")), NamedNode(EV + "computedBy"), NamedNode(NAMESPACE.rule("revision")),
        NamedNode(NAMESPACE.graph("derived")),
    )  # fmt: skip
    with Draft(tmp_path / "draft", NAMESPACE) as draft:
        draft.change(NAMESPACE.document("one"), added=own)
        draft.change(NAMESPACE.graph("derived"), added=[rule])
        whole = dataset_provenance(NAMESPACE, draft.graphs, draft.ledger, True, "1.2.3")
        assert whole == dataset_provenance(NAMESPACE, draft.graphs, draft.ledger, True, "1.2.3")
        quads = [*whole, *document_provenance(NAMESPACE, "one", draft.graphs[NAMESPACE.document("one")])]
    text = "\n".join(rdf.canonical_lines(quads))
    assert "_:" not in text
    assert f"<http://www.w3.org/ns/prov#used> <{NAMESPACE.document('one')}>" in text
    assert f'<{NAMESPACE.rule("revision")}> <{SKOS}definition> "A later statement' in text
    assert f'triples> "{len(own)}"' in text
    assert "evplans 1.2.3" in text


# --- sentences -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"value": 23, "unit": "models", "powertrain": "electrified", "end": "2030", "plan": "Ambition"},
            "Nissan is to bring out 23 electrified models by 2030, under Ambition",
        ),
        (
            {"property": "investment", "value": 23_000_000_000, "unit": "USD", "bound": "about", "duration_years": 5,
             "modality": "report", "attribution": "Reuters"},
            "Nissan is reported to invest about 23 billion US dollars over 5 years, according to Reuters",
        ),
        (
            {"property": "supplies", "object": "Renault", "modality": "negated"},
            "Nissan does not supply Renault",
        ),
        (
            {"property": "launch", "subject": "Nissan Leaf", "end": "2010", "modality": "fact"},
            "Nissan Leaf was launched in 2010",
        ),
        ({"property": "holdsStakeIn", "object": "Renault", "modality": "fact"}, "Nissan holds a stake in Renault"),
        (
            {"property": "launch", "subject": "Nissan Leaf", "end": "2010", "modality": "negated"},
            "Nissan Leaf was not launched in 2010",
        ),
        (
            {"property": "operatesPlant", "value": 6, "unit": "plants", "modality": "fact"},
            "Nissan operates 6 plants",
        ),
    ],
)  # fmt: skip
def test_a_claim_reads_as_a_sentence(fields: dict[str, object], words: str) -> None:
    assert sentence(claim(**fields)) == words


@pytest.mark.parametrize("name", sorted(PROPERTIES))
@pytest.mark.parametrize("modality", ["fact", "plan", "report", "negated"])
def test_every_property_has_words(name: str, modality: str) -> None:
    text = sentence(claim(property=name, object="Renault", value=5, modality=modality))
    assert "{" not in text and "  " not in text
    assert name[1:].islower() or name not in text


@pytest.mark.parametrize(
    ("value", "text"),
    [(23_000_000_000, "23 billion"), (7_340_000_000, "7.34 billion"), (500_000, "500,000"), (43.4, "43.4")],
)
def test_figures_are_written_as_people_write_them(value: float, text: str) -> None:
    assert figure(value) == text


def test_the_registers_turtle_is_read_by_rdflib_too() -> None:
    triples = [quad.triple for quad in rdf.register_quads(NAMESPACE)]
    text = serialize(triples, format=RdfFormat.TURTLE, prefixes=NAMESPACE.prefixes)
    assert len(Graph().parse(data=text, format="turtle")) == len(set(triples))
