"""What is wrong with a query is told where it is wrong, in words that help to mend it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Store

from graph.namespaces import Namespace
from graph.paths import QUESTIONS
from service.problems import Problem
from service.sparql import diagnosis, faults
from tests.service.test_guard import LONG

PREFIXES = Namespace().prefixes


def told(query: str) -> Problem:
    with pytest.raises(SyntaxError) as caught:
        Store().query(query, prefixes=PREFIXES)
    return faults.syntax(str(caught.value.msg), query, PREFIXES)


CASES = [
    ("SELECT ?x WHERE {\n ?x evv:maker ?y }", 2, 5, "`evv:`", "`ev:` <https://w3id.org/evplans/ontology#>"),
    ("SELECT ?x {\r\n ?x skoss:prefLabel ?y ; rdfs:label ?z }", 2, 5, "`skoss:`", "`skos:`"),
    ("SELECT * { ?x foaf:name ?y }", 1, 15, "`foaf:`", "`PREFIX foaf: <http://xmlns.com/foaf/0.1/>` is missing"),
    ("SELECT * { ?s :p ?o }", 1, 15, "`:`", "not declared"),
    ("PREFIX x: <http://x/> SELECT * { ?s x:p y:q }", 1, 41, "`y:`", "not declared"),
    ("SELECT ?x {\n  ?x a ev:Claim", 1, 11, "`{`", "not closed"),
    ("SELECT * { ?s ?p ?o }}", 1, 22, "`}`", "closes nothing"),
    ("SELECT * {\n ?s ?p ?n FILTER(?n > 3 }", 2, 25, "`}`", "`(` of line 2, column 17"),
    ("SELECT * { ?s ?p 'abc }", 1, 18, "string", "not closed"),
    ("SELEC ?x {}", 1, 1, "`SELEC`", "`SELECT`"),
    ("SELECT * { OPTINAL { ?s ?p ?o } }", 1, 12, "`OPTINAL`", "`OPTIONAL`"),
    ("SELECT * { ?s ?p ?o } LIMIT ten", 1, 29, "`ten`", "no word of SPARQL"),
    ("SELECT ?x { ?x a ?y } GROUP BY ?y", 1, 34, "grouped", "GROUP BY"),
    ("SELECT * { ?s ev:x/ ?n }", 1, 21, "`?n`", "cannot stand here"),
    ("SELECT * { ?s ?p }", 1, 19, "read", "up to here"),
]


@pytest.mark.parametrize(("query", "line", "column", "named", "meant"), CASES)
def test_a_slip_is_told_at_its_place(query: str, line: int, column: int, named: str, meant: str) -> None:
    problem = told(query)
    assert (problem.status, problem.more["line"], problem.more["column"]) == (400, line, column)
    assert problem.more["text"] == query.split("\n")[line - 1].rstrip("\r")
    assert problem.detail.startswith(f"Line {line}, column {column}: ")
    assert named in problem.detail
    assert meant in problem.detail


SOUND = [
    *(path.read_text(encoding="utf-8") for path in QUESTIONS.glob("*.rq")),
    "SELECT * { ?s ?p 'it''s' }",
    "SELECT * { ?s ?p \"it's\", '''a \" ' b''' , 'x'@en-GB, 1.5e3 FILTER(?s<3&&?p>4) } # 'what { is \"this",
    "ASK { ?s <http://x/it's> ?o ; a [ ?p ( 1 2 ) ] . FILTER(NOT EXISTS { ?s !a ?o } && isIRI(?s)) }",
    "SELECT (GROUP_CONCAT(DISTINCT ?x; SEPARATOR=', ') AS ?y) { _:b ^rdf:type* ?x MINUS {} } HAVING (COUNT(?x) > TRUE)",
    "SELECT * { ?s ev:a\\,b ?o ; ev:%41 ?p . VALUES ?x { UNDEF } }",
    "SELECT * { << ?s ?p ?o >> ?q ?r . ?a ?b <<( ?c ?d ?e )>> {| ?f ?g |} }",
]


@pytest.mark.parametrize("query", SOUND)
def test_nothing_is_found_in_what_is_sound(query: str) -> None:
    assert diagnosis.find(query, PREFIXES) is None


@given(st.text(alphabet="{}()[]'\"<>?$:.ab \n\\#@_-", max_size=60))
def test_any_text_is_told_a_place_within_it(text: str) -> None:
    problem = faults.syntax("error at 1:1: expected [_]", text, PREFIXES)
    assert 1 <= problem.more["line"] <= text.count("\n") + 1
    assert 1 <= problem.more["column"] <= len(text) + 1


@pytest.mark.parametrize("piece", [*LONG, "a", "'", "{", "?a "])
def test_long_texts_are_told_quickly(piece: str) -> None:
    begun = time.process_time()
    faults.syntax("error at 1:1: expected [_]", piece * (90_000 // len(piece)), PREFIXES)
    assert time.process_time() - begun < 3
