"""What a change did is found whatever its words: its record, applied elsewhere, gives what the engine itself gives."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from service.sparql import touched, writes
from service.sparql.overlay import Overlay, Owned
from service.sparql.userlog import Record

BUILD = "https://w3id.org/evplans/graph/facts"
OWNED = Owned(frozenset({BUILD}))
NOBODY = Owned()
PREFIXES = {"my": "http://my/", "facts": BUILD, "own": "https://w3id.org/evplans/graph/"}
BASE = "http://my/"


def triple(number: int) -> tuple[NamedNode, NamedNode, Literal]:
    return NamedNode(f"http://s/{number % 3}"), NamedNode("http://p"), Literal(str(number))


def users(owned: Owned = NOBODY) -> Overlay:
    """Two graphs of users and the unnamed one; with an owner, a build that holds some of the same triples."""
    store = Store()
    if owned.graphs:
        store.extend(Quad(*triple(n), NamedNode(BUILD)) for n in (0, 1, 2, 9))
    whole = Overlay(store, owned)
    add = Store()
    for graph, numbers in (("http://my/a", (0, 1, 5)), ("http://my/b", (5, 6)), (None, (2, 7))):
        name = DefaultGraph() if graph is None else NamedNode(graph)
        add.extend(Quad(*triple(n), name) for n in numbers)
    whole.apply(Record(make=["http://my/a", "http://my/b"], add="".join(f"{q} .\n" for q in add), revision=1))
    return whole


def written(whole: Overlay) -> set[Quad]:
    """All that users wrote, also what the build holds too."""
    visible = {q for q in whole.store if getattr(q.graph_name, "value", None) not in whole.owned}
    return visible | set(whole.hidden)


def changed(whole: Overlay, text: str) -> Record:
    """Try an update on a copy and apply what it did to the original."""
    copy = Overlay(Store(), whole.owned)
    copy.store.extend(whole.store)
    copy.hidden.extend(whole.hidden)
    for graph in whole.store.named_graphs():
        copy.store.add_graph(graph)
    request: dict[str, Any] = {"operation": "update", "base": BASE, "prefixes": PREFIXES}
    effect = writes.attempt(copy, request, text.encode())
    record = effect.record(copy.store, whole.revision + 1)
    whole.apply(record)
    return record


NAMES = st.sampled_from(
    ["<http://my/a>", "<http://my/b>", "<http://my/new>", "my:a", "my:b", "<a>", "<http://my/\\u0061>", ":a"]
)
GRAPHS = st.one_of(st.none(), NAMES)
TRIPLES = st.builds(lambda n: "<{}> <{}> {}".format(triple(n)[0].value, "http://p", triple(n)[2]), st.integers(0, 9))


def inside(graph: str | None, pattern: str) -> str:
    return pattern if graph is None else f"GRAPH {graph} {{ {pattern} }}"


DATA = st.builds(
    lambda verb, graph, t: f"{verb} DATA {{ {inside(graph, t)} }}",
    st.sampled_from(["INSERT", "DELETE"]),
    GRAPHS,
    TRIPLES,
)
PATTERNS = st.builds(
    lambda verb, to, of, t: f"{verb} {{ {inside(to, '?s ?p ?o')} }} WHERE {{ {inside(of, '?s ?p ?o')} }}",
    st.sampled_from(["INSERT", "DELETE"]), GRAPHS, st.one_of(GRAPHS, st.just("?g")), TRIPLES,
)  # fmt: skip
WHOLE = st.builds(
    lambda verb, of, to: f"{verb} SILENT {of} TO {to}",
    st.sampled_from(["COPY", "MOVE", "ADD"]), *[st.one_of(NAMES, st.just("DEFAULT"))] * 2,
)  # fmt: skip
MANAGED = st.builds(
    lambda verb, what: f"{verb} SILENT {what}",
    st.sampled_from(["CLEAR", "DROP"]),
    st.one_of(NAMES.map("GRAPH {}".format), st.sampled_from(["DEFAULT", "NAMED", "ALL"])),
)
CREATE = NAMES.map("CREATE SILENT GRAPH {}".format)
ANYWHERE = st.just("DELETE { GRAPH ?g { ?s ?p ?o } } INSERT { GRAPH ?g { ?s ?p 1 } } WHERE { GRAPH ?g { ?s ?p ?o } }")
PROLOGUE = "PREFIX : <http://my/> "
UPDATES = st.lists(st.one_of(DATA, PATTERNS, WHOLE, MANAGED, CREATE, ANYWHERE), min_size=1, max_size=3).map(
    lambda operations: PROLOGUE + " ; ".join(operations)
)


@settings(max_examples=200, deadline=None)
@given(st.lists(UPDATES, min_size=1, max_size=3))
def test_without_a_build_it_is_what_the_engine_does(texts: list[str]) -> None:
    whole, oracle = users(), users().store
    for text in texts:
        oracle.update(text, base_iri=BASE, prefixes=PREFIXES)
        changed(whole, text)
    assert set(whole.store) == set(oracle)
    assert set(whole.store.named_graphs()) == set(oracle.named_graphs())
    assert len(whole.hidden) == 0


@settings(max_examples=200, deadline=None)
@given(st.lists(UPDATES, min_size=1, max_size=3))
def test_over_a_build_it_is_the_same_or_refused_and_no_triple_counts_twice(texts: list[str]) -> None:
    whole = users(OWNED)
    for text in texts:
        oracle = Store()
        oracle.extend(written(whole))
        oracle.extend(q for q in whole.store if q.graph_name == NamedNode(BUILD))
        for graph in whole.store.named_graphs():
            oracle.add_graph(graph)
        build = {q for q in oracle if q.graph_name == NamedNode(BUILD)}
        oracle.update(text, base_iri=BASE, prefixes=PREFIXES)
        if {q for q in oracle if q.graph_name == NamedNode(BUILD)} != build:
            with pytest.raises(writes.Refused, match="which the build owns"):
                changed(whole, text)
            continue
        changed(whole, text)
        assert written(whole) == set(oracle) - build
        held = {q.triple for q in build}
        assert not [q for q in whole.store if q.graph_name != NamedNode(BUILD) and q.triple in held]


@pytest.mark.parametrize(
    "name",
    [
        f"<{BUILD}>", "<facts>", "facts:", "own:facts", "<fac\\u0074s>", "own:links", "GRAPH#>\n<" + BUILD + ">",
        "<https://w3id.org/evplans/document/to-come>", "own:a·b‿c", "a·b、c:facts", "own:f%61cts", "own:a\\,b",
    ],
)  # fmt: skip
def test_however_it_is_spelt_the_build_is_not_touched(name: str) -> None:
    base = "BASE <https://w3id.org/evplans/graph/> "
    if name.startswith("a·b"):
        base = "PREFIX a·b、c: <https://w3id.org/evplans/graph/> "
    where = name if name.startswith("GRAPH") else f"GRAPH {name}"
    for text in (
        f"INSERT DATA {{ {where} {{ <http://n> <http://p> 1 }} }}",
        f"INSERT {{ {where} {{ ?s ?p 1 }} }} WHERE {{ ?s ?p ?o }}",
        f"COPY DEFAULT TO {name}" if where != name else "CLEAR ALL",
    ):
        with pytest.raises(writes.Refused, match="which the build owns"):
            changed(users(OWNED), base + text)


def test_a_name_that_runs_into_its_keyword_is_found() -> None:
    prologue = f"PREFIX GRAPHx: <http://other/> PREFIX x: <{BUILD[:-1]}> "
    text = prologue + "INSERT DATA { GRAPHx:s { <http://n> <http://p> 1 } }"
    with pytest.raises(writes.Refused, match="which the build owns"):
        changed(users(OWNED), text)


def test_what_the_build_holds_too_is_the_users_again_without_it() -> None:
    whole = users(OWNED)
    assert len(whole.hidden) == 3
    record = changed(whole, "DELETE DATA { GRAPH <http://my/a> { <http://s/0> <http://p> '0' } }")
    assert record.remove.count("\n") == 1
    assert len(whole.hidden) == 2
    assert changed(whole, "INSERT DATA { GRAPH <http://my/a> { <http://s/1> <http://p> '1' } }").add == ""
    assert changed(whole, "CLEAR GRAPH <http://my/a>") == Record(clear=["http://my/a"], revision=4)
    assert len(whole.hidden) == 1


@pytest.mark.parametrize(
    ("text", "graphs"),
    [
        ("INSERT DATA { GRAPH my:a { <http://s> <http://p> 1 } }", {"http://my/a", "http://s", "http://p"}),
        ("CLEAR GRAPH <a>", None),
        ("CLEAR ALL", None),
        ("INSERT { GRAPH # why\n ?g { } } WHERE { }", None),
        ("BASE <http://x/> CLEAR GRAPH my:a", None),
    ],
)
def test_names_that_a_text_holds(text: str, graphs: set[str] | None) -> None:
    assert touched.graphs(text, {"my": "http://my/"}) == graphs
