"""Queries from the command line, against the published dataset."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import (
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
    serialize,
)

from graph.namespaces import Namespace
from graph.paths import QUESTIONS
from graph.publish import current_build
from graph.store.embedded import StoreError, open_store
from service.settings import Settings
from service.sparql import faults

RESULT_FORMATS = {
    "json": QueryResultsFormat.JSON,
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
    "xml": QueryResultsFormat.XML,
}
WIDEST = 60


class QueryError(ValueError):
    """A query that cannot be read, or a name under which there is none; the message says where and why."""


def ask(query: str, form: str, settings: Settings) -> bytes:
    """The answer to a query, a file of one, or a stored question, as bytes. Raises QueryError, StoreError."""
    text = _text_of(query)
    build = current_build(settings.data)
    if build is None:
        raise StoreError(f"{settings.data}: nothing was built there; run `evplans build`")
    store = open_store(build / "store")
    namespace = Namespace(settings.base)
    try:
        found = store.query(text, use_default_graph_as_union=True, prefixes=namespace.prefixes)
    except SyntaxError as error:
        raise QueryError(faults.syntax(str(error.msg), text, namespace.prefixes).detail) from error
    if isinstance(found, QuerySolutions) and form == "table":
        return _table(found, store, namespace).encode()
    if isinstance(found, (QuerySolutions, QueryBoolean)):
        if form == "table":
            return f"{str(bool(found)).lower()}\n".encode()
        return bytes(found.serialize(format=RESULT_FORMATS.get(form, QueryResultsFormat.JSON)) or b"") + b"\n"
    output = io.BytesIO()
    serialize(found, output, RdfFormat.TURTLE, prefixes=namespace.prefixes)
    return output.getvalue()


def _text_of(query: str) -> str:
    if "{" in query:
        return query
    for path in (QUESTIONS / f"{query}.rq", Path(query)):
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise QueryError(f"{query}: neither a query, nor a file, nor a stored question (see ontology/{QUESTIONS.name}/)")


def _table(found: QuerySolutions, store: Store, namespace: Namespace) -> str:
    columns = [variable.value for variable in found.variables]
    lines = [[_cell(term, store, namespace) for term in solution] for solution in found]
    widths = [max([len(head), *(len(line[i]) for line in lines)]) for i, head in enumerate(columns)]
    drawn = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
             for line in (columns, ["-" * width for width in widths], *lines)]  # fmt: skip
    return "\n".join([*drawn, f"({len(lines)} rows)", ""])


def _cell(term: object, store: Store, namespace: Namespace) -> str:
    if isinstance(term, NamedNode):
        label = store.query(
            f"SELECT ?l {{ {term} <http://www.w3.org/2004/02/skos/core#prefLabel>|"
            f"<http://www.w3.org/2000/01/rdf-schema#label>|<http://purl.org/dc/terms/title> ?l }} LIMIT 1",
            use_default_graph_as_union=True,
        )
        for row in label if isinstance(label, QuerySolutions) else ():
            return _short(str(row[0].value))
        for prefix, start in namespace.prefixes.items():
            if term.value.startswith(start):
                return f"{prefix}:{term.value.removeprefix(start)}"
        return f"<{term.value}>"
    if isinstance(term, Literal):
        return _short(term.value)
    return "" if term is None else str(term)


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= WIDEST else flat[: WIDEST - 1] + "…"


def copy_dumps(settings: Settings, folder: Path) -> Iterator[Path]:
    """Copy the current build's dumps into a folder, one compressed N-Quads file a graph. Raises StoreError."""
    build = current_build(settings.data)
    if build is None:
        raise StoreError(f"{settings.data}: nothing was built there; run `evplans build`")
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted((build / "dumps").iterdir()):
        yield Path(shutil.copyfile(path, folder / path.name))
