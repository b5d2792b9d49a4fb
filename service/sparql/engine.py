"""The engine behind `/sparql`: a pool of workers that follows the current build."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, TypeVar

from graph.store.remote import Remote
from service.completing import completed
from service.dataset import Datasets, NoDataset
from service.sparql import loader
from service.sparql.changes import Superseded, tried
from service.sparql.forwarding import Answering, Forwarder
from service.sparql.overlay import compacted
from service.sparql.prepared import Prepared
from service.sparql.userlog import Record, UserLog, UserLogError
from service.sparql.workers import Answer, Failed, Pool, Stopped

T = TypeVar("T")
WRITERS = 16  # changes that may be under way or wait: each holds a thread of the server, which readers need too


def _outcome(error: Failed | Stopped) -> str:
    """The name under which a query without an answer is counted."""
    return error.kind if isinstance(error, Failed) else error.reason


def unconditional(_: str) -> bool:
    """A change that is right at any revision."""
    return True


class Engine:
    """Runs jobs on workers over the build that is current. Safe to use from several threads."""

    def __init__(self, datasets: Datasets, prepared: Prepared, remote: Remote | None = None) -> None:
        """`remote`: the server that holds the builds' graphs, unless they are in their own stores."""
        self._remote = remote
        self._datasets = datasets
        self._prepared = prepared
        self._warmed = False
        self._lock = threading.Lock()
        self._pool: Answering | None = None
        self._renewing = False
        self._damaged: Path | None = None
        self._users = datasets.data / "user"
        self._writing = threading.Lock()
        self._writers = threading.BoundedSemaphore(WRITERS)
        self._log = UserLog(self._users, compacted)
        self._missed: list[Record] = []  # what a pool that is being started may not have read from the log
        self._counting = threading.Lock()
        self.outcomes: Counter[str] = Counter()

    def run(self, job: dict[str, Any]) -> Answer:
        """The answer of a job, once it has begun. Raises Failed, Stopped or NoDataset."""
        try:
            answer = self._steady(lambda pool: self._prepared.get(pool.revision, job) or pool.run(dict(job)))
        except (Failed, Stopped) as error:
            self._count(_outcome(error))
            raise
        if answer.whole is None:
            answer.pieces = self._followed(answer.pieces)
        else:
            self._count("ok")
        return answer

    def _followed(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """The pieces of an answer whose outcome is known at its end."""
        try:
            with closing(pieces):  # type: ignore[type-var]
                yield from pieces
        except (Failed, Stopped) as error:
            self._count(_outcome(error))
            raise
        self._count("ok")

    def _count(self, outcome: str) -> None:
        with self._counting:
            self.outcomes[outcome] += 1

    @property
    def revision(self) -> str:
        """The revision that an answer would be of: build and number of changes; empty while nothing is loaded."""
        return self._pool.revision if self._pool else ""

    @property
    def changes(self) -> int:
        """The revision of users' graphs: how many changes there were."""
        return self._pool.changes if self._pool else 0

    def change(self, request: dict[str, Any], data: bytes, holds: Callable[[str], bool] = unconditional) -> bool:
        """Make a change of users' graphs that lasts; True where it made a graph. `holds` may refuse a revision.

        Raises Failed, Invalid, Superseded, UserLogError, Stopped or NoDataset; then nothing was changed.
        """
        if not self._writers.acquire(blocking=False):
            raise Stopped("overload")
        try:
            if not self._writing.acquire(timeout=request["seconds"]):
                raise Stopped("overload")
            try:
                return self._steady(lambda pool: self._changed(pool, request, data, holds))
            finally:
                self._writing.release()
        finally:
            self._writers.release()

    def _changed(self, pool: Answering, request: dict[str, Any], data: bytes, holds: Callable[[str], bool]) -> bool:
        if not holds(pool.revision):
            raise Superseded(pool.revision)
        created, record = tried(pool, request, data)
        if record is not None:
            self._keep(pool, record)
        return created

    def _keep(self, pool: Answering, record: Record) -> None:
        """Log a record, then let queries see it."""
        try:
            self._log.append(record)
        except UserLogError:
            self._forget(pool)  # it may lack what another server has written
            raise
        if self._renewing:
            self._missed.append(record)
        else:
            self._missed.clear()
        self._show(record)
        if self._log.grown:
            try:
                self._log.compact()
            except UserLogError as error:  # the change is made and kept all the same
                logging.getLogger(__name__).error("%s", error)

    def _show(self, record: Record) -> None:
        """Let queries see a record, unless the pool has read it from the log or is yet to do so."""
        with self._lock:
            if self._pool is None or self._pool.changes >= record.revision:
                return
            try:
                self._pool.apply(record)
            except Stopped:
                self._pool.close()
                self._pool = None

    def warm(self) -> None:
        """Load the current build and answer the stored questions in the background, here and after each new build."""
        self._warmed = True
        threading.Thread(target=self._warm, daemon=True).start()

    def _warm(self) -> None:
        with suppress(NoDataset, Stopped):
            self._prepared.fill(self._current())

    def close(self) -> None:
        """End the workers."""
        with self._lock:
            if self._pool is not None:
                self._pool.close()
                self._pool = None
            self._log.close()

    def _steady(self, work: Callable[[Answering], T]) -> T:
        """Do some work with the pool; where that is gone, once more with the next."""
        for last in (False, True):
            pool = self._current()
            try:
                return work(pool)
            except Stopped as error:
                if last or error.reason != "unavailable":
                    raise
                self._forget(pool)
        raise AssertionError

    def _current(self) -> Answering:
        home = self._datasets.current().home
        pool = self._pool
        if pool is None:
            with self._lock:
                if self._pool is None:
                    self._pool = self._start(home)
                return self._pool
        if home is not pool.build and home not in {pool.build, self._damaged}:
            with self._lock:
                if not self._renewing:
                    self._renewing = True
                    threading.Thread(target=self._renew, daemon=True).start()
        return pool

    def _open(self, home: Path) -> Answering:
        if self._remote:
            return Forwarder(home, self._remote)
        if loader.fits(home):
            completed(home)  # the process that loads them may open no store
        return Pool(home, users=self._users)

    def _start(self, home: Path) -> Answering:
        try:
            return self._open(home)
        except OSError as error:
            logging.getLogger(__name__).error("%s", error)
            raise Stopped("unavailable") from error

    def _renew(self) -> None:
        """Load each new build beside the old one, then let it take over."""
        while (home := self._awaited()) is not None:
            try:
                self._take_over(self._open(home))
            except (OSError, Stopped) as error:
                logging.getLogger(__name__).error("%s", error)
                self._damaged = home  # the old build stays in service until there is yet another

    def _awaited(self) -> Path | None:
        """The build to load; None ends the renewal: one that is published after this is noticed by the next request."""
        with self._lock:
            with suppress(NoDataset):
                home = self._datasets.current().home
                if self._pool is not None and home not in {self._pool.build, self._damaged}:
                    return home
            self._renewing = False
            return None

    def _take_over(self, pool: Answering) -> None:
        left = pool
        try:
            with self._lock:
                for record in self._missed:
                    if record.revision > pool.changes:
                        pool.apply(record)
                if self._pool is not None:  # nobody has closed this engine meanwhile
                    left, self._pool = self._pool, pool
        finally:
            left.close()
        if self._warmed:
            threading.Thread(target=self._prepared.fill, args=(pool,), daemon=True).start()

    def _forget(self, pool: Answering) -> None:
        with self._lock:
            if self._pool is pool:
                self._pool = None
        pool.close()
