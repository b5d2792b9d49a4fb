"""The production server: granian (WSGI) in front of the Flask application."""

from __future__ import annotations

import gc
import json
import os
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Flask

from graph.store.embedded import write_store
from service.requestlog import RequestLog, log_as_lines
from service.settings import Settings
from service.sparql.loader import WORKERS
from service.sparql.workers import QUEUE

THREADS = WORKERS + QUEUE + 32  # requests under way at once; the last are for what needs no query worker
BACKLOG = 1024  # connections that may wait to be accepted
# one heap for all threads, since only one runs Python at a time and finds warm memory; and large pages, by which a
# build in memory is read a twentieth faster and forked in a sixth of the time
HEAP = "glibc.malloc.arena_max=1:glibc.malloc.hugetlb=1"


def serve(settings: Settings, scratch: bool) -> None:
    """Serve until interrupted. Ends with status 1 and one line where the address cannot be used."""
    if reason := _occupied(settings.host, settings.port):
        sys.exit(f"{settings.host}:{settings.port}: {reason}; set EVPLANS_PORT to another port")
    _begin_with_heap()
    if not scratch:
        _run(settings, scratch)
        return
    with tempfile.TemporaryDirectory(prefix="evplans-") as folder:
        make_empty(Path(folder), settings.base)
        _run(replace(settings, data=Path(folder)), scratch)


def _begin_with_heap() -> None:
    """Begin this program again with `HEAP`, which the C library reads only then: granian's processes are its forks."""
    tuned = os.environ.get("GLIBC_TUNABLES", "")
    if sys.platform == "linux" and HEAP not in tuned:
        tuned = ":".join(filter(None, (tuned, HEAP)))
        os.execve(sys.executable, sys.orig_argv, os.environ | {"GLIBC_TUNABLES": tuned})  # noqa: S606 the same again


def make_empty(data: Path, base: str) -> None:
    """Publish a build without a quad under `data`."""
    home = data / "builds" / "scratch"
    (home / "dumps").mkdir(parents=True)
    write_store(home / "store", ())
    counts = dict.fromkeys(("documents", "claims", "facts", "disagreements", "revisions", "entities", "quads"), 0)
    manifest = {"build": "scratch", "base": base, "graphs": {}, "counts": counts}
    (home / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (data / "current").symlink_to(Path("builds") / "scratch")


def _run(settings: Settings, scratch: bool) -> None:
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    server = Server(
        "evplans",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=1,
        blocking_threads=THREADS,
        backlog=BACKLOG,
        backpressure=THREADS * 4,
        respawn_failed_workers=True,
        log_level=LogLevels.error,
        workers_kill_timeout=5,
    )
    what = "an empty dataset that may be changed" if scratch else settings.data
    sys.stderr.write(f"evplans: serving {what} on http://{settings.host}:{settings.port}/ (stop with Ctrl-C)\n")
    server.serve(target_loader=_loader(settings, scratch), wrap_loader=False)


def _loader(settings: Settings, scratch: bool) -> Callable[..., Flask]:
    """What granian calls in its worker process to get the application: nothing is shared with its parent."""

    def load(*_: Any) -> Flask:
        from service.app import create_app

        threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
        log_as_lines()
        app = create_app(settings, scratch)
        app.wsgi_app = RequestLog(app.wsgi_app)  # type: ignore[method-assign]
        app.extensions["evplans.engine"].warm()
        gc.collect()
        gc.freeze()  # what lives as long as the process need not be looked at again and again,
        gc.set_threshold(10_000)  # nor what is kept in the cache: requests leave few cycles behind
        return app

    return load


def _end_with(parent: int) -> None:
    """End this process when its parent is gone, even killed: the next server needs the port and the log of users."""
    while os.getppid() == parent:
        time.sleep(0.3)
    os._exit(1)


def _occupied(host: str, port: int) -> str | None:
    """Why the address cannot be listened on, or None. Port 0 means any."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            probe.listen(1)
    except OSError as error:
        return error.strerror or str(error)
    return None
