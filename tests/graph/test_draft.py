"""A draft keeps store, digests, counts and search index in step, whatever is added and taken away."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad

from graph.digests import GraphDigest, build_id
from graph.draft import Draft
from graph.namespaces import SKOS, Namespace

NAMES = Namespace()
REGISTER, CANDIDATES = NAMES.graph("register"), NAMES.graph("candidates")
LINES = st.sets(st.text(min_size=1, max_size=8), max_size=12)


def label(name: str, graph: str = REGISTER) -> Quad:
    node, predicate = NamedNode(NAMES.entity(name)), NamedNode(SKOS + "prefLabel")
    return Quad(node, predicate, Literal(name, language="en"), NamedNode(graph))


def found(draft: Draft, word: str) -> list[str]:
    draft.finish()
    with closing(sqlite3.connect(draft.folder / "search.sqlite")) as index:
        return [iri for (iri,) in index.execute("SELECT iri FROM entry WHERE entry MATCH ?", (word,))]


@given(LINES, LINES)
def test_a_digest_follows_changes_and_does_not_depend_on_their_order(kept: set[str], passing: set[str]) -> None:
    passing -= kept
    assert GraphDigest.of([*kept, *passing]).without(passing) == GraphDigest.of(sorted(kept))
    assert (GraphDigest.of(kept) == GraphDigest.of(passing)) == (kept == passing)


def test_what_was_added_and_taken_away_leaves_no_trace(tmp_path: Path) -> None:
    with Draft(tmp_path / "draft", NAMES) as draft:
        draft.change(REGISTER, added=[label("Nissan")])
        before = build_id(draft.graphs), draft.ledger.counts("property")
        draft.change(REGISTER, added=[label("Kia")])
        draft.change(CANDIDATES, added=[label("BYD", CANDIDATES)])
        assert found(draft, "kia") == [NAMES.entity("Kia")]
        draft.change(REGISTER, removed=[label("Kia")])
        draft.change(CANDIDATES, removed=[label("BYD", CANDIDATES)])
        assert (build_id(draft.graphs), draft.ledger.counts("property")) == before
        assert found(draft, "kia") == []
        assert list(draft.store) == [label("Nissan")]


def test_a_triple_in_two_graphs_is_named_with_both(tmp_path: Path) -> None:
    with Draft(tmp_path / "draft", NAMES) as draft:
        draft.change(REGISTER, added=[label("Nissan")])
        assert list(draft.triples_in_two_graphs()) == []
        draft.change(CANDIDATES, added=[label("Nissan", CANDIDATES)])
        lines = list(draft.triples_in_two_graphs())
        assert lines
        assert all(f"stands in <{CANDIDATES}> and <{REGISTER}>" in line for line in lines)
