"""With what a build is made, beside its data folder: who does the work, and where the graphs go."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from graph.store import StoreError
from graph.store.remote import Remote

DASK = "dask://"


@dataclass(frozen=True, slots=True)
class Means:
    """`remote`: the SPARQL server that gets the graphs too. `executor`: the address of a Dask scheduler that prepares
    documents, `dask://host:port`; without one the processes of this machine do."""

    remote: Remote | None = None
    executor: str | None = None

    @contextmanager
    def hands(self) -> Iterator[Executor]:
        """An executor for documents. Raises StoreError where the cluster cannot be reached."""
        if self.executor is None:
            with processes() as executor:
                yield executor
            return
        try:
            distributed: Any = import_module("distributed")
        except ImportError as error:
            raise StoreError(f"{self.executor}: Dask is not installed; `pip install evplans[dask]`") from error
        try:
            client = distributed.Client(self.executor.replace(DASK, "tcp://", 1), set_as_default=False)
        except (OSError, TimeoutError) as error:
            raise StoreError(f"{self.executor}: no Dask scheduler answers there ({error})") from error
        with client:
            yield client.get_executor()


def processes() -> ProcessPoolExecutor:
    """The processes of this machine; spawned, since one with an open store must not be forked."""
    return ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn"))
