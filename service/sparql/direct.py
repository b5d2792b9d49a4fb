"""`/sparql` for programs, answered before Flask is asked, whose routing would take as long as a light query.

What Flask does better is left to it: pages, the description, and telling what went wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask
from werkzeug import Request
from werkzeug.utils import get_content_type

from service.settings import Settings
from service.sparql import asking
from service.sparql.engine import Engine
from service.sparql.protocol import only_query

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
METHODS = {"GET", "HEAD", "POST", "QUERY"}


class Direct:
    """A WSGI application in front of Flask's. `headers` stand on every answer."""

    def __init__(self, app: Flask, settings: Settings, engine: Engine, headers: Iterable[tuple[str, str]]) -> None:
        self._app, self._rest = app, app.wsgi_app
        self._settings, self._engine = settings, engine
        self._headers = [*headers, ("Vary", "Accept")]
        self._request = type("PlainRequest", (Request,), {
            "max_content_length": app.config["MAX_CONTENT_LENGTH"],
            "max_form_memory_size": app.config["MAX_FORM_MEMORY_SIZE"],
        })  # fmt: skip

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if (
            environ["PATH_INFO"] != "/sparql"
            or environ["REQUEST_METHOD"] not in METHODS
            or "html" in environ.get("HTTP_ACCEPT", "")
            or "explain" in environ.get("QUERY_STRING", "")
        ):
            return self._rest(environ, start_response)
        try:
            query = only_query(environ, self._settings.query_timeout)
            if query is not None:
                asked = asking.judge(query, environ.get("HTTP_ACCEPT"), self._settings)
            elif (read := asking.read(self._request(environ), self._settings)) is not None:
                asked = read
            else:
                return self._rest(environ, start_response)
            answer = asking.run(asked, self._engine, self._settings)
        except Exception as error:
            with self._app.request_context(environ):
                response = self._app.finalize_request(self._app.handle_user_exception(error))
                return response(environ, start_response)
        start_response(
            "200 OK",
            [
                *self._headers,
                ("Content-Type", get_content_type(asked.media_type(answer), "utf-8")),
                ("Content-Length", str(answer.length)),
                ("Cache-Control", "no-cache" if asked.lasting else "no-store"),
                ("X-Dataset-Build", answer.revision),
            ],
        )
        if environ["REQUEST_METHOD"] == "HEAD":
            answer.close()
            return []
        return answer.sent()
