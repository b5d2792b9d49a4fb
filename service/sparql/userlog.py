"""Users' graphs on disk: a log in the data folder with one record for each change, synced before it counts.

A record says what a change did, not how it was asked for: graphs made, emptied or removed, quads added or removed. So
reading the log again gives the same content, whatever `NOW()` or `LOAD` would say today. One line holds one record:

    CHECKSUM REVISION {"make": …, "clear": …, "drop": …, "remove": "N-Quads", "add": "N-Quads"}

A line that a crash cut short stands last and has no valid checksum; it was never acknowledged, and is dropped. A log
that has grown to twice what it holds is rewritten as records that only add, and takes the old one's place by a rename.
"""

from __future__ import annotations

import fcntl
import json
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

SLACK = 8 << 20  # bytes that a log may grow by before it is worth a rewrite


class UserLogError(RuntimeError):
    """Users' graphs that cannot be read or written; the message says where, why and what to do."""


@dataclass(frozen=True)
class Record:
    """What one change did, in this order. Graphs are IRIs, None the unnamed one; quads are N-Quads."""

    drop: list[str] = field(default_factory=list)
    clear: list[str | None] = field(default_factory=list)
    make: list[str] = field(default_factory=list)
    remove: str = ""
    add: str = ""
    revision: int = 0  # how many changes there were, with this one

    def text(self) -> bytes:
        """The record in one line, for the log and for the processes that apply it."""
        said = {name: value for name, value in vars(self).items() if value and name != "revision"}
        return f"{self.revision} {json.dumps(said, ensure_ascii=False, separators=(',', ':'))}".encode()

    @classmethod
    def read(cls, text: bytes) -> Record:
        """The record that a line holds behind its checksum."""
        revision, _, said = text.partition(b" ")
        return cls(**json.loads(said), revision=int(revision))


def read_records(path: Path) -> Iterator[Record]:
    """The records of a log, none where there is no file. Raises UserLogError."""
    for _, text in _lines(path):
        yield Record.read(text)


class UserLog:
    """The log as its one writer holds it. Not for several threads at once."""

    def __init__(self, folder: Path, compacted: Callable[[Iterable[Record]], Iterator[Record]]) -> None:
        """`compacted` gives records that only add, for the content that records add up to."""
        self.path = folder / "log"
        self.revision = 0
        self._compacted = compacted
        self._lock: IO[bytes] | None = None
        self._size = self._base = 0

    def append(self, record: Record) -> None:
        """Write a record and sync it. Raises UserLogError; then nothing is written."""
        self._hold()
        if record.revision != self.revision + 1:
            raise UserLogError(f"{self.path}: another server has changed users' graphs since; try again")
        line = _line(record)
        try:
            with self.path.open("ab") as file:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            with suppress(OSError):
                os.truncate(self.path, self._size)
            self.close()  # to be read anew before the next record: who knows what the disk holds
            raise UserLogError(f"{self.path}: cannot be written ({error.strerror}); nothing was changed") from error
        self.revision = record.revision
        self._size += len(line)

    @property
    def grown(self) -> bool:
        """Whether the log is worth a rewrite."""
        return self._size > 2 * self._base + SLACK

    def compact(self) -> None:
        """Rewrite the log as what it adds up to. Raises UserLogError; then the old one stays."""
        self._hold()
        draft = self.path.with_name("log.draft")
        try:
            with draft.open("wb") as file:
                for record in self._compacted(read_records(self.path)):
                    file.write(_line(record))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.path)
            _sync(self.path.parent)
        except OSError as error:
            raise UserLogError(f"{draft}: cannot be written ({error.strerror}); the log stays as it is") from error
        self._scan()

    def close(self) -> None:
        """Let another process write."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _scan(self) -> None:
        """Learn the last revision, the length of what is whole, and that of what the last rewrite left."""
        self._size = self._base = 0
        first = None
        for size, text in _lines(self.path):
            self._size += size
            self.revision = int(text.split(b" ", 1)[0])
            first = self.revision if first is None else first
            self._base = self._size if self.revision == first else self._base

    def _hold(self) -> None:
        """Take the writer's place, and cut off what a crash left at the log's end. Raises UserLogError."""
        if self._lock is not None:
            return
        folder = self.path.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = (folder / "lock").open("wb")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                lock.close()
                raise UserLogError(f"{self.path}: another server writes there; send changes to that one") from error
            self.path.touch()
            self._scan()
            os.truncate(self.path, self._size)
            _sync(folder)
            _sync(folder.parent)
        except OSError as error:
            raise UserLogError(f"{folder}: cannot be written ({error.strerror}); let this user write there") from error
        self._lock = lock


def _line(record: Record) -> bytes:
    text = record.text()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Length and text of each whole line. Raises UserLogError for damage that no crash would leave."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    except OSError as error:
        raise UserLogError(f"{path}: cannot be read ({error.strerror})") from error
    with file:
        for number, line in enumerate(file, 1):
            try:
                text = _checked(line)
            except ValueError as error:
                if file.read(1):
                    reason = f"{path}: line {number} is damaged; put a backup in its place, or remove the line"
                    raise UserLogError(reason) from error
                return
            yield len(line), text


def _checked(line: bytes) -> bytes:
    """What a line says behind its checksum. Raises ValueError for one that is damaged or cut."""
    checksum, _, text = line.rstrip(b"\n").partition(b" ")
    if not line.endswith(b"\n") or int(checksum, 16) != zlib.crc32(text):
        raise ValueError("a line without its end, or with another checksum")
    return text


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
