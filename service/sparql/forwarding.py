"""Queries handed on to a SPARQL server: the same jobs and answers as a pool of workers has.

Guard, deadline and formats are ours: an answer is read whole and written anew, so that it looks the same whichever
server gave it. What the server goes on doing after the deadline is beyond our reach.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from pyoxigraph import QueryBoolean, QuerySolutions, RdfFormat, Triple, serialize

from graph.namespaces import Namespace
from graph.store.dialect import Asked
from graph.store.remote import Late, Refused, Remote, RemoteError, TooLarge, declared
from service.sparql import frames, results
from service.sparql.userlog import Record
from service.sparql.worker import EXPLAINED, page
from service.sparql.workers import QUEUE, Answer, Failed, Pool, Stopped

ELSEWHERE = "this service's graphs are in a store of their own (EVPLANS_STORE); send changes to that one"
ABOUT_THE_QUERY = {400, 413, 422, 500, 501}  # statuses of a store that tell of the query and not of the store


class Forwarder:
    """Stands in the place of a pool, over a build whose graphs a SPARQL server holds. For several threads at once."""

    changes = 0  # users' graphs are not kept beside such a store

    def __init__(self, build: Path, remote: Remote) -> None:
        self.build = build
        self._remote = remote
        self._places = threading.BoundedSemaphore(QUEUE)

    @property
    def revision(self) -> str:
        """The revision that the next answer will be of."""
        return self.build.name

    def run(self, job: dict[str, Any]) -> Answer:
        """Have the server answer a job within its `seconds`. Raises Failed or Stopped."""
        if not self._places.acquire(blocking=False):
            raise Stopped("overload")
        begun = time.perf_counter()
        try:
            with _told():
                name, whole = _written(self._remote.answer(_asked(job), job["seconds"]), job)
        finally:
            self._places.release()
        if job.get("explain"):
            spent = {"seconds": {"the store's answer": round(time.perf_counter() - begun, 6)}, "bytes": len(whole)}
            name, whole = EXPLAINED, frames.dump(spent)
        return Answer(name, self.revision, iter((whole,)), whole)

    def ask(self, kind: bytes, job: dict[str, Any], data: bytes = b"") -> dict[str, Any]:
        """Nothing is changed from here. Raises Failed."""
        raise Failed("evaluation", ELSEWHERE)

    def apply(self, record: Record) -> None:
        """There is nothing to apply records to."""

    def close(self) -> None:
        """Nothing is kept open."""


Answering = Pool | Forwarder


def _asked(job: dict[str, Any]) -> Asked:
    prefixes = Namespace(job["base"]).prefixes
    query = f"BASE <{job['base']}>\n{declared(job['query'], prefixes)}"
    return Asked(query, job["default_graphs"], job["named_graphs"], job["union"])


def _written(found: QuerySolutions | QueryBoolean | list[Triple], job: dict[str, Any]) -> tuple[str, bytes]:
    """The name of the format that was asked for, and the answer in it."""
    name = job["graph"] if isinstance(found, list) else job["table"]
    if name is None:
        raise Failed("format", "graph" if isinstance(found, list) else "table")
    if name == results.PAGE:
        return name, frames.dump(page(found))
    form: Any = results.BY_NAME[name].engine
    if isinstance(found, list):
        prefixes = Namespace(job["base"]).prefixes if form == RdfFormat.TURTLE else None
        return name, serialize(found, format=form, prefixes=prefixes) or b""
    if isinstance(found, QueryBoolean) and name in {"csv", "tsv"}:
        return name, b"true\n" if found else b"false\n"
    out = BytesIO()
    found.serialize(out, form)
    return name, out.getvalue()


@contextmanager
def _told() -> Iterator[None]:
    """What went wrong, as a pool tells it."""
    try:
        yield
    except Late as error:
        raise Stopped("timeout") from error
    except TooLarge as error:
        raise Failed("evaluation", error.reason) from error
    except Refused as error:
        if error.status in ABOUT_THE_QUERY:
            raise Failed(
                "syntax" if error.status == 400 else "evaluation", f"The store says: {error.reason}"
            ) from error
        logging.getLogger(__name__).error("%s", error)
        raise Stopped("unavailable") from error
    except RemoteError as error:
        logging.getLogger(__name__).error("%s", error)
        raise Stopped("unavailable") from error
