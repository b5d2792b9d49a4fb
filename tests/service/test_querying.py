"""`evplans query`: a query, a file or a stored question; tables with labels, or any standard format."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat, RdfFormat, parse, parse_query_results

from graph.namespaces import EV, RDFS, SKOS
from graph.paths import HOUSE
from service.cli import QUERY_FORMATS
from service.querying import GRAPHS, TABLES, QueryError, ask
from service.settings import Settings
from tests.service.published import NAMES, make_build, quads

CHAIN = "SELECT ?a ?b { ?a ev:parent ?b } ORDER BY ?a LIMIT 2"
ODD = NAMES.entity("odd")


@pytest.fixture(scope="module")
def chosen(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    data = tmp_path_factory.mktemp("data")
    home = NamedNode(NAMES.graph("register"))
    odd = [
        Quad(NamedNode(ODD), NamedNode(SKOS + "prefLabel"), Literal("Étrange", language="fr"), home),
        Quad(NamedNode(ODD), NamedNode(SKOS + "prefLabel"), Literal("Odd\x1b[2J\nthing", language="en"), home),
        Quad(NamedNode(ODD), NamedNode(RDFS + "label"), Literal("A label of the second choice"), home),
        Quad(NamedNode(ODD), NamedNode(EV + "note"), Literal("x" * 100), home),
    ]
    make_build(data, "one", quads() + odd)
    return Settings.read({"EVPLANS_DATA": str(data)})


def answer(query: str, form: str, chosen: Settings) -> str:
    out = io.BytesIO()
    ask(query, form, chosen, out)
    return out.getvalue().decode()


def test_a_table_shows_labels_in_place_of_addresses(chosen: Settings) -> None:
    lines = answer(CHAIN, "table", chosen).splitlines()
    assert lines[0].split() == ["a", "b"]
    assert "Thing, thing-0" in lines[2]
    assert lines[-1] == "(2 rows)"


def test_cells_are_short_english_and_harmless_to_a_terminal(chosen: Settings) -> None:
    drawn = answer(f"SELECT ?s ?n ?p {{ BIND(<{ODD}> AS ?s) ?s ev:note ?n ; ?p ?n }}", "table", chosen)
    row = drawn.splitlines()[2]
    assert row.startswith("Odd\N{REPLACEMENT CHARACTER}[2J thing")
    assert "x" * 59 + "…" in row
    assert row.endswith("ev:note")


@pytest.mark.parametrize("form", TABLES)
def test_each_format_of_tables_can_be_read_back(chosen: Settings, form: str) -> None:
    text = answer(CHAIN, form, chosen)
    if form == "csv":
        assert text.splitlines()[:1] == ["a,b"]
        return
    formats = {"json": QueryResultsFormat.JSON, "xml": QueryResultsFormat.XML, "tsv": QueryResultsFormat.TSV}
    assert len(list(parse_query_results(text, formats[form]))) == 2  # type: ignore[arg-type]


@pytest.mark.parametrize("form", GRAPHS)
def test_each_format_of_graphs_can_be_read_back(chosen: Settings, form: str) -> None:
    text = answer("CONSTRUCT { ?a ev:parent ?b } WHERE { ?a ev:parent ?b }", form, chosen)
    formats = {"turtle": RdfFormat.TURTLE, "ntriples": RdfFormat.N_TRIPLES, "rdfxml": RdfFormat.RDF_XML}
    assert len(list(parse(text, formats.get(form, RdfFormat.JSON_LD)))) == 60


@pytest.mark.parametrize(("form", "said"), [("table", "true\n"), ("csv", "true\n"), ("tsv", "true\n")])
def test_a_truth_is_one_word(chosen: Settings, form: str, said: str) -> None:
    assert answer("ASK {}", form, chosen) == said


def test_a_description_needs_no_braces(chosen: Settings) -> None:
    assert "id:thing-1" in answer("DESCRIBE id:thing-1", "table", chosen)


def test_a_query_chooses_its_own_dataset(chosen: Settings) -> None:
    found = json.loads(answer("SELECT (COUNT(*) AS ?n) FROM graph:facts { ?s ?p ?o }", "json", chosen))
    assert found["results"]["bindings"][0]["n"]["value"] == "60"
    found = answer(
        "SELECT ?g ?n { GRAPH ?g { SELECT (COUNT(*) AS ?n) { ?s ev:parent ?o } GROUP BY ?z } }", "csv", chosen
    )
    assert found.splitlines()[1] == f"{NAMES.graph('facts')},60"


def test_a_file_may_have_a_name_with_blanks_and_a_mark(chosen: Settings, tmp_path: Path) -> None:
    path = tmp_path / "my query.rq"
    path.write_text("\ufeff" + CHAIN, encoding="utf-8")
    assert answer(str(path), "table", chosen) == answer(CHAIN, "table", chosen)


@pytest.mark.parametrize(
    ("query", "form", "words"),
    [
        ("05-money", "table", ["05-money", "`05-money-pledged`"]),
        ("nothing-of-the-kind", "table", ["nothing-of-the-kind", "stored question", "ontology/questions/"]),
        (CHAIN, "turtle", ["a table", "csv"]),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "csv", ["a graph", "turtle"]),
        ("SELECT ?x {\n ?x evv:a ?y }", "table", ["Line 2, column 5", "`ev:`", "In: ?x evv:a ?y }"]),
        ("INSERT DATA { <a:a> <a:b> 1 }", "table", ["update"]),
        ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", "table", ["EVPLANS_SERVICE_ALLOW"]),
    ],
)
def test_what_cannot_be_answered_is_one_line_that_says_why(
    chosen: Settings, query: str, form: str, words: list[str]
) -> None:
    with pytest.raises(QueryError) as caught:
        answer(query, form, chosen)
    assert "\n" not in str(caught.value)
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_a_file_that_is_no_text_is_named(chosen: Settings, tmp_path: Path) -> None:
    path = tmp_path / "odd.rq"
    path.write_bytes(b"SELECT \xff")
    with pytest.raises(QueryError, match=r"odd\.rq: not UTF-8 at byte 7"):
        answer(str(path), "table", chosen)


def test_the_command_offers_each_format_and_bears_a_reader_that_leaves(chosen: Settings) -> None:
    assert set(QUERY_FORMATS) == {"table", *TABLES, *GRAPHS}
    command = f"{sys.executable} -m service.cli query 'SELECT ?s ?z {{ ?s ?p ?o . ?x ?y ?z }}' --format csv | head -1"
    environment = {**os.environ, "EVPLANS_DATA": str(chosen.data)}
    done = subprocess.run(
        ["bash", "-c", command], cwd=HOUSE, env=environment, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("s,z\n", "")
