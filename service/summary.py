"""What the command line says of long work: a progress bar while it runs, a summary at its end."""

from __future__ import annotations

import sys
from types import TracebackType

import click

from graph.build import Summary
from graph.extraction.explain import Explanation
from graph.extraction.model import Rejection

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


def explained(explanation: Explanation) -> str:
    """Each claim of a document with its rule and the steps of its reading, what the verifier refused, and for each
    sentence with a figure and no claim why it has none."""
    lines = [explanation.extraction.document.slug]
    for one in explanation.claims:
        claim, trust = one.found.claim, one.found.confidence
        said = [claim.subject, claim.property, claim.object, claim.value, claim.unit, claim.end, claim.modality]
        lines.append("  " + " | ".join(str(part) for part in said if part is not None))
        known = "" if trust is None else f", confidence {trust:.2f}"
        lines.append(f"    “{claim.quote}” at {claim.start_char}-{claim.end_char}, rule {one.found.rule}{known}")
        lines += [f"    {step}" for step in one.found.trace if step]
        lines += [f"    {source}" for source in one.sources]
        lines += [f"    names: {'; '.join(one.mentions)}"] if one.mentions else []
    lines += [refused(rejection) for rejection in explanation.extraction.rejected]
    for one_without in explanation.unclaimed:
        lines.append(f"  no claim: “{one_without.text}” at {one_without.start}-{one_without.end}")
        lines.append(f"    {one_without.why}")
    return "\n".join(lines)


def refused(rejection: Rejection) -> str:
    """A proposal that the verifier refused, and its reason, in one line."""
    claim, rule = rejection.candidate.claim, rejection.candidate.rule
    said = [claim.subject, claim.property, claim.object, claim.value, claim.unit]
    return f"  refused: {' | '.join(str(part) for part in said if part is not None)} by {rule}: {rejection.reason}"
