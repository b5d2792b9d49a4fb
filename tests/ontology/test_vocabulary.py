"""The vocabulary keeps its house rules, each a query in lint/ that finds what breaks it, and agrees with the code."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from rdflib import RDF, SKOS, Graph, Namespace, URIRef

from graph import claims
from graph.namespaces import CODE, EV, UNIT, slug
from graph.paths import ONTOLOGY

LINT = Path(__file__).parent / "lint"
ALIGNMENTS = sorted((ONTOLOGY / "alignments").glob("*.ttl"))
EVNS = Namespace(EV)
CURRENCY_OR_UNIT = {"percent": "PERCENT", "GWh": "GigaW-HR", "kWh": "KiloW-HR", "km": "KiloM", "mi": "MI", "min": "MIN"}


@cache
def core() -> Graph:
    return Graph().parse(ONTOLOGY / "evplans.ttl")


@cache
def codes() -> Graph:
    return Graph().parse(ONTOLOGY / "codes.ttl")


@pytest.mark.parametrize("query", sorted(LINT.glob("*.rq")), ids=lambda path: path.stem)
def test_nothing_breaks_the_rule(query: Path) -> None:
    graph = core() if query.stem.startswith("core-") else codes()
    found = [" ".join(str(cell) for cell in row if cell is not None) for row in graph.query(query.read_text("utf-8"))]
    assert not found, query.read_text("utf-8").splitlines()[0]


def test_each_rule_can_be_broken() -> None:
    """A lint that never fires proves nothing: one spoilt vocabulary sets off every rule of the core."""
    spoilt = Graph().parse(Path(__file__).parent / "spoilt.ttl")
    silent = [q.stem for q in sorted(LINT.glob("*.rq")) if not list(spoilt.query(q.read_text("utf-8")))]
    assert not silent


def test_claim_properties_are_those_of_the_contract() -> None:
    declared = {str(term).removeprefix(EV) for term in core().subjects(RDF.type, EVNS.ClaimProperty)}
    assert declared == claims.PROPERTIES


def test_units_of_a_property_are_those_of_the_contract() -> None:
    for name in claims.PROPERTIES:
        units = {str(codes().value(unit, SKOS.notation)) for unit in core().objects(EVNS[name], EVNS.allowedUnit)}
        assert units == claims.UNITS.get(name, frozenset()), name


def test_value_kinds_are_those_of_the_contract() -> None:
    def kind(name: str) -> str:
        return str(core().value(EVNS[name], EVNS.valueKind))

    assert {name for name in claims.PROPERTIES if kind(name) == "entity"} == claims.RELATIONS
    assert {name for name in claims.PROPERTIES if kind(name) == "none"} == claims.DATED
    assert {name for name in claims.PROPERTIES if kind(name) == "code"} == claims.TEXTS
    assert {name for name in claims.PROPERTIES if kind(name) in {"integer", "decimal"}} == claims.QUANTITIES


@pytest.mark.parametrize(
    ("scheme", "notations"),
    [
        ("modality", claims.MODALITIES),
        ("powertrain", claims.POWERTRAINS),
        ("bound", claims.BOUNDS),
        ("body-style", claims.BODY_STYLES),
        ("review-state", ("reviewed", "unreviewed")),
        ("origin", ("extracted", "amended", "added")),
    ],
)
def test_codes_are_those_of_the_contract(scheme: str, notations: tuple[str, ...]) -> None:
    found = {
        str(code): str(codes().value(code, SKOS.notation))
        for code in codes().subjects(SKOS.inScheme, URIRef(CODE + scheme))
    }
    assert found == {f"{CODE}{scheme}/{slug(notation)}": notation for notation in notations}


def test_every_unit_of_the_contract_has_a_code() -> None:
    scheme = set(codes().subjects(SKOS.inScheme, URIRef(CODE + "unit")))
    assert {str(codes().value(unit, SKOS.notation)) for unit in scheme} == frozenset().union(*claims.UNITS.values())
    for unit in scheme:
        notation = str(codes().value(unit, SKOS.notation))
        if notation in claims.MONEY:
            assert str(unit) == f"{UNIT}CCY_{notation}"
        elif notation in CURRENCY_OR_UNIT:
            assert str(unit) == UNIT + CURRENCY_OR_UNIT[notation]


def test_a_role_has_the_address_of_its_name() -> None:
    for role in codes().subjects(SKOS.inScheme, URIRef(CODE + "role")):
        notation = str(codes().value(role, SKOS.notation))
        assert str(role) == f"{CODE}role/{slug(notation)}"
        assert (role, RDF.type, EVNS.Role) in codes()


@pytest.mark.parametrize("file", ALIGNMENTS, ids=lambda path: path.stem)
def test_an_alignment_starts_from_terms_that_are_declared(file: Path) -> None:
    alignment = Graph().parse(file)
    assert len(alignment)
    for subject, predicate, target in alignment:
        assert (subject, RDF.type, None) in core() or (subject, RDF.type, None) in codes(), subject
        assert not str(target).startswith(EV), f"{subject} is aligned with a term of ours"
        assert str(predicate).rsplit("#", 1)[1] in {
            "subClassOf", "subPropertyOf", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch",
        }, predicate  # fmt: skip


def test_every_prefix_is_used() -> None:
    for file in [ONTOLOGY / "evplans.ttl", ONTOLOGY / "codes.ttl", *ALIGNMENTS]:
        text = file.read_text("utf-8")
        body = "\n".join(line for line in text.splitlines() if not line.startswith("@prefix"))
        for line in text.splitlines():
            if line.startswith("@prefix"):
                prefix = line.split()[1]
                assert prefix in body, f"{file.name}: {prefix} is not used"
