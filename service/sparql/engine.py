"""The engine behind `/sparql`: a pool of workers that follows the current build."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from service.dataset import Datasets, NoDataset
from service.sparql.changes import Superseded, tried
from service.sparql.overlay import compacted
from service.sparql.userlog import Record, UserLog, UserLogError
from service.sparql.workers import Answer, Failed, Pool, Stopped


def unconditional(_: str) -> bool:
    """A change that is right at any revision."""
    return True


class Engine:
    """Runs jobs on workers over the build that is current. Safe to use from several threads."""

    def __init__(self, datasets: Datasets) -> None:
        self._datasets = datasets
        self._lock = threading.Lock()
        self._pool: Pool | None = None
        self._renewing = False
        self._damaged: Path | None = None
        self._users = datasets.data / "user"
        self._writing = threading.Lock()
        self._log = UserLog(self._users, compacted)
        self._missed: list[Record] = []  # what a pool that is being started may not have read from the log
        self.outcomes: Counter[str] = Counter()

    def run(self, job: dict[str, Any]) -> Answer:
        """The answer of a job, once it has begun. Raises Failed, Stopped or NoDataset."""
        try:
            answer = self._run(job)
        except Failed as error:
            self.outcomes[error.kind] += 1
            raise
        except Stopped as error:
            self.outcomes[error.reason] += 1
            raise
        self.outcomes["ok"] += 1
        return answer

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
        if not self._writing.acquire(timeout=request["seconds"]):
            raise Stopped("overload")
        try:
            pool = self._current()
            if not holds(pool.revision):
                raise Superseded(pool.revision)
            created, record = tried(pool, request, data)
            if record is not None:
                self._keep(pool, record)
            return created
        finally:
            self._writing.release()

    def _keep(self, pool: Pool, record: Record) -> None:
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
        with self._lock:
            if self._pool is not None:
                try:
                    self._pool.apply(record)
                except Stopped:
                    self._pool.close()
                    self._pool = None  # the next one reads the log
        if self._log.grown:
            self._log.compact()

    def warm(self) -> None:
        """Load the current build in the background, so that the first query need not wait for it."""
        threading.Thread(target=self._warm, daemon=True).start()

    def _warm(self) -> None:
        with suppress(NoDataset, Stopped):
            self._current()

    def close(self) -> None:
        """End the workers."""
        with self._lock:
            if self._pool is not None:
                self._pool.close()
                self._pool = None

    def _run(self, job: dict[str, Any]) -> Answer:
        for last in (False, True):
            pool = self._current()
            try:
                return pool.run(dict(job))
            except Stopped as error:
                if last or error.reason != "unavailable":
                    raise
                self._forget(pool)
        raise AssertionError

    def _current(self) -> Pool:
        home = self._datasets.current().home
        pool = self._pool
        if pool is None:
            with self._lock:
                if self._pool is None:
                    self._pool = self._start(home)
                return self._pool
        if home not in {pool.build, self._damaged} and not self._renewing:
            self._renewing = True
            threading.Thread(target=self._renew, args=(home,), daemon=True).start()
        return pool

    def _start(self, home: Path) -> Pool:
        try:
            return Pool(home, users=self._users)
        except OSError as error:
            logging.getLogger(__name__).error("%s", error)
            raise Stopped("unavailable") from error

    def _renew(self, home: Path) -> None:
        """Load a new build beside the old one, then let it take over."""
        try:
            pool = Pool(home, users=self._users)
            with self._lock:
                for record in self._missed:
                    if record.revision > pool.changes:
                        pool.apply(record)
                old, self._pool = self._pool, pool
            if old is not None:
                old.close()
        except OSError as error:
            logging.getLogger(__name__).error("%s", error)
            self._damaged = home  # the old build stays in service until there is yet another
        finally:
            self._renewing = False

    def _forget(self, pool: Pool) -> None:
        with self._lock:
            if self._pool is pool:
                self._pool = None
        pool.close()
