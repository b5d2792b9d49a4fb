"""The production server: granian (WSGI) in front of the Flask application."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from typing import Any

from flask import Flask

from service.settings import Settings

THREADS = 64  # requests under way at once; most of them wait for a query worker
BACKLOG = 1024  # connections that may wait to be accepted


def serve(settings: Settings, scratch: bool) -> None:
    """Serve until interrupted. Ends with status 1 and one line where the address cannot be used."""
    if scratch:
        sys.exit("evplans serve --scratch: an empty writable dataset is not served yet")
    if reason := _occupied(settings.host, settings.port):
        sys.exit(f"{settings.host}:{settings.port}: {reason}; set EVPLANS_PORT to another port")
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
    sys.stderr.write(
        f"evplans: serving {settings.data} on http://{settings.host}:{settings.port}/ (stop with Ctrl-C)\n"
    )
    server.serve(target_loader=_loader(settings), wrap_loader=False)


def _loader(settings: Settings) -> Callable[..., Flask]:
    """What granian calls in its worker process to get the application: nothing is shared with its parent."""

    def load(*_: Any) -> Flask:
        from service.app import create_app

        return create_app(settings)

    return load


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
