"""The application: settings in, routes by room, the same headers on every answer."""

from __future__ import annotations

from typing import cast

from flask import Flask, Response, current_app, request

from graph.store import StoreError
from service import data, documents, health, linkpages, pages, problems, sameas, static, validate
from service.cache import Cache
from service.dataset import Datasets, NoDataset
from service.pages import review
from service.proxied import Proxied
from service.reconcile import draft
from service.reconcile import routes as reconcile
from service.settings import Settings
from service.sparql import routes as sparql
from service.sparql import terms, writing
from service.sparql.direct import Direct
from service.sparql.engine import Engine
from service.sparql.prepared import Prepared
from service.sparql.workers import Stopped

LARGEST_BODY = 16 << 20  # bytes
POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Access-Control-Allow-Origin": "*",  # scripts of any site may read; credentials are never part of it
    "Access-Control-Expose-Headers": "ETag, Link, Content-Location, Retry-After, X-Dataset-Build",
}
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Content-Type, Authorization, If-Match, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


def create_app(settings: Settings, scratch: bool = False) -> Flask:
    """The WSGI application over the builds in `settings.data`; `scratch`: its dataset may be changed over HTTP.

    Nothing is opened before the first request.
    """
    app = Flask(__name__, static_folder="assets", static_url_path="/assets")
    app.config["SETTINGS"] = settings
    app.config["SCRATCH"] = scratch
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_BODY
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    remote = settings.remote
    app.extensions["evplans.datasets"] = datasets = Datasets(settings.data, settings.base, remote)
    app.extensions["evplans.engine"] = Engine(datasets, Prepared(settings.base, settings.query_timeout), remote)
    for room in (
        pages,
        sparql,
        terms,
        writing,
        data,
        reconcile,
        draft,
        sameas,
        linkpages,
        validate,
        health,
        documents,
        review,
    ):
        app.register_blueprint(room.blueprint)
    static.install(app)
    app.before_request(_preflight)
    app.after_request(_headers)
    problems.install(app)
    app.register_error_handler(NoDataset, lambda error: problems.problem(503, str(error)))
    app.register_error_handler(StoreError, _unreachable)
    app.register_error_handler(Stopped, lambda error: problems.problem(503, f"No worker answers: {error.reason}."))
    _answer_early(app)
    return app


def _unreachable(error: StoreError) -> Response:
    """The store did not answer a page's query: its operator is told where and why, its reader that it did not."""
    current_app.logger.error("%s", error)
    return problems.problem(503, "The store does not answer; try again.")


def _answer_early(app: Flask) -> None:
    """Put in front of the application what answers without it: the cache, and queries of programs."""
    datasets = cast(Datasets, app.extensions["evplans.datasets"])
    engine = cast(Engine, app.extensions["evplans.engine"])

    def told(path: str) -> str:
        return engine.revision if path == "/sparql" else _revision(datasets, engine)

    direct = Direct(app, app.config["SETTINGS"], engine, HEADERS.items())
    cache = Cache(direct, lambda: f"{datasets.mark()} {engine.revision}", told, HEADERS.items())
    app.extensions["evplans.cache"] = cache.kept
    app.wsgi_app = Proxied(cache)  # type: ignore[method-assign]


def _preflight() -> Response | None:
    """Answer a browser that asks whether a script of another site may send its request."""
    if request.method != "OPTIONS" or "Access-Control-Request-Method" not in request.headers:
        return None
    return Response(status=204, headers=PREFLIGHT)


def _headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    datasets = cast(Datasets, current_app.extensions["evplans.datasets"])
    engine = cast(Engine, current_app.extensions["evplans.engine"])
    if "X-Dataset-Build" not in response.headers:
        response.headers["X-Dataset-Build"] = _revision(datasets, engine)
    return response


def _revision(datasets: Datasets, engine: Engine) -> str:
    try:
        return datasets.current().revision + (f".{engine.changes}" if engine.changes else "")
    except NoDataset:
        return "none"
