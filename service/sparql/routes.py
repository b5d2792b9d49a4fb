"""`/sparql`: the query protocol; without a query its description for programs, the form for people."""

from __future__ import annotations

import json
from typing import cast

from flask import Blueprint, Response, current_app, request

from service.dataset import current
from service.negotiation import choose
from service.problems import PAGE, Problem, not_acceptable
from service.settings import Settings
from service.sparql import asking, results
from service.sparql.asking import GRAPHS
from service.sparql.description import describe
from service.sparql.engine import Engine
from service.sparql.page import page
from service.sparql.sending import Held

blueprint = Blueprint("sparql", __name__)


@blueprint.route("/sparql", methods=["GET", "POST", "QUERY"])
def query() -> Response:
    """Answer a query, or describe the service. Most requests of programs are answered by `direct` already."""
    settings = _settings()
    asked = asking.read(request, settings)
    if asked is None:
        return _without_query()
    try:
        response = _response(asked, asking.run(asked, _engine(), settings))
    except Problem as problem:
        if asking.name(asked.table) != results.PAGE:
            raise
        return page(asked.query.text, None, problem)
    response.headers["Cache-Control"] = "no-cache" if asked.lasting else "no-store"
    return response


def _without_query() -> Response:
    """The service description as RDF, or the form."""
    if request.method not in {"GET", "HEAD"}:
        raise Problem(400, "No query", "The parameter `query` is missing.")
    choice = choose(request.headers.get("Accept"), (*GRAPHS[:4], PAGE))
    if choice is None:
        raise not_acceptable((*GRAPHS[:4], PAGE))
    if choice.offer is PAGE:
        return page("", None)
    body = describe(choice.offer.name, request.base_url, _settings(), current())
    return _varied(Response(body, mimetype=choice.media_type))


def _response(asked: asking.Asked, answer: Held) -> Response:
    if answer.format == results.PAGE:
        return page(asked.query.text, json.loads(b"".join(answer)), revision=answer.revision)
    return send(answer, asked.media_type(answer))


def send(answer: Held, media_type: str) -> Response:
    """An answer as a response."""
    response = Response(answer, mimetype=media_type)
    response.content_length = answer.length
    response.headers["X-Dataset-Build"] = answer.revision
    return _varied(response)


def _varied(response: Response) -> Response:
    response.headers.add("Vary", "Accept")
    return response


def _settings() -> Settings:
    return cast(Settings, current_app.config["SETTINGS"])


def _engine() -> Engine:
    return cast(Engine, current_app.extensions["evplans.engine"])
