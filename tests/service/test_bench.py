"""The benchmark measures what it says: equal answers, different queries, and nothing left behind."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store

from graph.paths import HOUSE
from graph.publish import current_build, read_manifest
from service.bench import running, synthetic, table
from service.bench.synthetic import Dataset
from service.bench.workloads import HERE, Draw, Template, workloads

QUADS = 20_000
TINY = ("--quads", "2000", "--seconds", "0.2")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return synthetic.make(tmp_path_factory.mktemp("bench"), QUADS)


@pytest.fixture(scope="module")
def store(dataset: Dataset) -> Store:
    loaded = Store()
    loaded.bulk_load(path=str(dataset.file), format=RdfFormat.N_QUADS)
    return loaded


def bench(*arguments: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "service.cli", "bench", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=HOUSE,
        env={**os.environ, "TMPDIR": str(folder)},
    )


def test_one_table_and_the_rows_as_json(tmp_path: Path) -> None:
    chosen = [word for name in ("lookup", "http", "counts", "load") for word in ("--only", name)]
    kept = tmp_path / "rows.json"
    running = bench(*TINY, *chosen, "--json", str(kept), folder=tmp_path)
    printed, said = running.communicate(timeout=200)
    assert running.returncode == 0, said
    assert "light lookup, every query different" in printed
    told = json.loads(kept.read_text(encoding="utf-8"))
    rows = {row["name"]: row for row in told["rows"]}
    assert list(rows) == ["lookup", "http", "counts", "load"]
    assert rows["lookup"]["evplans"]["failures"] == 0
    assert rows["lookup"]["evplans"]["rate"] > 0
    assert rows["http"]["evplans"]["engine"] > 0
    assert set(rows["lookup"]["reached"]) == {"rate", "p99"}
    assert told["machine"]["cores"] == str(os.cpu_count())
    assert not list(tmp_path.glob("evplans-bench-*"))
    both = bench("--compare", str(kept), str(kept), folder=tmp_path).communicate(timeout=60)[0]
    assert len(both.splitlines()) == 2 + len(rows)
    assert "1.00" in both


def test_a_benchmark_that_is_stopped_leaves_nothing_behind(tmp_path: Path) -> None:
    running = bench(*TINY, folder=tmp_path)
    assert running.stderr is not None
    said = ""
    while "light lookup" not in said:
        said = running.stderr.readline()
    servers = _descendants(running.pid)
    assert servers
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=60)
    assert running.returncode
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in servers) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not [pid for pid in servers if Path(f"/proc/{pid}").exists()]
    assert not list(tmp_path.glob("evplans-bench-*"))


def _descendants(pid: int) -> list[int]:
    from service.bench.servers import tree

    return tree(pid)[1:]


def test_an_unknown_workload_is_named(tmp_path: Path) -> None:
    _, said = bench("--only", "none", folder=tmp_path).communicate(timeout=60)
    assert "none: no such workload" in said


def test_the_same_size_and_seed_give_the_same_dataset(dataset: Dataset, tmp_path: Path) -> None:
    again = synthetic.make(tmp_path, QUADS)
    assert again.file.read_bytes() == dataset.file.read_bytes()
    assert again.build.name == dataset.build.name


def test_the_dataset_is_a_build_that_keeps_the_rules(dataset: Dataset, store: Store) -> None:
    home = current_build(dataset.data)
    assert home is not None
    manifest = read_manifest(home)
    assert len(store) == dataset.quads == manifest["counts"]["quads"]
    assert len({(q.subject, q.predicate, q.object) for q in store}) == len(store), "a triple stands in one graph only"
    for document, number in ((0, 0), (dataset.documents - 1, synthetic.CLAIMS_EACH - 1)):
        assert store.query(f"ASK {{ GRAPH ?g {{ <{dataset.shape.claim(document, number)}> ?p ?o }} }}")


@pytest.mark.parametrize("name", sorted(path.stem for path in (HERE / "queries").glob("*.rq")))
def test_every_query_is_one_and_is_used(name: str, dataset: Dataset) -> None:
    Store().query(Template(name, dataset).fill(1), use_default_graph_as_union=True)
    assert any(name in (*workload.queries, *workload.hostile) for workload in workloads())


def test_queries_of_the_mix_have_answers(dataset: Dataset, store: Store) -> None:
    """A benchmark of empty answers would measure little; a tiny dataset has some for most kinds."""
    mix = next(workload for workload in workloads() if workload.name == "mix")
    answered = set()
    for name in mix.queries:
        template = Template(name, dataset)
        for number in range(200):
            found = store.query(template.fill(number), use_default_graph_as_union=True)
            if bool(found) if name == "any-plan" else next(iter(found), None) is not None:  # type: ignore[call-overload]
                answered.add(name)
                break
    assert answered == set(mix.queries)


@pytest.mark.parametrize("name", ["lookup", "mix"])
def test_different_queries_are_different_over_clients_and_runs(name: str, dataset: Dataset) -> None:
    workload = next(w for w in workloads() if w.name == name)
    seen = [
        query
        for run in (3, 4)
        for client in range(16)
        for query in islice(Draw(workload, dataset, run).queries(client), 500)
    ]
    assert len(set(seen)) == len(seen)


def test_runs_begin_with_different_makers(dataset: Dataset) -> None:
    """Else what is asked most by Zipf's law would be about the same maker in every run."""
    workload = next(w for w in workloads() if w.name == "medium")
    first = [next(Draw(workload, dataset, run).texts()) for run in range(40)]
    assert len({re.search(r"maker-\d+", text)[0] for text in first}) > 3  # type: ignore[index]


def test_zipf_repeats_the_first_most(dataset: Dataset) -> None:
    workload = next(w for w in workloads() if w.draw == "zipf")
    seen = list(islice(Draw(workload, dataset, 1).queries(0), 5000))
    counts = sorted((seen.count(query) for query in set(seen)), reverse=True)
    assert 400 < len(counts) <= 1000
    assert 500 < counts[0] < 850, "about one in 7.5"


def test_answers_are_compared_without_order_and_by_value() -> None:
    def rows(*values: str, datatype: str = "integer") -> bytes:
        found = [
            {"n": {"type": "literal", "value": v, "datatype": f"http://www.w3.org/2001/XMLSchema#{datatype}"}}
            for v in values
        ]
        return json.dumps({"results": {"bindings": found}}).encode()

    assert running.canonical(rows("1", "2")) == running.canonical(rows("2.0", "1.0", datatype="decimal"))
    assert running.canonical(rows("1", "2")) != running.canonical(rows("1", "2", "2"))
    assert running.canonical(b"<a> <b> <c> .\n<d> <e> <f> .\n") == running.canonical(b"<d> <e> <f> .\n<a> <b> <c> .\n")


def test_rows_are_judged_by_what_is_aimed_at() -> None:
    row = {"name": "lookup", "title": "", "clients": 16, "peer": "oxigraph"}
    quick, slow = {"rate": 900.0, "p99": 30.0}, {"rate": 1000.0, "p99": 10.0}
    good, bad, alone = row | {"evplans": quick, "oxigraph": slow}, row | {"evplans": slow}, row | {"evplans": quick}
    bad["oxigraph"] = {"rate": 9000.0, "p99": 10.0}
    table.judge([good, bad, alone])
    assert [r["met"] for r in (good, bad, alone)] == [True, False, None]
