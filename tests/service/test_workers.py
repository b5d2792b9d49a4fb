"""Queries that would bring a server down are stopped, and the next one is answered."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from graph.namespaces import DEFAULT_BASE
from service.sparql import workers
from service.sparql.protocol import Query
from service.sparql.workers import Failed, Pool, Stopped
from tests.service.published import THINGS, make_build, quads

CROSS = "{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
PATH = "(ev:parent|^ev:parent)*"
HOSTILE = [
    f"SELECT (COUNT(*) AS ?n) {CROSS}",
    f"ASK {CROSS[:-1]} FILTER(REGEX(CONCAT(STR(?a), STR(?e), STR(?i), STR(?l)), '^(x+x+)+y')) }}",
    f"SELECT (COUNT(*) AS ?n) {{ ?a {PATH} ?b . ?c {PATH} ?d . ?e {PATH} ?f . ?g {PATH} ?h }}",
]


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    data = tmp_path_factory.mktemp("data")
    make_build(data, "only", quads())
    pool = Pool(data / "builds" / "only", size=3, queue=2)
    yield pool
    pool.close()


def job(text: str, seconds: float = 5.0, network: bool = False) -> dict[str, Any]:
    return Query(text, None, None, seconds).job(DEFAULT_BASE, "csv", "nt", network)


def run(pool: Pool, text: str, **options: Any) -> bytes:
    answer = pool.run(job(text, **options))
    return b"".join(answer.pieces)


def light(pool: Pool) -> None:
    assert run(pool, "SELECT (COUNT(*) AS ?n) { ?s ev:parent ?o }").split() == [b"n", str(THINGS).encode()]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_long_query_is_stopped_at_its_deadline(pool: Pool, text: str) -> None:
    begun = time.monotonic()
    with pytest.raises(Stopped, match="timeout"):
        run(pool, text, seconds=0.6)
    assert 0.5 < time.monotonic() - begun < 1.1
    light(pool)


def test_a_long_answer_is_stopped_too(pool: Pool) -> None:
    with pytest.raises(Stopped, match="timeout"):
        run(pool, f"SELECT * {CROSS}", seconds=0.6)
    light(pool)


def test_memory_is_capped(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Stopped, match="memory"):
        run(pool, f"SELECT * {CROSS} ORDER BY ?i", seconds=20)
    light(pool)


def test_others_are_served_meanwhile(pool: Pool) -> None:
    with ThreadPoolExecutor(2) as threads:
        hostile = [threads.submit(run, pool, HOSTILE[0], seconds=1.0) for _ in range(2)]
        time.sleep(0.1)
        begun = time.monotonic()
        for _ in range(20):
            light(pool)
        assert time.monotonic() - begun < 0.9
        assert all(isinstance(h.exception(), Stopped) for h in hostile)


def test_a_full_queue_refuses(pool: Pool) -> None:
    with ThreadPoolExecutor(8) as threads:
        outcomes = [threads.submit(run, pool, HOSTILE[0], seconds=0.6).exception for _ in range(8)]
        reasons = [getattr(outcome(), "reason", None) for outcome in outcomes]
    assert reasons.count("overload") >= 3
    light(pool)


def test_a_reader_that_leaves_frees_its_worker(pool: Pool) -> None:
    for _ in range(2 * pool.size):
        answer = pool.run(job(f"SELECT * {CROSS}"))
        next(answer.pieces)
        answer.close()
    light(pool)


def test_a_worker_that_was_killed_is_replaced(pool: Pool) -> None:
    light(pool)
    for worker in list(pool._idle):
        worker.sock.close()
    with pytest.raises(Stopped):
        for _ in range(pool.size):
            light(pool)
    light(pool)


def test_a_worker_can_open_no_socket_unless_it_may(pool: Pool) -> None:
    call = "SELECT * { SERVICE <http://127.0.0.1:8999/> { ?s ?p ?o } }"
    with pytest.raises(Failed, match="Too many open files"):
        run(pool, call)
    with pytest.raises(Failed) as told:
        run(pool, call, network=True)
    assert "open files" not in told.value.message


def test_errors_are_told(pool: Pool) -> None:
    with pytest.raises(Failed, match="error at 1:"):
        run(pool, "SELECT")
    for nested in ("(" * 50_000, "{" * 50_000):
        with pytest.raises((Failed, Stopped)):
            run(pool, f"SELECT * {{ FILTER {nested}", seconds=2)
    light(pool)


def test_a_build_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "dumps").mkdir()
    (tmp_path / "dumps" / "broken.nq.gz").write_bytes(b"no gzip")
    with pytest.raises(OSError, match="cannot be loaded"):
        Pool(tmp_path)


def test_there_are_more_workers_than_cores() -> None:
    assert workers.WORKERS > 2
