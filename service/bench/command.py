"""The command `evplans bench`."""

from __future__ import annotations

import json
import signal
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click

RUNS = 10  # numbers set apart for the runs of one workload


@click.command()
@click.option("--quads", default=1_000_000, show_default=True, type=click.IntRange(1000), help="Size of the dataset.")
@click.option("--seconds", default=5.0, show_default=True, type=click.FloatRange(0.05), help="Length of each run.")
@click.option("--only", multiple=True, metavar="NAME", help="Run this workload only; may be repeated.")
@click.option("--json", "file", type=click.Path(dir_okay=False, path_type=Path), help="Keep the rows in this file.")
def bench(quads: int, seconds: float, only: tuple[str, ...], file: Path | None) -> None:
    """Measure this service beside `oxigraph serve` over a synthetic dataset; one table."""
    from service.bench import machine, running, servers, synthetic, table
    from service.bench.workloads import workloads

    chosen = [workload for workload in workloads() if not only or workload.name in only]
    if unknown := set(only) - {workload.name for workload in chosen}:
        known = ", ".join(workload.name for workload in workloads())
        raise click.BadParameter(
            f"{', '.join(sorted(unknown))}: no such workload; there are {known}", param_hint="--only"
        )
    told: dict[str, Any] = {"machine": machine.describe(), "rows": []}
    click.echo("\n".join(f"{name:12} {value}" for name, value in told["machine"].items()), err=True)
    try:
        with _stopped_by_signal(), tempfile.TemporaryDirectory(prefix="evplans-bench-") as folder, ExitStack() as stack:
            _progress(f"making a dataset of {quads:,} quads")
            dataset = synthetic.make(Path(folder) / "data", quads)
            _progress("starting the servers")
            started = [stack.enter_context(start(dataset)) for start in (servers.ours, servers.oxigraph)]
            compared = running.compare_answers(chosen, dataset, started)
            _progress(f"{compared} answers are equal")
            for number, workload in enumerate(chosen):
                _progress(workload.title)
                told["rows"].append(running.run(workload, dataset, started, seconds, number * RUNS))
    except servers.BenchError as error:
        raise click.ClickException(str(error)) from error
    table.judge(told["rows"])
    click.echo(table.text(told["rows"]))
    if file is not None:
        file.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _progress(text: str) -> None:
    click.echo(f"… {text}", err=True)


@contextmanager
def _stopped_by_signal() -> Iterator[None]:
    """End like Ctrl-C when asked to terminate, so that processes are ended and folders removed."""

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
