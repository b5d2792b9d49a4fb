"""Real SPARQL servers on loopback, each with a database of its own, for the tests of stores."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from graph.store.remote import Address, Remote, RemoteError

INI = Path(__file__).parents[2] / "service" / "bench" / "virtuoso.ini"
SERVERS = ("oxigraph", "virtuoso")
START = 60.0  # seconds


@contextmanager
def server(name: str, folder: Path) -> Iterator[Address]:
    """A server that is empty and answers; skips where it is not installed."""
    with {"oxigraph": _oxigraph, "virtuoso": _virtuoso}[name](folder) as address:
        yield address


@contextmanager
def _oxigraph(folder: Path) -> Iterator[Address]:
    command, port = _command("oxigraph", "PyPI package oxigraph"), _free_port()
    with _running(
        [command, "serve", "--location", str(folder / "db"), "--bind", f"127.0.0.1:{port}"], folder
    ) as process:
        base = f"http://127.0.0.1:{port}"
        yield _answering(Address(f"{base}/query", f"{base}/update", f"{base}/store"), process)


@contextmanager
def _virtuoso(folder: Path) -> Iterator[Address]:
    command, control, port = _command("virtuoso-t", "Debian package virtuoso-opensource"), _free_port(), _free_port()
    told = INI.read_text(encoding="utf-8").format(control=control, http=port, folder=folder)
    (folder / "virtuoso.ini").write_text(told, encoding="utf-8")
    with _running([command, "+foreground", "+configfile", "virtuoso.ini"], folder) as process:
        base = f"http://127.0.0.1:{port}"
        graphs = f"{base}/sparql-graph-crud-auth"
        yield _answering(Address(f"{base}/sparql", f"{base}/sparql-auth", graphs, "dba", "dba"), process)


def _command(name: str, source: str) -> str:
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.is_file() else shutil.which(name)
    if found is None:
        told = f"{name} is not installed ({source})"
        if os.environ.get("EVPLANS_TEST_ALL") == "1":
            pytest.fail(told)
        pytest.skip(told)
    return found


@contextmanager
def _running(command: list[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def _answering(address: Address, process: subprocess.Popen[bytes]) -> Address:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            Remote(address, 5).ask("ASK {}", {})
        except RemoteError:
            time.sleep(0.1)
            continue
        return address
    raise AssertionError(f"{address.query} does not answer")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
