"""A change looks at few claims, and says of facts and findings what all claims together say."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad, Store

from graph import derive, rdf
from graph.claims import Claim
from graph.namespaces import EV
from graph.neighbourhood import around
from tests.graph.made_up import NAMESPACE, REGISTER, claim, document, reviewed

DOCUMENTS = ("one", "two", "three")
DATES = {"one": "2020", "two": "2022-05", "three": "2031"}
FIGURES = st.fixed_dictionaries(
    {
        "subject": st.sampled_from(["Nissan", "Nissan Leaf", "Renault"]),
        "property": st.sampled_from(["modelCount", "salesVolume"]),
        "value": st.sampled_from([5, 10]),
        "end": st.sampled_from([None, "2022", "2030"]),
        "modality": st.sampled_from(["plan", "plan", "fact", "report", "negated"]),
    }
)
DATED = st.fixed_dictionaries(
    {
        "subject": st.just("Nissan"),
        "property": st.just("carbonNeutrality"),
        "end": st.sampled_from(["2040", "2050", "2050-06"]),
        "modality": st.sampled_from(["plan", "report", "negated"]),
    }
)
RELATIONS = st.fixed_dictionaries(
    {
        "subject": st.sampled_from(["Nissan", "Renault"]),
        "property": st.sampled_from(["partnersWith", "makesModel"]),
        "object": st.sampled_from(["Renault", "Nissan", "Nissan Leaf"]),
        "modality": st.sampled_from(["fact", "fact", "negated"]),
    }
)
COUNTRIES = st.fixed_dictionaries(
    {
        "property": st.just("country"),
        "value": st.sampled_from(["Japan", "China"]),
        "modality": st.sampled_from(["fact", "negated"]),
    }
)
CLAIMS = st.lists(
    st.tuples(st.sampled_from(DOCUMENTS), st.one_of(FIGURES, DATED, RELATIONS, COUNTRIES)), min_size=2, max_size=14
)


def told(claims: Iterable[Claim], slug: str) -> list[Quad]:
    """A document's claims, with what follows from each alone."""
    names, store = rdf.NameResolver(REGISTER, NAMESPACE), Store()
    own = [reviewed(one) for one in claims if one.document == slug]
    store.extend(rdf.document_quads(document(slug, date=DATES[slug], publisher="Reuters"), own, names))
    derive.alone(store, NAMESPACE)
    return list(store)


def dataset(*parts: list[Quad]) -> Store:
    store, parent = Store(), NamedNode(EV + "parent")
    entity = {e.slug: NamedNode(NAMESPACE.entity(e.slug)) for e in REGISTER.entities.values()}
    home = NamedNode(NAMESPACE.graph("register"))
    store.extend(Quad(entity[e.slug], parent, entity[p], home) for e in REGISTER.entities.values() for p in e.parents)
    for part in parts:
        store.extend(part)
    return store


def together(quads: Iterable[Quad], new: Iterable[str] | None = None) -> set[Quad]:
    store = Store()
    store.extend(quads)
    return set(derive.together(store, NAMESPACE, new))


def made(rows: list[tuple[str, dict[str, object]]]) -> list[Claim]:
    """Each claim with words of its own; two that are the same in one document are one."""
    units = {"modelCount": "models", "salesVolume": "vehicles"}
    return [
        claim(slug, quote=f"words {number}", unit=units.get(str(row["property"])), **row)
        for number, (slug, row) in enumerate(rows)
    ]


def changed(claims: list[Claim]) -> None:
    """Let the last document enter, and leave again."""
    parts = {slug: told(claims, slug) for slug in DOCUMENTS}
    last, name = parts["three"], NAMESPACE.document("three")
    without, whole = dataset(parts["one"], parts["two"]), dataset(*parts.values())
    all_before, all_after = together(without), together(whole)
    beside = around(without, last, set())
    before, after = together(beside, []), together(beside.union(last), [name])
    assert (all_before - (before - after)) | (after - before) == all_after
    beside = around(whole, last, {name})
    before, after = together(beside, [name]), together(beside.difference(last), [])
    assert (all_after - (before - after)) | (after - before) == all_before


@settings(max_examples=60, deadline=None)
@given(CLAIMS)
def test_a_change_finds_what_all_claims_together_give(rows: list[tuple[str, dict[str, object]]]) -> None:
    changed(made(rows))


def test_who_belongs_to_whom_is_known_though_nobody_else_speaks_of_them() -> None:
    figure = {"property": "salesVolume", "value": 10}
    target = ("three", {"subject": "Nissan", "end": "2022", "modality": "plan", **figure})
    outcome = ("three", {"subject": "Nissan Leaf", "end": "2030", "modality": "fact", **figure})
    changed(made([target, outcome]))


@pytest.mark.parametrize("witnesses", [3, 12])
def test_what_many_say_alike_is_compared_once(witnesses: int) -> None:
    """Whoever says the same is no reason to look at more claims, unless somebody says otherwise."""
    alike = [claim(f"document-{n}", value=5, unit="models", end="2030", quote=f"words {n}") for n in range(witnesses)]
    names, store = rdf.NameResolver(REGISTER, NAMESPACE), dataset()
    for one in alike:
        store.extend(rdf.document_quads(document(one.document), [reviewed(one)], names))
    derive.alone(store, NAMESPACE)
    same, other = (
        rdf.document_quads(document("new"), [reviewed(claim("new", value=value, unit="models", end="2030"))], names)
        for value in (5, 6)
    )
    claims = {quad.subject for quad in around(store, same, set()) if quad.predicate.value == EV + "value"}
    assert claims == set()
    claims = {quad.subject for quad in around(store, other, set()) if quad.predicate.value == EV + "value"}
    assert len(claims) == witnesses
