"""How good the links are: reviewed ones hidden, searched again, and measured on the half that nothing was fitted on."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Store

from graph.linking.calibration import CalibrationError, fit, half, pairs, threshold
from graph.linking.proposals import Proposal, propose
from graph.linking.quality import bereft, curve, measure
from graph.linking.scoring import Weights, weights
from graph.linking.searches import Found, Journal, Search, search
from graph.linking.session import Session
from graph.linking.things import Things
from graph.namespaces import RDFS
from tests.service.sessions import TODAY, as_wikidata, finder, session
from tests.service.standin import LINKED, serving, world

pytest_plugins = ("tests.service.linked",)

Searched = tuple[Session, list[Search]]


@pytest.fixture(scope="module")
def searched(
    tmp_path_factory: pytest.TempPathFactory, ground: Store, register_things: Things, wikidata_store: Store
) -> Searched:
    """All linked things searched anew, as if nothing were linked."""
    with serving(wikidata_store) as server:
        target = as_wikidata(server)
        found, _ = finder(server, target)
        home = tmp_path_factory.mktemp("quality")
        place = session(home, ground, register_things, target, hidden=True)
        journal = Journal(home / "x.jsonl")
        search(place.things(linked=True), found, target.features, weights(), journal, TODAY)
        return place, list(journal.searches.values())


@pytest.fixture(scope="module")
def links(searched: Searched) -> dict[str, set[str]]:
    """The half of the links that measures."""
    return {iri: targets for iri, targets in searched[0].links().items() if half(iri) == 1}


@pytest.fixture(scope="module")
def proposals(searched: Searched) -> list[Proposal]:
    return propose(searched[1], weights())


def test_hidden_links_are_found_again(proposals: list[Proposal], links: dict[str, set[str]]) -> None:
    point = measure(proposals, links, weights().threshold)
    assert len(links) > 400
    assert point.precision >= 0.98
    assert point.recall >= 0.90


def test_what_the_target_lacks_is_hardly_ever_linked(searched: Searched, links: dict[str, set[str]]) -> None:
    without = propose(bereft(searched[1], links), weights())
    assert sum(p.score >= weights().threshold for p in without) <= 0.05 * len(links)


def test_scores_are_no_surer_than_they_may_be(proposals: list[Proposal], links: dict[str, set[str]]) -> None:
    """Among proposals of about one score, at least that share is right, give or take chance."""
    for low, high in pairwise((0.5, 0.8, 0.9, 1.01)):
        some = [p for p in proposals if p.entity in links and low <= p.score < high]
        right = sum(p.target.iri in links[p.entity] for p in some)
        assert right >= sum(p.score for p in some) - 2 * len(some) ** 0.5


def test_a_higher_threshold_asserts_less(proposals: list[Proposal], links: dict[str, set[str]]) -> None:
    points = curve(proposals, links)
    assert [p.asserted for p in points] == sorted((p.asserted for p in points), reverse=True)
    assert points[-1].precision >= points[0].precision


def test_one_to_one_unless_told_otherwise(searched: Searched) -> None:
    once = [p.target.iri for p in propose(searched[1], weights())]
    assert len(once) == len(set(once))
    assert len(propose(searched[1], weights(), one_to_one=False)) >= len(once)


def test_what_is_rejected_or_taken_is_not_proposed(searched: Searched, proposals: list[Proposal]) -> None:
    first = proposals[0]
    again = propose(searched[1], weights(), rejected={(first.entity, first.target.iri)})
    assert (first.entity, first.target.iri) not in {(p.entity, p.target.iri) for p in again}
    assert first.target.iri not in {p.target.iri for p in propose(searched[1], weights(), taken={first.target.iri})}


def test_the_shipped_weights_are_those_of_the_other_half(searched: Searched) -> None:
    """Fitted anew they come out much the same; the register grows, so not to the digit."""
    linked = {iri: targets for iri, targets in searched[0].links().items() if half(iri) == 0}
    fitted = fit(pairs(searched[1], linked))
    for name, weight in weights().weights.items():
        assert fitted[name] == pytest.approx(weight, abs=0.8), name


def test_the_stand_in_is_large_and_hard(wikidata_store: Store) -> None:
    labels = list(wikidata_store.quads_for_pattern(None, NamedNode(RDFS + "label"), None))
    assert world().number - 900_000_000 >= LINKED
    assert len({quad.subject for quad in labels}) > 5_000
    for name in ("Ford", "Alpine", "Lotus", "Seat", "Nissan", "Polestar"):
        bearers = {q.subject for q in labels if str(q.object.value).casefold().startswith(name.casefold())}  # type: ignore[union-attr]
        assert len(bearers) > 2, name


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_rivals_share_one_certainty(names: list[float]) -> None:
    scores = weights().among([{"name": value} for value in names])
    assert sum(scores) <= 1 + 1e-9
    assert all(0 <= score <= 1 for score in scores)
    alone = weights().probability({"name": names[0]})
    assert scores[0] <= alone + 1e-9


def test_too_few_links_fit_nothing() -> None:
    with pytest.raises(CalibrationError, match="too few"):
        fit([({"name": 1.0}, 1.0)] * 3)


def test_fitting_finds_what_separates() -> None:
    told = fit([({"name": 1.0, "kind": 1.0}, 1.0)] * 80 + [({"name": 1.0, "kind": -1.0}, 0.0)] * 80)
    made = Weights(told, 0.5)
    assert made.probability({"name": 1.0, "kind": 1.0}) > 0.9
    assert made.probability({"name": 1.0, "kind": -1.0}) < 0.1


def test_the_threshold_is_precise_enough_and_no_less(tmp_path: Path) -> None:
    found = [Proposal(f"e{n}", "", Found(f"t{n}", "", {}), 0.3 + 0.01 * n, "exactMatch", TODAY) for n in range(60)]
    right = {f"e{n}": {f"t{n}" if n > 50 else "other"} for n in range(60)}
    assert threshold(curve(found, right)) == 0.9
    assert threshold(curve(found, {f"e{n}": {f"t{n}"} for n in range(60)})) == 0.7
