"""A change looks at few claims, and says of facts and findings what all claims together say."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad, Store

from graph import derive, rdf
from graph.claims import Claim
from graph.ledger import Ledger
from graph.namespaces import EV
from graph.neighbourhood import around
from graph.statements import LEADING, witnesses
from tests.graph.made_up import NAMESPACE, REGISTER, claim, document, reviewed

DATES = {
    "one": "2020",
    "two": "2022-05",
    "three": "2031",
    "four": None,
    "five": "2020",
    "six": "2021-03-02",
    "seven": "2019-12",
}
CROWD = st.fixed_dictionaries(  # many who say the same, against many who say otherwise
    {
        "subject": st.just("Nissan"),
        "property": st.just("modelCount"),
        "value": st.sampled_from([5, 5, 5, 10]),
        "end": st.just("2030"),
        "modality": st.sampled_from(["plan", "plan", "plan", "report"]),
        "attribution": st.sampled_from([None, None, "Reuters"]),
    }
)
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
DENIED = st.fixed_dictionaries(  # many who say it, against many who deny it
    {
        "subject": st.just("Nissan"),
        "property": st.just("partnersWith"),
        "object": st.just("Renault"),
        "modality": st.sampled_from(["fact", "fact", "negated"]),
    }
)
CLAIM = st.one_of(CROWD, CROWD, DENIED, FIGURES, DATED, RELATIONS, COUNTRIES)
CLAIMS = st.lists(st.tuples(st.sampled_from(sorted(DATES)), CLAIM), min_size=2, max_size=24)


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


def known(*parts: list[Quad]) -> Ledger:
    """The ledger of a dataset of these parts."""
    ledger = Ledger(Path(":memory:"))
    for part in parts:
        ledger.hear(list(witnesses(part)))
    return ledger


def changed(claims: list[Claim], slug: str, later: list[Claim]) -> None:
    """Let a document say other things than it did; where it did not speak it enters, where it is silent it leaves."""
    others = [told(claims, other) for other in DATES if other != slug]
    old, new = told(claims, slug), told(later, slug)
    store, ledger, name = dataset(*others, old), known(*others, old), NAMESPACE.document(slug)
    all_before, all_after = together(store), together(dataset(*others, new))
    beside, stirred = around(store, ledger, list(witnesses(old)), list(witnesses(new)))
    before = together(beside, {name, *stirred})
    after = together((beside - set(old)) | set(new), {name, *stirred})
    assert (all_before - (before - after)) | (after - before) == all_after


@settings(max_examples=100, deadline=None)
@given(CLAIMS, st.sampled_from(sorted(DATES)), st.lists(CLAIM, max_size=3))
def test_a_change_finds_what_all_claims_together_give(
    rows: list[tuple[str, dict[str, object]]], slug: str, later: list[dict[str, object]]
) -> None:
    stay = [(one, row) for one, row in rows if one == slug][: len(rows) % 3]  # some claims are the same as before
    changed(made(rows), slug, made([*stay, *((slug, row) for row in later)]))


def test_who_belongs_to_whom_is_known_though_nobody_else_speaks_of_them() -> None:
    figure = {"property": "salesVolume", "value": 10}
    target = ("three", {"subject": "Nissan", "end": "2022", "modality": "plan", **figure})
    outcome = ("three", {"subject": "Nissan Leaf", "end": "2030", "modality": "fact", **figure})
    changed([], "three", made([target, outcome]))
    changed(made([target, outcome]), "three", [])


def crowd(number: int, value: int, modality: str = "plan") -> list[list[Quad]]:
    """Documents of which each makes the same statement."""
    names, parts = rdf.NameResolver(REGISTER, NAMESPACE), []
    for n in range(number):
        said = {"value": value, "unit": "models", "end": "2030", "modality": modality, "quote": f"words {n}"}
        one = claim(f"document-{value}-{modality}-{n}", **said)
        store = Store()
        store.extend(rdf.document_quads(document(one.document, date=f"20{n:02}"), [reviewed(one)], names))
        derive.alone(store, NAMESPACE)
        parts.append(list(store))
    return parts


@pytest.mark.parametrize("number", [5, 20])
def test_what_many_say_alike_is_looked_at_by_the_first_who_say_it(number: int) -> None:
    """Whoever says the same is no reason to look at more claims, unless somebody says otherwise."""
    fives, sixes = crowd(number, 5), crowd(number, 6)

    def beside(one: list[Quad], *parts: list[Quad]) -> int:
        found = around(dataset(*parts), known(*parts), [], list(witnesses(one))).quads
        return sum(quad.predicate.value == EV + "value" for quad in found)

    assert beside(fives[-1], *fives[:-1]) == 0
    assert beside(fives[-1], *fives[:-1], *sixes) == 2 * LEADING
    assert beside(fives[0], *sixes) == number


@pytest.mark.parametrize("other", [(6, "plan"), (5, "negated")])
def test_disagreements_grow_as_their_witnesses_do(other: tuple[int, str]) -> None:
    """Not as the number of those who say one thing times that of those who say another, or deny it."""
    few, many = (
        sum(quad.predicate.value == EV + "computedBy" for quad in together(dataset(*crowd(n, 5), *crowd(n, *other))))
        for n in (10, 20)
    )
    assert 10 <= few <= 2 * LEADING * 10
    assert few < many <= 2 * LEADING * 20


def test_every_witness_is_held_against_one_who_says_otherwise() -> None:
    quads = together(dataset(*crowd(9, 5), *crowd(9, 6)))
    assert len({quad.object for quad in quads if quad.predicate.value == EV + "involves"}) == 18
