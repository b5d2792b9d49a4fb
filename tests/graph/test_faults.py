"""What a build may meet: it is killed, the disk is full or cannot be written, the clock goes back, a file rots.

Afterwards the last good build is there, nothing piles up, and the next build succeeds. `make faults` kills more often.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from graph.digests import build_id
from graph.namespaces import Namespace
from graph.publish import PublishError, current_build, drafted, exclusive, graph_digests, publish, read_manifest
from graph.soundness import damage
from graph.store.delivery import deliver
from graph.store.embedded import open_store
from graph.store.remote import Address, Remote
from tests.graph.servers import server
from tests.graph.test_publish import GRAPH, labels, published, quads

KILLS = int(os.environ.get("EVPLANS_TEST_KILLS", "10"))
PROCESSES = multiprocessing.get_context("forkserver")  # forked from one that has opened no store
PROCESSES.set_forkserver_preload(["tests.graph.test_publish"])
LONGEST = 0.6  # seconds that a process lives


def change(data: Path, *names: str) -> Path:
    """Publish a build that begins as the last one."""
    with exclusive(data):
        origin = current_build(data)
        assert origin is not None
        with drafted(data, Namespace(), origin) as draft:
            draft.change(GRAPH, removed=draft.quads(GRAPH), added=quads(*names))
            draft.write_dumps()
            graphs = {name: {"quads": size.quads, "digest": size.text} for name, size in draft.graphs.items()}
            manifest = {"build": build_id(draft.graphs), "base": Namespace().base, "graphs": graphs}
            return publish(data, draft, "", manifest)


def in_a_process(work: Callable[..., object], *arguments: object, lives: float | None = None) -> int:
    """Do work in a process of its own, killed some seconds after it began; its exit status."""
    ours, theirs = PROCESSES.Pipe(duplex=False)
    child = PROCESSES.Process(target=_work, args=(theirs, work, arguments))
    child.start()
    assert ours.recv() == "begun"
    if lives is not None:
        time.sleep(lives)
        child.kill()
    child.join(60)
    assert child.exitcode is not None
    return child.exitcode


def _work(told: Connection, work: Callable[..., object], arguments: tuple[object, ...]) -> None:
    told.send("begun")
    try:
        work(*arguments)
    except PublishError:
        sys.exit(2)


def go_on(data: Path) -> None:
    """Publish one build after another."""
    for n in range(2, 10_000):
        change(data, *(f"n-{k}" for k in range(n)))


def limited(data: Path) -> None:
    """Publish where no file may grow large."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))
    grow(data)


def grow(data: Path) -> None:
    """Publish a build that takes some room."""
    change(data, *(f"n-{k}" for k in range(3000)))


def hold(data: Path, seconds: float) -> None:
    """Hold the lock of builds."""
    with exclusive(data):
        (data / "held").touch()
        time.sleep(seconds)


def bring(address: Address, home: Path) -> None:
    """Deliver a build to a server."""
    deliver(Remote(address), Namespace(), graph_digests(read_manifest(home)), open_store(home / "store"))


def bring_on(address: Address, homes: list[Path]) -> None:
    """Deliver builds in turn, for ever."""
    while True:
        for home in homes:
            bring(address, home)


def sizes(data: Path) -> int:
    return len(list((data / "builds").iterdir()))


def test_a_build_that_is_killed_at_any_moment(tmp_path: Path) -> None:
    published(tmp_path, "n-1")
    for turn in range(KILLS):
        assert in_a_process(go_on, tmp_path, lives=random.uniform(0, LONGEST)) == -signal.SIGKILL
        home = current_build(tmp_path)
        assert home is not None
        assert damage(home) is None
        manifest = read_manifest(home)
        assert build_id(graph_digests(manifest)) == home.name
        assert len(labels(home)) == manifest["graphs"][GRAPH]["quads"]
        in_a_process(change, tmp_path, f"after-{turn}")
        home = current_build(tmp_path)
        assert home is not None
        assert labels(home) == {f"after-{turn}"}
        assert sizes(tmp_path) == 2
        assert not list((tmp_path / "builds").glob(".*"))


def test_a_delivery_that_is_killed_at_any_moment(tmp_path: Path) -> None:
    (tmp_path / "server").mkdir()
    with server("oxigraph", tmp_path / "server") as address:
        homes = [published(tmp_path / str(n), *(f"n-{k}" for k in range(40 * n + 1))) for n in range(2)]
        remote, query = Remote(address), f"SELECT ?s {{ GRAPH <{GRAPH}> {{ ?s ?p ?o }} }}"
        bring(address, homes[0])
        for turn in range(KILLS):
            lives = random.uniform(0, LONGEST / 2)
            assert in_a_process(bring_on, address, homes, lives=lives) == -signal.SIGKILL
            assert len(remote.select(query, {})) in {1, 41}
            bring(address, homes[turn % 2])
            assert len(remote.select(query, {})) == (1, 41)[turn % 2]


def test_a_file_may_not_grow_any_further(tmp_path: Path) -> None:
    home = published(tmp_path, "Nissan")

    assert in_a_process(limited, tmp_path) == 2
    check_and_go_on(tmp_path, home)


@contextlib.contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    """A file system in memory at a folder; skips where none may be mounted."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", folder], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no tmpfs can be mounted: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def test_the_disk_is_full(tmp_path: Path) -> None:
    data = tmp_path / "small"
    with mounted(data, "size=6m"):
        home = published(data, "Nissan")
        (data / "ballast").write_bytes(b"x" * (os.statvfs(data).f_bavail * os.statvfs(data).f_frsize - 300_000))
        assert in_a_process(grow, data) == 2
        (data / "ballast").unlink()
        check_and_go_on(data, home)


def test_the_disk_cannot_be_written(tmp_path: Path) -> None:
    data = tmp_path / "small"
    with mounted(data, "size=20m"):
        home = published(data, "Nissan")
        subprocess.run(["mount", "-o", "remount,ro", data], check=True)
        assert in_a_process(published, data, "Kia") == 2
        assert current_build(data) == home.resolve()
        assert damage(home) is None
        subprocess.run(["mount", "-o", "remount,rw", data], check=True)
        check_and_go_on(data, home)


def check_and_go_on(data: Path, home: Path) -> None:
    assert current_build(data) == home.resolve()
    assert damage(home) is None
    assert not list((data / "builds").glob(".*"))
    assert labels(published(data, "Kia")) == {"Kia"}


def test_the_clock_goes_back(tmp_path: Path) -> None:
    homes = [published(tmp_path, name) for name in ("Nissan", "Kia")]
    later = time.time() + 86400
    for home in homes:
        os.utime(home, (later, later))
    third = published(tmp_path, "BYD")
    assert current_build(tmp_path) == third.resolve()
    assert sizes(tmp_path) == 2


def test_the_second_build_says_for_whom_it_waits(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    child = PROCESSES.Process(target=hold, args=(tmp_path, 0.5))
    child.start()
    while not (tmp_path / "held").exists():
        time.sleep(0.01)
    published(tmp_path, "Nissan")
    child.join()
    assert f"waiting for another build (process {child.pid})" in caplog.text


@pytest.mark.parametrize("part", ["store/*.sst", "dumps/*.gz", "manifest.json", "store/CURRENT", "store/MANIFEST-*"])
def test_a_file_that_rots_is_seen_and_the_build_remade(tmp_path: Path, part: str) -> None:
    home = published(tmp_path, "Nissan", "Kia")
    assert damage(home) is None
    spoil(next(home.glob(part)))
    assert damage(home) is not None
    again = published(tmp_path, "Nissan", "Kia")
    assert again == home
    assert damage(again) is None
    assert labels(again) == {"Nissan", "Kia"}
    assert not list((tmp_path / "builds").glob(".*"))


def spoil(path: Path) -> None:
    """Turn some bytes in the middle of a file."""
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 8] = bytes(255 - byte for byte in content[middle : middle + 8])
    path.write_bytes(content)
