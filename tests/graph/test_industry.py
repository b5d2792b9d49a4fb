"""The names of the industry that the reader knows beyond the register."""

from __future__ import annotations

from collections import Counter

from graph.extraction.industry import rows, with_industry
from graph.extraction.mentions import Gazetteer
from graph.register import Register, fold, load_register
from graph.vocabulary import vocabulary

REGISTER = load_register()
KNOWN = with_industry(REGISTER)


def test_candidates_are_no_entities_of_the_register_and_stand_there_once() -> None:
    held = [name for _, name, *_ in rows() if REGISTER.resolve(name)]
    assert held == []
    names = Counter(n for _, name, others, _, _ in rows() for n in {fold(n) for n in (name, *others)})
    assert [n for n, count in names.items() if count > 1] == []


def test_kinds_countries_and_owners_of_candidates_are_known() -> None:
    parents = vocabulary().parents
    for kinds, name, _, country, owners in rows():
        assert all(kind in parents for kind in kinds.split()), kinds
        assert not country or (REGISTER.resolve(country) and REGISTER.resolve(country).name == country), name
        assert all(KNOWN.resolve(owner) and KNOWN.resolve(owner).name == owner for owner in owners), name


def test_the_register_wins_over_candidates_and_is_not_changed() -> None:
    before = dict(REGISTER.names)
    assert all(KNOWN.resolve(e.name) == e for e in REGISTER.entities.values())
    assert dict(REGISTER.names) == before
    assert REGISTER.resolve("Octillion") is None


def test_candidates_are_found_in_texts() -> None:
    found = Gazetteer(KNOWN).mentions("Hyliion Holdings buys cells of Octillion and trucks of Sinotruk.")
    assert [m.name for m in found] == ["Hyliion", "Octillion", "Sinotruk"]
    assert Gazetteer(REGISTER).mentions("It buys cells of Octillion.") == []


def test_without_a_register_candidates_still_know_each_other() -> None:
    alone = with_industry(Register.of([]))
    assert alone.resolve("Thomas Built").name == "Thomas Built Buses"
