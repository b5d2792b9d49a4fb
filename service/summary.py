"""What the command line says of long work: a progress bar while it runs, a summary at its end."""

from __future__ import annotations

import sys
from types import TracebackType

import click

from graph.build import Summary
from graph.extraction.model import Extraction

WIDTH = 30


class ProgressBar:
    """Draws `stage, done, total` on standard error where that is a terminal; elsewhere it is silent."""

    def __init__(self) -> None:
        self.drawn = False

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.drawn:
            click.echo("\r\x1b[K", nl=False, err=True)

    def __call__(self, stage: str, done: int, total: int) -> None:
        if sys.stderr.isatty():
            filled = WIDTH * done // max(total, 1)
            bar = "█" * filled + "·" * (WIDTH - filled)
            click.echo(f"\r\x1b[K{bar} {stage} {done}/{total}", nl=False, err=True)
            self.drawn = True


def print_summary(summary: Summary) -> None:
    """Say what a build holds, where its claims came from and what was set aside."""
    counts = summary.counts
    click.echo(f"build {summary.build} in {summary.seconds:.1f} s: {summary.home}")
    for name in ("documents", "claims", "facts", "disagreements", "revisions", "entities", "quads"):
        click.echo(f"  {name:14} {counts[name]:8,}")
    click.echo(f"  {'violations':14} {counts['violations']:8,}   warnings {counts['warnings']:,}")
    click.echo("  claims by origin: " + ", ".join(f"{name} {n}" for name, n in sorted(summary.origins.items())))
    for note in summary.notes:
        click.echo(f"note: {note}", err=True)
    for aside in summary.set_aside:
        click.echo(f"set aside: {aside.document}", err=True)
        for message in aside.messages:
            click.echo(f"  {message}", err=True)


def explained(extraction: Extraction) -> str:
    """Each claim of a document with its rule and the steps of its reading, then what the verifier refused."""
    lines = [extraction.document.slug]
    for found in extraction.found:
        claim = found.claim
        said = [claim.subject, claim.property, claim.object, claim.value, claim.unit, claim.end, claim.modality]
        lines.append("  " + " | ".join(str(part) for part in said if part is not None))
        lines.append(f"    “{claim.quote}” at {claim.start_char}-{claim.end_char}, rule {found.rule}")
        lines += [f"    {step}" for step in found.trace]
    lines += [f"  refused: {r.candidate.claim.property} by {r.candidate.rule}: {r.reason}" for r in extraction.rejected]
    return "\n".join(lines)
