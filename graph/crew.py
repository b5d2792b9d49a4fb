"""Work on many documents or many properties, spread over processes when there is enough of it.

Results come in the order of the work, and only a few wait at a time, so memory does not grow with the amount. An
executor is anything with the interface of `concurrent.futures`; a task gives the same answer whoever does it.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path
from typing import TypeVar

from pyoxigraph import Quad, Store

from graph import derive, neighbourhood, paths
from graph.draft import Draft
from graph.findings import check
from graph.gate import Gate
from graph.means import Means, processes
from graph.namespaces import Namespace
from graph.preparing import TOGETHER, Prepared, SetAside, Workshop, from_lines, gate, workshop
from graph.terms import canonical_lines
from graph.validation import Result

FEW_DOCUMENTS = 24  # that one process prepares sooner than others have started
FEW_QUADS = 500_000
AHEAD = 2  # tasks for each process that are under way or wait to be fetched

Found = tuple[list[Quad], list[Result]]
Task = TypeVar("Task")
Done = TypeVar("Done")


def prepared(files: Sequence[Path], place: Workshop, means: Means) -> Iterator[Prepared | SetAside]:
    """Documents made ready, in their order."""
    tasks = [files[i : i + TOGETHER] for i in range(0, len(files), TOGETHER)]
    if len(files) <= FEW_DOCUMENTS:
        for task in tasks:
            yield from place.prepare(task)
        return
    jobs = [(place.namespace.base, paths.REGISTER, place.sources, task) for task in tasks]
    for made in _spread(_prepare, jobs, means.hands()):
        yield from made


def _prepare(job: tuple[str, Path, str, Sequence[Path]]) -> list[Prepared | SetAside]:
    base, register, sources, files = job
    return workshop(base, register, sources).prepare(files)


def derived(draft: Draft, place: Workshop, properties: Sequence[str]) -> Iterator[Found]:
    """What follows from all claims of each property together, and what shapes say of it."""
    if sum(size.quads for size in draft.graphs.values()) <= FEW_QUADS:
        for name in properties:
            yield _found(draft.store, place.namespace, place.gate, name)
        return
    draft.store.flush()
    jobs = [(draft.folder / "store", place.namespace.base, place.sources, name) for name in properties]
    for lines, results in _spread(_derive, jobs, processes()):
        yield from_lines(lines), results


def _found(store: Store, namespace: Namespace, gate: Gate, name: str) -> Found:
    beside = neighbourhood.of_property(store, name)
    quads = derive.together(beside, namespace)
    return quads, check(gate, quads, beside)


def _derive(job: tuple[Path, str, str, str]) -> tuple[list[str], list[Result]]:
    store, base, sources, name = job
    quads, results = _found(Store.read_only(str(store)), Namespace(base), gate(base, sources), name)
    return canonical_lines(quads), results


def _spread(
    work: Callable[[Task], Done], tasks: Iterable[Task], hands: AbstractContextManager[Executor]
) -> Iterator[Done]:
    """What `work` makes of each task, in their order."""
    with hands as executor:
        yield from ordered(executor, work, tasks, AHEAD * (os.cpu_count() or 1))


def ordered(executor: Executor, work: Callable[[Task], Done], tasks: Iterable[Task], ahead: int) -> Iterator[Done]:
    """The results of tasks on an executor in their order, with at most `ahead` of them under way."""
    left = iter(tasks)
    under_way = deque(executor.submit(work, task) for task in islice(left, ahead))
    while under_way:
        result = under_way.popleft().result()
        under_way.extend(executor.submit(work, task) for task in islice(left, 1))
        yield result
