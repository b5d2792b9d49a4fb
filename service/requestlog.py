"""One line of JSON on standard error for each request: when, which, its outcome, how long it took and of which build.

A request keeps the id that a proxy in front has given it, and gets one otherwise; the answer carries it too.
"""

from __future__ import annotations

import json
import logging
import os
import random
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from json.encoder import encode_basestring as quoted
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
STDERR = 2
SMALL = 1 << 16  # bytes of an answer that is put together before it is sent: so its line is written whatever comes then
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_dice = random.Random()  # noqa: S311 ids are to differ, nothing more
_ID = re.compile(r"[\w.:-]{1,64}", re.ASCII)


class RequestLog:
    """A WSGI application around another."""

    def __init__(self, app: Application) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        begun, given = time.perf_counter(), environ.get("HTTP_X_REQUEST_ID", "")
        name = given if given and _ID.fullmatch(given) else f"{_dice.getrandbits(128):032x}"
        told: dict[str, Any] = {"status": "500", "build": None, "length": None}

        def begin(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            told["status"] = status[:3]
            for key, value in headers:
                if key == "X-Dataset-Build":
                    told["build"] = value
                elif key == "Content-Length":
                    told["length"] = int(value)
            return start_response(status, [*headers, ("X-Request-Id", name)], *rest)

        try:
            body = self._app(environ, begin)
            if not isinstance(body, list) and told["length"] is not None and told["length"] <= SMALL:
                body = _whole(body)
        except BaseException:
            self._write(environ, told, name, begun)
            raise
        if isinstance(body, list):  # whole already; the server sends a list at once, and a generator piece by piece
            self._write(environ, told, name, begun)
            return body
        return self._followed(body, environ, told, name, begun)

    def _followed(
        self, body: Iterable[bytes], environ: dict[str, Any], told: dict[str, Any], name: str, begun: float
    ) -> Iterator[bytes]:
        try:
            yield from body
        finally:
            if close := getattr(body, "close", None):
                close()
            self._write(environ, told, name, begun)

    def _write(self, environ: dict[str, Any], told: dict[str, Any], name: str, begun: float) -> None:
        build = "null" if told["build"] is None else quoted(told["build"])
        line = (
            f'{{"time":"{_now()}","request":{quoted(name)},"method":{quoted(environ["REQUEST_METHOD"])},'
            f'"path":{quoted(environ["PATH_INFO"])},"status":{told["status"]},'
            f'"ms":{(time.perf_counter() - begun) * 1000:.1f},"build":{build}}}\n'
        )
        try:
            os.write(STDERR, line.encode(errors="backslashreplace"))
        except OSError:
            return  # nobody listens any more: no reason to stop answering


def _whole(body: Iterable[bytes]) -> list[bytes]:
    try:
        return list(body)
    finally:
        if close := getattr(body, "close", None):
            close()


class Lines(logging.Formatter):
    """What the rest of the house logs, in the same form."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        line = {"time": _now(), "level": record.levelname, "from": record.name, "message": record.getMessage()}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return _encode(line)


def log_as_lines() -> None:
    """Have everything that this process logs written so."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def _now() -> str:
    now = time.time()
    return f"{_second(int(now))}.{int(now % 1 * 1000):03}+00:00"


@lru_cache(maxsize=1)
def _second(now: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now))
