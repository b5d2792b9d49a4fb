"""The application: settings in, routes by room, the same headers on every answer."""

from __future__ import annotations

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from graph.namespaces import Namespace
from graph.publish import PublishError
from graph.store.embedded import StoreError
from service import pages, sparql
from service.dataset import Home
from service.health import blueprint as health
from service.problems import problem
from service.settings import Settings

POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"


def create_app(settings: Settings) -> Flask:
    """The WSGI application over the builds in `settings.data`."""
    app = Flask(__name__, static_folder="assets", static_url_path="/assets")
    app.config["SETTINGS"] = settings
    app.config["MAX_CONTENT_LENGTH"] = 16 * 1024 * 1024
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.extensions["dataset"] = Home(settings.data, Namespace(settings.base))
    for blueprint in (pages.blueprint, sparql.blueprint, health):
        app.register_blueprint(blueprint)
    app.after_request(_headers)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(StoreError, _unavailable)
    app.register_error_handler(PublishError, _unavailable)
    return app


def _headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("Access-Control-Allow-Origin", "*")
    response.headers.setdefault("Access-Control-Expose-Headers", "ETag, Link, X-Dataset-Build")
    return response


def _refused(error: HTTPException) -> Response:
    if error.response is not None and isinstance(error.response, Response):
        return error.response
    headers = {k: v for k, v in error.get_headers() if k.casefold() in {"allow", "location", "retry-after"}}
    return problem(error.code or 500, error.description or error.name, headers)


def _unavailable(error: Exception) -> Response:
    return problem(503, str(error), {"Retry-After": "5"})
