"""What a build knows of itself beside its quads, in SQLite: documents, names in use, counts, results of validation.

It travels from build to build, so that a change need not look at what it leaves alone.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from graph import copies
from graph.copies import Signature
from graph.names import Use
from graph.statements import Statement, Witness
from graph.validation import Result, result_of, result_row

FILE = "ledger.sqlite"
_SCHEMA = """
CREATE TABLE document(slug TEXT PRIMARY KEY, shown TEXT NOT NULL, record TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE use(document TEXT, iri TEXT, spelling TEXT, role INTEGER, kinds TEXT);
CREATE INDEX use_by_document ON use(document);
CREATE INDEX use_by_iri ON use(iri);
CREATE TABLE band(key INTEGER, document TEXT, PRIMARY KEY (key, document)) WITHOUT ROWID;
CREATE TABLE statement(number INTEGER PRIMARY KEY, subject TEXT, property TEXT, told TEXT NOT NULL);
CREATE INDEX statement_by_topic ON statement(subject, property);
CREATE TABLE witness(statement INTEGER, issued TEXT, claim TEXT, document TEXT, PRIMARY KEY (statement, issued, claim))
  WITHOUT ROWID;
CREATE TABLE counted(kind TEXT, name TEXT, n INTEGER NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID;
CREATE TABLE result(part TEXT, focus TEXT, record TEXT NOT NULL);
CREATE INDEX result_by_focus ON result(part, focus);
CREATE TABLE note(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


def _signatures(record: Mapping[str, Any]) -> tuple[Signature, ...]:
    return tuple(tuple(signature) for signature in record.get("signatures", ()))


def _keys(record: Mapping[str, Any]) -> set[int]:
    return {key for signature in _signatures(record) for key in copies.keys(signature)}


class Ledger:
    """The ledger of one build. Changes are written by `close`."""

    def __init__(self, path: Path) -> None:
        new = not path.exists()
        self._db = sqlite3.connect(path)
        if new:
            self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Write what was changed."""
        self._db.commit()
        self._db.close()

    # --- documents and the names that they use

    def document(self, slug: str) -> dict[str, Any] | None:
        """What is recorded of a document."""
        row = self._db.execute("SELECT record FROM document WHERE slug = ?", (slug,)).fetchone()
        return None if row is None else dict(json.loads(row[0]))

    def documents(self) -> str:
        """What is shown of all documents, by slug, as JSON."""
        rows = self._db.execute("SELECT slug, shown FROM document ORDER BY slug")
        return "{" + ", ".join(f'"{slug}": {shown}' for slug, shown in rows) + "}"

    def enter(self, slug: str, shown: Mapping[str, Any], record: Mapping[str, Any], uses: Iterable[Use]) -> None:
        """Record a document that is not recorded yet: what is shown of it, and what is known of it besides."""
        row = (slug, json.dumps(shown, ensure_ascii=False), json.dumps(record))
        self._db.execute("INSERT INTO document VALUES (?, ?, ?)", row)
        rows = ((slug, use.iri, use.spelling, use.role, " ".join(use.kinds)) for use in uses)
        self._db.executemany("INSERT INTO use VALUES (?, ?, ?, ?, ?)", rows)
        self._db.executemany("INSERT INTO band VALUES (?, ?)", ((key, slug) for key in _keys(record)))

    def strike(self, slug: str) -> None:
        """Forget a document."""
        keys = _keys(self.document(slug) or {})
        self._db.executemany("DELETE FROM band WHERE key = ? AND document = ?", ((key, slug) for key in keys))
        self._db.execute("DELETE FROM document WHERE slug = ?", (slug,))
        self._db.execute("DELETE FROM use WHERE document = ?", (slug,))

    def signatures(self, slug: str) -> tuple[Signature, ...]:
        """By what a document is known again in its copies."""
        return _signatures(self.document(slug) or {})

    def bearing(self, key: int) -> list[str]:
        """The documents that have a key of such a signature, by name."""
        rows = self._db.execute("SELECT document FROM band WHERE key = ? ORDER BY document", (key,))
        return [slug for (slug,) in rows]

    def uses_by(self, document: str) -> set[Use]:
        """How a document uses names that the register does not know."""
        return self._uses("WHERE document = ?", document)

    def uses_of(self, iri: str) -> set[Use]:
        """How all documents together use a name that the register does not know."""
        return self._uses("WHERE iri = ?", iri)

    def _uses(self, which: str, value: str) -> set[Use]:
        rows = self._db.execute(f"SELECT iri, spelling, role, kinds FROM use {which}", (value,))  # noqa: S608
        return {Use(name, spelling, bool(role), tuple(kinds.split())) for name, spelling, role, kinds in rows}

    # --- statements and their witnesses

    def hear(self, witnesses: Collection[Witness]) -> None:
        """Record claims by what they state."""
        statements = {one.statement for one in witnesses}
        self._db.executemany(
            "INSERT OR IGNORE INTO statement VALUES (?, ?, ?, ?)",
            ((one.number(), one.subject, one.property, json.dumps(one[2:])) for one in statements),
        )
        rows = ((one.statement.number(), *one[1:]) for one in witnesses)
        self._db.executemany("INSERT OR REPLACE INTO witness VALUES (?, ?, ?, ?)", rows)

    def unhear(self, witnesses: Collection[Witness]) -> None:
        """Forget claims, and the statements that nobody makes any more."""
        rows = ((one.statement.number(), one.issued, one.claim) for one in witnesses)
        self._db.executemany("DELETE FROM witness WHERE statement = ? AND issued = ? AND claim = ?", rows)
        self._db.executemany(
            "DELETE FROM statement WHERE number = ?1 AND NOT EXISTS (SELECT 1 FROM witness WHERE statement = ?1)",
            ((one.number(),) for one in {one.statement for one in witnesses}),
        )

    def statements(self, subject: str, property_: str) -> list[Statement]:
        """What claims with this subject and property (IRIs) state."""
        rows = self._db.execute(
            "SELECT told FROM statement WHERE subject = ? AND property = ? ORDER BY number", (subject, property_)
        )
        return [Statement(subject, property_, *json.loads(told)) for (told,) in rows]

    def witnesses(self, statement: Statement) -> Iterator[Witness]:
        """Who makes a statement, the earliest first."""
        rows = self._db.execute(
            "SELECT issued, claim, document FROM witness WHERE statement = ? ORDER BY issued, claim",
            (statement.number(),),
        )
        return (Witness(statement, *row) for row in rows)

    # --- counts

    def count(self, kind: str, changes: Mapping[str, int]) -> None:
        """Add to counts, or take away from them; what has come to nothing is dropped."""
        self._db.executemany(
            "INSERT INTO counted VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n",
            ((kind, name, n) for name, n in changes.items() if n),
        )
        self._db.execute("DELETE FROM counted WHERE kind = ? AND n = 0", (kind,))

    def counts(self, kind: str) -> Counter[str]:
        """The counts of one kind by name."""
        return Counter(dict(self._db.execute("SELECT name, n FROM counted WHERE kind = ? ORDER BY name", (kind,))))

    # --- results of validation, and other notes

    def add_results(self, part: str, results: Iterable[Result]) -> None:
        """Record what a validation said of the nodes of one part of the dataset."""
        rows = ((part, result.focus, json.dumps(result_row(result))) for result in results)
        self._db.executemany("INSERT INTO result VALUES (?, ?, ?)", rows)

    def drop_results(self, part: str, focus: Iterable[str] | None = None) -> None:
        """Forget what was said of nodes that change in this part, or of the whole part."""
        if focus is None:
            self._db.execute("DELETE FROM result WHERE part = ?", (part,))
            return
        self._db.executemany("DELETE FROM result WHERE part = ? AND focus = ?", ((part, node) for node in focus))

    def results(self, part: str | None = None) -> Iterator[Result]:
        """What was said of one part, or of all."""
        rows = self._db.execute("SELECT DISTINCT record FROM result WHERE ?1 IS NULL OR part = ?1", (part,))
        for (record,) in rows:
            yield result_of(json.loads(record))

    def note(self, name: str, value: str | None = None) -> str | None:
        """Keep a text under a name, or read it."""
        if value is not None:
            self._db.execute("INSERT OR REPLACE INTO note VALUES (?, ?)", (name, value))
            return value
        row = self._db.execute("SELECT value FROM note WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])
