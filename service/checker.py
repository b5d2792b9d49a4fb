"""The process that checks RDF of other people: a job on standard input, the report as JSON on standard output.

It is a process of its own so that a graph made to take for ever, or all memory, takes only this.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterable

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from graph.namespaces import Namespace
from graph.rdf import ground_quads
from graph.validation import SHAPES, Report, Result, as_graph, validate_document

MEMORY = 1 << 30  # bytes of address space
PROCESSOR = 60  # seconds of it, should nobody be left to stop this process
NO_IRI = SHAPES + "NodeHasIri"


def check(body: bytes, media_type: str, base: str) -> Report:
    """The report on a graph in the light of the ontology and the register. Raises SyntaxError for bad RDF."""
    form = RdfFormat.from_media_type(media_type)
    assert form is not None, media_type
    genid = f"{base}.well-known/genid/"
    quads = _with_iris(parse(body, format=form, base_iri=base), genid)
    ground = as_graph(quad for graph in ground_quads(Namespace(base)).values() for quad in graph)
    found = validate_document(as_graph(quads), ground)
    unnamed = {name for quad in quads if (name := str(quad.subject)[1:-1]).startswith(genid)}
    return Report.of([*found.results, *map(_unnamed, unnamed)])


def _with_iris(quads: Iterable[Quad], genid: str) -> list[Quad]:
    """The same with an IRI for each blank node, by which the report can speak of it. Raises ValueError for RDF 1.2."""
    found = []
    for quad in quads:
        subject, value = quad.subject, quad.object
        if isinstance(value, Triple) or (isinstance(value, Literal) and value.direction):
            raise ValueError(f"{quad.predicate} has a triple or a text with a direction; only RDF 1.1 can be checked")
        if isinstance(subject, BlankNode):
            subject = NamedNode(genid + subject.value)
        if isinstance(value, BlankNode):
            value = NamedNode(genid + value.value)
        found.append(Quad(subject, quad.predicate, value))
    return found


def _unnamed(node: str) -> Result:
    return Result("Violation", NO_IRI, node, None, None, "A blank node is described: published data has none; name it.")


def main() -> None:
    """Check one job: a line of JSON with `type` and `base`, then the RDF."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR, PROCESSOR))
    line, _, body = sys.stdin.buffer.read().partition(b"\n")
    job = json.loads(line)
    try:
        report = check(body, job["type"], job["base"])
    except (SyntaxError, ValueError) as error:
        answer: dict[str, object] = {"error": str(error)}
    except (RecursionError, MemoryError):
        answer = {"exhausted": "It takes more memory, or a longer chain of relations, than a check may follow."}
    else:
        answer = {"json": as_json(report), "turtle": report.as_turtle(), "text": report.as_text()}
    json.dump(answer, sys.stdout)


def as_json(report: Report) -> dict[str, object]:
    """The report as plain values."""
    rows = [
        {
            "severity": r.severity,
            "shape": r.shape,
            "focus": r.focus,
            "path": r.path,
            "value": None if r.value is None else str(r.value),
            "message": r.message,
            "document": r.document,
            "label": r.label,
        }
        for r in report.results
    ]
    return {"conforms": report.conforms, "counts": report.counts, "results": rows}


if __name__ == "__main__":
    main()
