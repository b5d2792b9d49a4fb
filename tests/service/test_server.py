"""The production server: one line where it cannot start, answers while it runs, a clean end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.service.published import make_build, quads


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(data: Path, port: int, seconds: int = 3) -> subprocess.Popen[str]:
    """A server whose queries may take so many seconds."""
    settings = {"EVPLANS_DATA": str(data), "EVPLANS_PORT": str(port), "EVPLANS_QUERY_TIMEOUT": str(seconds)}
    environment = os.environ | settings
    command = [sys.executable, "-m", "service.cli", "serve"]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@contextmanager
def running(data: Path, seconds: int = 3) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    port = free_port()
    process = start(data, port, seconds)
    assert process.stderr is not None
    process.said = []  # type: ignore[attr-defined]
    threading.Thread(target=lambda: process.said.extend(process.stderr), daemon=True).start()  # type: ignore[attr-defined]
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until_ready(address, process)
        yield address, process
    finally:
        process.kill()
        process.wait()


def wait_until_ready(address: str, process: subprocess.Popen[str]) -> None:
    """However busy the machine is: a server that has not ended is given two minutes."""
    end = time.monotonic() + 120
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(address + "/health/ready", timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{address} is not ready: {''.join(process.said)}")  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    make_build(folder, "first", quads())
    return folder


def test_an_occupied_port_is_one_line(data: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        process = start(data, port)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert out == ""
    assert err.count("\n") == 1
    assert f"127.0.0.1:{port}" in err


def test_it_answers_and_ends_cleanly(data: Path) -> None:
    with running(data) as (address, process):
        query = "/sparql?query=ASK%20%7B%20%3Fs%20ev%3Aparent%20%3Fo%20%7D"
        with urllib.request.urlopen(address + query, timeout=5) as answer:
            assert answer.read() == b'{"head":{},"boolean":true}'
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0


def test_each_request_is_one_line_of_json(data: Path) -> None:
    with running(data) as (address, process):
        given = urllib.request.Request(
            address + "/sparql?query=ASK%20%7B%7D&secret=x", headers={"X-Request-Id": "abc-1"}
        )
        with urllib.request.urlopen(given, timeout=5) as answer:
            assert answer.headers["X-Request-Id"] == "abc-1"
        spoilt = urllib.request.Request(address + "/id/%22%0Anone", headers={"X-Request-Id": '"}, {"'})
        with pytest.raises(urllib.error.HTTPError) as missing:
            urllib.request.urlopen(spoilt, timeout=5)
        made = missing.value.headers["X-Request-Id"]
        assert len(made) == 32
        process.send_signal(signal.SIGTERM)
        process.wait(10)
        time.sleep(0.1)
    lines = {line["request"]: line for line in (json.loads(said) for said in process.said if said.startswith("{"))}
    assert lines["abc-1"]["path"] == "/sparql"
    assert (lines["abc-1"]["method"], lines["abc-1"]["status"], lines["abc-1"]["build"]) == ("GET", 200, "first")
    assert lines["abc-1"]["ms"] > 0
    assert lines[made]["status"] == 404
    assert "secret" not in str(lines)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_within_five_seconds_whatever_is_under_way(data: Path, number: signal.Signals) -> None:
    long = (
        "/sparql?query=SELECT%20(COUNT(*)%20AS%20?n)%20%7B%20?a%20?b%20?c%20.%20?d%20?e%20?f%20.%20?g%20?h%20?i%20%7D"
    )
    with running(data) as (address, process), socket.create_connection(address[7:].split(":")) as idle:
        idle.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        assert idle.recv(100).startswith(b"HTTP/1.1 200")
        asking = threading.Thread(target=lambda: suppressed(address + long))
        asking.start()
        time.sleep(0.3)
        begun = time.monotonic()
        process.send_signal(number)
        process.wait(15)
        assert time.monotonic() - begun < 5
        asking.join()


def suppressed(address: str) -> None:
    try:
        urllib.request.urlopen(address, timeout=20).close()
    except OSError:
        return
