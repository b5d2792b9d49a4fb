"""`/sparql`: the query protocol; without a query its description for programs, the form for people."""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Iterator
from contextlib import closing
from typing import IO, cast

from flask import Blueprint, Response, current_app, request

from graph.namespaces import Namespace
from service.dataset import current
from service.negotiation import Choice, Offer, choose
from service.problems import PAGE, Problem, not_acceptable
from service.settings import Settings
from service.sparql import faults, guard, results
from service.sparql.description import describe
from service.sparql.engine import Engine
from service.sparql.frames import PIECE
from service.sparql.page import page
from service.sparql.protocol import Query, read_query
from service.sparql.workers import Answer, Failed, Stopped

blueprint = Blueprint("sparql", __name__)

TABLES = tuple(Offer(f.name, f.media_type, f.aliases) for f in results.TABLES)
GRAPHS = tuple(Offer(f.name, f.media_type, f.aliases) for f in results.GRAPHS)
IN_MEMORY = 1 << 20  # bytes of an answer that are held in memory, then in a temporary file
HELD = 16 << 20  # bytes of an answer that are held back to learn whether it succeeds
LARGEST = 1 << 30  # the same, where its length must be known before it is sent


@blueprint.route("/sparql", methods=["GET", "POST", "QUERY"])
def query() -> Response:
    """Answer a query, or describe the service."""
    settings = _settings()
    asked = read_query(request, settings.query_timeout)
    if asked is None:
        return _without_query()
    table = choose(request.headers.get("Accept"), (*TABLES, PAGE))
    graph = choose(request.headers.get("Accept"), (*GRAPHS, PAGE))
    if table is None and graph is None:
        raise not_acceptable((*TABLES, *GRAPHS, PAGE))
    try:
        network = _guarded(asked, settings)
        job = asked.job(settings.base, _name(table), _name(graph), network)
    except guard.TooIntricate as error:
        raise Problem(400, "Query too intricate", f"The query is refused: {error}.") from error
    try:
        answer = _engine().run(job)
        response = _response(asked, answer, table, graph)
        response.headers["Cache-Control"] = "no-store" if network or guard.volatile(asked.text) else "no-cache"
        return response
    except Failed as error:
        if error.kind == "format":
            raise not_acceptable(GRAPHS if error.message == "graph" else TABLES) from error
        problem = _told(error, asked, settings)
    except Stopped as error:
        problem = _told(error, asked, settings)
    if _name(table) == results.PAGE:
        return page(asked.text, None, problem)
    raise problem


def _without_query() -> Response:
    """The service description as RDF, or the form."""
    if request.method not in {"GET", "HEAD"}:
        raise Problem(400, "No query", "The parameter `query` is missing.")
    choice = choose(request.headers.get("Accept"), (*GRAPHS[:4], PAGE))
    if choice is None:
        raise not_acceptable((*GRAPHS[:4], PAGE))
    if choice.offer is PAGE:
        return page("", None)
    body = describe(choice.offer.name, request.base_url, _settings().base, current())
    return _varied(Response(body, mimetype=choice.media_type))


def _guarded(asked: Query, settings: Settings) -> bool:
    """Whether the query asks other servers, all of them allowed. Raises Problem where one is not, or TooIntricate."""
    refused = guard.refused(asked.text, settings.service_allow)
    if not refused:
        return bool(guard.calls(asked.text))
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
        return page(asked.text, found, revision=answer.revision)
    return send(answer, table, graph)


def send(answer: Answer, table: Choice | None, graph: Choice | None) -> Response:
    """An answer as a response, labelled with the media type that was chosen for its form."""
    choice = table if table is not None and table.offer.name == answer.format else graph
    media_type = choice.media_type if choice is not None else results.BY_NAME[answer.format].media_type
    return _varied(_held(answer, media_type, results.BY_NAME[answer.format].cut_unseen))


def _held(answer: Answer, media_type: str, cut_unseen: bool) -> Response:
    """Hold the answer back until it is whole, then send it with its length, so that a failure still has its status.

    Memory does not grow with it: it goes to a temporary file. One that is very long flows from there on as it comes; in
    a format where a reader could not see that it was cut, it is refused instead.
    """
    held = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 closed with the response
    size, limit = 0, LARGEST if cut_unseen else HELD
    try:
        for piece in answer.pieces:
            held.write(piece)
            size += len(piece)
            if size > limit:
                break
        if size > limit and cut_unseen:
            raise Problem(413, "Answer too large", f"In this format it may have {limit} bytes; ask for JSON or XML.")
    except BaseException:
        answer.close()
        held.close()
        raise
    held.seek(0)
    response = Response(_read(held, answer if size > limit else None), mimetype=media_type)
    response.call_on_close(held.close)
    response.call_on_close(answer.close)
    response.headers["X-Dataset-Build"] = answer.revision
    if size <= limit:
        response.content_length = size
    return response


def _read(held: IO[bytes], rest: Answer | None) -> Iterator[bytes]:
    yield from iter(lambda: held.read(PIECE), b"")
    if rest is None:
        return
    try:
        yield from rest.pieces
    except (Stopped, Failed) as error:  # the document stays without its end, which its reader cannot miss
        logging.getLogger(__name__).warning("an answer was cut: %s", error)


def _told(error: Failed | Stopped, asked: Query, settings: Settings) -> Problem:
    if isinstance(error, Failed) and error.kind == "syntax" and faults.is_update(asked.text):
        return Problem(400, "Not a query", "This is an update; updates go to /update, by POST.")
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
