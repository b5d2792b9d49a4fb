"""SPARQL-based constraints of the shapes, each asked once of all its focus nodes.

pySHACL asks such a query anew for every focus node, by a Python engine; that is most of what a validation costs. Here
Oxigraph answers one query a constraint, with the focus nodes as VALUES in place of SHACL's pre-bound `$this`.
A constraint must therefore name `$this` in its SELECT, and may not hide it in a subquery that does not project it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import lru_cache

import pyoxigraph as ox
from rdflib import RDF, RDFS, SH, Graph
from rdflib.term import IdentifiedNode, Node

Term = ox.NamedNode | ox.BlankNode | ox.Literal

_TARGETS = {
    SH.targetNode: "VALUES ?this {{ {0} }}",
    SH.targetClass: f"?this <{RDF.type}>/<{RDFS.subClassOf}>* {{0}}",
    SH.targetSubjectsOf: "?this {0} ?any",
    SH.targetObjectsOf: "?any {0} ?this",
}
_GROUP = re.compile(r"\bWHERE\s*\{", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\{[?$](\w+)\}")


@dataclass(frozen=True, slots=True)
class Constraint:
    """One sh:sparql of a shape: whom it looks at, what it asks, and what it says of each row that it finds."""

    shape: str
    severity: str
    message: str
    targets: str
    before: str
    after: str

    def focus_nodes(self, store: ox.Store) -> set[ox.NamedNode | ox.BlankNode]:
        """What the shape's targets select in the data."""
        found = store.query(f"SELECT DISTINCT ?this WHERE {{ {self.targets} }}")
        assert isinstance(found, ox.QuerySolutions)
        return {row["this"] for row in found}

    def broken(self, store: ox.Store, focus: Iterable[ox.NamedNode]) -> Iterator[dict[str, Term]]:
        """The rows that break the rule: `this`, perhaps `path` and `value`, and what the message mentions."""
        nodes = " ".join(sorted(map(str, focus)))
        if not nodes:
            return
        found = store.query(f"{self.before} VALUES ?this {{ {nodes} }} {self.after}")
        assert isinstance(found, ox.QuerySolutions)
        names = [variable.value for variable in found.variables]
        for row in found:
            yield {name: term for name, term in zip(names, row, strict=True) if term is not None}

    def says(self, values: Mapping[str, str]) -> str:
        """The message with the row's values in place of `{?value}` and `{$this}`."""
        return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), self.message)


@lru_cache(maxsize=4)
def sparql_constraints(shapes: Graph) -> tuple[Constraint, ...]:
    """The SPARQL-based constraints of these shapes, in the order of the shapes' names.

    Raises ValueError for one that cannot be asked of many focus nodes together.
    """
    return tuple(_constraint(shapes, shape, node) for shape, node in sorted(shapes.subject_objects(SH.sparql), key=str))


def _constraint(shapes: Graph, shape: Node, node: Node) -> Constraint:
    select = "\n".join(str(text) for text in shapes.objects(node, SH.select))
    opening = _GROUP.search(select)
    if opening is None or not re.search(r"[?$]this\b", select[: opening.start()]):
        raise ValueError(f"{shape}: its query must SELECT $this, then say WHERE {{ … }}")
    prefixes = "".join(_prefixes(shapes, node))
    message = next(iter((*shapes.objects(node, SH.message), *shapes.objects(shape, SH.message))))
    severity = shapes.value(shape, SH.severity) or SH.Violation
    return Constraint(
        shape=str(shape),
        severity=str(severity).removeprefix(str(SH)),
        message=str(message),
        targets=" UNION ".join(_targets(shapes, shape)),
        before=f"{prefixes}{select[: opening.end()]}",
        after=select[opening.end() :],
    )


def _prefixes(shapes: Graph, node: Node) -> Iterator[str]:
    for header in shapes.objects(node, SH.prefixes):
        for declared in shapes.objects(header, SH.declare):
            prefix, space = shapes.value(declared, SH.prefix), shapes.value(declared, SH.namespace)
            yield f"PREFIX {prefix}: <{space}>\n"


def _targets(shapes: Graph, shape: Node) -> Iterator[str]:
    for how, pattern in _TARGETS.items():
        for target in shapes.objects(shape, how):
            assert isinstance(target, IdentifiedNode)
            yield f"{{ {pattern.format(target.n3())} }}"


def for_many_nodes(shapes: Graph) -> Graph:
    """The shapes without their SPARQL-based constraints, and with each property shape under its node shape's targets.

    pySHACL visits a property shape that hangs under a node shape once for each focus node; one that targets the same
    nodes itself it visits once. The results are the same, since a node shape adds nothing to them.
    """
    told = Graph()
    for triple in shapes:
        told.add(triple)
    told.remove((None, SH.sparql, None))
    for group, member in list(told.subject_objects(SH.property)):
        if (None, SH.property, group) in told or (None, SH.node, group) in told:
            continue  # it is asked of values too, not of targets alone
        for how in _TARGETS:
            for target in told.objects(group, how):
                told.add((member, how, target))
        told.remove((group, SH.property, member))
    return told


def within(nodes: Set[ox.NamedNode | ox.BlankNode], wanted: Set[str] | None) -> list[ox.NamedNode]:
    """Those of the nodes that are asked for: all that have an IRI where `wanted` is None."""
    return [n for n in nodes if isinstance(n, ox.NamedNode) and (wanted is None or n.value in wanted)]
