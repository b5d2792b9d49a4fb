"""The servers that are compared: ours, and `oxigraph serve` over the same quads."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from service.bench.client import Connection
from service.bench.synthetic import Dataset

START = 300.0  # seconds that a server may take to answer its first query
STOP = 10.0  # seconds that it may take to end
_TICKS = os.sysconf("SC_CLK_TCK")
_FIRST_QUERY = "ASK%7B%7D"


class BenchError(RuntimeError):
    """A benchmark that cannot be run; the message says why."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server under test: where it answers queries, and the process that it began as."""

    name: str
    port: int
    path: str
    pid: int

    def cpu(self) -> float:
        """CPU seconds that its processes have used so far, those that have ended and been waited for included."""
        return sum(_cpu(pid) for pid in tree(self.pid))


@contextmanager
def ours(dataset: Dataset) -> Iterator[Server]:
    """`evplans serve` over the dataset, with settings at their defaults."""
    port = _free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EVPLANS_")}
    settings = {"EVPLANS_DATA": str(dataset.data), "EVPLANS_PORT": str(port)}
    command = [sys.executable, "-m", "service.cli", "serve"]
    with _running(command, kept | settings) as process:
        yield _answering(Server("evplans", port, "/sparql", process.pid), process)


@contextmanager
def oxigraph(dataset: Dataset) -> Iterator[Server]:
    """`oxigraph serve` over a compacted store of the dataset's quads."""
    port, store = _free_port(), dataset.data / "oxigraph"
    if not store.exists():
        oxigraph_load(dataset.file, store)
    command = [oxigraph_binary(), "serve", "--location", str(store), "--bind", f"127.0.0.1:{port}"]
    with _running([*command, "--union-default-graph"], dict(os.environ)) as process:
        yield _answering(Server("oxigraph", port, "/query", process.pid), process)


def oxigraph_binary() -> str:
    """The peer's command, from this environment or the path. Raises BenchError where it is not installed."""
    beside = Path(sys.executable).with_name("oxigraph")
    found = str(beside) if beside.is_file() else shutil.which("oxigraph")
    if found is None:
        raise BenchError("the peer is missing: `pip install oxigraph`")
    return found


def oxigraph_load(file: Path, store: Path) -> None:
    """Load a file into a new store with the peer's own command and compact it."""
    for action in (["load", "--location", str(store), "--file", str(file)], ["optimize", "--location", str(store)]):
        done = subprocess.run([oxigraph_binary(), *action], capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            raise BenchError(f"oxigraph {action[0]}: {done.stderr.strip().splitlines()[-1:]}")


def tree(pid: int) -> list[int]:
    """A process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(path.parent.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / _TICKS


@contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(  # noqa: S603 our own command
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    started = tree(process.pid)
    process.terminate()
    try:
        process.wait(STOP)
    except subprocess.TimeoutExpired:
        for pid in started:
            os.kill(pid, signal.SIGKILL)
        process.wait()


def _answering(server: Server, process: subprocess.Popen[bytes]) -> Server:
    """The server once it answers. Raises BenchError when it ends before, or takes too long."""
    connection, deadline = Connection(server.port, server.path), time.monotonic() + START
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise BenchError(f"{server.name} ended with status {process.returncode} before it answered")
        status, _ = connection.ask(connection.request(_FIRST_QUERY))
        if status == 200:
            connection.close()
            return server
        time.sleep(0.05)
    raise BenchError(f"{server.name} did not answer within {START:g} seconds")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
