"""Whether a build on disk is whole: told from a few reads, so that it can be asked at every start.

What never changes once it is written, tables of the store and dumps, has its size and a checksum of pieces noted when a
build is published. A file that is linked from the build before keeps its note, so noting follows the change.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import NamedNode, Store

from graph.store.embedded import open_store

FILE = "checksums.json"
WHOLE = 16 << 20  # bytes of a file up to which all of it is read
PIECES, PIECE = 64, 64 << 10  # of a larger one: so many pieces of so many bytes, spread evenly
FEW = 3  # quads of each graph that are read
Note = tuple[int, int]  # size and checksum


def note(home: Path, origin: Path | None = None) -> None:
    """Note the files of a build; those that it shares with `origin` are noted there already."""
    known = _noted(origin) if origin is not None else {}
    before = dict(_files(origin)) if origin is not None else {}
    notes = {}
    for name, file in sorted(_files(home)):
        shared = name in known and before.get(name) == file
        notes[name] = known[name] if shared else _look(home / name)
    (home / FILE).write_text(json.dumps(notes), encoding="utf-8")


def damage(home: Path) -> str | None:
    """What is wrong with a build, or None: its manifest, each graph's first quads, and the files that were noted."""
    try:
        graphs: dict[str, dict[str, int]] = json.loads((home / "manifest.json").read_text(encoding="utf-8"))["graphs"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return f"{home / 'manifest.json'}: cannot be read ({error})"
    try:
        for name, noted in _noted(home).items():
            path = home / name
            if path.exists() and _look(path) != noted:  # the store drops tables that it has merged into others
                return f"{path}: the file is not what was written"
        store = open_store(home / "store")
        for graph, told in graphs.items():
            if not _begins(store, graph, told["quads"]):
                return f"{home / 'store'}: <{graph}> lacks quads"
    except (OSError, RuntimeError) as error:
        return str(error)
    return None


def _begins(store: Store, graph: str, quads: int) -> bool:
    found = store.quads_for_pattern(None, None, None, NamedNode(graph))
    return all(next(found, None) is not None for _ in range(min(quads, FEW)))


def _files(home: Path) -> Iterator[tuple[str, int]]:
    """The files that are noted, by name under `home`, each with the number by which the disk knows it."""
    for folder, ending in (("store", ".sst"), ("dumps", ".gz")):
        with os.scandir(home / folder) as entries:
            yield from ((f"{folder}/{entry.name}", entry.inode()) for entry in entries if entry.name.endswith(ending))


def _noted(home: Path) -> dict[str, Note]:
    try:
        return {name: (size, sum_) for name, (size, sum_) in json.loads((home / FILE).read_text("utf-8")).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _look(path: Path) -> Note:
    size = path.stat().st_size
    if size <= WHOLE:
        return size, zlib.crc32(path.read_bytes())
    checksum = 0
    with path.open("rb") as file:
        for piece in range(PIECES):
            file.seek((size - PIECE) * piece // (PIECES - 1))
            checksum = zlib.crc32(file.read(PIECE), checksum)
    return size, checksum
