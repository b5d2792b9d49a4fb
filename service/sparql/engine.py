"""The engine behind `/sparql`: a pool of workers that follows the current build."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from service.dataset import Datasets, NoDataset
from service.sparql.workers import Answer, Failed, Pool, Stopped


class Engine:
    """Runs jobs on workers over the build that is current. Safe to use from several threads."""

    def __init__(self, datasets: Datasets) -> None:
        self._datasets = datasets
        self._lock = threading.Lock()
        self._pool: Pool | None = None
        self._renewing = False
        self._damaged: Path | None = None
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
        """How many changes were made to the store since it was loaded."""
        return self._pool.changes if self._pool else 0

    def change(self, request: dict[str, Any], data: bytes) -> bool:
        """Apply a change; True where it made a graph. Raises Failed, Stopped or NoDataset."""
        return self._current().change(request, data)

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
            return Pool(home)
        except OSError as error:
            raise Stopped("unavailable") from error

    def _renew(self, home: Path) -> None:
        """Load a new build beside the old one, then let it take over."""
        try:
            pool = Pool(home)
            with self._lock:
                old, self._pool = self._pool, pool
            if old is not None:
                old.close()
        except OSError:
            self._damaged = home  # the old build stays in service until there is yet another
        finally:
            self._renewing = False

    def _forget(self, pool: Pool) -> None:
        with self._lock:
            if self._pool is pool:
                self._pool = None
        pool.close()
