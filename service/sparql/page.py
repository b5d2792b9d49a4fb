"""The page at `/sparql`: a form for a query, and below it the answer or what was wrong.

It works without scripts. The script that turns it into an editor finds what it needs in the page as JSON.
"""

from __future__ import annotations

from typing import Any, cast

from flask import Response, current_app, render_template, url_for

from graph.namespaces import DEFAULT_BASE, Namespace
from service.pages.filters import HASHED, link
from service.problems import Problem
from service.settings import Settings

START = "SELECT ?organization ?plan WHERE {\n  ?organization ev:hasPlan ?plan\n}"


def page(
    text: str, found: dict[str, Any] | None, problem: Problem | None = None, revision: str | None = None
) -> Response:
    """The form with the query `text`, and below it the rows `found` or the `problem`."""
    base = cast(Settings, current_app.config["SETTINGS"]).base
    prefixes = Namespace(base).prefixes

    def shorten(iri: str) -> str:
        near = [(space, prefix) for prefix, space in prefixes.items() if iri.startswith(space)]
        if not near:
            return iri
        space, prefix = max(near, key=lambda pair: len(pair[0]))
        return f"{prefix}:{iri.removeprefix(space)}"

    query = text or START
    editor = {
        "endpoint": url_for("sparql.query"),
        "terms": url_for("terms.terms"),
        "suggest": url_for("pages.suggest"),
        "prefixes": prefixes,
        "homes": _homes(base),
        "asked": bool(text),
        "query": query,
        "found": found,
        "problem": {"title": problem.title, "detail": problem.detail, **problem.more} if problem else None,
    }
    body = render_template("sparql.html", query=query, found=found, problem=problem, editor=editor, shorten=shorten)
    response = Response(body, status=problem.status if problem else 200, mimetype="text/html")
    response.headers.update(problem.headers if problem else {})
    if revision:
        response.headers["X-Dataset-Build"] = revision
    response.headers.add("Vary", "Accept")
    return response


def _homes(base: str) -> list[tuple[str, str]]:
    """How IRIs of this dataset begin, and where the pages of such things begin on this host; the longest first."""
    starts = {DEFAULT_BASE + room + "#" for room in HASHED} | {DEFAULT_BASE, base}
    return [(start, link(start)) for start in sorted(starts, key=len, reverse=True)]
