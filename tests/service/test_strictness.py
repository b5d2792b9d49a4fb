"""What the standard forbids is refused with its place; what only looks like it is not."""

from __future__ import annotations

import time

import pytest

from graph.paths import QUESTIONS
from service.sparql import strictness
from tests.service.test_guard import LONG

FORBIDDEN = [
    ("SELECT (COUNT(COUNT(*)) AS ?c) WHERE {}", "COUNT(*", "`COUNT`"),
    ("SELECT (SUM(1 + MAX(?x)) AS ?c) { ?s ?p ?x }", "MAX", "`MAX`"),
    ("SELECT ?s { ?s ?p ?x } GROUP BY ?s HAVING (avg((sum(?x) + 1)) > 3)", "sum", "`SUM`"),
    ("SELECT * { BIND(<<( <<( ?a ?b ?c )>> ?d ?e )>> AS ?x) }", "<<( ?a", "triple term"),
    ("SELECT * { BIND(<<( 'a' ?d ?e )>> AS ?x) }", "'a'", "literal"),
    ("SELECT * { ?s ?p ?o FILTER(?o = <<( 1 ?d ?e )>>) }", "1 ", "literal"),
]
ALLOWED = [
    "SELECT (COUNT(?x) + SUM(?x) AS ?c) (MAX(?x) AS ?m) { ?s ?p ?x }",
    "SELECT (COUNT(?x) AS ?count) (GROUP_CONCAT(?x; SEPARATOR='sum(count(') AS ?c) { ?s ?p ?x }",
    "SELECT (SUM(IF(EXISTS { SELECT (COUNT(*) AS ?n) { ?a ?b ?c } }, 1, 0)) AS ?c) { ?s ?p ?x }",
    "SELECT (COUNT(?x) AS ?c) { { SELECT (MAX(?y) AS ?x) { ?s ?p ?y } } }",
    "SELECT (COUNT(?count) AS ?sum) { ?s ev:count ?count ; ev:max (?min ?avg) }",
    "SELECT * { ?s ?p <<( ?a ?b <<( ?c ?d 'e' )>> )>> , <<( <<( ?a ?b ?c )>> ?d ( <<( 1 ?e ?f )>> ) )>> }",
    "SELECT * { BIND(<<( ?a ?b <<( ?c ?d 'e' )>> )>> AS ?x) }",
    "SELECT * { << ?a ?b ?c >> ?d ?e FILTER(?a<?b && ?c<<x>) }",
]


@pytest.mark.parametrize(("text", "at", "named"), FORBIDDEN)
def test_what_is_forbidden_is_found_at_its_place(text: str, at: str, named: str) -> None:
    found = strictness.find(text)
    assert found is not None
    assert text[found[0] :].startswith(at)
    assert named in found[1]


@pytest.mark.parametrize("text", [*ALLOWED, *(path.read_text(encoding="utf-8") for path in QUESTIONS.glob("*.rq"))])
def test_what_is_allowed_is_left_alone(text: str) -> None:
    assert strictness.find(text) is None


@pytest.mark.parametrize("piece", [*LONG, "COUNT(", "<<(", "{(", "count sum("])
def test_long_texts_are_looked_at_quickly(piece: str) -> None:
    begun = time.process_time()
    strictness.find("COUNT(?x) SUM(?y) " + piece * (200_000 // len(piece)))
    assert time.process_time() - begun < 3
