"""A long answer takes no more memory than a short one, and no part of it can pass for the whole."""

from __future__ import annotations

import http.client
import json
import os
import resource
import signal
import threading
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from service.problems import Problem
from service.sparql import sending
from service.sparql.sending import Held
from service.sparql.workers import Answer, Stopped
from tests.service.published import THINGS, make_app, make_build, quads
from tests.service.test_server import running

ENDLESS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
LONG = "SELECT * { ?a ev:parent ?b . ?c ev:parent ?d . ?e ev:parent ?f }"
LONGEST = 100  # seconds that the making of a long answer may take
FORMATS = ["application/sparql-results+json", "application/sparql-results+xml", "text/csv", "text/tab-separated-values"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    make_build(folder, "first", quads())
    return folder


@pytest.fixture(scope="module")
def app(data: Path) -> Iterator[Flask]:
    app = make_app(data)
    app.test_client().get("/health/ready")
    yield app
    app.extensions["evplans.engine"].close()


def ask(app: Flask, query: str, accept: str, **fields: str) -> Any:
    return app.test_client().get("/sparql", query_string={"query": query, **fields}, headers={"Accept": accept})


def answer(pieces: Iterator[bytes]) -> Answer:
    def passed() -> Iterator[bytes]:  # an answer's pieces can be closed
        yield from pieces

    return Answer("json", "first", passed())


@pytest.mark.parametrize("accept", FORMATS)
def test_a_time_out_in_the_middle_of_an_answer_has_its_status(app: Flask, accept: str) -> None:
    told = ask(app, ENDLESS, accept, timeout="0.4")
    assert (told.status_code, told.mimetype) == (503, "application/problem+json")
    assert json.loads(told.data)["limit"] == 0.4


def test_an_answer_counts_by_how_it_ends(app: Flask) -> None:
    outcomes = app.extensions["evplans.engine"].outcomes
    before = dict(outcomes)
    ask(app, ENDLESS, FORMATS[0], timeout="0.3")
    ask(app, LONG, FORMATS[2])
    assert outcomes["timeout"] == before.get("timeout", 0) + 1
    assert outcomes["ok"] == before["ok"] + 1


@pytest.mark.parametrize("accept", FORMATS[::2])
def test_a_worker_that_is_killed_in_the_middle_leaves_no_half_answer(app: Flask, accept: str) -> None:
    pool = app.extensions["evplans.engine"]._pool
    taken, take = [], pool._take

    def watched(*args: Any, **named: Any) -> Any:
        taken.append(take(*args, **named))
        return taken[-1]

    def kill() -> None:
        time.sleep(0.5)
        os.kill(taken[-1].pid, signal.SIGKILL)

    pool._take = watched
    try:
        killer = threading.Thread(target=kill)
        killer.start()
        told = ask(app, ENDLESS, accept)
        killer.join()
    finally:
        pool._take = take
    assert told.status_code == 503
    assert ask(app, "ASK {}", FORMATS[0]).status_code == 200


def test_every_answer_tells_its_length(app: Flask) -> None:
    for query in (LONG.replace(". ?e ev:parent ?f ", ""), "ASK {}"):
        for accept in FORMATS:
            told = ask(app, query, accept)
            assert told.headers["Content-Length"] == str(len(told.data))


def test_memory_does_not_grow_with_the_answer(tmp_path: Path) -> None:
    piece = b"x" * (1 << 16)
    sizes = []
    for number in (32, 4096):
        with closing(Held(answer(piece for _ in range(number)), tmp_path)) as held:
            assert held.length == number << 16
            assert sum(map(len, held)) == held.length
        sizes.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    assert sizes[1] - sizes[0] < 64 << 10  # KiB, a quarter of the longer one


def test_what_is_too_large_is_refused_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "LARGEST", 3 << 20)
    closed = []

    def pieces() -> Iterator[bytes]:
        try:
            while True:
                yield b"x" * (1 << 16)
        finally:
            closed.append(True)

    with pytest.raises(Problem, match="ask for a part"):
        Held(answer(pieces()), tmp_path)
    assert closed
    assert list(tmp_path.iterdir()) == []


def test_a_failure_gives_the_room_back(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"x" * (2 << 20)
        raise Stopped("timeout")

    with pytest.raises(Stopped):
        Held(answer(pieces()), tmp_path)


def test_a_server_that_dies_breaks_its_answer(data: Path) -> None:
    """Over a real connection: what was announced and what came differ, which no client overlooks.

    The answer must be larger than all that the system holds on its way, so it takes its time on a busy machine.
    """
    with running(data, seconds=LONGEST) as (address, process):
        host = urllib.parse.urlsplit(address).netloc
        with closing(http.client.HTTPConnection(host, timeout=LONGEST)) as connection:
            connection.request(
                "GET", "/sparql?" + urllib.parse.urlencode({"query": LONG}), headers={"Accept": FORMATS[0]}
            )
            response = connection.getresponse()
            assert response.status == 200
            assert int(response.headers["Content-Length"]) > THINGS**3
            response.read(1000)
            for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
                os.kill(int(child), signal.SIGKILL)
            with pytest.raises((http.client.IncompleteRead, ConnectionError)):
                response.read()
