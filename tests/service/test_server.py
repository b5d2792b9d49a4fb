"""The production server: one line where it cannot start, answers while it runs, a clean end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
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


def start(data: Path, port: int) -> subprocess.Popen[str]:
    environment = os.environ | {"EVPLANS_DATA": str(data), "EVPLANS_PORT": str(port), "EVPLANS_QUERY_TIMEOUT": "3"}
    command = [sys.executable, "-m", "service.cli", "serve"]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@contextmanager
def running(data: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    port = free_port()
    process = start(data, port)
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(100):
            try:
                urllib.request.urlopen(address + "/health/ready", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield address, process
    finally:
        process.kill()
        process.wait()


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
