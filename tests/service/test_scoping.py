"""GRAPH ?g answers as the standard says, whatever its group holds; other queries reach the engine untouched."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store

from graph.paths import QUESTIONS
from service.sparql import faults
from service.sparql.scoping import mend
from tests.service.test_guard import LONG

X = "http://x/"
PREFIX = f"PREFIX : <{X}> "
GRAPHS = ("a", "b", "c")
Row = frozenset[tuple[str, str]]


@pytest.fixture(scope="module")
def store() -> Store:
    return make_store()


def make_store() -> Store:
    """Three graphs that speak of each other and of themselves."""
    made = Store()
    for i, name in enumerate(GRAPHS):
        home = NamedNode(X + name)
        for s, p, o in (
            (f"s{i}", "p", NamedNode(X + "o")),
            (name, "p", NamedNode(X + GRAPHS[(i + 1) % 3])),
            (f"s{i}", "q", home),
            ("s0", "q", Literal(str(i))),
        ):
            made.add(Quad(NamedNode(X + s), NamedNode(X + p), o, home))
    made.add(Quad(NamedNode(X + "a"), NamedNode(X + "q"), NamedNode(X + "a"), NamedNode(X + "c")))
    return made


def rows(store: Store, query: str, **dataset: list[NamedNode]) -> Counter[Row]:
    found = store.query(PREFIX + query, **dataset)  # type: ignore[arg-type]
    assert isinstance(found, QuerySolutions)
    names = [variable.value for variable in found.variables]
    return Counter(frozenset((n, str(t)) for n, t in zip(names, row, strict=True) if t is not None) for row in found)


def by_the_standard(store: Store, group: str) -> Counter[Row]:
    """What a group gives in each graph by itself, joined with the graph's name."""
    joined: Counter[Row] = Counter()
    for name in GRAPHS:
        home = NamedNode(X + name)
        for row, times in rows(store, f"SELECT * {{ {group} }}", default_graph=[home]).items():
            if dict(row).get("g", str(home)) == str(home):
                joined[row | {("g", str(home))}] += times
    return joined


GROUPS = [
    "FILTER(BOUND(?g))",
    "FILTER(!BOUND(?g))",
    "?s ?p ?o OPTIONAL { ?s ?p ?g }",
    "?s :p :o OPTIONAL { ?g :p ?o }",
    "OPTIONAL { ?s :q ?g } ?s :p ?o",
    "VALUES (?g ?t) { (UNDEF 'foo') (:a 'bar') (:none 'no') }",
    "VALUES ?g { :a :b :none } ?s ?p ?o",
    "VALUES ?x { 1 2 }",
    "BIND(1 AS ?x)",
    "?s ?p ?x BIND(?x AS ?g)",
    "?s ?p ?o FILTER(?g = :a)",
    "?g :p ?o FILTER(?g != :a)",
    "?s :p :o MINUS { ?b :p :o }",
    "?s :p :o MINUS { ?s :q ?g }",
    "?g :p ?o MINUS { ?g :q ?g }",
    "{ ?g :p ?o } UNION { ?s :q ?g }",
    "{ ?g :p ?o } UNION { FILTER(!BOUND(?g)) }",
    "?s :q ?o { FILTER(!BOUND(?g)) }",
    "{ FILTER(BOUND(?g)) } ?s :q ?g",
    "{ SELECT ?s { ?s :p ?o } }",
    "SELECT * { ?s :p ?o }",
    "{ SELECT DISTINCT ?o { ?s ?p ?o } } ?z :p ?o",
    "{ SELECT ?s ?o { ?s :q ?o } ORDER BY ?o LIMIT 1 }",
    "{ SELECT ?s (COUNT(?o) AS ?n) { ?s ?p ?o } GROUP BY ?s }",
    "{ SELECT ?s { ?s :q ?g } }",
    "?s :p :o FILTER NOT EXISTS { ?x :q ?g }",
    "?s :p :o FILTER NOT EXISTS { SELECT ?x { ?x :q ?y FILTER(?y = :c) } }",
    "?s :p* ?o FILTER(SAMETERM(?o, ?g))",
]


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_gives_what_it_gives_in_each_graph(group: str, store: Store) -> None:
    for head in ("SELECT * ", "SELECT ?g ?s ?o ?x ?t ?n ?p ?z ?b "):
        mended = mend(f"{head}{{ GRAPH ?g {{ {group} }} }}").text
        expected = by_the_standard(store, group)
        assert rows(store, mended) == expected, mended


TRIPLES = ["?s :p ?o", "?s :q ?g", "?g :p ?o", "?s ?p ?o", "?s :q 'x' ; :p ?o", ":s0 :q ?x", "?g ?p [ :p ?o ]"]
FILTERS = ["FILTER(BOUND(?g))", "FILTER(?g != ?s)", "FILTER EXISTS { ?o :p ?y }", "FILTER(!BOUND(?x) || ?x = ?g)"]


def joined(parts: Iterable[str]) -> str:
    return " . ".join(parts)


groups = st.recursive(
    st.lists(st.sampled_from([*TRIPLES, *FILTERS]), max_size=3).map(joined),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda t: f"{t[0]} OPTIONAL {{ {t[1]} }}"),
        st.tuples(inner, inner).map(lambda t: f"{{ {t[0]} }} UNION {{ {t[1]} }}"),
        st.tuples(inner, inner).map(lambda t: f"{{ {t[0]} }} {t[1]}"),
        inner.map(lambda t: f"{t} VALUES (?g ?x) {{ (:a UNDEF) (UNDEF :a) }}"),
        inner.map(lambda t: f"{{ SELECT ?s ?o {{ {t} }} }}"),
        inner.map(lambda t: f"?s ?p ?o . {{ SELECT * {{ {t} }} }}"),
        inner.map(lambda t: f"{{ {t} }} MINUS {{ ?u :p ?v }}"),
    ),
    max_leaves=5,
)
STORE = make_store()


@settings(max_examples=300, deadline=None)
@given(groups)
@example("?s :q ?g OPTIONAL { ?g :p ?o } FILTER(?g != ?s)")
def test_any_group_gives_what_it_gives_in_each_graph(group: str) -> None:
    expected = by_the_standard(STORE, group)
    mended = mend(f"SELECT * {{ GRAPH ?g {{ {group} }} }}").text
    assert rows(STORE, mended) == expected, mended


UNTOUCHED = [
    "SELECT * { GRAPH ?g { ?s ?p ?o } }",
    "SELECT * { GRAPH ?g { ?g :p ?o FILTER(?o > 3) } FILTER(?g != :a) }",
    "SELECT * { GRAPH <http://x/a> { FILTER(BOUND(?g)) } ?g ?p ?o }",
    "SELECT * { ?s :graph ?g . { FILTER(BOUND(?g)) } }",
    "SELECT * { ?s ?p 'GRAPH ?g { FILTER(TRUE) }' } # GRAPH ?g {",
    "SELECT * { ?s ?p ?o FILTER(true) }",
    "SELECT * { ?TRUE :FALSE <TRUE> ; ?p 'TRUE'@TRUE }",
    "SELECT * { GRAPH ?g { FILTER(BOUND(?g) } }",
    "SELECT * { GRAPH ?g { } ] }",
]


@pytest.mark.parametrize("text", UNTOUCHED)
def test_other_queries_are_left_as_they_are(text: str) -> None:
    assert mend(text).text == text


def test_the_stored_questions_are_left_as_they_are() -> None:
    for path in QUESTIONS.glob("*.rq"):
        text = path.read_text(encoding="utf-8")
        assert mend(text).text == text


def test_truth_may_be_spelt_in_any_case(store: Store) -> None:
    mended = mend("SELECT (TRUE AS ?t) (False AS ?f) {}").text
    assert rows(store, mended) == rows(store, "SELECT (true AS ?t) (false AS ?f) {}")


def test_variables_of_the_query_are_not_taken() -> None:
    mended = mend("SELECT * { ?g_1 ?p ?o GRAPH ?g { FILTER(BOUND(?g)) } }").text
    assert "GRAPH ?g_2 {" in mended


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * {\n  GRAPH ?g { FILTER(BOUND(?g)) } ?s ?? }",
        "SELECT * {\n  GRAPH ?g { ?s ?? FILTER(BOUND(?g)) } }",
        "SELECT * {\n GRAPH ?g { FILTER(BOUND(?g)) } GRAPH ?g { FILTER(BOUND(?g)) }\n FILTER(BOUND(?g)) ?? }",
    ],
)
def test_a_fault_is_told_at_its_place_in_what_was_written(query: str) -> None:
    places = []
    for text in (query, mend(query).text):
        with pytest.raises(SyntaxError) as caught:
            Store().query(text)
        match = re.match(r"error at (\d+):(\d+)", str(caught.value.msg))
        assert match
        places.append((int(match[1]), int(match[2])))
    problem = faults.syntax(str(caught.value.msg), query, {})
    assert (problem.more["line"], problem.more["column"]) == places[0]


@pytest.mark.parametrize(
    "piece", [*LONG, "GRAPH ?g { ", "GRAPH ?g { ?g } ", "{ SELECT ", "GRAPH ?g {} MINUS { ", "FILTER ", "TRUE("]
)
def test_long_texts_are_mended_or_left_quickly(piece: str) -> None:
    begun = time.process_time()
    text = "SELECT * { GRAPH ?g { ?g " + piece * 3000
    mend(text)
    mend(text + "}" * text.count("{") + ")" * 3000)
    for depth in (20, 300):
        mend("SELECT * { " + "GRAPH ?g { OPTIONAL { " * depth + "?g" + " } }" * depth + " }")
    for inner in ("MINUS { ?b ?c ?d } ", "{ SELECT * { ?g ?b ?c } } ", "FILTER(?g) ", "GRAPH ?g { ?x } "):
        mend("SELECT * { GRAPH ?g { " + inner * 500 + "} }")
    assert time.process_time() - begun < 5
