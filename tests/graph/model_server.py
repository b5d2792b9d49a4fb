"""A stand-in for a language model's server on loopback, that also misbehaves."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, bytes]  # status and body
Play = Callable[[dict[str, Any], int], Answer]  # what is asked and how many times something was before, to an answer


def said(claims: list[dict[str, Any]], **changes: Any) -> Answer:
    """A proper answer with these claims."""
    return content(json.dumps({"claims": claims}), **changes)


def content(text: str, finish: str = "stop") -> Answer:
    body = {"choices": [{"finish_reason": finish, "message": {"role": "assistant", "content": text}}]}
    return 200, json.dumps(body).encode()


class Model:
    """What was asked so far, and the address to ask at."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.url = ""
        self.slow = 0.0


@contextmanager
def model(play: Play) -> Iterator[Model]:
    """A running server that answers as `play` says."""
    stand_in = Model(play)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            stand_in.keys.append(self.headers["Authorization"])
            stand_in.asked.append(asked)
            status, body = stand_in.play(asked, len(stand_in.asked) - 1)
            try:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                step = 50 if stand_in.slow else len(body) or 1
                for start in range(0, len(body), step):
                    self.wfile.write(body[start : start + step])
                    time.sleep(stand_in.slow)
            except OSError:
                return  # whoever asked has gone

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    stand_in.url = f"http://127.0.0.1:{server.server_port}/v1"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
