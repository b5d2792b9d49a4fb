"""A build in the making: its store, dumps, texts, search index and ledger, in a folder that nobody reads yet.

A draft starts empty or from a copy of another build, whose files it links where they never change; the others are
copied while documents are prepared. Whatever is added or taken away goes through `change`, which keeps store, digests,
counts and search index in step.
"""

from __future__ import annotations

import fcntl
import gzip
import os
import re
import shutil
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from types import TracebackType

from pyoxigraph import NamedNode, Quad, Store

from graph import search
from graph.digests import GraphDigest
from graph.ledger import FILE as LEDGER
from graph.ledger import Ledger
from graph.namespaces import EV, Namespace
from graph.store.embedded import open_store
from graph.terms import RDF_TYPE, canonical_lines, iri

AT_ONCE = 200_000  # quads that wait before they are written to the store together
LARGEST_DUMP = 10_000  # quads of a graph whose dump a change still writes; a larger one is written when asked for
LINKED = ("dumps", "documents")  # folders of files that never change once they are written
LEVEL = 6  # of compression: 9 takes thrice as long to save 4 %
PIECE = 20_000  # lines that are compressed together
_CLONE = 0x40049409  # FICLONE, the request to share blocks; no module of Python names it
_DOCUMENT = "document"  # any document's graph
_RULES = {EV + "rule", EV + "computedBy"}


class Draft:
    """A build in the making. Leave its `with` block to close it; `publish.publish` makes it current before that."""

    def __init__(
        self,
        folder: Path,
        namespace: Namespace,
        origin: Path | None = None,
        graphs: Mapping[str, GraphDigest] | None = None,
    ) -> None:
        """Begin from nothing or from the build at `origin`, whose `graphs` are given by name.

        The folder is new, or holds nothing but the `LINKED` folders of an earlier build, most of whose files the origin
        has too.
        """
        self.folder = folder
        self.namespace = namespace
        self.origin = origin
        self.fresh = origin is None
        self.graphs = dict(graphs or {})
        self._changed: set[str] = set()
        self._added: list[Quad] = []  # outside documents, where there was a build before
        self._homes: dict[NamedNode, set[str]] = defaultdict(set)  # the graphs that have a predicate, of those added to
        self._waiting: list[Quad] = []
        for name in LINKED:
            (folder / name).mkdir(parents=True, exist_ok=True)
        self._copier = ThreadPoolExecutor(1)
        self._copies = [] if origin is None else self._copy(origin)
        self._store: Store | None = Store(str(folder / "store"))

    @property
    def store(self) -> Store:
        """The store, until the draft is closed; `flush` brings it up to date."""
        assert self._store is not None
        return self._store

    @cached_property
    def ledger(self) -> Ledger:
        """What the build knows of itself beside its quads."""
        self._await_copies()
        return Ledger(self.folder / LEDGER)

    @cached_property
    def _index(self) -> sqlite3.Connection:
        self._await_copies()
        return search.open_index(self.folder / search.FILE)

    def _await_copies(self) -> None:
        for copy in self._copies:
            copy.result()

    def close(self) -> None:
        """Close the store: while it is open its files may still be merged and replaced."""
        self._store = None

    def __enter__(self) -> Draft:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._copier.shutdown()
        for name in {"_index", "ledger"} & set(vars(self)):
            getattr(self, name).close()
        self.close()

    def _copy(self, origin: Path) -> list[Future[None]]:
        """Copy or link what the build at `origin` holds; what has only begun is given back."""
        names = (LEDGER, search.FILE)
        copies = [self._copier.submit(_copy_file, origin / name, self.folder / name) for name in names]
        open_store(origin / "store").backup(str(self.folder / "store"))
        for name in LINKED:
            link_all(origin / name, self.folder / name)
        return copies

    def enter(self, graph: str, lines: Sequence[str], quads: Sequence[Quad]) -> None:
        """Put a whole graph in that is not there, given as canonical lines and as quads; its dump is written too."""
        self.graphs[graph] = GraphDigest.of(lines)
        for predicate in {quad.predicate for quad in quads}:
            self._homes[predicate].add(_DOCUMENT)
        self._put([], quads)
        _write_lines(self._dump(graph), lines)

    def change(self, graph: str, removed: Iterable[Quad] = (), added: Iterable[Quad] = ()) -> None:
        """Take quads of a graph away and add others; none of the removed may be missing, none of the added there."""
        gone, new = list(removed), list(added)
        if not gone and not new:
            return
        digest = self.graphs.get(graph, GraphDigest())
        self.graphs[graph] = digest.without(canonical_lines(gone)).including(canonical_lines(new))
        self._changed.add(graph)
        if not graph.startswith(self.namespace.document("")):
            self._added += [] if self.fresh else new
            for predicate in {quad.predicate for quad in new}:
                self._homes[predicate].add(graph)
        self._put(
            gone, new, counted=graph != self.namespace.graph("provenance")
        )  # which tells the counts of all others
        if not self.graphs[graph].quads:
            del self.graphs[graph]
            self.store.remove_graph(NamedNode(graph))

    def _put(self, gone: Sequence[Quad], new: Sequence[Quad], counted: bool = True) -> None:
        if counted:
            self._count(gone, -1)
            self._count(new, 1)
        base = self.namespace.base
        search.update(self._index, search.entries(gone, base), search.entries(new, base))
        self._write(gone, new)

    def _count(self, quads: Sequence[Quad], sign: int) -> None:
        properties = Counter(quad.predicate.value for quad in quads)
        classes = Counter(iri(quad.object) for quad in quads if quad.predicate == RDF_TYPE)
        rules = Counter(iri(quad.object) for quad in quads if quad.predicate.value in _RULES)
        for kind, found in (("property", properties), ("class", classes), ("rule", rules)):
            self.ledger.count(kind, {name: sign * n for name, n in found.items()})

    def _write(self, gone: Sequence[Quad], new: Sequence[Quad]) -> None:
        if gone:
            self.flush()
            for quad in gone:
                self.store.remove(quad)
        self._waiting += new
        if len(self._waiting) >= AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Bring the store up to date with all changes."""
        waiting, self._waiting = self._waiting, []
        if len(waiting) >= AT_ONCE or (self.fresh and waiting):
            self.store.bulk_extend(waiting)
        elif waiting:
            self.store.extend(waiting)

    def quads(self, graph: str) -> list[Quad]:
        """The quads of a graph."""
        self.flush()
        return list(self.store.quads_for_pattern(None, None, None, NamedNode(graph)))

    def about(self, graph: str, nodes: Iterable[str]) -> Iterator[Quad]:
        """The quads of a graph that have one of the nodes as their subject."""
        self.flush()
        for node in nodes:
            yield from self.store.quads_for_pattern(NamedNode(node), None, None, NamedNode(graph))

    def triples_in_two_graphs(self) -> Iterator[str]:
        """Every added triple that stands in two graphs; a query would count it twice.

        What a document's graph says is about that document and its claims, so no other document's can say it.
        """
        self.flush()
        for quad in self._shared() if self.fresh else self._added:
            homes = {q.graph_name for q in self.store.quads_for_pattern(quad.subject, quad.predicate, quad.object)}
            if len(homes) > 1:
                yield f"{quad.triple} stands in {' and '.join(sorted(map(str, homes)))}"

    def _shared(self) -> Iterator[Quad]:
        """Of a store that began empty, the quads outside documents whose predicates other graphs have too."""
        for predicate, homes in self._homes.items():
            for graph in homes - {_DOCUMENT} if len(homes) > 1 else ():
                yield from self.store.quads_for_pattern(None, predicate, None, NamedNode(graph))

    def text(self, slug: str, text: str | None) -> None:
        """Keep the text of a document, or with None drop it. A file is never written through its link."""
        path = self.folder / "documents" / f"{slug}.txt"
        path.unlink(missing_ok=True)
        if text is not None:
            path.write_bytes(text.encode())

    def write_dumps(self, largest: int | None = None) -> None:
        """Write the dumps of changed graphs; those with more quads than `largest` are left for later."""
        self.flush()
        for graph in sorted(self._changed):
            path = self._dump(graph)
            path.unlink(missing_ok=True)
            if graph in self.graphs and (largest is None or self.graphs[graph].quads <= largest):
                write_dump(path, self.store, graph)

    def _dump(self, graph: str) -> Path:
        return self.folder / "dumps" / dump_name(graph, self.namespace.base)

    def finish(self) -> None:
        """Write what is still in memory, so that nothing is lost when the machine stops."""
        self.flush()
        self._index.commit()
        self.ledger.close()
        self.ledger = Ledger(self.folder / LEDGER)
        if self.fresh:
            self.store.optimize()
        self.store.flush()


def _copy_file(origin: Path, copy: Path) -> None:
    """Copy a file, on a file system that can do so by sharing its blocks until one of the two is written to.

    It is brought to the disk here, beside other work: the first commit would wait for all of it.
    """
    with origin.open("rb") as source, copy.open("wb") as target:
        try:
            fcntl.ioctl(target, _CLONE, source.fileno())
        except OSError:
            shutil.copyfileobj(source, target, 1 << 20)
        target.flush()
        os.fsync(target.fileno())


def link_all(origin: Path, folder: Path) -> None:
    """Let a folder hold links to the files of another and nothing else, leaving those that are there: there may be ten
    thousands of them. By descriptors, which is quicker than by paths."""
    source, target = (os.open(path, os.O_RDONLY) for path in (origin, folder))
    try:
        wanted, there = _files(source), _files(target)
        for name, _ in there - wanted:
            os.unlink(name, dir_fd=target)
        for name, _ in wanted - there:
            os.link(name, name, src_dir_fd=source, dst_dir_fd=target)
    finally:
        os.close(source)
        os.close(target)


def _files(folder: int) -> set[tuple[str, int]]:
    """The files in an open folder, each with the number by which the disk knows it."""
    with os.scandir(folder) as entries:
        return {(entry.name, entry.inode()) for entry in entries}


def as_stored(quads: Iterable[Quad]) -> list[Quad]:
    """The quads as a store gives them back, with one way to write each number: only those have a lasting digest."""
    store = Store()
    store.bulk_extend(quads)
    return list(store)


def dump_name(graph: str, base: str) -> str:
    """The file that holds a graph's dump: `graph-facts.nq.gz`, `document-nissan-the-arc.nq.gz`."""
    return re.sub(r"[^\w.-]+", "-", graph.removeprefix(base)).strip("-") + ".nq.gz"


def write_dump(path: Path, store: Store, graph: str) -> None:
    """Write one graph of a store as canonical N-Quads, compressed; the same quads give the same bytes."""
    _write_lines(path, canonical_lines(store.quads_for_pattern(None, None, None, NamedNode(graph))))


def _write_lines(path: Path, lines: Sequence[str]) -> None:
    """Write lines compressed, piece by piece since a graph may be larger than memory has room for twice."""
    draft = path.with_name(f".{path.name}-{os.getpid()}")
    with draft.open("wb") as file, gzip.GzipFile("", "wb", LEVEL, file, mtime=0) as packed:
        for start in range(0, len(lines), PIECE):
            packed.write("".join(line + "\n" for line in lines[start : start + PIECE]).encode())
    draft.replace(path)
