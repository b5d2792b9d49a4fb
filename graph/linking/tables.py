"""A user's table: read whatever its encoding and separator, its names matched with our things, written back as CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from charset_normalizer import from_bytes
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from graph.linking import LinkingError
from graph.linking.asked import LONGEST, Query
from graph.linking.matching import Candidate, matcher
from graph.linking.things import Things
from graph.namespaces import DCT, XSD, slug
from graph.terms import decimal, number

NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,9})?", re.ASCII)
SEPARATORS = ",;\t|"
LEAST = 50.0  # percent; what is less likely is not worth a look
SAMPLE = 64 << 10  # characters by which a separator is told
ADDED = ("iri", "label", "score", "match")  # columns that are added, after the name of the matched one


class TableError(LinkingError):
    """A table that cannot be read, or has no such column; the message says which and what there is."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its header, as it was read."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    encoding: str
    separator: str


def read_table(path: Path) -> Table:
    """Read a table of separated values. Raises TableError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise TableError(f"{path}: cannot be read: {error.strerror}") from None
    text, encoding = _decoded(content, path)
    separator = _separator(text)
    try:
        rows = [
            tuple(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True) if row
        ]
    except csv.Error as error:
        raise TableError(f"{path}: not a table that can be read ({error})") from None
    if not rows or not any(rows[0]):
        raise TableError(f"{path}: the table is empty; its first line has the names of the columns")
    columns = tuple(name.strip() for name in rows[0])
    for line, row in enumerate(rows[1:], 2):
        if len(row) > len(columns):
            raise TableError(f"{path}: row {line} has {len(row)} cells, the header {len(columns)}")
    filled = tuple(row + ("",) * (len(columns) - len(row)) for row in rows[1:])
    return Table(columns, filled, encoding, separator)


def _decoded(content: bytes, path: Path) -> tuple[str, str]:
    for encoding in ("utf-8-sig",) if not content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-16",):
        try:
            return content.decode(encoding), encoding.removesuffix("-sig")
        except UnicodeDecodeError:
            pass
    best = from_bytes(content).best()
    if best is None or "\x00" in str(best):
        raise TableError(f"{path}: its encoding cannot be told; save it as UTF-8")
    return str(best), best.encoding


def _separator(text: str) -> str:
    """The separator that the header has, the most frequent one; quotes are honoured."""
    header = next(iter(text[:SAMPLE].splitlines()), "")
    unquoted = "".join(part for i, part in enumerate(header.split('"')) if i % 2 == 0)
    counts = {mark: unquoted.count(mark) for mark in SEPARATORS}
    return max(SEPARATORS, key=lambda mark: counts[mark]) if any(counts.values()) else ","


def matched(table: Table, column: str, things: Things, kinds: Sequence[str] = ()) -> list[Candidate | None]:
    """For each row its name and the best candidate. Raises TableError where there is no such column."""
    if column not in table.columns:
        raise TableError(f"there is no column {column!r}; the table has {', '.join(table.columns)}")
    at, finder = table.columns.index(column), matcher(things)
    best: dict[str, Candidate | None] = {}
    for name in dict.fromkeys(row[at].strip() for row in table.rows):
        found = finder.match(Query(name[:LONGEST], tuple(kinds), limit=1)) if name else []
        best[name] = found[0] if found and found[0].score >= LEAST else None
    return [best[row[at].strip()] for row in table.rows]


def written(table: Table, column: str, found: Sequence[Candidate | None], space: str) -> str:
    """The table as CSV with the candidates in columns of their own; an IRI stands where the match is certain."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*table.columns, *(f"{column}_{name}" for name in ADDED)])
    for row, candidate in zip(table.rows, found, strict=True):
        if candidate is None:
            writer.writerow([*row, "", "", "", "no"])
        else:
            iri = space + candidate.thing.slug if candidate.match else ""
            said = "yes" if candidate.match else "unsure"
            writer.writerow([*row, iri, candidate.thing.name, f"{candidate.score:g}", said])
    return out.getvalue()


def as_turtle(table: Table, column: str, found: Sequence[Candidate | None], space: str, name: str) -> str:
    """The table as RDF: a node for each row, `dct:subject` for what is certain, a property for each column."""
    home = f"urn:table:{slug(name) or 'table'}#"
    triples: list[Triple] = []
    for line, (row, candidate) in enumerate(zip(table.rows, found, strict=True), 2):
        node = NamedNode(f"{home}row-{line}")
        cells = zip(table.columns, row, strict=True)
        triples += [Triple(node, NamedNode(home + quote(head)), _literal(cell)) for head, cell in cells if cell.strip()]
        if candidate is not None and candidate.match:
            triples.append(Triple(node, NamedNode(DCT + "subject"), NamedNode(space + candidate.thing.slug)))
            triples.append(
                Triple(node, NamedNode(f"{home}{quote(column)}_score"), decimal(round(candidate.score / 100, 4)))
            )
    prefixes = {"table": home, "dct": DCT, "xsd": XSD}
    return (serialize(triples, format=RdfFormat.TURTLE, prefixes=prefixes) or b"").decode()


def _literal(cell: str) -> Literal:
    text = cell.strip()
    return number(float(text)) if NUMBER.fullmatch(text) else Literal(text)
