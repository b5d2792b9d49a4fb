"""Changes of a store, as the process that owns it applies them: updates, and graphs that are put, added to or removed.

A change is first tried in a forked copy under the limits of a query. So one that fails, never ends or eats all memory
harms nothing, and what reaches the store itself is known to end.
"""

from __future__ import annotations

import os
import signal
import socket
from typing import Any

from pyoxigraph import DefaultGraph, NamedNode, Store

from service.sparql import frames, results, worker


class Missing(LookupError):
    """The graph that should be removed is not there."""


def change(store: Store, request: dict[str, Any], data: bytes) -> bytes:
    """Apply a change, or with `trial` only try it. Returns END, or ERROR with `kind` and `message`."""
    told = _tried(store, request, data)
    if told[:1] == frames.END and not request.get("trial"):
        apply(store, request, data)
    return told


def apply(store: Store, request: dict[str, Any], data: bytes) -> bool:
    """Make a change. True where it makes a graph that was not there. Raises SyntaxError, OSError or Missing."""
    if request["operation"] == "update":
        store.update(data.decode(), base_iri=request["base"], prefixes=request["prefixes"])
        return False
    graph = DefaultGraph() if request["graph"] is None else NamedNode(request["graph"])
    known = isinstance(graph, DefaultGraph) or store.contains_named_graph(graph)
    if request["operation"] == "delete":
        if not known:
            raise Missing(f"there is no graph {graph}")
        store.remove_graph(graph)
        return False
    loaded = Store()
    engine: Any = results.BY_NAME[request["format"]].engine
    loaded.load(data, engine, base_iri=request["base"], to_graph=graph)
    if request["operation"] == "put":
        store.clear_graph(graph)
    if not isinstance(graph, DefaultGraph):
        store.add_graph(graph)
    store.extend(loaded)
    return not known


def _tried(store: Store, request: dict[str, Any], data: bytes) -> bytes:
    """What the change would answer: the outcome in a copy of this process, or of its end."""
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        try:
            ours.close()
            worker.confine(request["network"])
            signal.setitimer(signal.ITIMER_REAL, max(request["seconds"], 0.001))
            theirs.sendall(_outcome(store, request, data))
        finally:
            os._exit(0)
    theirs.close()
    with ours:
        told = b"".join(iter(lambda: ours.recv(frames.PIECE), b""))
    _, status = os.waitpid(child, 0)
    if told:
        return told
    late = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM
    return _error("timeout" if late else "memory", "stopped")


def _outcome(store: Store, request: dict[str, Any], data: bytes) -> bytes:
    try:
        created = apply(store, request, data)
        return frames.frame(frames.END, frames.dump({"created": created}))
    except SyntaxError as error:
        return _error("syntax", str(error.msg or error))
    except Missing as error:
        return _error("missing", str(error))
    except (OSError, ValueError, RuntimeError) as error:
        return _error("evaluation", str(error))


def _error(kind: str, message: str) -> bytes:
    return frames.frame(frames.ERROR, frames.dump({"kind": kind, "message": message}))
