"""The servers that are compared: ours, and peers over the same quads."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from service.bench.client import Connection
from service.bench.synthetic import Dataset

START = 300.0  # seconds that a server may take to answer its first query
STOP = 10.0  # seconds that it may take to end
_INI = Path(__file__).with_name("virtuoso.ini")
_TICKS = os.sysconf("SC_CLK_TCK")
_FIRST_QUERY = "ASK%7B%7D"


class BenchError(RuntimeError):
    """A benchmark that cannot be run; the message says why."""


class Silent(BenchError):
    """A server that does not answer."""


class Missing(BenchError):
    """A peer that is not installed; the message says how to get it."""


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
def evplans(dataset: Dataset) -> Iterator[Server]:
    """`evplans serve` over the dataset, with settings at their defaults."""
    port = _free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EVPLANS_")}
    settings = {"EVPLANS_DATA": str(dataset.data), "EVPLANS_PORT": str(port)}
    with _running([sys.executable, "-m", "service.cli", "serve"], environment=kept | settings) as process:
        yield _answering(Server("evplans", port, "/sparql", process.pid), process)


@contextmanager
def oxigraph(dataset: Dataset) -> Iterator[Server]:
    """`oxigraph serve` over a compacted store of the dataset's quads."""
    port, store = _free_port(), dataset.data / "oxigraph"
    oxigraph_load(dataset.file, store)
    place = ["--location", str(store), "--bind", f"127.0.0.1:{port}"]
    with _running([_binary("oxigraph"), "serve", *place, "--union-default-graph"]) as process:
        yield _answering(Server("oxigraph", port, "/query", process.pid), process)


def oxigraph_load(file: Path, store: Path) -> None:
    """Load a file into a new store with the peer's own command and compact it. Raises BenchError."""
    binary = _binary("oxigraph")
    _run([binary, "load", "--location", str(store), "--file", str(file)])
    _run([binary, "optimize", "--location", str(store)])


@contextmanager
def virtuoso(dataset: Dataset) -> Iterator[Server]:
    """Virtuoso with a database of its own, loaded by its bulk loader."""
    binary, shell = _binary("virtuoso-t"), _binary("isql-vt")
    home, control, port = dataset.data / "virtuoso", _free_port(), _free_port()
    home.mkdir()
    told = _INI.read_text(encoding="utf-8").format(control=control, http=port, folder=dataset.file.parent)
    (home / "virtuoso.ini").write_text(told, encoding="utf-8")
    with _running([binary, "+foreground", "+configfile", "virtuoso.ini"], cwd=home) as process:
        server = _answering(Server("virtuoso", port, "/sparql", process.pid), process)
        load = f"ld_dir('{dataset.file.parent}', '{dataset.file.name}', 'urn:none'); rdf_loader_run(); checkpoint;"
        _run([shell, f"127.0.0.1:{control}", "dba", "dba", f"exec={load}"])
        yield server


PEERS: dict[str, Callable[[Dataset], AbstractContextManager[Server]]] = {"oxigraph": oxigraph, "virtuoso": virtuoso}
SOURCES = {
    "oxigraph": "`pip install oxigraph`",
    "virtuoso-t": "Debian package virtuoso-opensource",
    "isql-vt": "Debian package virtuoso-opensource",
}


def _binary(name: str) -> str:
    """A peer's command, from this environment or the path. Raises Missing."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.is_file() else shutil.which(name)
    if found is None:
        raise Missing(f"{name} is not installed ({SOURCES[name]})")
    return found


def tree(pid: int) -> list[int]:
    """A process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = int(path.read_text().rpartition(")")[2].split()[1])
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


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 a peer's own command
    if done.returncode:
        raise BenchError(f"{Path(command[0]).name} failed: {' '.join(done.stderr.split())[-300:]}")


@contextmanager
def _running(
    command: Sequence[str], environment: dict[str, str] | None = None, cwd: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603 our own command, or a peer's
            command, env=environment, cwd=cwd, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            start_new_session=True,
        )  # fmt: skip
        try:
            yield process
        except Silent as error:
            said.seek(0)
            raise BenchError(f"{error}: {said.read().decode(errors='replace').strip()[-300:]}") from error
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    started = tree(process.pid)
    process.terminate()
    try:
        process.wait(STOP)
    except subprocess.TimeoutExpired:
        for pid in started:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()


def _answering(server: Server, process: subprocess.Popen[bytes]) -> Server:
    """The server once it answers. Raises Silent when it ends before, or takes too long."""
    connection, deadline = Connection(server.port, server.path), time.monotonic() + START
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Silent(f"{server.name} ended with status {process.returncode} before it answered")
        status, _ = connection.ask(connection.request(_FIRST_QUERY))
        if status == 200:
            connection.close()
            return server
        time.sleep(0.05)
    raise Silent(f"{server.name} did not answer within {START:g} seconds")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
