"""Review on the terminal: one claim at a time, with its sentence, and a key for the decision."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

import click

from graph.claims import Claim
from graph.extraction.model import Extraction
from graph.review import Decision, Review

CONTEXT = 80
KEYS: dict[str, Literal["accept", "reject"]] = {"a": "accept", "r": "reject"}


def decide(extraction: Extraction, review: Review | None) -> Review:
    """Ask for a decision on each claim that has none yet; those that were skipped stay undecided."""
    document = extraction.document
    decisions = list(review.decisions) if review else []
    known = {decision.claim.content() for decision in decisions}
    for candidate in extraction.found:
        if candidate.claim.content() in known:
            continue
        click.echo(_shown(candidate.claim, document.text))
        key = click.prompt("accept, reject, skip, quit", type=click.Choice([*KEYS, "s", "q"]), default="s", err=True)
        if key == "q":
            break
        if key != "s":
            decisions.append(Decision(kind=KEYS[key], claim=candidate.claim))
    today = datetime.now(UTC).date().isoformat()
    if review:
        return replace(review, decisions=tuple(decisions), reviewed=today)
    return Review(document=document.slug, complete=False, reviewed=today, decisions=tuple(decisions))


def _shown(claim: Claim, text: str) -> str:
    before = text[max(0, claim.start_char - CONTEXT) : claim.start_char].replace("\n", " ")
    after = text[claim.end_char : claim.end_char + CONTEXT].replace("\n", " ")
    row = {k: v for k, v in claim.as_dict().items() if k not in {"document", "quote", "start_char", "end_char"}}
    said = ", ".join(f"{key} {value}" for key, value in row.items())
    return f"\n{said}\n  …{before}{click.style(claim.quote, bold=True)}{after}…"
