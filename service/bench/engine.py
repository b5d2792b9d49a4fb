"""What the engine does by itself, without a server: loading, and the time of a query in process.

Each runs in a process of its own: what forks load clients must neither hold a store nor run its threads.
"""

from __future__ import annotations

import multiprocessing as mp
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

from pyoxigraph import QueryResultsFormat, QuerySolutions, RdfFormat, Store

from service.bench.servers import BenchError

_FORK = mp.get_context("fork")
T = TypeVar("T")


def apart(function: Callable[..., T], *arguments: Any) -> T:
    """What a function returns in a process of its own. Raises BenchError where it fails there."""
    ours, theirs = _FORK.Pipe(duplex=False)
    process = _FORK.Process(target=_send, args=(theirs, function, arguments), daemon=True)
    process.start()
    theirs.close()
    try:
        told: T = ours.recv()
        process.join()
    except EOFError as error:
        raise BenchError(f"{function.__name__} failed in its process") from error
    finally:
        process.kill()
    return told


def _send(out: Any, function: Callable[..., Any], arguments: Sequence[Any]) -> None:
    out.send(function(*arguments))


def load(store: Path, file: Path) -> tuple[float, float]:
    """Load an N-Quads file into a new store on disk and compact it; the seconds, and the CPU seconds."""
    begun, cpu = time.perf_counter(), time.process_time()
    opened = Store(str(store))
    opened.bulk_load(path=str(file), format=RdfFormat.N_QUADS)
    opened.optimize()
    opened.flush()
    return time.perf_counter() - begun, time.process_time() - cpu


def query_time(source: Path, queries: Sequence[str]) -> float:
    """The median seconds of a query and its answer in JSON. `source`: a store on disk, or a file to hold in memory."""
    if source.is_dir():
        store = Store.read_only(str(source))
    else:
        store = Store()
        store.bulk_load(path=str(source), format=RdfFormat.N_QUADS)
    taken = []
    for query in queries:
        begun = time.perf_counter()
        found = store.query(query, use_default_graph_as_union=True)
        assert isinstance(found, QuerySolutions)
        found.serialize(format=QueryResultsFormat.JSON)
        taken.append(time.perf_counter() - begun)
    return median(taken)
