"""The command `evplans bench`."""

from __future__ import annotations

import json
import signal
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from service.bench.synthetic import Dataset
    from service.bench.workloads import Workload

RUNS = 10  # numbers set apart for the runs of one workload
FILE = click.Path(dir_okay=False, path_type=Path)
EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--quads", default=1_000_000, show_default=True, type=click.IntRange(1000), help="Size of the dataset.")
@click.option("--load-quads", type=click.IntRange(1000), help="Size of the file to load, if it is to be another.")
@click.option("--seconds", default=5.0, show_default=True, type=click.FloatRange(0.05), help="Length of each run.")
@click.option("--only", multiple=True, metavar="NAME", help="Run this workload only; may be repeated.")
@click.option("--json", "file", type=FILE, help="Keep the rows in this file.")
@click.option("--make-documents", type=click.IntRange(1), metavar="N", help="Measure a dataset of N documents instead.")
@click.option("--compare", nargs=2, type=EXISTING, metavar="A B", help="Show two such files side by side instead.")
def bench(
    quads: int, load_quads: int | None, seconds: float, only: tuple[str, ...], file: Path | None,
    make_documents: int | None, compare: tuple[Path, Path] | None,
) -> None:  # fmt: skip
    """Measure this service beside its peers over a synthetic dataset, and draw one table."""
    from service.bench import machine, table
    from service.bench.servers import BenchError
    from service.telling import Failure

    if compare:
        click.echo(table.compared(*(json.loads(path.read_text(encoding="utf-8")) for path in compare)))
        return
    if make_documents:
        _grow(make_documents, file)
        return
    chosen, loading = _chosen(only)
    told = machine.describe() | {"quads": f"{quads:,}", "seconds": f"{seconds:g}"}
    click.echo("\n".join(f"{name:12} {value}" for name, value in told.items()), err=True)
    try:
        with _stopped_by_signal(), tempfile.TemporaryDirectory(prefix="evplans-bench-") as folder:
            rows = _measure(Path(folder), quads, chosen, seconds)
            if loading:
                rows.append(_load(Path(folder), load_quads or quads))
    except BenchError as error:
        raise Failure(str(error)) from error
    table.judge(rows)
    click.echo(table.text(rows))
    if file is not None:
        file.write_text(
            json.dumps({"machine": told, "rows": rows}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )


def _grow(number: int, file: Path | None) -> None:
    """Measure what many documents cost."""
    from service.bench import growth, machine

    told = machine.describe()
    click.echo("\n".join(f"{name:12} {value}" for name, value in told.items()), err=True)
    with _stopped_by_signal(), tempfile.TemporaryDirectory(prefix="evplans-bench-") as folder:
        figures = growth.measure(number, Path(folder))
    click.echo(growth.text(figures))
    if file is not None:
        file.write_text(json.dumps({"machine": told, "growth": figures}, indent=1) + "\n", encoding="utf-8")


def _chosen(only: tuple[str, ...]) -> tuple[list[Workload], bool]:
    """The workloads to run, and whether loading is measured."""
    from service.bench.workloads import workloads

    known = {workload.name: workload for workload in workloads()}
    if unknown := set(only) - {*known, "load"}:
        raise click.BadParameter(
            f"{', '.join(sorted(unknown))}: no such workload; there are {', '.join(known)} and load",
            param_hint="--only",
        )
    return [workload for name, workload in known.items() if not only or name in only], not only or "load" in only


def _measure(folder: Path, quads: int, chosen: list[Workload], seconds: float) -> list[dict[str, Any]]:
    """The rows of workloads on running servers."""
    from service.bench import engine, running, servers, synthetic

    if not chosen:
        return []
    _progress(f"making a dataset of {quads:,} quads")
    dataset = synthetic.make(folder / "data", quads)
    engine.apart(engine.load, dataset.build / "store", dataset.file)
    rows = []
    with ExitStack() as stack:
        _progress("starting evplans")
        ours = stack.enter_context(servers.evplans(dataset))
        peers = {name: _started(name, stack, dataset) for name in dict.fromkeys(w.peer for w in chosen) if name}
        for name, peer in peers.items():
            kinds = list(dict.fromkeys(query for w in chosen if w.peer == name for query in w.queries))
            if isinstance(peer, servers.Server):
                equal = running.compare_answers(kinds, dataset, [ours, peer])
                _progress(f"{equal} answers of {name} equal ours")
        for number, workload in enumerate(chosen):
            _progress(workload.title)
            if workload.hostile:
                rows.append(running.run_beside_hostile(workload, dataset, ours, seconds, number * RUNS))
                continue
            peer = peers[workload.peer]
            among = [ours, peer] if isinstance(peer, servers.Server) else [ours]
            row = running.run(workload, dataset, among, seconds, number * RUNS)
            rows.append(row | ({"skipped": peer} if isinstance(peer, str) else {}))
    return rows


def _started(name: str, stack: ExitStack, dataset: Dataset) -> Any:
    """A peer, or the reason why there is none."""
    from service.bench import servers

    _progress(f"loading and starting {name}")
    try:
        return stack.enter_context(servers.PEERS[name](dataset))
    except servers.Missing as error:
        _progress(str(error))
        return str(error)


def _load(folder: Path, quads: int) -> dict[str, Any]:
    from service.bench import running, synthetic

    _progress(f"load and compaction of {quads:,} quads")
    with tempfile.TemporaryDirectory(dir=folder) as place:
        dataset = synthetic.make(Path(place) / "data", quads)
        return running.run_load(dataset.file, dataset.quads, Path(place))


def _progress(text: str) -> None:
    click.echo(f"… {text}", err=True)


@contextmanager
def _stopped_by_signal() -> Iterator[None]:
    """End as by Ctrl-C when asked to terminate, so that processes are ended and folders removed."""

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
