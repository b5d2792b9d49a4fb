"""How far a rule can be trusted: its precision on gold, measured by `measure` and kept in confidence.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from graph.claims import Claim
from graph.extraction.model import Candidate

FILE = Path(__file__).parent / "confidence.toml"


@cache
def table() -> dict[str, float]:
    """Rule -> confidence between 0 and 1; a rule seen little on gold stays near one half."""
    if not FILE.exists():
        return {}
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {rule: round((row["right"] + 1) / (row["all"] + 2), 3) for rule, row in rows.items()}


def confidence(rule: str) -> float | None:
    """The confidence of a rule, None where gold has never seen it."""
    return table().get(rule)


def measure(candidates: Iterable[Candidate], spurious: Iterable[Claim]) -> str:
    """The file's new text: for each rule how many of its claims agree with gold. `spurious` are those that do not."""
    wrong = {repr(claim.as_dict()) for claim in spurious}
    counts: dict[str, list[int]] = {}
    for candidate in candidates:
        row = counts.setdefault(candidate.rule, [0, 0])
        row[0] += repr(candidate.claim.as_dict()) not in wrong
        row[1] += 1
    head = "# Written by evaluate.write_confidence: each rule's claims on gold, and how many of them are right.\n"
    return head + "".join(
        f'"{rule}" = {{ right = {right}, all = {total} }}\n' for rule, (right, total) in sorted(counts.items())
    )
