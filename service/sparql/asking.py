"""From a request to the answer of its query: what is asked, whether it may be, in which format, and what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from werkzeug import Request

from graph.namespaces import Namespace
from service.negotiation import Choice, Offer, choose
from service.problems import PAGE, Problem, not_acceptable
from service.settings import Settings
from service.sparql import faults, guard, results
from service.sparql.engine import Engine
from service.sparql.protocol import Query, read_query
from service.sparql.sending import Held
from service.sparql.workers import Failed, Stopped

TABLES = tuple(Offer(f.name, f.media_type, f.aliases) for f in results.TABLES)
GRAPHS = tuple(Offer(f.name, f.media_type, f.aliases) for f in results.GRAPHS)


@dataclass(frozen=True, slots=True)
class Asked:
    """A query that may be run. `table` and `graph`: the format for either form of answer, None where not accepted."""

    query: Query
    table: Choice | None
    graph: Choice | None
    network: bool
    job: dict[str, Any]

    @property
    def lasting(self) -> bool:
        """Whether the answer stays the same as long as the data does."""
        return not (self.network or guard.volatile(self.query.text))

    def media_type(self, answer: Held) -> str:
        """What to label an answer with: the name of its format that the client used."""
        choice = self.table if self.table is not None and self.table.offer.name == answer.format else self.graph
        return choice.media_type if choice is not None else results.BY_NAME[answer.format].media_type


def read(request: Request, settings: Settings) -> Asked | None:
    """What a request asks, or None for one without a query. Raises Problem for what may not be asked."""
    query = read_query(request, settings.query_timeout)
    return None if query is None else judge(query, request.environ.get("HTTP_ACCEPT"), settings)


def judge(query: Query, accept: str | None, settings: Settings) -> Asked:
    """A query as it may be run, for an `Accept` header. Raises Problem for what may not be asked."""
    table, graph, table_name, graph_name = _choices(accept)
    if table is None and graph is None:
        raise not_acceptable((*TABLES, *GRAPHS, PAGE))
    try:
        network = _guarded(query, settings)
        job = query.job(settings.base, table_name, graph_name, network)
    except guard.TooIntricate as error:
        raise Problem(400, "Query too intricate", f"The query is refused: {error}.") from error
    return Asked(query, table, graph, network, job)


def run(asked: Asked, engine: Engine, settings: Settings) -> Held:
    """The answer, once it is whole. Raises Problem, or NoDataset."""
    try:
        return Held(engine.run(asked.job), settings.data)
    except Failed as error:
        if error.kind == "format":
            raise not_acceptable(GRAPHS if error.message == "graph" else TABLES) from error
        raise _told(error, asked.query, settings) from error
    except Stopped as error:
        raise _told(error, asked.query, settings) from error


def _told(error: Failed | Stopped, query: Query, settings: Settings) -> Problem:
    if isinstance(error, Failed) and error.kind == "syntax" and faults.is_update(query.text):
        return Problem(400, "Not a query", "This is an update; updates go to /update, by POST.")
    return faults.problem(error, query.text, query.seconds, Namespace(settings.base).prefixes)


def name(choice: Choice | None) -> str | None:
    """The name of a format as workers know it."""
    if choice is None:
        return None
    return results.PAGE if choice.offer is PAGE else choice.offer.name


@lru_cache(maxsize=256)
def _choices(accept: str | None) -> tuple[Choice | None, Choice | None, str | None, str | None]:
    """The best format for either form of answer, and their names."""
    table, graph = choose(accept, (*TABLES, PAGE)), choose(accept, (*GRAPHS, PAGE))
    return table, graph, name(table), name(graph)


def _guarded(query: Query, settings: Settings) -> bool:
    """Whether the query asks other servers, all of them allowed. Raises Problem where one is not, or TooIntricate."""
    if not guard.calls(query.text):
        return False
    refused = guard.refused(query.text, settings.service_allow)
    if not refused:
        return True
    allowed = ", ".join(settings.service_allow) or "none"
    raise Problem(
        403,
        "SERVICE is not allowed",
        f"The query asks {', '.join(refused)}. Only constant addresses on the allow-list may be asked: {allowed}.",
        refused=refused,
    )
