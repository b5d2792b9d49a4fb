"""The search index of a build: labels, aliases, titles and quotes in SQLite's full-text search."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from graph.namespaces import DCT, OA, SKOS

FILE = "search.sqlite"
SEARCHED = {
    SKOS + "prefLabel": "name",
    SKOS + "altLabel": "alias",
    DCT + "title": "title",
    OA + "exact": "quote",
}
SCHEMA = """
CREATE TABLE entries(id INTEGER PRIMARY KEY, iri TEXT, kind TEXT, text TEXT, UNIQUE (iri, kind, text));
CREATE VIRTUAL TABLE entry USING fts5(iri UNINDEXED, kind UNINDEXED, text, content="entries", content_rowid="id",
  tokenize="unicode61 remove_diacritics 2", prefix="2 3");
CREATE VIRTUAL TABLE trigram USING fts5(iri UNINDEXED, kind UNINDEXED, text, content="entries", content_rowid="id",
  tokenize="trigram");
"""

Entry = tuple[str, str, str]  # IRI, kind, text


def open_index(path: Path) -> sqlite3.Connection:
    """The index at `path`, made where there is none."""
    new = not path.exists()
    index = sqlite3.connect(path)
    if new:
        index.executescript(SCHEMA)
    return index


def entries(quads: Iterable[Quad], base: str) -> set[Entry]:
    """What is found by names, titles and quotes under `base`; a quote leads to its claim."""
    return {
        (quad.subject.value.partition("#")[0], SEARCHED[quad.predicate.value], quad.object.value)
        for quad in quads
        if quad.predicate.value in SEARCHED
        and isinstance(quad.subject, NamedNode)
        and isinstance(quad.object, Literal)
        and quad.subject.value.startswith(base)
    }


def update(index: sqlite3.Connection, removed: Iterable[Entry], added: Iterable[Entry]) -> None:
    """Take entries out of the index and add others."""
    for entry in sorted(removed):
        found = index.execute("SELECT id FROM entries WHERE iri = ? AND kind = ? AND text = ?", entry).fetchone()
        if found is not None:
            for table in _tables(entry):
                index.execute(f"INSERT INTO {table}({table}, rowid, iri, kind, text) VALUES ('delete', ?, ?, ?, ?)",  # noqa: S608
                              (*found, *entry))  # fmt: skip
            index.execute("DELETE FROM entries WHERE id = ?", found)
    for entry in sorted(added):
        made = index.execute("INSERT OR IGNORE INTO entries(iri, kind, text) VALUES (?, ?, ?)", entry)
        if made.rowcount:
            for table in _tables(entry):
                index.execute(f"INSERT INTO {table}(rowid, iri, kind, text) VALUES (?, ?, ?, ?)",  # noqa: S608
                              (made.lastrowid, *entry))  # fmt: skip


def _tables(entry: Entry) -> tuple[str, ...]:
    """Misspelt words are forgiven in names and titles, not in quotes."""
    return ("entry",) if entry[1] == "quote" else ("entry", "trigram")
