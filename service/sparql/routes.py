"""`/sparql`: the query protocol; without a query its description for programs, the form for people."""

from __future__ import annotations

import json
import math
from contextlib import closing
from typing import cast

from flask import Blueprint, Response, current_app, render_template, request

from graph.namespaces import Namespace
from service.dataset import current
from service.negotiation import Offer, choose
from service.problems import PAGE, Problem, not_acceptable
from service.settings import Settings
from service.sparql import asking, results
from service.sparql.algebra import NoAlgebra, algebra
from service.sparql.asking import GRAPHS
from service.sparql.description import describe
from service.sparql.engine import Engine
from service.sparql.page import page
from service.sparql.sending import Held

blueprint = Blueprint("sparql", __name__)
EXPLAINED = Offer("json", "application/json", ("application/sparql-results+json",))
ALGEBRA = 5.0  # seconds that reading a query's algebra may take


@blueprint.route("/sparql", methods=["GET", "POST", "QUERY"])
def query() -> Response:
    """Answer a query, or describe the service. Most requests of programs are answered by `direct` already."""
    settings = _settings()
    asked = asking.read(request, settings)
    if asked is None:
        return _without_query()
    if "explain" in request.args or "explain" in request.form:
        return _explained(asked, settings)
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


def _explained(asked: asking.Asked, settings: Settings) -> Response:
    """The algebra of a query and the time that its parts take, as JSON or for people; its answer is thrown away.

    The engine keeps its plan to itself, so the algebra is what rdflib makes of the same text.
    """
    asked.job["explain"] = True
    with closing(asking.run(asked, _engine(), settings)) as held:
        found = json.loads(b"".join(held))
    try:
        read = {"query": asked.query.text, "base": settings.base, "prefixes": Namespace(settings.base).prefixes}
        found["algebra"] = algebra(read, math.ceil(min(asked.query.seconds, ALGEBRA)))
    except NoAlgebra as error:
        found["algebra"], found["note"] = None, f"No algebra: {error}"
    choice = choose(request.headers.get("Accept"), (EXPLAINED, PAGE))
    if choice is not None and choice.offer is PAGE:
        response = Response(render_template("explained.html", query=asked.query.text, found=found))
    else:
        response = Response(json.dumps(found, ensure_ascii=False) + "\n", mimetype=EXPLAINED.media_type)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Dataset-Build"] = held.revision
    return _varied(response)


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
