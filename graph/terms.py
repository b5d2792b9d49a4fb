"""RDF terms: typed literals, blank nodes turned into IRIs, quads in canonical order."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from graph.namespaces import RDF, XSD

Term = NamedNode | BlankNode | Literal

RDF_TYPE = NamedNode(RDF + "type")
_DATE_TYPES = {4: "gYear", 7: "gYearMonth", 10: "date"}


class TurtleError(ValueError):
    """A Turtle file that cannot be read; the message says which and where."""


def iri(term: object) -> str:
    """The IRI of a term that is known to be one: published data has no other subjects."""
    assert isinstance(term, NamedNode), term
    return term.value


def integer(value: int) -> Literal:
    return Literal(str(value), datatype=NamedNode(XSD + "integer"))


def decimal(value: float | Decimal) -> Literal:
    """A decimal in XSD's canonical form: no exponent, no needless zeros."""
    text = format(Decimal(str(value)), "f")
    if "." in text:
        text = text.rstrip("0").removesuffix(".")
    return Literal(text, datatype=NamedNode(XSD + "decimal"))


def number(value: float) -> Literal:
    """An integer where the value is whole, else a decimal."""
    return integer(int(value)) if value == int(value) else decimal(value)


def boolean(value: bool) -> Literal:
    return Literal("true" if value else "false", datatype=NamedNode(XSD + "boolean"))


def english(text: str) -> Literal:
    return Literal(text, language="en")


def date(text: str) -> Literal:
    """A date with its own precision: `2028` is a gYear, `2028-03` a gYearMonth, `2028-03-25` a date."""
    kind = _DATE_TYPES.get(len(text))
    return Literal(text, datatype=NamedNode(XSD + kind)) if kind else Literal(text)


def digest(*parts: str) -> str:
    """Twenty hexadecimal digits over the parts."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]


def canonical_lines(quads: Iterable[Quad]) -> list[str]:
    """The quads as N-Quads lines without line ends, sorted, each once."""
    return sorted({f"{quad} ." for quad in quads})


def ordered(quads: Iterable[Quad]) -> list[Quad]:
    """The quads in canonical order, each once."""
    return sorted(set(quads), key=str)


def turtle_quads(files: Iterable[Path], graph: str, base: str) -> list[Quad]:
    """The triples of Turtle files as quads of one graph, blank nodes as IRIs under it. Raises TurtleError."""
    found: list[Quad] = []
    for path in files:
        try:
            parsed = list(parse(path=path, format=RdfFormat.TURTLE, base_iri=base))
        except (SyntaxError, ValueError, OSError) as error:
            raise TurtleError(f"{path}: not Turtle that can be read: {error}") from error
        found.extend(skolemised(parsed, graph))
    return ordered(found)


def skolemised(quads: Iterable[Quad], graph: str) -> list[Quad]:
    """The same triples in `graph`, each blank node as `<graph>#b-<digest of what it is the subject of>`.

    Equal descriptions become one node, which says the same. Raises TurtleError for blank nodes in a circle.
    """
    triples = list(quads)
    about: dict[BlankNode, list[Quad]] = defaultdict(list)
    for quad in triples:
        if isinstance(quad.subject, BlankNode):
            about[quad.subject].append(quad)
    names: dict[BlankNode, NamedNode] = {}
    for node in {t for q in triples for t in (q.subject, q.object) if isinstance(t, BlankNode)}:
        _name(node, about, names, graph)
    home = NamedNode(graph)

    def named(term: Term) -> NamedNode | Literal:
        return names[term] if isinstance(term, BlankNode) else term

    return [Quad(named(q.subject), q.predicate, named(q.object), home) for q in triples]  # type: ignore[arg-type]


def _name(
    start: BlankNode, about: Mapping[BlankNode, list[Quad]], names: dict[BlankNode, NamedNode], graph: str
) -> None:
    """Name `start` after all nodes below it, without recursion: lists in SHACL can be long."""
    waiting, open_nodes = [start], set[BlankNode]()
    while waiting:
        node = waiting[-1]
        below = [q.object for q in about.get(node, []) if isinstance(q.object, BlankNode) and q.object not in names]
        if node in names or not below:
            lines = sorted(f"{q.predicate} {names.get(q.object, q.object)}" for q in about.get(node, []))  # type: ignore[arg-type]
            names.setdefault(node, NamedNode(f"{graph}#b-{digest(*lines)}"))
            waiting.pop()
            continue
        if node in open_nodes:
            raise TurtleError(f"{graph}: blank nodes that refer to each other in a circle; give one of them an IRI")
        open_nodes.add(node)
        waiting.extend(below)
