"""SIGKILL of everything: what was acknowledged is there, and every change is there whole or not at all."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from pyoxigraph import Store

from service.sparql.overlay import Overlay, Owned, compacted
from service.sparql.userlog import Record, UserLog, read_records
from tests.service.published import make_build, quads
from tests.service.test_server import running

KILLS = int(os.environ.get("EVPLANS_TEST_KILLS", "0"))  # of a server, and of the writer's part of it alone
SERVERS, WRITERS = KILLS or 2, KILLS or 20
PARTS = 5  # triples of one change, of which all or none must be there
pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds a process's children in /proc")


def descendants(pid: int) -> list[int]:
    """A process and all that it has started, and they."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found


def kill_all(pid: int) -> None:
    """Stop first, so that nothing is started while the rest is killed."""
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for one in descendants(pid):
            try:
                os.kill(one, number)
            except ProcessLookupError:
                continue


class Writer(threading.Thread):
    """Sends one change after another, and notes which were acknowledged."""

    def __init__(self, address: str, name: str) -> None:
        super().__init__()
        self.address, self.word = address, name
        self.acknowledged = 0

    def run(self) -> None:
        while True:
            node = f"<http://x/{self.word}/{self.acknowledged + 1}>"
            triples = " . ".join(f"{node} <http://p> {part}" for part in range(PARTS))
            request = urllib.request.Request(
                self.address + "/update", f"INSERT DATA {{ {triples} }}".encode(),
                {"Content-Type": "application/sparql-update", "Authorization": "Bearer secret"},
            )  # fmt: skip
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    assert answer.status == 204
            except OSError:
                return
            self.acknowledged += 1


def counts(address: str) -> dict[str, int]:
    """How many triples each node has."""
    query = "SELECT ?s (COUNT(*) AS ?n) { ?s <http://p> ?o } GROUP BY ?s"
    request = urllib.request.Request(
        address + "/sparql", query.encode(), {"Content-Type": "application/sparql-query", "Accept": "text/csv"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        rows = answer.read().decode().split()[1:]
    return {node: int(number) for node, _, number in (row.partition(",") for row in rows)}


@pytest.mark.parametrize("home", ["memory", "disk"])
def test_a_server_that_is_killed_while_it_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str) -> None:
    monkeypatch.setenv("EVPLANS_TOKEN", "secret")
    make_build(tmp_path, "first", quads(), large=home == "disk")
    acknowledged: set[str] = set()
    revisions = [0]
    for turn in range(SERVERS + 1):
        with running(tmp_path) as (address, process):
            found = counts(address)
            assert set(found.values()) <= {PARTS}
            assert acknowledged <= set(found)
            with urllib.request.urlopen(address + "/sparql?query=ASK%20%7B%7D", timeout=5) as answer:
                revisions.append(int(answer.headers["X-Dataset-Build"].partition(".")[2] or 0))
            assert revisions[-1] >= len(acknowledged)
            if turn == SERVERS:
                break
            writers = [Writer(address, f"{turn}-{number}") for number in range(3)]
            for writer in writers:
                writer.start()
            while not any(writer.acknowledged for writer in writers) and any(w.is_alive() for w in writers):
                time.sleep(0.01)
            time.sleep(random.uniform(0, 0.5))
            kill_all(process.pid)
            for writer in writers:
                writer.join()
            acknowledged |= {f"http://x/{w.word}/{n}" for w in writers for n in range(1, w.acknowledged + 1)}
            assert acknowledged
    assert revisions == sorted(revisions)


def test_the_log_of_a_writer_that_is_killed_at_any_moment(tmp_path: Path) -> None:
    """The same at many more moments, with rewrites of the log among them: only the writer's part, in a process each."""
    done = 0
    for turn in range(WRITERS):
        ours, theirs = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                _write_on(tmp_path, done, theirs)
            finally:
                os._exit(1)
        os.close(theirs)
        assert os.read(ours, 1) == b"."
        time.sleep(turn / WRITERS / 20)
        os.kill(child, signal.SIGKILL)
        with os.fdopen(ours, "rb") as told:
            done += 1 + len(told.read())
        os.waitpid(child, 0)
        whole = Overlay(Store(), Owned())
        for record in read_records(tmp_path / "log"):
            whole.apply(record)
        assert whole.revision in {done, done + 1}
        assert len(whole.store) == PARTS * whole.revision
        done = whole.revision


def _write_on(folder: Path, done: int, told: int) -> None:
    log = UserLog(folder, compacted)
    for revision in range(done + 1, done + 100_000):
        parts = "".join(f'<http://x/{revision}> <http://p> "{part}" .\n' for part in range(PARTS))
        log.append(Record(add=parts, revision=revision))
        if revision % 5 == 0:
            log.compact()
        os.write(told, b".")


def test_a_second_server_over_the_same_data_reads_and_does_not_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVPLANS_TOKEN", "secret")
    make_build(tmp_path, "first", quads())
    with running(tmp_path) as (first, _), running(tmp_path) as (second, _):
        text = "INSERT DATA { <http://x> <http://p> 1 }"
        request = [
            urllib.request.Request(
                address + "/update", text.encode(),
                {"Content-Type": "application/sparql-update", "Authorization": "Bearer secret"},
            )
            for address in (first, second)
        ]  # fmt: skip
        urllib.request.urlopen(request[0], timeout=10).close()
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request[1], timeout=10)
        assert refused.value.code == 503
        assert b"another server writes there" in refused.value.read()
        assert counts(second) == {"http://x": 1}


def test_what_a_killed_server_leaves_ends_by_itself(tmp_path: Path) -> None:
    make_build(tmp_path, "first", quads())
    with running(tmp_path) as (address, process):
        assert counts(address) == {}
        left = descendants(process.pid)[1:]
        assert len(left) >= 3
        process.kill()
        process.wait()
        for _ in range(300):
            alive = [pid for pid in left if _alive(pid)]
            if not alive:
                break
            time.sleep(0.1)
        assert alive == []


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
