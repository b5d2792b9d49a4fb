"""Search in the build's index: the words as given, else the known words most like them, else parts of words."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rapidfuzz import fuzz, process

LONGEST = 200
RANK = {"name": 0, "alias": 1, "title": 2, "quote": 3}
CLOSE_ENOUGH = 60.0
MISSPELT = 75.0
NAMELESS = re.compile(r"/(?:rule|rate|graph)/")  # what has a label for the data's sake; nobody looks for it


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found: its IRI, the text that matched, and what kind of text that is."""

    iri: str
    label: str
    kind: str


def search(index: Path, text: str, limit: int = 30, names_only: bool = False) -> list[Hit]:
    """What the index has for a text; nothing for an empty one. Only the first 200 characters count."""
    words = re.findall(r"\w+", text[:LONGEST])
    if not words or not index.is_file():
        return []
    with closing(sqlite3.connect(f"file:{index}?mode=ro", uri=True)) as connection:
        hits = (
            list(_whole(connection, words, limit * 4))
            or list(_mended(connection, index, words, limit * 4))
            or list(_close(connection, text[:LONGEST], limit * 4))
        )
    wanted = text[:LONGEST].casefold()
    hits = [h for h in hits if not names_only or h.kind in {"name", "alias", "title"}]
    hits.sort(key=lambda h: (RANK[h.kind], -fuzz.ratio(wanted, h.label.casefold()), h.label))
    best = {h.iri: h for h in reversed(hits)}
    return [h for h in hits if best[h.iri] is h][:limit]


def _whole(connection: sqlite3.Connection, words: list[str], limit: int) -> Iterator[Hit]:
    query = " ".join(f'"{word}"' for word in words[:-1]) + f' "{words[-1]}"*'
    yield from _rows(connection, "entry", query.strip(), limit)


def _mended(connection: sqlite3.Connection, index: Path, words: list[str], limit: int) -> Iterator[Hit]:
    """What is found when each word stands for the known words that it may be a misspelling of."""
    known = _words(index.resolve())
    likely = [
        [w for w, _, _ in process.extract(word.casefold(), known, scorer=fuzz.ratio, score_cutoff=MISSPELT, limit=3)]
        for word in words
    ]
    if all(likely):
        query = " AND ".join("(" + " OR ".join(f'"{word}"' for word in choice) + ")" for choice in likely)
        yield from _rows(connection, "entry", query, limit)


@lru_cache(maxsize=2)
def _words(index: Path) -> list[str]:
    """The words of all names in an index. A build's index never changes, so they are read once."""
    with closing(sqlite3.connect(f"file:{index}?mode=ro", uri=True)) as connection:
        texts = connection.execute("SELECT text FROM entry WHERE kind IN ('name', 'alias', 'title')")
        return sorted({word.casefold() for (text,) in texts for word in re.findall(r"\w{3,}", text)})


def _close(connection: sqlite3.Connection, text: str, limit: int) -> Iterator[Hit]:
    folded = re.sub(r"[^\w ]+", " ", text)
    grams = {folded[i : i + 3] for i in range(len(folded) - 2)}
    query = " OR ".join(f'"{gram}"' for gram in sorted(grams) if gram.strip())
    for hit in _rows(connection, "trigram", query, limit) if query else ():
        if fuzz.partial_ratio(text.casefold(), hit.label.casefold()) >= CLOSE_ENOUGH:
            yield hit


def _rows(connection: sqlite3.Connection, table: str, query: str, limit: int) -> Iterator[Hit]:
    found = connection.execute(
        f"SELECT iri, text, kind FROM {table} WHERE {table} MATCH ? ORDER BY rank LIMIT ?",  # noqa: S608 table is ours
        (f"text : ({query})", limit),
    )
    for row in found:
        if not NAMELESS.search(row[0]):
            yield Hit(*row)
