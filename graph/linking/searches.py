"""What was searched and found, in a journal: one line for each of our things, written whole or not at all.

A search that is cut short goes on where it stopped. A line says what was asked by a digest of the thing's names, so
that a thing that is named anew is searched anew.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from graph.linking import LinkingError
from graph.linking.described import Described
from graph.linking.finding import Finder, lookups
from graph.linking.scoring import Features, Weights, compared
from graph.terms import digest

KEPT = 10  # candidates of one thing
Progress = Callable[[str, int, int], None]


class JournalError(LinkingError):
    """A file of searches or decisions that cannot be read or written; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate in a target, with what was compared."""

    iri: str
    label: str
    features: Features
    kinds: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class Search:
    """The search for one of our things (by IRI): what was asked, when (ISO date), and what was found."""

    entity: str
    label: str
    asked: str
    date: str
    found: tuple[Found, ...] = ()

    @classmethod
    def of(cls, row: dict[str, Any]) -> Search:
        """A search from a line of the journal."""
        found = tuple(Found(**{**one, "kinds": tuple(one.get("kinds", ()))}) for one in row.pop("found"))
        return cls(**row, found=found)


@dataclass
class Journal:
    """The searches in one target, in a file of JSON Lines. The last line about a thing counts."""

    path: Path
    searches: dict[str, Search] = field(default_factory=dict)

    @classmethod
    def open(cls, path: Path) -> Journal:
        """Read a journal; a last line that was cut off does not count. Raises JournalError."""
        searches = {}
        for row in read_lines(path):
            try:
                search = Search.of(row)
            except (TypeError, KeyError, AttributeError) as error:
                raise JournalError(f"{path}: a line is no search ({error}); remove it, or the file") from None
            searches[search.entity] = search
        return cls(path, searches)

    def add(self, searches: Iterable[Search]) -> None:
        """Append searches and wait until they are on the disk. Raises JournalError."""
        rows = list(searches)
        append_lines(self.path, [asdict(search) for search in rows])
        self.searches |= {search.entity: search for search in rows}

    def lacks(self, thing: Described) -> bool:
        """Was this thing not searched yet, or under other names?"""
        known = self.searches.get(thing.iri)
        return known is None or known.asked != asked(thing)

    def older(self, thing: Described, day: str) -> bool:
        """Was this thing searched before that day (ISO date)?"""
        return self.searches[thing.iri].date < day


def asked(thing: Described) -> str:
    """A digest of what is looked up for a thing."""
    return digest(*lookups(thing))


def search(
    things: Sequence[Described],
    finder: Finder,
    counted: Sequence[str],
    weights: Weights,
    journal: Journal,
    today: str,
    progress: Progress = lambda *_: None,
    again: bool = False,
) -> None:
    """Search what the journal lacks, and with `again` what it has from before today.

    Each batch is kept before the next is asked. Raises EndpointError, JournalError.
    """
    waiting = [thing for thing in things if journal.lacks(thing) or (again and journal.older(thing, today))]
    done = len(things) - len(waiting)
    for batch in finder.batches(waiting):
        progress("searching", done, len(things))
        found = finder.find(batch)
        journal.add(_search(thing, found.get(thing.iri, []), counted, weights, today) for thing in batch)
        done += len(batch)
    progress("searching", done, len(things))


def _search(ours: Described, found: list[Described], counted: Sequence[str], weights: Weights, today: str) -> Search:
    weighed = [(compared(ours, theirs, counted), theirs) for theirs in found]
    weighed.sort(key=lambda pair: (-weights.odds(pair[0]), pair[1].iri))
    kept = tuple(
        Found(theirs.iri, theirs.label, features, tuple(sorted(theirs.kinds)), theirs.description)
        for features, theirs in weighed[:KEPT]
    )
    return Search(ours.iri, ours.label, asked(ours), today, kept)


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSON Lines file; none where there is no file. Raises JournalError."""
    try:
        *lines, _ = path.read_bytes().split(b"\n") if path.exists() else [b""]  # what has no line end was cut off
    except OSError as error:
        raise JournalError(f"{path}: cannot be read ({error.strerror})") from None
    rows = []
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ValueError("no object")
        except ValueError:
            raise JournalError(f"{path}:{number}: not a line of JSON; remove it") from None
        rows.append(row)
    return rows


def append_lines(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Add objects to a JSON Lines file, after what was cut off at its end. Raises JournalError."""
    if not rows:
        return
    data = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode(errors="replace")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # a second search waits for the first one's line
            _drop_half_line(file)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise JournalError(f"{path}: cannot be written ({error.strerror or error})") from None


def _drop_half_line(file: Any) -> None:
    """Cut off a last line that has no end: whoever wrote it was stopped."""
    file.seek(0)
    content = file.read()
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        file.truncate(whole)
    file.seek(0, os.SEEK_END)
