"""Tables on the terminal: whatever their encoding and separator, they come back whole with our IRIs."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, QuerySolutions, Store

from graph.linking.tables import matched, read_table, written
from graph.linking.things import Things
from graph.namespaces import DCT, DEFAULT_BASE
from graph.paths import HOUSE
from graph.store.embedded import open_store
from service.cli import main
from service.settings import Settings

pytest_plugins = ("tests.service.small", "tests.service.linked")

ID = DEFAULT_BASE + "id/"
LINKING = HOUSE / "graph" / "linking"
ROWS = [
    ["maker", "note"],
    ["Nissan", "a, b"],
    ["Citroën", 'say "x"'],
    ["Renault S.A.", ""],
    ["zqxjv", "?"],
    ["", "none"],
]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "t.csv"


def write(path: Path, rows: list[list[str]], encoding: str, separator: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    path.write_bytes(out.getvalue().encode(encoding))


def run(small: Settings, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Result:
    monkeypatch.setenv("EVPLANS_DATA", str(small.data))
    return CliRunner().invoke(main, ["match", *arguments])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_names_find_their_entities(
    small_dataset: Settings, monkeypatch: pytest.MonkeyPatch, table: Path, encoding: str, separator: str
) -> None:
    write(table, ROWS, encoding, separator)
    result = run(small_dataset, monkeypatch, str(table), "--column", "maker", "--type", "brand")
    assert result.exit_code == 0, result.output
    head, *rows = csv.reader(io.StringIO(result.stdout))
    assert head == ["maker", "note", "maker_iri", "maker_label", "maker_score", "maker_match"]
    assert [row[:2] for row in rows] == ROWS[1:], "the table's own cells are as they were"
    assert [row[2] for row in rows] == [ID + "nissan", ID + "citroen", ID + "renault", "", ""]
    assert [row[5] for row in rows] == ["yes", "yes", "yes", "no", "no"]
    assert "5 rows" in result.stderr


def test_a_file_is_written_whole(small_dataset: Settings, monkeypatch: pytest.MonkeyPatch, table: Path) -> None:
    write(table, ROWS, "utf-8", ",")
    out = table.with_name("out.csv")
    assert run(small_dataset, monkeypatch, str(table), "--column", "maker", "--out", str(out)).stdout == ""
    assert len(out.read_text(encoding="utf-8").splitlines()) == len(ROWS)
    assert sorted(path.name for path in table.parent.iterdir() if path.suffix != ".csv") in ([], ["data"])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"maker,cars\nNissan,1,2\n", "row 2 has 3 cells, the header 2"),
        (b"brand;cars\nNissan;1\n", "there is no column 'maker'; the table has brand, cars"),
        (b'maker\n"Nissan\n', "not a table that can be read"),
        (bytes(range(256)) * 9, ""),
    ],
)
def test_bad_tables_get_one_line(
    small_dataset: Settings, monkeypatch: pytest.MonkeyPatch, table: Path, content: bytes, said: str
) -> None:
    table.write_bytes(content)
    result = run(small_dataset, monkeypatch, str(table), "--column", "maker")
    assert result.exit_code == 1
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert not result.stdout


def test_a_missing_file_and_an_unknown_type(
    small_dataset: Settings, monkeypatch: pytest.MonkeyPatch, table: Path
) -> None:
    assert "No such file" in run(small_dataset, monkeypatch, str(table), "--column", "x").stderr
    table.write_text("maker\nNissan\n")
    assert "no such kind" in run(small_dataset, monkeypatch, str(table), "--column", "maker", "--type", "x").stderr


CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=6))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_cells_come_back_as_they_were(register_things: Things, tmp_path: Path, rows: list[list[str]]) -> None:
    path = tmp_path / "any.csv"
    write(path, [["name", "more"], *rows], "utf-8", ",")
    table = read_table(path)
    found = csv.reader(io.StringIO(written(table, "name", matched(table, "name", register_things), ID)))
    assert [row[:2] for row in list(found)[1:]] == rows


def test_the_example_is_matched_and_joined_with_claims(
    small_dataset: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    example, out = LINKING / "example", tmp_path / "matched.ttl"
    result = run(
        small_dataset, monkeypatch, str(example / "ev-models.csv"),
        "--column", "Vehicle", "--type", "vehicle model", "--out", str(out),
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    joined = Store()
    joined.bulk_extend(open_store(small_dataset.data / "current" / "store"))
    joined.load(path=out, to_graph=NamedNode("urn:table:ev-models"))
    rows = joined.query((example / "joined.rq").read_text(encoding="utf-8"), use_default_graph_as_union=True)
    assert isinstance(rows, QuerySolutions)
    found = [(row["model"].value, row["battery"].value, row["charging"].value) for row in rows]
    assert ("Nissan Leaf", "40", "50") in found
    assert ("Nissan Ariya", "91", "130") in found
    matched_rows = joined.quads_for_pattern(None, NamedNode(DCT + "subject"), None, None)
    assert len(list(matched_rows)) >= 25
    assert "Mostro Elettrico" in out.read_text(encoding="utf-8")
