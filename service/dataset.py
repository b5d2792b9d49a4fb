"""The published dataset as the web process reads it: the build that is current, opened read-only.

A new build becomes current by one rename; it is noticed at the next request and opened beside the old one, which
requests that are under way keep until they are done.
"""

from __future__ import annotations

import logging
import os
import re
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import current_app
from pyoxigraph import NamedNode, Triple

from graph.namespaces import Namespace
from graph.publish import PublishError, current_build, read_manifest
from graph.soundness import damage
from graph.store import Home, Row, StoreError, Term
from graph.store.embedded import Embedded, open_store

FRESH = 0.001  # seconds for which what the link says holds: threads that ask the system get in each other's way


class NoDataset(RuntimeError):
    """There is no build that could be served. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """One build. Its answers are plain objects, since an iterator of the engine must not cross threads."""

    home: Path
    manifest: dict[str, Any]
    namespace: Namespace
    store: Home = field(repr=False)

    @property
    def revision(self) -> str:
        """What caches, ETags and `X-Dataset-Build` carry."""
        return str(self.manifest["build"])

    @property
    def prefixes(self) -> dict[str, str]:
        """The prefixes that queries and serialisations may use undeclared."""
        return self.namespace.prefixes

    def select(self, query: str, **bindings: Term | str) -> list[Row]:
        """The rows of a SELECT over the union of all graphs; an unbound variable is absent from its row.

        `bindings` stand for the variables of that name (a string is an IRI); values need no escaping.
        """
        return self.store.select(bind(query, bindings), self.prefixes)

    def construct(self, query: str, **bindings: Term | str) -> list[Triple]:
        """The triples of a CONSTRUCT or DESCRIBE, each once."""
        return self.store.construct(bind(query, bindings), self.prefixes)

    def ask(self, query: str, **bindings: Term | str) -> bool:
        """The answer of an ASK."""
        return self.store.ask(bind(query, bindings), self.prefixes)

    def text(self, slug: str) -> str:
        """The text of a document, as its evidence's offsets count it; empty when the build has none."""
        with suppress(OSError):
            return (self.home / "documents" / f"{slug}.txt").read_text(encoding="utf-8")
        return ""


def bind(query: str, bindings: dict[str, Term | str]) -> str:
    """One of our own queries with terms in place of variables; in the head of a SELECT they keep their column.

    (The engine's own substitution only knows variables that are projected.)
    """
    head, brace, body = query.partition("{")
    for name, given in bindings.items():
        term = str(NamedNode(given) if isinstance(given, str) else given)
        variable = re.compile(rf"[?$]{re.escape(name)}\b")
        head = variable.sub(lambda _, t=term, n=name: f"({t} AS ?{n})", head)  # type: ignore[misc]
        body = variable.sub(lambda _, t=term: t, body)  # type: ignore[misc]
    return head + brace + body


class Datasets:
    """Follows the current build of a data folder. Safe to use from several threads."""

    def __init__(self, data: Path, base: str, remote: Home | None = None) -> None:
        """`remote`: where the builds' graphs are, unless in their own stores."""
        self.data = data
        self._remote = remote
        self._link = os.fspath(data / "current")
        self._seen = ""
        self._mark = (0.0, "")  # when it was read, and what it was
        self._namespace = Namespace(base)
        self._lock = threading.Lock()
        self._open: Dataset | None = None

    def current(self) -> Dataset:
        """The build that is current now. Raises NoDataset."""
        mark, known = self.mark(), self._open
        if known is not None and mark and mark == self._seen:
            return known
        home = current_build(self.data)
        with self._lock:
            if self._open is None or self._open.home != home:
                self._open = self._read(home)
            self._seen = mark
            return self._open

    def mark(self) -> str:
        """What changes when another build becomes current; cheap enough to be read for every request."""
        then, mark = self._mark
        if (now := time.monotonic()) - then < FRESH:
            return mark
        try:
            mark = f"{os.readlink(self._link)} {os.stat(self._link).st_ino}"  # noqa: PTH115, PTH116 a tenth of pathlib's
        except OSError:
            mark = ""
        self._mark = (now, mark)
        return mark

    def _read(self, home: Path | None) -> Dataset:
        if home is None:
            raise NoDataset(f"{self.data}: no dataset has been published there; run `evplans build`")
        reason = damage(home)
        if reason is None:
            return self._opened(home)
        if self._open is not None and self._open.home != home:
            self._tell(reason, self._open.home)
            return self._open  # it stays in service
        for other in self._others(home):
            if damage(other) is None:
                self._tell(reason, other)
                return self._opened(other)
        raise NoDataset(f"{reason}; run `evplans build`")

    def _opened(self, home: Path) -> Dataset:
        try:
            store = self._remote or Embedded(open_store(home / "store"))
            return Dataset(home, read_manifest(home), self._namespace, store)
        except (PublishError, StoreError) as error:
            raise NoDataset(str(error)) from error

    def _others(self, home: Path) -> list[Path]:
        """The other builds, the youngest first."""
        found = [path for path in home.parent.iterdir() if path.is_dir() and path != home and path.name[0] != "."]
        return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)

    def _tell(self, reason: str, served: Path) -> None:
        logging.getLogger(__name__).error(
            "DAMAGED BUILD: %s. Build %s is served instead; run `evplans build`", reason, served.name
        )


def current() -> Dataset:
    """The dataset of this application. Raises NoDataset."""
    datasets: Datasets = current_app.extensions["evplans.datasets"]
    return datasets.current()
