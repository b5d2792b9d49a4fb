"""The command line as its users call it: answers, one clear line for what is wrong, and the right exit code."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from graph.claims import claim_from
from graph.paths import HOUSE

TEXT = "Nissan will launch 15 electric models by 2030.\n"


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "service.cli", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(HOUSE), **environment},
    )


def refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """It failed with one line on standard error that holds these words."""
    assert done.returncode == 1, done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert all(word in lines[0] for word in words), lines[0]


def test_extract_prints_claims_whose_quotes_are_the_text_at_their_offsets(tmp_path: Path) -> None:
    (tmp_path / "news.txt").write_text(TEXT, encoding="utf-8")
    done = run("extract", "news.txt", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    claims = [claim_from(json.loads(line)) for line in done.stdout.splitlines()]
    assert ("Nissan", "modelCount", 15, "2030") in {(c.subject, c.property, c.value, c.end) for c in claims}
    assert all(TEXT[c.start_char : c.end_char] == c.quote for c in claims)


def test_extract_goes_on_after_a_document_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_bytes(b"\x00\x01\x02")
    (tmp_path / "good.txt").write_text(TEXT, encoding="utf-8")
    done = run("extract", "bad.txt", "good.txt", cwd=tmp_path)
    refused(done, "bad.txt")
    assert '"document": "good"' in done.stdout


def test_explain_names_the_rule(tmp_path: Path) -> None:
    (tmp_path / "news.txt").write_text(TEXT, encoding="utf-8")
    done = run("extract", "--explain", "news.txt", cwd=tmp_path)
    assert "Nissan | modelCount | 15" in done.stdout
    assert "rule count.models" in done.stdout


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    refused(run("extract", "none.md", cwd=tmp_path), "none.md")


def test_a_query_without_a_dataset_says_what_to_do(tmp_path: Path) -> None:
    refused(run("query", "ASK {}", cwd=tmp_path), "evplans build")


def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    refused(run("serve", cwd=tmp_path, EVPLANS_PORT="many"), "EVPLANS_PORT", "many")


def test_an_occupied_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused(run("serve", cwd=tmp_path, EVPLANS_PORT=port), port, "EVPLANS_PORT")


@pytest.fixture
def built() -> Path:
    if not (HOUSE / "data" / "current").exists():
        pytest.skip("no dataset is built: run `make build`")
    return HOUSE


def test_a_query_is_answered_in_each_format(built: Path) -> None:
    query = "SELECT ?plan WHERE { id:nissan ev:hasPlan ?plan } ORDER BY ?plan"
    assert "Nissan Ambition 2030" in run("query", query, cwd=built).stdout
    found = json.loads(run("query", "--format", "json", query, cwd=built).stdout)
    assert found["head"]["vars"] == ["plan"]
    assert run("query", "--format", "csv", query, cwd=built).stdout.splitlines()[0] == "plan"
    graph = run("query", "--format", "turtle", "CONSTRUCT WHERE { id:nissan a ?kind }", cwd=built)
    assert "id:nissan a ev:" in graph.stdout


def test_a_stored_question_is_answered_by_its_name(built: Path) -> None:
    assert "Nissan" in run("query", "19-revised-targets", cwd=built).stdout


def test_a_malformed_query_is_one_line(built: Path) -> None:
    refused(run("query", "SELECT ?x WHERE { ?x ", cwd=built), "Line 1, column 17", "not closed")


def test_an_unknown_question_is_named(built: Path) -> None:
    refused(run("query", "no-such-question", cwd=built), "no-such-question", "stored question")


def test_rdf_files_are_validated_in_the_light_of_the_house(built: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.ttl"
    bad.write_text(
        "@prefix ev: <https://w3id.org/evplans/ontology#> . <https://w3id.org/evplans/id/x> a ev:Brand .",
        encoding="utf-8",
    )
    done = run("validate", str(bad), cwd=built)
    assert done.returncode == 1
    assert "name" in done.stdout
