"""Addresses of scripts and styles. They carry a digest of the file, so that a browser may keep it for ever."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for

FOREVER = "public, max-age=31536000, immutable"


def install(app: Flask) -> None:
    """Give templates `asset(name)`, and answers with a current digest their Cache-Control."""
    app.jinja_env.globals["asset"] = asset
    app.after_request(_keep)


def asset(name: str) -> str | None:
    """The address of the file `name` in `assets/`, or None where it is not there (a front-end that is not bundled)."""
    digest = _digest(name)
    return url_for("static", filename=name, v=digest) if digest else None


def _digest(name: str) -> str | None:
    path = Path(current_app.static_folder or "") / name
    try:
        return _digest_of(path, path.stat().st_mtime_ns)
    except (OSError, ValueError):  # not there, or a name that cannot be one
        return None


@lru_cache(maxsize=64)
def _digest_of(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def _keep(response: Response) -> Response:
    if request.endpoint == "static" and response.status_code in {200, 304}:
        name = (request.view_args or {})["filename"]
        named_by_content = name.startswith("dist/chunk-")
        if named_by_content or request.args.get("v") == _digest(name):
            response.headers["Cache-Control"] = FOREVER
    return response
