"""The search index of a build: labels, aliases, titles and quotes in SQLite's full-text search."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from graph.namespaces import DCT, OA, SKOS

SEARCHED = {
    SKOS + "prefLabel": "name",
    SKOS + "altLabel": "alias",
    DCT + "title": "title",
    OA + "exact": "quote",
}
SCHEMA = """
CREATE VIRTUAL TABLE entry USING fts5(iri UNINDEXED, kind UNINDEXED, text, tokenize="unicode61 remove_diacritics 2",
  prefix="2 3");
CREATE VIRTUAL TABLE trigram USING fts5(iri UNINDEXED, kind UNINDEXED, text, tokenize="trigram");
"""


def write_index(path: Path, quads: Iterable[Quad], base: str) -> None:
    """Write the index of everything under `base` that has a name, a title or a quote."""
    rows = sorted(
        {
            (quad.subject.value.partition("#")[0], SEARCHED[quad.predicate.value], quad.object.value)
            for quad in quads
            if quad.predicate.value in SEARCHED
            and isinstance(quad.subject, NamedNode)
            and isinstance(quad.object, Literal)
            and quad.subject.value.startswith(base)
        }
    )
    with closing(sqlite3.connect(path)) as index, index:
        index.executescript(SCHEMA)
        index.executemany("INSERT INTO entry VALUES (?, ?, ?)", rows)
        index.executemany("INSERT INTO trigram VALUES (?, ?, ?)", (row for row in rows if row[1] != "quote"))
