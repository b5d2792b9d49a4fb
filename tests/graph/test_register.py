"""The register: what it must hold, how names lead to entities, and what is said of a broken file."""

import json
import re
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.namespaces import DEFAULT_BASE, EV, SKOS, slug
from graph.paths import HOUSE, ONTOLOGY
from graph.register import Entity, Register, RegisterError, fold, load_register, register_files

ORGANIZATIONS = {
    "Organization",
    "Automaker",
    "Alliance",
    "BatteryMaker",
    "Supplier",
    "JointVenture",
    "Publisher",
    "TechnologyCompany",
}
PLACES = {"Country", "City", "Region", "Market"}
HEAD = """@prefix ev: <https://w3id.org/evplans/ontology#> .
@prefix id: <id/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""


@pytest.fixture(scope="module")
def register() -> Register:
    return load_register()


@pytest.mark.parametrize(
    ("kinds", "least"),
    [
        (ORGANIZATIONS, 60),
        ({"Brand"}, 120),
        ({"VehicleModel"}, 250),
        ({"Platform"}, 60),
        ({"BatteryTechnology", "BatteryMaker"}, 25),
        (PLACES, 80),
        ({"Plant"}, 30),
        ({"Plan"}, 20),
        ({"Person"}, 30),
        ({"Technology"}, 20),
    ],
)
def test_holds_the_field(register: Register, kinds: set[str], least: int) -> None:
    assert sum(bool(e.kinds & kinds) for e in register.entities.values()) >= least


def test_kinds_are_classes_of_the_ontology(register: Register) -> None:
    path = ONTOLOGY / "evplans.ttl"
    classes = {q.subject.value for q in ox.parse(path=path, format=ox.RdfFormat.TURTLE, base_iri=DEFAULT_BASE)}
    assert not {k for e in register.entities.values() for k in e.kinds if EV + k not in classes}


def test_one_name_is_one_entity_of_several_kinds(register: Register) -> None:
    nissan = register.resolve("Nissan")
    assert nissan is not None
    assert {"Automaker", "Brand"} <= nissan.kinds
    assert sum(len(e.kinds) > 1 for e in register.entities.values()) >= 20


def test_relations_fit_the_kinds(register: Register) -> None:
    for entity in register.entities.values():
        assert entity.slug not in (*entity.parents, *entity.members, *entity.within)
        if entity.country:
            assert "Country" in register[entity.country].kinds, entity
        if entity.city:
            assert register[entity.city].kinds & PLACES, entity
            assert entity.kinds & ORGANIZATIONS, entity
        if entity.within:
            assert entity.kinds & PLACES, entity
        if "VehicleModel" in entity.kinds and "Brand" not in entity.kinds:
            assert all(register[p].kinds & (ORGANIZATIONS | {"Brand"}) for p in entity.parents), entity
            assert entity.parents, entity


@pytest.mark.parametrize("relation", ["parents", "within"])
def test_no_entity_stands_above_itself(register: Register, relation: str) -> None:
    for entity in register.entities.values():
        above, todo = set(), list(getattr(entity, relation))
        while todo:
            step = todo.pop()
            if step not in above:
                above.add(step)
                todo += getattr(register[step], relation)
        assert entity.slug not in above


def test_slugs_come_from_names(register: Register) -> None:
    assert [e.slug for e in register.entities.values() if e.slug != slug(e.name)] == []


def test_labels_keep_the_rules_of_skos(register: Register) -> None:
    for entity in register.entities.values():
        assert entity.name not in entity.aliases
        assert len(set(entity.aliases)) == len(entity.aliases)
        assert all(name == name.strip() and name for name in (entity.name, *entity.aliases))
    for path in register_files():
        for triple in ox.parse(path=path, format=ox.RdfFormat.TURTLE, base_iri=DEFAULT_BASE):
            assert isinstance(triple.subject, ox.NamedNode)
            assert not isinstance(triple.object, ox.BlankNode)
            if triple.predicate.value == SKOS + "prefLabel":
                assert isinstance(triple.object, ox.Literal)
                assert triple.object.language == "en"


def test_every_alias_leads_to_its_entity(register: Register) -> None:
    lost = [(e.name, a) for e in register.entities.values() for a in e.aliases if register.resolve(a) != e]
    assert lost == []


def test_an_identifier_is_the_exact_match_of_one_entity(register: Register) -> None:
    exact = Counter(iri for e in register.entities.values() for kind, iri in e.links if kind == "exactMatch")
    assert [iri for iri, times in exact.items() if times > 1] == []
    shape = re.compile(
        r"http://www\.wikidata\.org/entity/Q[1-9]\d*|http://dbpedia\.org/resource/\S+|https://sws\.geonames\.org/\d+/"
    )
    assert [iri for e in register.entities.values() for _, iri in e.links if not shape.fullmatch(iri)] == []
    for entity in register.entities.values():
        hosts = Counter(iri.split("/")[2] for kind, iri in entity.links if kind == "exactMatch")
        assert all(times == 1 for times in hosts.values()), entity.name


def test_a_base_moves_the_identifiers_only(register: Register) -> None:
    assert load_register(base="https://data.example/x/").entities == register.entities


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("VW", "Volkswagen"),
        ("the U.S.", "United States"),
        ("Contemporary Amperex Technology Co. Ltd.", "CATL"),
        ("Renault-Nissan-Mitsubishi Alliance", "Renault–Nissan–Mitsubishi Alliance"),
        ("Alliance to 2030", "Alliance 2030"),
        ("Renault Megane E-Tech", "Renault Mégane E-Tech"),
        ("日産自動車", "Nissan"),
        ("Ford Motor Company", "Ford"),
        ("solid-state battery", "all-solid-state battery"),
    ],
)
def test_other_spellings_resolve(register: Register, written: str, name: str) -> None:
    entity = register.resolve(written)
    assert entity is not None
    assert entity.name == name


def test_names_of_the_gold_claims_are_canonical(register: Register) -> None:
    files = sorted((HOUSE.parent / "shared" / "corpus").glob("*/*.claims.jsonl"))
    if not files:
        pytest.skip("no gold claims beside this checkout")
    unknown = set()
    for path in files:
        for line in path.read_text(encoding="utf-8").splitlines():
            claim = json.loads(line)
            names = [claim[key] for key in ("subject", "object", "plan", "attribution") if key in claim]
            names += claim.get("region", "").split(" and ") if "region" in claim else []
            names += [claim["value"]] if claim["property"] == "country" else []
            for name in names:
                entity = register.resolve(name)
                if entity is None or fold(entity.name) != fold(name):
                    unknown.add(name)
    assert unknown == set()


WHOLE = 'id:acme a ev:Automaker ; skos:prefLabel "Acme"@en .\n'


@pytest.mark.parametrize(
    ("body", "line", "what"),
    [
        ("id:zeta a ev:Brand ; skos:prefLabel Zeta .\n", 5, "invalid Turtle"),
        ('\n\nid:zeta skos:prefLabel "Zeta"@en .\n', 7, "zeta has no kind"),
        ("id:zeta a ev:Brand .\n", 5, "zeta has no skos:prefLabel"),
        ('\nid:zeta a ev:Brand ; skos:prefLabel "Zeta"@en, "Zet"@en .\n', 6, "zeta has several labels"),
        ('id:zeta a ev:Brand ; skos:prefLabel "ACME"@en .\n', 5, "that acme bears already"),
        ('id:zeta a ev:Brand ; skos:prefLabel "Zeta"@en ;\n  ev:parent id:zoo .\n', 5, "unknown ev:parent, zoo"),
        ('id:zeta a ev:Brand ; skos:prefLabel "Zeta"@en ; ev:parent id:zeta .\n', 5, "its own ev:parent"),
        (
            'id:zeta a ev:Brand ; skos:prefLabel "Zeta"@en ; ev:parent <http://x.example/a> .\n',
            5,
            "outside the register",
        ),
        ('<http://x.example/a> skos:prefLabel "A"@en .\n', 1, "is no entity"),
    ],
)
def test_a_fault_is_one_line_with_its_place(tmp_path: Path, body: str, line: int, what: str) -> None:
    path = tmp_path / "brands.ttl"
    path.write_text(HEAD + WHOLE + body, encoding="utf-8")
    with pytest.raises(RegisterError) as caught:
        load_register(tmp_path)
    message = str(caught.value)
    assert message.startswith(f"{path}:{line}: ")
    assert what in message
    assert "\n" not in message


def test_files_that_are_no_text_are_named(tmp_path: Path) -> None:
    path = tmp_path / "brands.ttl"
    path.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(RegisterError, match=re.escape(f"{path}:1: ")):
        load_register(tmp_path)


def test_an_empty_folder_is_no_register(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="no Turtle file"):
        load_register(tmp_path)


def test_an_ambiguous_alias_leads_nowhere_and_a_name_wins_over_an_alias() -> None:
    one = Entity(slug="one", name="One", kinds=frozenset({"Brand"}), aliases=("Both", "Two"))
    two = Entity(slug="two", name="Two", kinds=frozenset({"Brand"}), aliases=("Both",))
    register = Register.of([one, two])
    assert register.resolve("Both") is None
    assert register.resolve("TWO") is two


@given(st.text())
def test_fold_settles(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@given(st.text(alphabet="AbÉØ日19+-. ", min_size=1).filter(lambda name: any(c.isalnum() for c in name)))
def test_fold_ignores_case_and_a_leading_article(name: str) -> None:
    assert fold(name.upper()) == fold(name.lower()) == fold(name) == fold("The " + name)


@given(st.text(alphabet=st.characters(max_codepoint=0xFF) | st.sampled_from("ŠšÅåđ日本한"), min_size=1))
def test_slug_is_a_part_of_an_iri_and_settles(name: str) -> None:
    made = slug(name)
    assert slug(made) == made
    assert not re.search(r"[\s/#?%<>\"{}|\\^`_]|^-|-$|--", made)


@given(st.sampled_from("-–—‑ '.&/"), st.text(alphabet="abcXYZ019", min_size=1), st.text(alphabet="abcé", min_size=1))
def test_fold_ignores_marks_between(mark: str, left: str, right: str) -> None:
    assert fold(f"Z{left}{mark}{right}") == fold(f"Z{left}{right}")
