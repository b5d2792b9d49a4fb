"""`/update` and `/graph-store`: changes over HTTP, for those who hold the token."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any, cast
from urllib.parse import quote

from flask import Blueprint, Response, current_app, request
from pyoxigraph import RdfFormat, parse, serialize
from werkzeug.datastructures import ETags

from graph.namespaces import Namespace
from service import admission
from service.negotiation import choose
from service.problems import PAGE, PROBLEM, Problem, not_acceptable
from service.settings import Settings
from service.sparql import faults, guard, protocol, results
from service.sparql.asking import GRAPHS
from service.sparql.changes import Invalid, Superseded
from service.sparql.engine import Engine, unconditional
from service.sparql.protocol import Query
from service.sparql.routes import send
from service.sparql.sending import Held
from service.sparql.userlog import UserLogError
from service.sparql.workers import Failed, Stopped

blueprint = Blueprint("writing", __name__)
PARSED = {name: f.name for f in results.GRAPHS for name in (f.media_type, *f.aliases) if f.name != "n3"}
REFUSED = {  # what a change may be refused for, beside faults that a query may have too
    "missing": (404, "No such graph"),
    "owned": (403, "The build owns this graph"),
    "large": (413, "Too large a change"),
    "evaluation": (422, "The change cannot be made"),
    "room": (503, "Cannot be stored"),
}


@blueprint.post("/update")
def update() -> Response:
    """Apply a SPARQL update."""
    settings = _permitted()
    text, using = protocol.read_update(request)
    try:
        refused = guard.refused(text, settings.service_allow)
        network = bool(guard.calls(text))
    except guard.TooIntricate as error:
        raise Problem(400, "Update too intricate", f"The update is refused: {error}.") from error
    if refused:
        _check_syntax(text)
        raise Problem(403, "Not allowed", f"The update asks {', '.join(refused)}, which is not on the allow-list.")
    _change({"operation": "update", "network": network}, protocol.with_using(text, using).encode(), text)
    return Response(status=204)


def _check_syntax(text: str) -> None:
    """Raise a Problem for an update that cannot be read; nothing is changed."""
    try:
        _change({"operation": "update", "network": False, "trial": True}, text.encode(), text)
    except Problem as problem:
        if problem.status == 400:
            raise


@blueprint.route("/graph-store", methods=["GET", "PUT", "POST", "DELETE"])
@blueprint.route("/graph-store/<path:name>", methods=["GET", "PUT", "POST", "DELETE"])
def graph_store(name: str = "") -> Response:
    """The graph that `?graph=`, `?default` or this address names, by the Graph Store Protocol.

    A POST that names none makes a graph and tells its address.
    """
    location = None
    if not name and request.method == "POST" and not {"graph", "default"} & set(request.args):
        name = uuid.uuid4().hex
        location = f"{request.base_url}/{name}"
    graph = f"{_settings().base}graph-store/{quote(name)}" if name else _graph()
    if request.method in {"GET", "HEAD"}:
        return _read(graph)
    _permitted()
    if request.method == "DELETE":
        _change({"operation": "delete", "graph": graph, "network": False}, b"", "", _condition(graph))
        return Response(status=204)
    return _written(graph, location)


def _written(graph: str | None, location: str | None) -> Response:
    """Put the request's content into a graph, or add it."""
    operation, created, condition = request.method.lower(), False, _condition(graph)
    for kind, data in _contents():
        format_name = PARSED.get(kind)
        if format_name is None:
            raise Problem(415, "Unknown content type", f"Send one of {', '.join(PARSED)}.", accepted=list(PARSED))
        job = {"operation": operation, "graph": graph, "format": format_name, "base": graph or request.base_url}
        created |= _change({**job, "network": False}, data, "", condition)
        operation, condition = "post", unconditional  # what follows in the same request is added
    response = Response(status=201 if created else 204)
    if location:
        response.headers["Location"] = location
    return response


def _contents() -> Iterator[tuple[str, bytes]]:
    """Media type and bytes of the body, or of each file of a form. Raises Problem where it is compressed."""
    protocol.refuse_packed(request)
    if request.mimetype != "multipart/form-data":
        yield request.mimetype or "text/turtle", request.get_data(cache=False)
        return
    for file in request.files.values():
        yield file.mimetype or "text/turtle", file.read()


def _graph() -> str | None:
    """The graph's name, None for the default graph. Raises Problem unless exactly one is named."""
    named, default = request.args.getlist("graph"), "default" in request.args
    if len(named) + default != 1:
        raise Problem(400, "Which graph?", "Name one graph with `?graph=<IRI>`, or the default graph with `?default`.")
    if default:
        return None
    address = named[0]
    if address.startswith(request.url_root):  # an address on this host means the canonical IRI
        address = _settings().base + address.removeprefix(request.url_root)
    if not protocol.is_iri(address):
        raise Problem(400, "Bad graph name", f"`graph` is {address!r}; give an absolute IRI.")
    return address


def _read(graph: str | None) -> Response:
    settings = _settings()
    choice = choose(request.headers.get("Accept"), GRAPHS)
    if choice is None:
        raise not_acceptable(GRAPHS)
    if graph is not None and not _exists(graph, settings):
        raise Problem(404, "No such graph", f"There is no graph <{graph}>.")
    pattern = "{ ?s ?p ?o }" if graph is None else f"{{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
    query = Query(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {pattern}", None, None, settings.query_timeout)
    job = query.job(settings.base, None, choice.offer.name, network=False) | {"union": False, "content": graph}
    try:
        response = send(Held(_engine().run(job), settings.data), choice.media_type)
    except (Failed, Stopped) as error:
        raise faults.problem(error, "", query.seconds, {}) from error
    response.headers["ETag"] = f'"{response.headers["X-Dataset-Build"]}-{choice.offer.name}"'
    response.make_conditional(request)
    return response


def _condition(graph: str | None) -> Callable[[str], bool]:
    """Whether the graph at a revision is as `If-Match` and `If-None-Match` want it; `_read` tells what they name."""
    wanted, unwanted = request.if_match, request.if_none_match

    def told(tags: ETags, revision: str) -> bool:
        return tags.star_tag or revision in (tag.rpartition("-")[0] for tag in tags.as_set(include_weak=True))

    def holds(revision: str) -> bool:
        if not (wanted or unwanted):
            return True
        there = graph is None or _exists(graph, _settings())
        return (not wanted or (there and told(wanted, revision))) and not (there and told(unwanted, revision))

    return holds


def _exists(graph: str, settings: Settings) -> bool:
    asked = Query(f"ASK {{ GRAPH <{graph}> {{}} }}", None, None, settings.query_timeout)
    answer = _engine().run(asked.job(settings.base, "csv", None, network=False))
    return b"".join(answer.pieces).startswith(b"true")


def _change(job: dict[str, Any], data: bytes, text: str, holds: Callable[[str], bool] = unconditional) -> bool:
    """Have a change made; True where it made a graph. Raises Problem."""
    settings = _settings()
    prefixes = Namespace(settings.base).prefixes
    whole = {"base": settings.base, "prefixes": prefixes, "seconds": settings.query_timeout, **job}
    try:
        return _engine().change(whole, data, holds)
    except Superseded as error:
        detail = f"The graph is not as you expect it: the data is at {error}. Read it again."
        raise Problem(412, "Precondition failed", detail) from error
    except Invalid as error:
        raise _Invalid(error) from error
    except UserLogError as error:
        raise Problem(503, "Cannot be stored", f"{error}.", faults.RETRY) from error
    except Failed as error:
        if error.kind in REFUSED:
            status, title = REFUSED[error.kind]
            raise Problem(status, title, f"{error.message.rstrip('.')}.") from error
        raise faults.problem(error, text or data.decode(errors="replace"), settings.query_timeout, prefixes) from error
    except Stopped as error:
        raise faults.problem(error, text, settings.query_timeout, prefixes) from error


class _Invalid(Problem):
    """A change that would break a shape: with the report in it, or as the answer itself where RDF is asked for."""

    def __init__(self, error: Invalid) -> None:
        rows = error.report["results"]
        first = next(row for row in rows if row["severity"] == "Violation")
        detail = f"<{first['focus']}>: {first['message']} Nothing was changed."
        super().__init__(422, "A shape would be broken", detail, results=rows)
        self.turtle = error.turtle

    def response(self) -> Response:
        choice = choose(request.headers.get("Accept"), (PROBLEM, PAGE, *GRAPHS))
        if choice is None or choice.offer in (PROBLEM, PAGE):
            return super().response()
        report = parse(self.turtle, format=RdfFormat.TURTLE)
        engine: Any = results.BY_NAME[choice.offer.name].engine
        body = serialize((quad.triple for quad in report), format=engine)
        answer = Response(body, status=self.status, mimetype=choice.media_type)
        answer.headers.add("Vary", "Accept")
        return answer


def _permitted() -> Settings:
    """The settings, where this request may write. Raises Problem."""
    settings = _settings()
    if settings.token is None and current_app.config["SCRATCH"]:
        return settings
    if not admission.bearer():
        raise admission.token_needed("Send the token as `Authorization: Bearer …`.")
    return settings


def _settings() -> Settings:
    return cast(Settings, current_app.config["SETTINGS"])


def _engine() -> Engine:
    return cast(Engine, current_app.extensions["evplans.engine"])
