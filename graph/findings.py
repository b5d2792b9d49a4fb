"""What shapes say of facts and findings, so many at a time that memory does not grow with their number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from pyoxigraph import Quad, Store

from graph.gate import Gate
from graph.namespaces import ONTOLOGY
from graph.neighbourhood import behind, is_fact
from graph.terms import iri, ordered
from graph.validation import Result

TOGETHER = 20_000  # quads; more would take much memory and save no time


def check(gate: Gate, found: Iterable[Quad], beside: Store) -> list[Result]:
    """Check facts and findings; `beside` holds the claims that they follow from."""
    return [result for quads, nodes in batches(found, beside) for result in gate.nodes(quads, nodes).results]


def batches(found: Iterable[Quad], beside: Store) -> Iterator[tuple[list[Quad], set[str]]]:
    """What can be checked by itself: facts and findings with the claims that shapes look at, and the nodes to check."""
    for quads in _together(found):
        yield [*quads, *behind(quads, beside)], {*focus(quads), ONTOLOGY}


def _together(found: Iterable[Quad]) -> Iterator[list[Quad]]:
    """The quads, all of a subject together."""
    batch: list[Quad] = []
    for _, quads in groupby(ordered(found), key=lambda quad: quad.subject):
        batch += quads
        if len(batch) > TOGETHER:
            yield batch
            batch = []
    if batch:
        yield batch


def focus(found: Iterable[Quad]) -> set[str]:
    """The nodes that shapes look at: findings, and the properties that facts have."""
    return {q.predicate.value if is_fact(q) else iri(q.subject) for q in found}
