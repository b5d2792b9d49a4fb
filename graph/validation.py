"""SHACL: which rules of `shapes/` does a dataset, or one document of it, break?

pySHACL runs over rdflib graphs in memory. A document is validated with the descriptions of what it mentions,
so that the cost follows the document and not the dataset.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import rdflib
from pyshacl.graph_abstraction import DataGraph
from pyshacl.pytypes import SHACLExecutor
from pyshacl.shapes_graph import ShapesGraph
from pyshacl.validator import Validator
from rdflib import DCTERMS, PROV, RDF, RDFS, SH, SKOS, XSD, BNode, Graph, URIRef
from rdflib.term import Node
from rdflib.util import from_n3

from graph import paths
from graph.constraints import Constraint, Term, for_many_nodes, sparql_constraints, within
from graph.namespaces import EV, OA, Namespace
from graph.terms import TurtleError

SHAPES = "https://w3id.org/evplans/shapes#"
SEVERITIES = ("Violation", "Warning", "Info")
_COUNTED = {"Violation": ("violation", "violations"), "Warning": ("warning", "warnings"), "Info": ("hint", "hints")}


@dataclass(frozen=True, slots=True)
class Result:
    """One broken rule. `shape`, `focus` and `path` are IRIs; `document` and `label` say where a person finds it."""

    severity: str
    shape: str
    focus: str
    path: str | None
    value: Node | None
    message: str
    document: str | None = None
    label: str | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """What results are sorted and named by: document, gravity, focus, rule."""
        gravity = str(SEVERITIES.index(self.severity))
        value = self.value.n3() if isinstance(self.value, rdflib.term.Identifier) else ""
        return (self.document or "", self.focus, gravity, self.shape, self.path or "", value, self.message)

    def __str__(self) -> str:
        value = "" if self.value is None else str(self.value)
        shown = f": {value}" if value not in ("", self.focus) and value not in self.message else ""
        return f"{self.severity:<9} {self.message} [{self.shape.rpartition('#')[2]}{shown}]"


def result_row(result: Result) -> list[Any]:
    """A result as plain values, for files."""
    value = result.value.n3() if isinstance(result.value, rdflib.term.Identifier) else None
    return [
        result.severity, result.shape, result.focus, result.path, value, result.message, result.document, result.label,
    ]  # fmt: skip


def result_of(row: Sequence[Any]) -> Result:
    """The result that `result_row` wrote."""
    severity, shape, focus, path, value, message, document, label = row
    term = None if value is None else from_n3(value)
    assert term is None or isinstance(term, Node)
    return Result(severity, shape, focus, path, term, message, document, label)


@dataclass(frozen=True)
class Report:
    """The results of a validation, sorted. Warnings and hints leave the data conforming."""

    results: tuple[Result, ...] = ()

    @classmethod
    def of(cls, results: Iterable[Result]) -> Report:
        """A report of these results, each once."""
        return cls(tuple(sorted(set(results), key=lambda r: r.key)))

    @property
    def conforms(self) -> bool:
        """Whether nothing is wrong, whatever else is suspicious."""
        return not any(r.severity == "Violation" for r in self.results)

    @property
    def counts(self) -> dict[str, int]:
        """How many results there are of each severity."""
        found = Counter(r.severity for r in self.results)
        return {severity: found[severity] for severity in SEVERITIES}

    @cached_property
    def graph(self) -> Graph:
        """The report as SHACL's own RDF, without blank nodes."""
        return as_graph(self._quads())

    def as_turtle(self) -> str:
        """The same in Turtle: the same text for the same results."""
        told = ox.serialize(
            (quad.triple for quad in self._quads()),
            format=ox.RdfFormat.TURTLE,
            prefixes=Namespace().prefixes | {"evsh": SHAPES},
        )
        assert told is not None
        return told.decode()

    def _quads(self) -> Iterator[ox.Quad]:
        graph = ox.NamedNode(Namespace().graph("provenance"))
        whole = ox.NamedNode(f"{graph.value}#validation")
        yield ox.Quad(whole, ox.NamedNode(RDF.type), ox.NamedNode(SH.ValidationReport), graph)
        yield ox.Quad(whole, ox.NamedNode(SH.conforms), ox.Literal(self.conforms), graph)
        yield from report_quads(self.results)

    def lines(self) -> list[str]:
        """The violations, each in one line that begins with what it is about."""
        return [
            f"{r.label or r.focus}: {r.message} [{r.shape.rpartition('#')[2]}]"
            for r in self.results
            if r.severity == "Violation"
        ]

    def as_text(self) -> str:
        """The report for a terminal: by document, then claim by claim, and the counts at the end."""
        lines: list[str] = []
        for document, results in groupby(self.results, key=lambda r: r.document):
            lines += [document or "Outside the documents"]
            for (focus, label), about in groupby(results, key=lambda r: (r.focus, r.label)):
                lines.append(f"  {label} <{focus}>" if label else f"  <{focus}>")
                lines += [f"    {result}" for result in about]
            lines.append("")
        counts = (f"{n} {_COUNTED[severity][n != 1]}" for severity, n in self.counts.items())
        return "\n".join([*lines, ", ".join(counts)])


@lru_cache(maxsize=4)
def load_shapes(folder: Path = paths.SHAPES) -> Graph:
    """All shapes of the folder in one graph. Raises TurtleError on bad Turtle."""
    return read_rdf(sorted(folder.glob("*.ttl")))


def read_rdf(files: Iterable[Path]) -> Graph:
    """RDF files as one graph, whatever format their endings name. Raises TurtleError."""
    quads: list[ox.Quad] = []
    for path in files:
        form = ox.RdfFormat.from_extension(path.suffix.removeprefix("."))
        if form is None:
            raise TurtleError(f"{path}: no RDF format has this ending; use .ttl, .nt, .nq, .trig, .rdf or .jsonld")
        try:
            quads += ox.parse(path=path, format=form, base_iri=path.resolve().as_uri())
        except (SyntaxError, ValueError, OSError) as error:
            raise TurtleError(f"{path}: not RDF that can be read: {error}") from error
    return as_graph(quads)


def validate(data: Graph, shapes: Graph | None = None, focus_nodes: Collection[str] | None = None) -> Report:
    """Check `data`, which holds the ontology and the register too: all of it, or only these nodes."""
    return validate_graph(data, as_store(data), load_shapes() if shapes is None else shapes, focus_nodes)


def validate_graph(data: Graph, store: ox.Store, shapes: Graph, focus_nodes: Collection[str] | None) -> Report:
    """The same of data that are given twice: in rdflib for pySHACL, in a store for SPARQL-based constraints."""
    focus = None if focus_nodes is None else frozenset(focus_nodes)
    validator = _Validator(data, _shapes_graph(shapes))
    if focus is not None:
        validator.focus = frozenset(map(URIRef, focus))
    _, report, _ = validator.run()  # type: ignore[no-untyped-call]
    results = [_result(report, node, data) for node in report.objects(None, SH.result)]
    for constraint in sparql_constraints(shapes):
        nodes = within(constraint.focus_nodes(store), focus)
        results += (_broken(constraint, row, data) for row in constraint.broken(store, nodes))
    return Report.of(results)


def validate_document(
    document_graph: Graph, context_graph: Graph, focus_nodes: Collection[str] | None = None
) -> Report:
    """Check one document's graph, all that it describes or only these nodes.

    The context (ontology, register) is looked up for what the document mentions and for nothing else.
    """
    data = with_descriptions(document_graph, context_graph)
    return validate(data, focus_nodes=focus_nodes or {str(s) for s in document_graph.subjects()})


def with_descriptions(graph: Graph, context: Graph) -> Graph:
    """The graph and what the context says about every IRI that it mentions, and about what that mentions in turn."""
    data = Graph()
    for triple in graph:
        data.add(triple)
    seen: set[Node] = set()
    waiting: set[Node] = {term for triple in graph for term in triple if isinstance(term, URIRef)}
    while waiting:
        seen |= waiting
        found = [triple for term in waiting for triple in context.triples((term, None, None))]
        for triple in found:
            data.add(triple)
        waiting = {term for triple in found for term in triple if isinstance(term, URIRef) and term not in seen}
    return data


def validate_dataset(data: ox.Store | Graph) -> Report:
    """Check a published dataset, or a graph of one's own in the light of the house's ontology and register."""
    if isinstance(data, ox.Store):
        return validate(as_graph(data))
    from graph.rdf import ground_quads

    ground = ground_quads(Namespace())
    return validate_document(data, as_graph(quad for quads in ground.values() for quad in quads))


def as_graph(quads: Iterable[ox.Quad], store: str = "default") -> Graph:
    """Quads of the store as one rdflib graph in memory; their graph names are dropped. `store` is rdflib's name of how
    it is kept: `SimpleMemory` takes half the time, and is no use where pySHACL is handed the graph by itself."""
    graph = Graph(store=store)
    terms: dict[Term, Node] = {}

    def term(one: Term) -> Node:
        if one not in terms:
            terms[one] = _rdflib_term(one)
        return terms[one]

    for quad in quads:
        graph.add((term(quad.subject), term(quad.predicate), term(quad.object)))  # type: ignore[arg-type]
    return graph


def as_store(graph: Graph) -> ox.Store:
    """An rdflib graph as a store in memory."""
    store = ox.Store()
    store.bulk_load(graph.serialize(format="nt", encoding="utf-8"), ox.RdfFormat.N_TRIPLES)
    return store


def report_quads(results: Iterable[Result], namespace: Namespace | None = None) -> Iterator[ox.Quad]:
    """Results in SHACL's vocabulary for the provenance graph; each is named by a digest of what it says."""
    names = namespace or Namespace()
    graph = ox.NamedNode(names.graph("provenance"))
    whole = ox.NamedNode(f"{graph.value}#validation")

    def quad(subject: ox.NamedNode, predicate: URIRef, value: ox.NamedNode | ox.Literal) -> ox.Quad:
        return ox.Quad(subject, ox.NamedNode(predicate), value, graph)

    for result in results:
        digest = hashlib.sha256("\x1f".join(result.key).encode()).hexdigest()[:20]
        node = ox.NamedNode(f"{graph.value}#result-{digest}")
        yield quad(whole, SH.result, node)
        yield quad(node, RDF.type, ox.NamedNode(SH.ValidationResult))
        yield quad(node, SH.resultSeverity, ox.NamedNode(SH[result.severity]))
        yield quad(node, SH.sourceShape, ox.NamedNode(result.shape))
        yield quad(node, SH.focusNode, ox.NamedNode(result.focus))
        yield quad(node, SH.resultMessage, ox.Literal(result.message, language="en"))
        if result.path:
            yield quad(node, SH.resultPath, ox.NamedNode(result.path))
        if (value := _ox_term(result.value)) is not None:
            yield quad(node, SH.value, value)


def _ox_term(node: Node | None) -> ox.NamedNode | ox.Literal | None:
    if isinstance(node, URIRef):
        return ox.NamedNode(node)
    if isinstance(node, rdflib.Literal):
        if node.language:
            return ox.Literal(node, language=node.language)
        return ox.Literal(node, datatype=ox.NamedNode(node.datatype) if node.datatype else None)
    return None


class _Validator(Validator):
    """pySHACL's validator on shapes that are read once, with focus nodes in a set (its own option scans a list)."""

    focus: frozenset[URIRef] | None = None

    def __init__(self, data: Graph, shapes: ShapesGraph) -> None:
        beside = Graph().store  # pySHACL wants one with contexts, though it only reads the graph itself
        options = {"inplace": True}  # nothing is inferred or written
        super().__init__(DataGraph(beside, impl=data), shacl_graph=shapes.graph, options=options)
        self.shacl_graph = shapes

    def make_executor(self) -> SHACLExecutor:
        executor = super().make_executor()
        executor.focus_nodes = self.focus  # type: ignore[assignment]
        return executor


@lru_cache(maxsize=4)
def _shapes_graph(shapes: Graph) -> ShapesGraph:
    return ShapesGraph(for_many_nodes(shapes))


def _result(report: Graph, node: Node, data: Graph) -> Result:
    """One sh:ValidationResult, with its place in the data."""
    focus = report.value(node, SH.focusNode)
    path = report.value(node, SH.resultPath)
    assert focus is not None
    return Result(
        severity=str(report.value(node, SH.resultSeverity)).removeprefix(str(SH)),
        shape=str(report.value(node, SH.sourceShape)),
        focus=str(focus),
        path=None if path is None else str(path),
        value=report.value(node, SH.value),
        message=_with_short_iris(" ".join(sorted(str(m) for m in report.objects(node, SH.resultMessage)))),
        document=_document(data, focus),
        label=_label(data, focus),
    )


def _broken(constraint: Constraint, row: dict[str, Term], data: Graph) -> Result:
    """What a row of a SPARQL-based constraint says; the value is the focus node unless the row gives one."""
    terms = {"value": row["this"], **row}
    node, path = URIRef(row["this"].value), row.get("path")
    return Result(
        severity=constraint.severity,
        shape=constraint.shape,
        focus=str(node),
        path=None if path is None else path.value,
        value=_rdflib_term(terms["value"]),
        message=_with_short_iris(constraint.says({name: term.value for name, term in terms.items()})),
        document=_document(data, node),
        label=_label(data, node),
    )


def _label(data: Graph, focus: Node) -> str | None:
    found = (str(label) for p in (RDFS.label, SKOS.prefLabel, DCTERMS.title) for label in data.objects(focus, p))
    return min(found, default=None)


def _rdflib_term(term: Term) -> Node:
    if isinstance(term, ox.Literal):
        datatype = None if term.language else URIRef(term.datatype.value)
        return rdflib.Literal(term.value, lang=term.language, datatype=None if datatype == XSD.string else datatype)
    return URIRef(term.value) if isinstance(term, ox.NamedNode) else BNode(term.value)


def _with_short_iris(message: str) -> str:
    """The message with `ev:unit` in place of the whole IRI that a query has put into it."""
    for prefix, space in Namespace().prefixes.items():
        message = re.sub(re.escape(space) + r"(?=[\w-])", f"{prefix}:", message)
    return message


def _document(data: Graph, focus: Node) -> str | None:
    """The document that a claim, its evidence or a selector belongs to."""
    if (focus, RDF.type, URIRef(EV + "Document")) in data:
        return str(focus)
    evidence = data.value(predicate=URIRef(OA + "hasSelector"), object=focus) or focus
    source = data.value(evidence, URIRef(OA + "hasSource")) or data.value(evidence, PROV.wasDerivedFrom)
    return str(source) if source is not None else None
