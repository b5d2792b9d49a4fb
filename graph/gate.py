"""The gate before a dataset: may these documents enter, and does what was made from them conform?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from pyoxigraph import Quad, Store

from graph.terms import iri
from graph.validation import Report, as_graph, load_shapes, validate_graph

Made = tuple[Sequence[Quad], Sequence[Quad]]


class Gate:
    """It knows the ontology and the register, and looks up there what it is asked about and nothing else."""

    def __init__(self, ground: Iterable[Quad]) -> None:
        """`ground` holds the ontology, its codes and the register."""
        self._about: dict[object, list[Quad]] = defaultdict(list)
        for quad in ground:
            self._about[quad.subject].append(quad)

    def documents(self, made: Sequence[Made]) -> list[Report]:
        """Check documents, each given with the candidates that it names: for each the report that it has alone."""
        if len(made) > 1 and not _agree(candidates for _, candidates in made):
            return [report for one in made for report in self.documents([one])]
        own = [{iri(quad.subject) for quad in quads} for quads, _ in made]
        quads = (quad for parts in made for part in parts for quad in part)
        results = self.nodes(quads, set[str]().union(*own)).results
        return [Report.of(result for result in results if result.focus in subjects) for subjects in own]

    def nodes(self, quads: Iterable[Quad], focus_nodes: Collection[str] | None) -> Report:
        """Check some nodes (all where it is None), given with all that rules look at beside ontology and register."""
        told = self._described(quads)
        store = Store()
        store.bulk_extend(Quad(quad.subject, quad.predicate, quad.object) for quad in told)
        return validate_graph(as_graph(told, "SimpleMemory"), store, load_shapes(), focus_nodes)

    def ground(self) -> Report:
        """Check the ontology and the register themselves."""
        return self.nodes((quad for quads in self._about.values() for quad in quads), None)

    def _described(self, quads: Iterable[Quad]) -> set[Quad]:
        """The quads, with what the ground says of all that they mention, and of what that mentions in turn."""
        told = set(quads)
        waiting = {term for quad in told for term in (quad.subject, quad.predicate, quad.object)}
        seen = set[object]()
        while waiting:
            seen |= waiting
            found = [quad for term in waiting if term in self._about for quad in self._about[term]]
            told.update(found)
            waiting = {term for quad in found for term in (quad.predicate, quad.object)} - seen
        return told


def _agree(candidates: Iterable[Iterable[Quad]]) -> bool:
    """Whether no two of the lists say different things of one candidate."""
    told: dict[str, set[Quad]] = {}
    for quads in candidates:
        own: dict[str, set[Quad]] = {}
        for quad in quads:
            own.setdefault(iri(quad.subject), set()).add(quad)
        if any(told.setdefault(subject, said) != said for subject, said in own.items()):
            return False
    return True
