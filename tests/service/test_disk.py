"""A build that is too large for memory is read from the disk, by workers that can be stopped like all others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from service.sparql import loader
from service.sparql.protocol import Query
from service.sparql.workers import Failed, Pool, Stopped
from tests.service.published import FACTS, NAMES, THINGS, make_build, quads


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    data = tmp_path_factory.mktemp("data")
    make_build(data, "large", quads(), large=True)
    home = data / "builds" / "large"
    for dump in (home / "dumps").iterdir():
        dump.unlink()  # what is answered comes from the disk store
    pool = Pool(home, size=2)
    yield pool
    pool.close()


def run(pool: Pool, text: str, seconds: float = 5.0) -> bytes:
    return b"".join(pool.run(Query(text, None, None, seconds).job(NAMES.base, "csv", "nt", False)).pieces)


def count(pool: Pool) -> int:
    return int(run(pool, "SELECT (COUNT(*) AS ?n) { ?s ev:parent ?o }").split()[1])


def test_it_answers(pool: Pool) -> None:
    assert count(pool) == THINGS
    assert run(pool, f"SELECT ?o {{ <{NAMES.entity('thing-3')}> ev:parent+ ?o }}").count(b"\n") == THINGS - 2


def test_a_long_query_is_stopped_and_the_next_is_answered(pool: Pool) -> None:
    with pytest.raises(Stopped, match="timeout"):
        run(pool, "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }", 0.5)
    assert count(pool) == THINGS


def test_it_can_open_no_socket(pool: Pool) -> None:
    with pytest.raises(Failed, match="Operation not permitted"):
        run(pool, "SELECT * { SERVICE <http://127.0.0.1:8999/> { ?s ?p ?o } }")


def test_a_store_of_many_files_is_read(tmp_path: Path) -> None:
    make_build(tmp_path, "large", quads(), large=True)
    home = tmp_path / "builds" / "large"
    store = Store(str(home / "store"))
    for n in range(30):
        store.bulk_extend([Quad(NamedNode(f"http://x/{n}"), NamedNode("http://p"), Literal(n), NamedNode(FACTS))])
    store.flush()
    del store
    assert len(list((home / "store").glob("*.sst"))) > 40
    pool = Pool(home, size=2)
    assert int(run(pool, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").split()[1]) == 2 * THINGS + 30
    pool.close()


def test_a_small_build_is_held_in_memory(tmp_path: Path) -> None:
    make_build(tmp_path, "small", quads())
    assert loader.fits(tmp_path / "builds" / "small")
