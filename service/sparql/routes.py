"""`/sparql`: the query protocol; without a query its description for programs, the form for people."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import closing
from typing import Any, cast

from flask import Blueprint, Response, current_app, render_template, request, stream_with_context

from graph.namespaces import Namespace
from service.dataset import current
from service.negotiation import Choice, Offer, choose
from service.problems import PAGE, Problem, not_acceptable
from service.settings import Settings
from service.sparql import faults, guard, results
from service.sparql.description import describe
from service.sparql.engine import Engine
from service.sparql.protocol import Query, read_query
from service.sparql.workers import Answer, Failed, Stopped

blueprint = Blueprint("sparql", __name__)

TABLES = tuple(Offer(f.name, f.media_type, f.aliases) for f in results.TABLES)
GRAPHS = tuple(Offer(f.name, f.media_type, f.aliases) for f in results.GRAPHS)
SPOOLED = 1 << 20  # bytes of an answer kept in memory before it goes to a temporary file
LARGEST = 1 << 30  # bytes of an answer whose length must be known before it is sent


@blueprint.route("/sparql", methods=["GET", "POST", "QUERY"])
def query() -> Response:
    """Answer a query, or describe the service."""
    settings = _settings()
    asked = read_query(request, settings.query_timeout)
    if asked is None:
        return _without_query()
    network = _guarded(asked, settings)
    table = choose(request.headers.get("Accept"), (*TABLES, PAGE))
    graph = choose(request.headers.get("Accept"), (*GRAPHS, PAGE))
    if table is None and graph is None:
        raise not_acceptable((*TABLES, *GRAPHS, PAGE))
    try:
        answer = _engine().run(asked.job(settings.base, _name(table), _name(graph), network))
        return _response(asked, answer, table, graph)
    except Failed as error:
        if error.kind == "format":
            raise not_acceptable(GRAPHS if error.message == "graph" else TABLES) from error
        raise _told(error, asked, settings) from error
    except Stopped as error:
        raise _told(error, asked, settings) from error


def _without_query() -> Response:
    """The service description as RDF, or the form."""
    if request.method not in {"GET", "HEAD"}:
        raise Problem(400, "No query", "The parameter `query` is missing.")
    choice = choose(request.headers.get("Accept"), (*GRAPHS[:4], PAGE))
    if choice is None:
        raise not_acceptable((*GRAPHS[:4], PAGE))
    if choice.offer is PAGE:
        return _page("", None)
    body = describe(choice.offer.name, request.base_url, _settings().base, current())
    return _varied(Response(body, mimetype=choice.media_type))


def _guarded(asked: Query, settings: Settings) -> bool:
    """Whether the query asks other servers, all of them allowed. Raises Problem where one is not."""
    try:
        refused = guard.refused(asked.text, settings.service_allow)
        if not refused:
            return bool(guard.calls(asked.text))
    except guard.TooIntricate as error:
        raise Problem(400, "Query too intricate", f"The query is refused: {error}.") from error
    allowed = ", ".join(settings.service_allow) or "none"
    raise Problem(
        403,
        "SERVICE is not allowed",
        f"The query asks {', '.join(refused)}. Only constant addresses on the allow-list may be asked: {allowed}.",
        refused=refused,
    )


def _response(asked: Query, answer: Answer, table: Choice | None, graph: Choice | None) -> Response:
    if answer.format == results.PAGE:
        with closing(answer):
            found = json.loads(b"".join(answer.pieces))
        return _page(asked.text, found)
    choice = table if table is not None and table.offer.name == answer.format else graph
    media_type = choice.media_type if choice is not None else results.BY_NAME[answer.format].media_type
    if results.BY_NAME[answer.format].cut_unseen:
        return _varied(_measured(answer, media_type))
    response = Response(stream_with_context(_flowing(answer)), mimetype=media_type)
    response.call_on_close(answer.close)
    return _varied(response)


def _flowing(answer: Answer) -> Iterator[bytes]:
    yield from answer.pieces


def _measured(answer: Answer, media_type: str) -> Response:
    """An answer with its length: it is whole before its first byte is sent, so that no cut can go unseen."""
    spool = tempfile.SpooledTemporaryFile(SPOOLED)  # noqa: SIM115 closed with the response
    size = 0
    with closing(answer):
        for piece in answer.pieces:
            size += len(piece)
            if size > LARGEST:
                spool.close()
                raise Problem(413, "Answer too large", f"This format gives up to {LARGEST} bytes; ask for JSON or XML.")
            spool.write(piece)
    spool.seek(0)
    response = Response(iter(lambda: spool.read(1 << 16), b""), mimetype=media_type)
    response.content_length = size
    response.call_on_close(spool.close)
    return response


def _page(text: str, found: dict[str, Any] | None) -> Response:
    prefixes = Namespace(_settings().base).prefixes

    def shorten(iri: str) -> str:
        near = [(space, prefix) for prefix, space in prefixes.items() if iri.startswith(space)]
        if not near:
            return iri
        space, prefix = max(near, key=lambda pair: len(pair[0]))
        return f"{prefix}:{iri.removeprefix(space)}"

    page = render_template("sparql.html", query=text, found=found, prefixes=prefixes, shorten=shorten)
    return _varied(Response(page, mimetype="text/html"))


def _told(error: Failed | Stopped, asked: Query, settings: Settings) -> Problem:
    return faults.problem(error, asked.text, asked.seconds, Namespace(settings.base).prefixes)


def _varied(response: Response) -> Response:
    response.headers.add("Vary", "Accept")
    return response


def _name(choice: Choice | None) -> str | None:
    if choice is None:
        return None
    return results.PAGE if choice.offer is PAGE else choice.offer.name


def _settings() -> Settings:
    return cast(Settings, current_app.config["SETTINGS"])


def _engine() -> Engine:
    return cast(Engine, current_app.extensions["evplans.engine"])
