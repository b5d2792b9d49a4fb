"""What speaks for and against two things being one, and that every target's queries are SPARQL."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store

from graph.linking.asking import Endpoint
from graph.linking.described import Described, is_kind, local_kind
from graph.linking.finding import EndpointFinder
from graph.linking.forms import FORMS, forms, shortened
from graph.linking.proposals import propose, said
from graph.linking.scoring import compared, weights
from graph.linking.searches import Found, Search
from graph.linking.targets import GENERIC, TARGETS, load_target, read_target
from graph.namespaces import RDF, RDFS
from tests.service.standin import serving

ALL = ("name", "proper", "kind", "country", "parent", "year", "context")
ALPINE = Described(
    iri="http://example.org/alpine",
    names=("Alpine", "Alpine Cars"),
    labels=("Alpine",),
    kinds=frozenset({"Automaker", "Brand"}),
    typed=True,
    countries=frozenset({"france"}),
    owners=("Renault",),
    parents=frozenset({"renault"}),
    years=frozenset({1955}),
    context=frozenset({"brand", "car", "france", "renault"}),
)


def theirs(name: str, **more: object) -> Described:
    known = {"iri": "http://example.org/x", "names": (name,), "labels": (name,)} | more
    return Described(**known)  # type: ignore[arg-type]


def kinds(*found: str) -> dict[str, object]:
    return {"kinds": frozenset(found), "typed": True}


@pytest.mark.parametrize(
    ("other", "feature", "value"),
    [
        (theirs("Alpine"), "name", 1.0),
        (theirs("ALPINE S.A."), "name", 1.0),
        (theirs("Renault Sport", names=("Renault Sport", "Alpine Cars")), "name", 0.97),
        (theirs("Automobiles Alpine"), "name", 0.95),
        (theirs("Alpine"), "proper", 1.0),
        (theirs("Alpine", **kinds("Brand")), "kind", 1.0),
        (theirs("Alpine", **kinds("Organization")), "kind", 0.7),
        (theirs("Alpine", **kinds("Publisher")), "kind", 0.3),
        (theirs("Alpine", **kinds("City")), "kind", -1.0),
        (theirs("Alpine", **kinds()), "kind", -1.0),
        (theirs("Alpine"), "kind", 0.0),
        (theirs("Alpine", countries=frozenset({"france"})), "country", 1.0),
        (theirs("Alpine", countries=frozenset({"austria"})), "country", -1.0),
        (theirs("Alpine"), "country", 0.0),
        (theirs("Alpine", parents=frozenset({"renault", "http://x/"})), "parent", 1.0),
        (theirs("Alpine", years=frozenset({1956})), "year", 1.0),
        (theirs("Alpine", years=frozenset({1984})), "year", -1.0),
        (theirs("Alpine", description="French car maker"), "context", 1.0),
        (theirs("Alpine", description="county in California"), "context", -0.5),
    ],
)
def test_each_feature_says_what_it_compares(other: Described, feature: str, value: float) -> None:
    assert compared(ALPINE, other, ALL)[feature] == pytest.approx(value)


def test_a_namesake_of_another_kind_is_not_meant() -> None:
    place = compared(ALPINE, theirs("Alpine", description="city in Texas", **kinds("City")), ALL)
    maker = compared(
        ALPINE, theirs("Alpine", description="car maker", countries=frozenset({"france"}), **kinds("Brand")), ALL
    )
    assert weights().probability(place) < 0.1
    assert weights().among([maker, place])[0] > weights().threshold


@given(st.sampled_from(ALL), st.floats(-1, 1), st.floats(-1, 1))
def test_more_agreement_never_lowers_the_score(feature: str, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert weights().probability({feature: low}) <= weights().probability({feature: high}) + 1e-12


def test_a_company_is_only_close_to_a_name_it_shares() -> None:
    features = compared(ALPINE, theirs("Alpine", **kinds("Publisher")), ALL)
    search = Search(ALPINE.iri, "Alpine", "", "2026-11-25", (Found("http://x/1", "Alpine", features),))
    assert propose([search], weights())[0].relation == "closeMatch"
    assert "kind near" in said(features)


def test_forms_are_those_of_the_kind() -> None:
    assert "Automobiles Alpine" in ALPINE.forms
    assert "Alpine Motor Company" in ALPINE.forms
    assert forms(["Leaf"], ["VehicleModel"], "Nissan") == ["Nissan Leaf"]
    assert forms(["Leaf"], ["VehicleModel"], "") == []
    assert shortened("Nissan Leaf", ["Renault", "Nissan"]) == "Leaf"
    assert shortened("Nissan", ["Nissan"]) is None
    assert all(local_kind(kind) == kind for kind in FORMS)


def test_kinds_are_known_by_their_words() -> None:
    assert local_kind("vehicle model") == local_kind("VehicleModel") == local_kind("ev:VehicleModel") == "VehicleModel"
    assert local_kind("planet") is None
    assert is_kind(["Automaker"], "Organization")
    assert not is_kind(["Organization"], "Automaker")


@pytest.mark.parametrize("path", sorted(TARGETS.glob("*.toml")), ids=lambda path: path.stem)
def test_the_queries_of_a_target_are_sparql(path: object) -> None:
    target = read_target(path)  # type: ignore[arg-type]
    assert all(local_kind(kind) == kind for kind in target.kinds.values())
    given = {"names": ['"x"@en'], "items": ["<http://x/>"], "classes": ["<http://x/>"], "known": ["<http://x/>"]}
    wanted = {"find": {"name", "item"}, "describe": {"item", "feature", "value", "said"},
              "above": {"class", "known"}, "check": {"item", "feature", "value"}}  # fmt: skip
    for kind in target.queries:
        answer = Store().query(target.query(kind, **given))
        assert isinstance(answer, QuerySolutions)
        assert {variable.value for variable in answer.variables} == wanted[kind]
    assert target.queries or target.offline
    assert set(target.features) <= set(ALL)
    assert (path.stem == GENERIC) == (not target.starts)  # type: ignore[attr-defined]


def test_dbpedia_is_asked_past_redirects_and_disambiguations() -> None:
    resource, ontology = "http://dbpedia.org/resource/", "http://dbpedia.org/ontology/"
    store = Store()

    def say(subject: str, predicate: str, term: NamedNode | Literal) -> None:
        store.add(Quad(NamedNode(resource + subject), NamedNode(predicate), term))

    for page, label in (
        ("Automobiles_Alpine", "Automobiles Alpine"),
        ("Alpine_Cars", "Alpine Cars"),
        ("Alpine", "Alpine"),
    ):
        say(page, RDFS + "label", Literal(label, language="en"))
    say("Alpine_Cars", ontology + "wikiPageRedirects", NamedNode(resource + "Automobiles_Alpine"))
    say("Alpine", ontology + "wikiPageDisambiguates", NamedNode(resource + "Automobiles_Alpine"))
    say("Automobiles_Alpine", RDF + "type", NamedNode(ontology + "Company"))
    say("Automobiles_Alpine", ontology + "owner", NamedNode(resource + "Renault"))
    say("Renault", RDFS + "label", Literal("Renault", language="en"))
    with serving(store) as server:
        target = load_target("dbpedia", server.address)
        (found,) = EndpointFinder(target, Endpoint(server.address)).find([ALPINE])[ALPINE.iri]
    assert found.iri == resource + "Automobiles_Alpine"
    assert set(found.names) == {"Automobiles Alpine", "Alpine Cars"}
    features = compared(ALPINE, found, target.features)
    assert (features["kind"], features["parent"]) == (0.7, 1.0)
