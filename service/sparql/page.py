"""The page at `/sparql`: a form for a query, and below it the answer or what was wrong. It works without scripts."""

from __future__ import annotations

from typing import Any, cast

from flask import Response, current_app, render_template

from graph.namespaces import Namespace
from service.problems import Problem
from service.settings import Settings


def page(
    text: str, found: dict[str, Any] | None, problem: Problem | None = None, revision: str | None = None
) -> Response:
    """The form with the query `text`, and below it the rows `found` or the `problem`."""
    prefixes = Namespace(cast(Settings, current_app.config["SETTINGS"]).base).prefixes

    def shorten(iri: str) -> str:
        near = [(space, prefix) for prefix, space in prefixes.items() if iri.startswith(space)]
        if not near:
            return iri
        space, prefix = max(near, key=lambda pair: len(pair[0]))
        return f"{prefix}:{iri.removeprefix(space)}"

    body = render_template("sparql.html", query=text, found=found, problem=problem, prefixes=prefixes, shorten=shorten)
    response = Response(body, status=problem.status if problem else 200, mimetype="text/html")
    response.headers.update(problem.headers if problem else {})
    if revision:
        response.headers["X-Dataset-Build"] = revision
    response.headers.add("Vary", "Accept")
    return response
