"""Users' graphs over a build, in one store: in the memory of the process that workers are forked from, or a `replica`.

A user's triple that the build holds too is kept apart, so that a count over all graphs stays honest. Nothing is lost by
that: a change works on all that the user wrote, and a later build without the triple shows it again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store, parse, serialize

from graph.namespaces import DEFAULT_BASE
from service.sparql.userlog import Record

Graph = Any  # NamedNode | BlankNode | DefaultGraph
CHUNK = 1000  # quads in each record of a log that was rewritten


@dataclass(frozen=True)
class Owned:
    """The graphs that a build owns: those it holds, and those a later one may. An empty build owns none."""

    graphs: frozenset[str] = frozenset()
    base: str = DEFAULT_BASE

    @classmethod
    def by(cls, manifest: dict[str, Any]) -> Owned:
        """What the build of this manifest owns."""
        return cls(frozenset(manifest["graphs"]), manifest["base"])

    def __contains__(self, graph: str | None) -> bool:
        if graph is None or not self.graphs:
            return False
        return graph in self.graphs or graph.startswith((self.base + "graph/", self.base + "document/"))


class Overlay:
    """A build's store with users' content on top. `hidden` is the part of it that the build holds too."""

    def __init__(self, store: Store, owned: Owned) -> None:
        self.store = store
        self.hidden = Store()
        self.owned = owned
        self.revision = 0

    def apply(self, record: Record) -> list[Quad]:
        """Do what a record says; those of its quads that the build holds too."""
        for graph in record.drop:
            if graph not in self.owned:
                self.store.remove_graph(NamedNode(graph))
        for graph in map(node, record.clear):
            self.store.clear_graph(graph)
        for graph in record.make:
            if graph not in self.owned:
                self.store.add_graph(NamedNode(graph))
        for quad in quads(record.remove):
            if name(quad.graph_name) not in self.owned:
                self.store.remove(quad)
        added = list(quads(record.add))
        held = self._held(added) if self.owned.graphs else []
        self.store.extend(set(added).difference(held) if held else added)
        self.hide(record, held)
        return held

    def hide(self, record: Record, held: list[Quad]) -> None:
        """Do what a record says to `hidden`. `held`: those of its quads that the build holds too."""
        for graph in record.drop:
            self.hidden.remove_graph(NamedNode(graph))
        for graph in map(node, record.clear):
            self.hidden.clear_graph(graph)
        for graph in record.make:
            if graph in self.owned:
                self.hidden.add_graph(NamedNode(graph))
        for quad in quads(record.remove):
            self.hidden.remove(quad)
        self.hidden.extend(held)
        self.revision = record.revision

    def content(self, graph: str | None) -> Store:
        """A store that holds all of a graph, also what the build holds too."""
        hidden = list(self.hidden.quads_for_pattern(None, None, None, node(graph)))
        if not hidden or graph in self.owned:
            return self.store
        whole = Store()
        whole.extend(hidden)
        whole.extend(self.store.quads_for_pattern(None, None, None, node(graph)))
        return whole

    def reveal(self, graphs: Iterable[Graph]) -> None:
        """Put into the store what users' graphs hold beside it: for a copy of it in which a change is tried."""
        for graph in graphs:
            if name(graph) not in self.owned:
                self.store.extend(self.hidden.quads_for_pattern(None, None, None, graph))

    def _held(self, added: list[Quad]) -> list[Quad]:
        """Those of some quads that the build holds too. Most are about something that it does not know."""
        known = {subject for subject in {quad.subject for quad in added} if self._describes(subject)}
        return [
            quad
            for quad in added
            if name(quad.graph_name) in self.owned or (quad.subject in known and self._holds(quad))
        ]

    def _describes(self, subject: Any) -> bool:
        return next(self.store.quads_for_pattern(subject, None, None, None), None) is not None

    def _holds(self, quad: Quad) -> bool:
        found = self.store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
        return any(name(other.graph_name) in self.owned for other in found)


def read_build(build: Path) -> Owned:
    """What a build owns, by its manifest. Raises OSError or ValueError."""
    return Owned.by(json.loads((build / "manifest.json").read_text(encoding="utf-8")))


def compacted(records: Iterable[Record]) -> Iterator[Record]:
    """Records that only add, for the content that the given ones add up to; they have the revision of the last."""
    content = Overlay(Store(), Owned())
    for record in records:
        content.apply(record)
    graphs = sorted(graph.value for graph in content.store.named_graphs())
    yield Record(make=graphs, revision=content.revision)
    rest = iter(content.store)
    while some := list(islice(rest, CHUNK)):
        yield Record(add=text(some), revision=content.revision)


def quads(said: str) -> Iterator[Quad]:
    """The quads of N-Quads; blank nodes keep their names."""
    return parse(said, format=RdfFormat.N_QUADS)


def text(some: Iterable[Quad]) -> str:
    """Quads as N-Quads."""
    return (serialize(some, format=RdfFormat.N_QUADS) or b"").decode()


def node(graph: str | None) -> Graph:
    """A graph's name as the engine has it."""
    return DefaultGraph() if graph is None else NamedNode(graph)


def name(graph: Graph) -> str | None:
    """A graph's name as records have it."""
    return None if isinstance(graph, DefaultGraph) else graph.value
