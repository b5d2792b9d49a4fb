"""Which nodes of a change do the shapes speak of, and what must be known to check them?

The cost follows the change: nodes that it describes differently, and what leads to and from them, a few steps far.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, Triple, serialize

from graph.namespaces import EV, RDF, RDFS, SH, Namespace
from service.sparql import overlay
from service.sparql.overlay import Owned

TYPE, SUBCLASS = NamedNode(RDF + "type"), NamedNode(RDFS + "subClassOf")
CHAINS = {SUBCLASS, NamedNode(EV + "parent"), NamedNode(EV + "withinPlace")}  # relations that shapes follow to the end
STEPS = 3  # along other relations: claim, its evidence, the evidence's selector, what that says
PASSED = ("facts", "derived", "links", "provenance")  # what follows from claims is no ground to judge one by

Node = Any  # NamedNode | BlankNode


class Targets:
    """What the shapes of a build speak of; nothing where it has none."""

    def __init__(self, store: Store, base: str) -> None:
        graph = NamedNode(Namespace(base).graph("shapes"))

        def of(name: str) -> set[Node]:
            return {quad.object for quad in store.quads_for_pattern(None, NamedNode(SH + name), None, graph)}

        self.classes = of("targetClass")
        self.subjects_of = of("targetSubjectsOf")
        self.objects_of = of("targetObjectsOf")

    def has(self, store: Store, node: Node) -> bool:
        """Whether a shape speaks of this node as it is described now."""
        said = list(store.quads_for_pattern(node, None, None, None))
        if any(quad.predicate in self.subjects_of for quad in said):
            return True
        if not self.classes.isdisjoint(_classes(store, [quad.object for quad in said if quad.predicate == TYPE])):
            return True
        pointed = _any(store, None, None, node)  # which most are not: cheaper to ask first
        return pointed and any(_any(store, None, predicate, node) for predicate in self.objects_of)


def job(store: Store, owned: Owned, removed: list[Quad], added: list[Quad]) -> dict[str, Any] | None:
    """What the process that checks is told of a change that the store has already; None where nothing is to check.

    `nodes` are described differently, `pointed` only pointed at; `data` is what is known of them, in RDF 1.1.
    """
    base = owned.base
    targets = Targets(store, base)
    nodes, pointed = _concerned(store, owned, targets, removed, added)
    if nodes | pointed:  # rare, so only now: what stands in another graph too is no news to all of them together
        removed = [quad for quad in removed if not _graphs(store, quad)]
        added = [quad for quad in added if _graphs(store, quad) == 1]
        nodes, pointed = _concerned(store, owned, targets, removed, added)
    if not nodes | pointed:
        return None
    known = _named(neighbourhood(store, base, nodes | pointed), base)
    data = serialize((quad.triple for quad in known), format=RdfFormat.N_TRIPLES) or b""
    return {
        "nodes": sorted(_called(node, base).value for node in nodes),
        "pointed": sorted(_called(node, base).value for node in pointed),
        "data": data.decode(),
    }


def _concerned(
    store: Store, owned: Owned, targets: Targets, removed: list[Quad], added: list[Quad]
) -> tuple[set[Node], set[Node]]:
    """Nodes of the shapes that are described differently, and others that are only pointed at."""
    changed = _changed(store, owned, removed, added) if targets.classes else set()
    nodes = {node for node in changed if targets.has(store, node)}
    pointed = {quad.object for quad in added if quad.predicate in targets.objects_of} - nodes
    return nodes, {node for node in pointed if not isinstance(node, (Literal, Triple))}


def _graphs(store: Store, quad: Quad) -> int:
    """In how many graphs a triple stands: 0, 1, or 2 for more."""
    return sum(1 for _ in islice(store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None), 2))


def _changed(store: Store, owned: Owned, removed: list[Quad], added: list[Quad]) -> set[Node]:
    """Nodes that are described differently, and those of users' graphs that may rest on what was said of them."""
    changed: set[Node] = {quad.subject for quad in chain(removed, added)}
    retyped = {q.subject for q in chain(removed, (q for q in added if q.predicate in (TYPE, SUBCLASS)))}
    for node in retyped:
        changed.update(
            q.subject for q in store.quads_for_pattern(None, None, node) if overlay.name(q.graph_name) not in owned
        )
    return {node for node in changed if not isinstance(node, (Literal, Triple))}


def neighbourhood(store: Store, base: str, nodes: Iterable[Node]) -> Iterator[Quad]:
    """What is said of the nodes, and of what they lead to."""
    passed = {NamedNode(Namespace(base).graph(name)) for name in PASSED}
    first = set(nodes)
    steps = dict.fromkeys(first, 0)
    waiting = deque(first)
    while waiting:
        node = waiting.popleft()
        for quad in store.quads_for_pattern(node, None, None, None):
            if quad.graph_name in passed and node not in first:
                continue
            yield quad
            near = quad.predicate in CHAINS
            for other, step in ((quad.object, steps[node] + (not near)), (quad.predicate, STEPS)):
                if step < steps.get(other, STEPS + 1) and not isinstance(other, (Literal, Triple)):
                    steps[other] = step
                    (waiting.appendleft if near else waiting.append)(other)


def _named(quads: Iterable[Quad], base: str) -> Iterator[Quad]:
    """The same in RDF 1.1 with an IRI for each blank node, by which a report can speak of it."""
    for quad in quads:
        value = quad.object
        if not isinstance(value, Triple) and not (isinstance(value, Literal) and value.direction):
            yield Quad(_called(quad.subject, base), quad.predicate, _called(value, base))


def _called(node: Node, base: str) -> Node:
    """A node's IRI; one of our own for a blank node."""
    return NamedNode(f"{base}.well-known/genid/{node.value}") if isinstance(node, BlankNode) else node


def _classes(store: Store, waiting: list[Node]) -> Iterator[Node]:
    """Classes, with all that they are subclasses of."""
    seen: set[Node] = set()
    while waiting:
        kind = waiting.pop()
        if kind not in seen and isinstance(kind, (NamedNode, BlankNode)):
            seen.add(kind)
            yield kind
            waiting += [quad.object for quad in store.quads_for_pattern(kind, SUBCLASS, None, None)]


def _any(store: Store, subject: Node | None, predicate: Node | None, value: Node) -> bool:
    return next(store.quads_for_pattern(subject, predicate, value, None), None) is not None
