"""Queries from the command line, against the published dataset."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO

from pyoxigraph import (
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    serialize,
)
from rapidfuzz import process

from graph.namespaces import DCT, RDFS, SKOS, Namespace
from graph.paths import QUESTIONS
from graph.publish import current_build
from graph.store.embedded import StoreError, open_store
from service.problems import Problem
from service.settings import Settings
from service.sparql import faults, guard, scoping, strictness

TABLES = {
    "json": QueryResultsFormat.JSON,
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
    "xml": QueryResultsFormat.XML,
}
GRAPHS = {
    "turtle": RdfFormat.TURTLE,
    "ntriples": RdfFormat.N_TRIPLES,
    "rdfxml": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
}
LABELS = (SKOS + "prefLabel", RDFS + "label", DCT + "title")
WIDEST = 60  # characters of a cell


class QueryError(ValueError):
    """A query that cannot be read or answered, or a name under which there is none; the message says where and why."""


def ask(query: str, form: str, settings: Settings, out: IO[bytes]) -> None:
    """Write the answer to a query, a file of one, or a stored question. Raises QueryError or StoreError.

    `form` is `table` or a key of TABLES or GRAPHS; a table for people is drawn as Turtle where the answer is a graph.
    """
    text = _text_of(query)
    build = current_build(settings.data)
    if build is None:
        raise StoreError(f"{settings.data}: nothing was built there; run `evplans build`")
    store = open_store(build / "store")
    namespace = Namespace(settings.base)
    try:
        _write(_found(text, store, namespace, settings), form, store, namespace, out)
    except SyntaxError as error:
        if faults.is_update(text):
            raise QueryError("this is an update; `evplans query` only reads, updates go to the service") from error
        raise QueryError(_told(faults.syntax(str(error.msg), text, namespace.prefixes))) from error
    except guard.TooIntricate as error:
        raise QueryError(f"the query is refused: {error}") from error
    except (RuntimeError, ValueError) as error:
        raise QueryError(str(error)) from error


def _found(
    text: str, store: Store, namespace: Namespace, settings: Settings
) -> QuerySolutions | QueryBoolean | QueryTriples:
    if refused := guard.refused(text, settings.service_allow):
        raise QueryError(f"the query asks {', '.join(refused)}; EVPLANS_SERVICE_ALLOW names the addresses it may ask")
    if slip := strictness.find(text):
        raise QueryError(_told(faults.placed(text, *slip)))
    union = not guard.names_dataset(text)
    return store.query(scoping.mend(text).text, use_default_graph_as_union=union, prefixes=namespace.prefixes)


def _told(problem: Problem) -> str:
    """What is wrong with a query, and the line that it stands in, as one line."""
    line = " ".join(str(problem.more.get("text", "")).split())
    return f"{problem.detail} In: {line}" if line else problem.detail


def _write(
    found: QuerySolutions | QueryBoolean | QueryTriples, form: str, store: Store, namespace: Namespace, out: IO[bytes]
) -> None:
    if isinstance(found, QueryTriples):
        if form in TABLES:
            raise QueryError(f"this query gives a graph, which is no {form}; choose from {', '.join(GRAPHS)}")
        chosen = GRAPHS.get(form, RdfFormat.TURTLE)
        prefixed = chosen in {RdfFormat.TURTLE, RdfFormat.RDF_XML}
        serialize(found, out, chosen, prefixes=namespace.prefixes if prefixed else None)
        return
    if form in GRAPHS:
        raise QueryError(f"this query gives a table, which is no {form}; choose from table, {', '.join(TABLES)}")
    if form == "table":
        drawn = f"{str(bool(found)).lower()}\n" if isinstance(found, QueryBoolean) else _table(found, store, namespace)
        out.write(drawn.encode())
    elif isinstance(found, QueryBoolean) and form in {"csv", "tsv"}:
        out.write(f"{str(bool(found)).lower()}\n".encode())
    else:
        found.serialize(out, TABLES[form])
        out.write(b"\n" if form in {"json", "xml"} else b"")


def _text_of(query: str) -> str:
    """The query itself, or what stands in the file or under the name."""
    for path in (QUESTIONS / f"{query}.rq", Path(query)):
        with suppress(OSError):  # a query is no good name for a file
            if path.is_file():
                return _read(path)
    if "{" in query or len(query.split()) > 1:
        return query
    known = sorted(path.stem for path in QUESTIONS.glob("*.rq"))
    near = process.extractOne(query, known, score_cutoff=60)
    meant = f" Perhaps `{near[0]}` is meant." if near else f" The questions stand in ontology/{QUESTIONS.name}/."
    raise QueryError(f"{query}: neither a query, nor a file, nor a stored question.{meant}")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise QueryError(f"{path}: not UTF-8 at byte {error.start}") from error


def _table(found: QuerySolutions, store: Store, namespace: Namespace) -> str:
    columns = [variable.value for variable in found.variables]
    name = _namer(store, namespace)
    lines = [[_cell(term, name) for term in solution] for solution in found]
    widths = [max([len(head), *(len(line[i]) for line in lines)]) for i, head in enumerate(columns)]
    drawn = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
             for line in (columns, ["-" * width for width in widths], *lines)]  # fmt: skip
    return "\n".join([*drawn, f"({len(lines)} rows)", ""])


def _cell(term: object, name: Callable[[NamedNode], str]) -> str:
    if isinstance(term, NamedNode):
        return _short(name(term))
    if isinstance(term, Literal):
        return _short(term.value)
    return "" if term is None else str(term)


def _namer(store: Store, namespace: Namespace) -> Callable[[NamedNode], str]:
    """What to call a thing: by its label, an English one if it has one, else by its shortened IRI."""

    @cache
    def name(node: NamedNode) -> str:
        for predicate in LABELS:
            found = store.quads_for_pattern(node, NamedNode(predicate), None)
            labels = [quad.object for quad in found if isinstance(quad.object, Literal)]
            if labels:
                return min(labels, key=lambda label: (label.language not in {"en", None}, label.value)).value
        for prefix, start in namespace.prefixes.items():
            if node.value.startswith(start):
                return f"{prefix}:{node.value.removeprefix(start)}"
        return f"<{node.value}>"

    return name


def _short(text: str) -> str:
    """A text for a cell: one line, without what a terminal would take for a command."""
    flat = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in " ".join(text.split()))
    return flat if len(flat) <= WIDEST else flat[: WIDEST - 1] + "…"
