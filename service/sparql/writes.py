"""A change of users' graphs, tried in a forked copy of the store under the limits of a query.

What the copy tells is what the change did: the record that is logged and applied to the store itself. So a change that
fails, never ends or eats all memory harms nothing, one that would touch the build is refused whatever words it has, and
what was tried is what happens.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Any

from pyoxigraph import DefaultGraph, Quad, Store

from service.sparql import concerned, frames, overlay, results, touched, worker
from service.sparql.overlay import Graph, Overlay, node
from service.sparql.userlog import Record

NO_LOAD = "LOAD needs a build that fits into this machine's memory; send the data to /graph-store instead"
LARGEST = 64 << 20  # bytes of N-Quads that one change may add and remove


class Refused(RuntimeError):
    """A change that is not made. `kind` says why: `missing`, `owned` or `large`."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True)
class Effect:
    """What a change did in the copy, which has it now. `created`: a graph that was asked for by name is new."""

    removed: list[Quad]
    added: list[Quad]
    made: set[Graph]
    dropped: set[Graph]
    created: bool

    @property
    def changed(self) -> bool:
        """Whether it did anything."""
        return bool(self.removed or self.added or self.made or self.dropped)

    def record(self, store: Store, revision: int) -> Record:
        """The effect as a record. Raises Refused where it is too large for one, or could not be read again."""
        gone = {q.graph_name for q in self.removed}
        clear = {graph for graph in gone - self.dropped if not _any(store, graph)}
        removed = [q for q in self.removed if q.graph_name not in self.dropped | clear]
        record = Record(
            drop=sorted(graph.value for graph in self.dropped),
            clear=sorted((overlay.name(graph) for graph in clear), key=lambda name: name or ""),
            make=sorted(graph.value for graph in self.made),
            remove=overlay.text(removed),
            add=overlay.text(self.added),
            revision=revision,
        )
        if len(record.remove) + len(record.add) > LARGEST:
            raise Refused("large", f"One change may add and remove {LARGEST >> 20} MiB of N-Quads; send less at once.")
        try:
            for _ in overlay.quads(record.add):
                pass
        except SyntaxError as error:  # the engine makes some terms that its own parser refuses
            raise Refused("evaluation", f"the change makes a term that is not RDF: {error.msg}") from error
        return record


def serve(whole: Overlay, sock: socket.socket, on_disk: bool) -> None:
    """Try one change: a job, its data. The answer is END with its record and what to check of it, or ERROR."""
    reader = frames.Reader(sock)
    request, data = json.loads(reader.next()[1]), reader.next()[1]
    if request["network"] and b"load" in data.lower():
        if on_disk:  # a store on the disk opens files as it needs them
            worker.refuse(sock, "evaluation", NO_LOAD)
            return
        _one_at_a_time()
    signal.setitimer(signal.ITIMER_REAL, max(request["seconds"], 0.001))
    try:
        effect = attempt(whole, request, data)
        record = effect.record(whole.store, whole.revision + 1)
    except SyntaxError as error:
        worker.refuse(sock, "syntax", str(error.msg or error))
    except Refused as error:
        worker.refuse(sock, error.kind, str(error))
    except (OSError, ValueError, RuntimeError) as error:
        worker.refuse(sock, "evaluation", str(error))
    else:
        told: dict[str, Any] = {"created": effect.created}
        told["record"] = record.text().decode() if effect.changed else None
        told["check"] = concerned.job(whole.store, whole.owned, effect.removed, effect.added)
        sock.sendall(frames.frame(frames.END, frames.dump(told)))


def decline(sock: socket.socket, reason: str) -> None:
    """Try no change, since there is no room for a copy."""
    reader = frames.Reader(sock)
    for _ in ("a job", "its data"):
        reader.next()
    worker.refuse(sock, "room", reason)


def _one_at_a_time() -> None:
    """Let this process have one connection at once: what it loads cannot have more loaded, such as a remote context."""
    probe = os.dup(0)
    os.close(probe)
    resource.setrlimit(resource.RLIMIT_NOFILE, (probe + 1, probe + 1))


def attempt(whole: Overlay, request: dict[str, Any], data: bytes) -> Effect:
    """Make a change in this copy. Raises SyntaxError, OSError, ValueError, RuntimeError, and Refused."""
    store = whole.store
    if request["operation"] == "update":
        text, options = data.decode(), {"base_iri": request["base"], "prefixes": request["prefixes"]}
        if touched.only_adds(text):
            fresh = Store()
            fresh.update(text, **options)
            return _addition(whole, fresh)
        names = touched.graphs(text, request["prefixes"])
        return _compared(whole, names, lambda: store.update(text, **options))
    graph = node(request["graph"])
    known = isinstance(graph, DefaultGraph) or store.contains_named_graph(graph)
    if request["operation"] == "delete":
        if not known:
            raise Refused("missing", f"there is no graph {graph}")
        return _compared(whole, {request["graph"]}, lambda: store.remove_graph(graph))
    fresh = Store()
    engine: Any = results.BY_NAME[request["format"]].engine
    fresh.load(data, engine, base_iri=request["base"], to_graph=graph)
    if not isinstance(graph, DefaultGraph):
        fresh.add_graph(graph)
    if request["operation"] == "post":
        return _addition(whole, fresh)

    def put() -> None:
        store.clear_graph(graph)
        store.extend(fresh)
        if not known:
            store.add_graph(graph)

    return _compared(whole, {request["graph"]}, put, created=not known)


def _addition(whole: Overlay, fresh: Store) -> Effect:
    """Add what is not there yet; its cost follows the addition, however large the graphs are that it goes to."""
    store = whole.store
    added = [quad for quad in fresh if quad not in store and quad not in whole.hidden]
    made = {graph for graph in fresh.named_graphs() if not store.contains_named_graph(graph)}
    _refuse_owned(whole, chain(made, (quad.graph_name for quad in added)))
    store.extend(added)
    for graph in made:
        store.add_graph(graph)
    return Effect([], added, made, set(), bool(made))


def _compared(whole: Overlay, names: set[str] | None, change: Callable[[], None], created: bool = False) -> Effect:
    """Make the change and compare the named graphs (None: all) with what they were, in the engine's snapshots."""
    store = whole.store
    before = set(store.named_graphs())
    looked_at = [DefaultGraph(), *(graph for graph in before if names is None or graph.value in names)]
    whole.reveal(looked_at)
    snapshots = [(graph, _quads(store, graph)) for graph in looked_at]
    change()
    after = set(store.named_graphs())
    made, dropped = after - before, before - after
    _refuse_owned(whole, chain(made, dropped))
    removed: list[Quad] = []
    added = [quad for graph in made for quad in _quads(store, graph)]
    for graph, snapshot in sorted(snapshots, key=lambda pair: overlay.name(pair[0]) not in whole.owned):
        gone, new = _differences(snapshot, _quads(store, graph))
        if gone or new:
            _refuse_owned(whole, [graph])
        removed += gone
        added += new
    return Effect(removed, added, made, dropped, created)


def _refuse_owned(whole: Overlay, graphs: Iterable[Graph]) -> None:
    owned = sorted({name for graph in graphs if (name := overlay.name(graph)) in whole.owned and name})
    if owned:
        more = f" and {len(owned) - 1} more" if len(owned) > 1 else ""
        raise Refused(
            "owned",
            f"This would change <{owned[0]}>{more}, which the build owns: only a build changes it. "
            "Write to a graph of your own, or to the unnamed one.",
        )


def _differences(before: Iterator[Quad], after: Iterator[Quad]) -> tuple[list[Quad], list[Quad]]:
    """What is in one and not in the other. Memory grows with that, where both come in much the same order."""
    gone: dict[Quad, None] = {}
    new: dict[Quad, None] = {}
    for old, now in zip_longest(before, after):
        if old == now:
            continue
        for quad, mine, other in ((old, gone, new), (now, new, gone)):
            if quad is not None:
                if quad in other:
                    del other[quad]
                else:
                    mine[quad] = None
    return list(gone), list(new)


def _quads(store: Store, graph: Graph) -> Iterator[Quad]:
    return store.quads_for_pattern(None, None, None, graph)


def _any(store: Store, graph: Graph) -> bool:
    return next(_quads(store, graph), None) is not None
