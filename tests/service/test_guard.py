"""Calls to other servers are found wherever they hide, and only there."""

from __future__ import annotations

import re
import time
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Store

from service.sparql import guard

HIDDEN = [
    ("SELECT * { SERVICE <http://x/> { ?s ?p ?o } }", "<http://x/>"),
    ("SELECT * { service silent <http://x/> { ?s ?p ?o } }", "<http://x/>"),
    ("SELECT * { BIND(<http://x/> AS ?e) SERVICE ?e { ?s ?p ?o } }", "?e"),
    ("PREFIX x: <http://x/> SELECT * { SERVICE x:y { } }", "x:y"),
    ("SELECT * { VALUES ?e { <http://x/> } LATERAL { SERVICE ?e { ?s ?p ?o } } }", "?e"),
    ("SELECT * { ?s ?p ?o FILTER EXISTS { SERVICE ?o { ?a ?b ?c } } }", "?o"),
    ("SELECT * { SERVICE # <not>\n SILENT # {\n <http://x/> # {\n { } }", "<http://x/>"),
    ("SELECT * { ?a ?b ?c FILTER(?a<'>') SERVICE <http://x> {?s ?p ?o} FILTER(?a<'>') }", "<http://x>"),
    ("SELECT * { ?a ?b ?c FILTER(?a<?b)SERVICE#>\n<http://x>{} }", "<http://x>"),
    ('SELECT * { ?s ?p "\\u0022" SERVICE <http://x> { } }', "<http://x>"),
    ("SELECT * { ?s ?p <http://x/O'Brien> . SERVICE <http://y> {} ?s ?p 'a' }", "<http://y>"),
    ("SELECT * { ?s ?p true SERVICE <http://[::1]/> { } }", "<http://[::1]/>"),
    ("SELECT * { SERVICE <http://2130706433/> { } }", "<http://2130706433/>"),
    ("PREFIX a·b: <http://x/> SELECT * { SERVICE a·b:c { } }", "a·b:c"),
    ("PREFIX a、b: <http://x/> SELECT * { SERVICE a、b:c‿d { } }", "a、b:c‿d"),
    ("SELECT * { ?s ?p ?a·b SERVICE ?a·b { } }", "?a·b"),
    ("SELECT * { ?s my:x·y\\'z ?o SERVICE ?o { } ?s ?p 'a' }", "?o"),
    ("LOAD <file:///etc/passwd>", "<file:///etc/passwd>"),
    ("LOAD SILENT <http://x> INTO GRAPH <http://g>", "<http://x>"),
]
HARMLESS = [
    "SELECT * { ?s ?p 'SERVICE <http://x/> {}' }",
    'SELECT * { ?s ?p """a " SERVICE <http://x/> {} """ }',
    "# SERVICE <a> {\nSELECT * {}",
    "SELECT * { ?s <http://a/service> ?x . { } }",
    "SELECT * { ?s ev:service ?x { ?a ?b ?c } }",
    "SELECT ?service { ?service ?load ?x }",
    "INSERT DATA { <http://a> <http://load/> <http://b> }",
]


@pytest.mark.parametrize(("text", "address"), HIDDEN)
def test_calls_are_found(text: str, address: str) -> None:
    assert address in guard.calls(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_words_are_no_calls(text: str) -> None:
    assert guard.calls(text) == set()


def test_only_whole_constant_addresses_are_allowed() -> None:
    allowed = ("http://x/sparql",)
    assert guard.refused("SELECT * { SERVICE <http://x/sparql> {} }", allowed) == []
    assert guard.refused("SELECT * { SERVICE <http://x/sparql?a=b> {} }", allowed) == ["<http://x/sparql?a=b>"]
    assert guard.refused("SELECT * { SERVICE <http://x/sparql> { SERVICE ?x {} } }", allowed) == ["?x"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("SELECT * FROM <http://g> {}", True),
        ("select * from named<http://g> {}", True),
        ("ASK FROM # why\n ex:g {}", True),
        ("SELECT ?from { ?from <from> 'FROM <x>' } # FROM <y>", False),
    ],
)
def test_a_query_that_chooses_its_dataset(text: str, named: bool) -> None:
    assert guard.names_dataset(text) is named


LONG = [
    *("service #", "from#", "<'", '"""', "service ", "<:", "service:", "from ", "service {", "<service#", "x.service "),
    *("a.b-", "a.", "true.", "'\\", '"""\\', "''" + "''", "_:a.", "@a-", "1.", ".", "1e", "a:b.", "%20:a", "<a", "<a "),
]


@pytest.mark.parametrize("piece", LONG)
def test_long_texts_are_read_or_refused_quickly(piece: str) -> None:
    begun = time.process_time()
    text = piece * 60_000 + " SERVICE ?x { FROM <x>"
    for look in (guard.calls, guard.names_dataset):
        try:
            look(text)
        except guard.TooIntricate:
            continue
    assert time.process_time() - begun < 5


PIECES = [
    "SERVICE",
    " ",
    "<http://x>",
    "?s",
    "?a·b",
    "{",
    "}",
    "'",
    '"',
    "#",
    "\n",
    "<",
    ">",
    "(",
    ")",
    "true",
    "FILTER",
    "\\",
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_what_the_engine_would_call_is_found(text: str) -> None:
    """Whatever the engine reads as a call (it then tries to connect, and fails) the scan has found."""
    query = f"SELECT * {{ {text} }}"
    try:
        list(Store().query(query.replace("http://x", "http://127.0.0.1:1/x")))  # type: ignore[arg-type]
    except SyntaxError:
        return
    except OSError:
        assert guard.calls(query)


WORDS = [
    "from",
    "FROM",
    "Service",
    "load",
    "xfrom",
    "True",
    "false",
    "é",
    "_",
    "_:b",
    "1e5",
    "@en",
    "$",
    "\\u0046ROM",
    "a:b",
    ".",
]


@given(st.lists(st.sampled_from(PIECES + WORDS), max_size=12).map("".join))
def test_a_glance_passes_over_nothing(text: str) -> None:
    glanced = guard.calls(text), guard.names_dataset(text)
    with patch.object(guard, "_glance", lambda _: re.compile("")):
        assert glanced == (guard.calls(text), guard.names_dataset(text))
