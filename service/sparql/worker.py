"""A query worker: runs one query after another on its copy of the store and can be killed at any moment.

The kernel ends it at a query's deadline (an interval timer whose signal nobody handles), since the engine cannot be
interrupted from within. Its memory is capped, and where no query may leave the house it can open no socket.
"""

from __future__ import annotations

import marshal
import os
import resource
import signal
import socket
import time
from collections.abc import Iterable
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode, QueryBoolean, QuerySolutions, QueryTriples, RdfFormat, Store, Triple, serialize

from graph.namespaces import Namespace
from service.sparql import frames, results
from service.sparql.overlay import Overlay

MEMORY = 1 << 30  # bytes that a worker may take beside the store that it shares
EXPLAINED = "explained"  # the name of an answer that only tells how long it took
PAGE_ROWS = 1000  # rows that an HTML page shows


class NotOffered(ValueError):
    """The query gives a table where only graphs are accepted, or the other way round."""


def serve(whole: Overlay, sock: socket.socket) -> None:
    """Answer jobs until the other side closes; one that names a `content` sees all that users wrote in this graph."""
    reader = frames.Reader(sock)
    try:
        while True:
            _, body = reader.next()
            job = marshal.loads(body)  # noqa: S302 from the web process, which runs the same Python
            answer(whole.content(job["content"]) if "content" in job else whole.store, job, sock)
    except (frames.Broken, BrokenPipeError, ConnectionResetError):
        return


def confine(files: bool) -> None:
    """Cap memory, and unless it needs `files` forbid every new one, and every socket, whatever a query says."""
    size = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY, size + MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # the engine's last words when memory runs out
    if not files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))


def answer(store: Store, job: dict[str, Any], sock: socket.socket) -> None:
    """Run one job and send its answer, or the reason why there is none."""
    signal.setitimer(signal.ITIMER_REAL, max(job["seconds"], 0.001))
    try:
        run(store, job, sock)
    except SyntaxError as error:
        refuse(sock, "syntax", str(error.msg or error))
    except NotOffered as error:
        refuse(sock, "format", str(error))
    except BrokenPipeError:
        raise
    except (OSError, ValueError, RuntimeError) as error:
        refuse(sock, "evaluation", str(error))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def refuse(sock: socket.socket, kind: str, message: str) -> None:
    """Tell why the query has no answer."""
    sock.sendall(frames.frame(frames.ERROR, frames.dump({"kind": kind, "message": message})))


def run(store: Store, job: dict[str, Any], sock: socket.socket) -> None:
    """Evaluate the job's query and write its answer in the format that fits its form; or only `explain` it."""
    if job.get("explain"):
        out = frames.Writer(sock, EXPLAINED)
        out.write(frames.dump(_explained(store, job)))
        out.finish()
        return
    found = _query(store, job)
    name = _form(found, job)
    out = frames.Writer(sock, name)
    if name == results.PAGE:
        out.write(frames.dump(page(found)))
    else:
        _serialize(found, name, out, _prefixes(job["base"]))
    out.finish()


def _explained(store: Store, job: dict[str, Any]) -> dict[str, Any]:
    """The `seconds` that the parts of the job take, and the `bytes` of its answer, which is not given."""
    nothing = Store()
    _query(nothing, job)  # the first time takes longer than it will again
    begun = time.perf_counter()
    _query(nothing, job)  # over nothing, all the time goes into reading and planning
    parsed = time.perf_counter()
    found = _query(store, job)
    name = _form(found, job)
    if name == results.PAGE:
        name = "ttl" if isinstance(found, QueryTriples) else "json"
    counted = _Counted()
    _serialize(found, name, counted, _prefixes(job["base"]))
    parse, whole = parsed - begun, time.perf_counter() - parsed
    seconds = {"parse": parse, "evaluate and serialize": max(whole - parse, 0.0)}
    return {"seconds": {part: round(spent, 6) for part, spent in seconds.items()}, "bytes": counted.size}


class _Counted:
    """A binary file that only counts what is written."""

    def __init__(self) -> None:
        self.size = 0

    def write(self, data: bytes) -> int:
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is kept."""


def _query(store: Store, job: dict[str, Any]) -> QuerySolutions | QueryBoolean | QueryTriples:
    return store.query(
        job["query"],
        base_iri=job["base"],
        prefixes=_used(job["base"], job["query"]),
        use_default_graph_as_union=job["union"],
        default_graph=_nodes(job["default_graphs"]),
        named_graphs=_nodes(job["named_graphs"]),
    )


def _form(found: Any, job: dict[str, Any]) -> str:
    """The format that was asked for this form of answer."""
    form, name = ("graph", job["graph"]) if isinstance(found, QueryTriples) else ("table", job["table"])
    if name is None:
        raise NotOffered(form)
    return str(name)


@cache
def _prefixes(base: str) -> dict[str, str]:
    return Namespace(base).prefixes


@cache
def _marked(base: str) -> list[tuple[str, str, str]]:
    return [(prefix + ":", prefix, iri) for prefix, iri in _prefixes(base).items()]


def _used(base: str, text: str) -> dict[str, str]:
    """The prefixes that a query may use: the engine reads each one anew for every query, which takes its time."""
    if "\\u" in text:
        return _prefixes(base)
    return {prefix: iri for mark, prefix, iri in _marked(base) if mark in text}


def _nodes(addresses: list[str] | None) -> list[Any] | None:
    return None if addresses is None else [NamedNode(address) for address in addresses]


def _serialize(found: Any, name: str, out: Any, prefixes: dict[str, str]) -> None:
    engine: Any = results.BY_NAME[name].engine
    if engine == RdfFormat.TURTLE:  # the one format that people read: worth the slower way, which knows prefixes
        serialize(found, out, engine, prefixes=prefixes)
    elif isinstance(found, QueryBoolean) and name in {"csv", "tsv"}:
        out.write(b"true\n" if found else b"false\n")  # no standard says; this is what other endpoints send
    else:
        found.serialize(out, engine)


def page(found: QuerySolutions | QueryBoolean | Iterable[Triple]) -> dict[str, Any]:
    """The first rows as JSON: `columns`, `rows` of terms, and whether there are `more`; or a `boolean`."""
    if isinstance(found, QueryBoolean):
        return {"boolean": bool(found)}
    if not isinstance(found, QuerySolutions):
        columns = ["subject", "predicate", "object"]
        rows = [[_term(t) for t in (t.subject, t.predicate, t.object)] for t in islice(found, PAGE_ROWS + 1)]
    else:
        columns = [variable.value for variable in found.variables]
        rows = [[_term(term) for term in solution] for solution in islice(found, PAGE_ROWS + 1)]
    return {"columns": columns, "rows": rows[:PAGE_ROWS], "more": len(rows) > PAGE_ROWS}


def _term(term: Any) -> dict[str, str] | None:
    if term is None:
        return None
    if isinstance(term, NamedNode):
        return {"iri": term.value}
    datatype = getattr(term, "datatype", None)
    told = {"value": getattr(term, "value", None) or str(term)}
    if getattr(term, "language", None):
        told["language"] = term.language
    elif datatype is not None and not datatype.value.endswith("#string"):
        told["datatype"] = datatype.value
    return told
