"""Builds that are published, and workers that are killed, while clients ask: no answer is wrong or mixes two builds."""

from __future__ import annotations

import os
import random
import shutil
import signal
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from graph.namespaces import SKOS
from graph.publish import current_build
from tests.service.published import FACTS, REGISTER, make_build
from tests.service.test_kills import descendants
from tests.service.test_server import running

BUILDS = int(os.environ.get("EVPLANS_TEST_BUILDS", "4"))
KILLS = int(os.environ.get("EVPLANS_TEST_KILLS", "10"))
CLIENTS = 16
THINGS = 40
QUERY = "SELECT DISTINCT ?l {{ ?s skos:prefLabel ?l }} # {}"


BOTH = pytest.mark.parametrize("large", [False, True], ids=["memory", "disk"])


def build(data: Path, name: str, large: bool) -> None:
    """Publish a build whose every thing, in either graph, has the build's name for its label; keep only the last."""
    last = current_build(data)
    make_build(data, name, [
        Quad(NamedNode(f"{graph}/{n}"), NamedNode(SKOS + "prefLabel"), Literal(name), NamedNode(graph))
        for graph in (FACTS, REGISTER)
        for n in range(THINGS)
    ], large)  # fmt: skip
    for old in (data / "builds").iterdir():
        if old.name != name and (last is None or old.name != last.name):
            shutil.rmtree(old)


class Client(threading.Thread):
    """Asks again and again: for every answer its status, the build that it names, and what it says."""

    def __init__(self, address: str, number: int) -> None:
        super().__init__()
        self.address, self.number = address, number
        self.done = threading.Event()
        self.seen: Counter[tuple[int, str, str]] = Counter()

    def run(self) -> None:
        asked = 0
        while not self.done.is_set():
            asked += 1
            kept = self.number % 2  # half of them ask what was asked before
            query = QUERY.format("" if kept else f"{self.number} {asked}")
            address = f"{self.address}/sparql?{urllib.parse.urlencode({'query': query})}"
            try:
                with urllib.request.urlopen(
                    urllib.request.Request(address, headers={"Accept": "text/csv"}), timeout=20
                ) as answer:
                    self.seen[
                        answer.status, answer.headers["X-Dataset-Build"], " ".join(answer.read().decode().split()[1:])
                    ] += 1
            except urllib.error.HTTPError as error:
                self.seen[error.code, "", ""] += 1
                error.close()


@BOTH
def test_builds_are_swapped_under_load(tmp_path: Path, large: bool) -> None:
    names = [f"build-{n}" for n in range(BUILDS + 1)]
    build(tmp_path, names[0], large)
    with running(tmp_path) as (address, _):
        clients = [Client(address, number) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        for name in names[1:]:
            build(tmp_path, name, large)
            wait_for(address, name)
        for client in clients:
            client.done.set()
        for client in clients:
            client.join()
    seen = sum((client.seen for client in clients), Counter())
    assert {status for status, _, _ in seen} == {200}
    assert all(named == said for _, named, said in seen)
    assert {named for _, named, _ in seen} >= {names[0], names[-1]}


@BOTH
def test_workers_are_killed_under_load(tmp_path: Path, large: bool) -> None:
    build(tmp_path, "one", large)
    with running(tmp_path) as (address, process):
        wait_for(address, "one")
        clients = [Client(address, 2 * number) for number in range(4)]
        for client in clients:
            client.start()
        for _ in range(KILLS):
            time.sleep(random.uniform(0, 0.1))
            own = [pid for pid in descendants(process.pid) if b"service.sparql.loader" in command(pid)]
            if own:
                with suppress(ProcessLookupError):
                    os.kill(random.choice(own), signal.SIGKILL)
        for client in clients:
            client.done.set()
        for client in clients:
            client.join()
        wait_for(address, "one")
    seen = sum((client.seen for client in clients), Counter())
    assert set(seen) <= {(200, "one", "one"), (503, "", "")}
    assert seen[200, "one", "one"] > seen[503, "", ""]


def command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def wait_for(address: str, name: str) -> None:
    """Until answers are of this build."""
    for _ in range(600):
        with suppress(OSError), urllib.request.urlopen(f"{address}/sparql?query=ASK%7B%7D", timeout=20) as answer:
            if answer.headers["X-Dataset-Build"] == name:
                return
        time.sleep(0.05)
    raise AssertionError(f"{name} is not served")
