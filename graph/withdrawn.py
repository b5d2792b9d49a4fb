"""What earlier builds held and this one does not: claims and documents, with the claim that took a claim's place.

The list travels from build to build beside the ledger, so that an address that was once given away can say what became
of it. It is no part of the graphs, hence not of the build's id.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import NamedNode, Store

from graph.draft import Draft
from graph.namespaces import EV, OA, PROV
from graph.store.embedded import open_store
from graph.terms import RDF_TYPE, iri

FILE = "withdrawn.sqlite"
_SCHEMA = "CREATE TABLE IF NOT EXISTS withdrawn(iri TEXT PRIMARY KEY, document TEXT, successor TEXT) WITHOUT ROWID"
_KINDS = (NamedNode(EV + "Claim"), NamedNode(EV + "Document"))
_SUBJECT, _PROPERTY, _DOCUMENT = (
    NamedNode(EV + "subject"),
    NamedNode(EV + "property"),
    NamedNode(PROV + "wasDerivedFrom"),
)
_START = NamedNode(OA + "start")


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A claim or document that is gone: the document it stood in, and the IRI of the claim in its place, if any."""

    document: str | None
    successor: str | None


def note_withdrawn(draft: Draft, before: Path | None, documents: Iterable[str] | None = None) -> None:
    """Note what the build at `before` holds and the draft does not; only of these `documents` (IRIs) where given."""
    if before is None or not (before / "store").is_dir():
        return
    if (before / FILE).is_file():
        shutil.copyfile(before / FILE, draft.folder / FILE)
    draft.flush()
    old = open_store(before / "store")
    graphs = None if documents is None else [NamedNode(document) for document in documents]
    was, stands = _things(old, graphs), _things(draft.store, graphs)
    rows = [(gone, *_fate(gone, old, draft.store, was)) for gone in sorted(was - stands)]
    with closing(sqlite3.connect(draft.folder / FILE)) as table, table:
        table.execute(_SCHEMA)
        table.executemany("DELETE FROM withdrawn WHERE iri = ?", ((thing,) for thing in stands - was))
        table.executemany("INSERT OR REPLACE INTO withdrawn VALUES (?, ?, ?)", rows)


def withdrawn(home: Path, thing: str) -> Withdrawn | None:
    """What became of a claim or document that the build at `home` does not hold; None where none ever did."""
    if not (home / FILE).is_file():
        return None
    with closing(sqlite3.connect(f"file:{home / FILE}?mode=ro", uri=True)) as table:
        row = table.execute("SELECT document, successor FROM withdrawn WHERE iri = ?", (thing,)).fetchone()
    return Withdrawn(*row) if row else None


def _things(store: Store, graphs: Iterable[NamedNode] | None) -> set[str]:
    places = [None] if graphs is None else list(graphs)
    return {iri(q.subject) for g in places for kind in _KINDS for q in store.quads_for_pattern(None, RDF_TYPE, kind, g)}


def _fate(gone: str, old: Store, new: Store, known: set[str]) -> tuple[str | None, str | None]:
    """The document of a claim, and the new claim there on the same subject and property that stands closest."""
    node = NamedNode(gone)
    document, subject, about = (_one(old, node, p) for p in (_DOCUMENT, _SUBJECT, _PROPERTY))
    if document is None or subject is None or about is None:
        return None, None
    rivals = [
        claim
        for q in new.quads_for_pattern(None, _SUBJECT, subject, document)
        if (claim := NamedNode(iri(q.subject))).value not in known and _one(new, claim, _PROPERTY) == about
    ]
    place = _start(old, node)
    best = min(rivals, key=lambda claim: (abs(_start(new, claim) - place), claim.value), default=None)
    return document.value, best.value if best else None


def _one(store: Store, subject: NamedNode, predicate: NamedNode) -> NamedNode | None:
    found = next(store.quads_for_pattern(subject, predicate, None), None)
    return found.object if found and isinstance(found.object, NamedNode) else None


def _start(store: Store, claim: NamedNode) -> int:
    position = NamedNode(f"{claim.value}#position")
    found = next(store.quads_for_pattern(position, _START, None), None)
    return int(getattr(found.object, "value", 0)) if found else 0
