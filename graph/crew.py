"""Work on many documents or many properties, spread over processes when there is enough of it.

Results come in the order of the work, and only a few wait at a time, so memory does not grow with the amount. An
executor is anything with the interface of `concurrent.futures`; a task gives the same answer whoever does it.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from itertools import islice
from pathlib import Path
from typing import TypeVar

from pyoxigraph import Quad, Store

from graph import derive, findings, neighbourhood, paths
from graph.draft import Draft
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
Batch = tuple[list[str], set[str]]  # lines, and the nodes that are checked
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
    with means.hands() as executor:
        for made in _spread(executor, _prepare, jobs):
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
    base, sources = place.namespace.base, place.sources
    jobs = [(draft.folder / "store", base, name) for name in properties]
    with processes() as executor:
        for lines, batches in _spread(executor, _derive, jobs):
            checks = ((base, sources, *batch) for batch in batches)
            yield from_lines(lines), [result for found in _spread(executor, _check, checks) for result in found]


def _found(store: Store, namespace: Namespace, gate: Gate, name: str) -> Found:
    beside = neighbourhood.of_property(store, name)
    quads = derive.together(beside, namespace)
    return quads, findings.check(gate, quads, beside)


def _derive(job: tuple[Path, str, str]) -> tuple[list[str], list[Batch]]:
    """What follows, and in batches what is to be checked of it: with one property that has most findings, that takes
    longer than all other work and is not left to one process."""
    store, base, name = job
    beside = neighbourhood.of_property(Store.read_only(str(store)), name)
    quads = derive.together(beside, Namespace(base))
    batches = [(canonical_lines(told), nodes) for told, nodes in findings.batches(quads, beside)]
    return canonical_lines(quads), batches


def _check(job: tuple[str, str, Sequence[str], set[str]]) -> Sequence[Result]:
    base, sources, lines, nodes = job
    return gate(base, sources).nodes(from_lines(lines), nodes).results


def _spread(executor: Executor, work: Callable[[Task], Done], tasks: Iterable[Task]) -> Iterator[Done]:
    """What `work` makes of each task, in their order."""
    return ordered(executor, work, tasks, AHEAD * (os.cpu_count() or 1))


def ordered(executor: Executor, work: Callable[[Task], Done], tasks: Iterable[Task], ahead: int) -> Iterator[Done]:
    """The results of tasks on an executor in their order, with at most `ahead` of them under way."""
    left = iter(tasks)
    under_way = deque(executor.submit(work, task) for task in islice(left, ahead))
    while under_way:
        result = under_way.popleft().result()
        under_way.extend(executor.submit(work, task) for task in islice(left, 1))
        yield result
