"""What many documents cost: a dataset from nothing, then one document more, beside one more to an empty dataset."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from graph import paths
from graph.build import Summary, build, change
from graph.namespaces import Namespace
from graph.register import load_register
from service.bench.documents import MadeUp, documents

MORE = 3  # documents that are added one by one; the median counts
AIMS = {"minutes": 15.0, "memory": 4096.0, "ratio": 1.5, "one_more": 2.0}  # at 10,000 documents on two cores
TITLES = {
    "documents": "documents",
    "claims": "claims",
    "quads": "quads",
    "minutes": "minutes from nothing",
    "cpu": "CPU s of it, all processes",
    "memory": "MiB of the largest process",
    "one_more": "s for one document more",
    "one_first": "s for one more in an empty dataset",
    "cpu_more": "CPU s for one document more",
    "cpu_first": "CPU s for one in an empty dataset",
    "ratio": "the one to the other",
}


def measure(number: int, folder: Path) -> dict[str, float]:
    """The figures of `TITLES` for that many made-up documents, built in a new folder without the house's documents."""
    register = load_register()
    made = list(documents(number + MORE, register))
    with _without_documents(folder / "none"):
        empty, full = folder / "empty", folder / "full"
        build(empty, Namespace())
        first, cpu_first = _median(_added(empty, one) for one in made[number:])
        _written(full, made[:number])
        begun, cpu = time.monotonic(), _cpu()
        summary = build(full, Namespace())
        minutes, spent = (time.monotonic() - begun) / 60, _cpu() - cpu
        more, cpu_more = _median(_added(full, one) for one in made[number:])
    return _figures(summary) | {
        "minutes": minutes, "cpu": spent, "memory": _memory(), "one_more": more, "one_first": first,
        "cpu_more": cpu_more, "cpu_first": cpu_first, "ratio": more / first,
    }  # fmt: skip


def text(figures: dict[str, Any]) -> str:
    """The figures, a line each, with what is aimed at."""
    lines = []
    for name, title in TITLES.items():
        aim = f"   aim ≤ {AIMS[name]:g}" if name in AIMS else ""
        lines.append(f"{title:36} {figures[name]:12,.2f}{aim}")
    return "\n".join(lines)


@contextmanager
def _without_documents(nothing: Path) -> Iterator[None]:
    """The house without its documents, so that a dataset holds the made-up ones alone."""
    nothing.mkdir(parents=True)
    before, paths.DOCUMENTS = paths.DOCUMENTS, nothing
    try:
        yield
    finally:
        paths.DOCUMENTS = before


def _written(data: Path, made: list[MadeUp]) -> list[Path]:
    folder = data / "documents"
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{one.slug}.md" for one in made]
    for path, one in zip(files, made, strict=True):
        path.write_text(one.text, encoding="utf-8")
    return files


def _added(data: Path, one: MadeUp) -> tuple[float, float]:
    """Seconds that a change by one document takes, publication included; and those of them on a processor."""
    files = _written(data, [one])
    begun, cpu = time.monotonic(), _cpu()
    change(data, Namespace(), enter=files)
    return time.monotonic() - begun, _cpu() - cpu


def _median(times: Iterable[tuple[float, float]]) -> tuple[float, float]:
    seconds, cpu = zip(*times, strict=True)
    return median(seconds), median(cpu)


def _figures(summary: Summary) -> dict[str, float]:
    return {name: summary.counts[name] for name in ("documents", "claims", "quads")}


def _cpu() -> float:
    """CPU seconds of this process and of those that it waited for."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def _memory() -> float:
    """MiB of the process that took most."""
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
