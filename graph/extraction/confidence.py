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
def counts() -> dict[str, tuple[int, int]]:
    """Rule -> how many of its claims on gold are right, and how many there are."""
    rows = tomllib.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    return {rule: (row["right"], row["all"]) for rule, row in rows.items()}


def confidence(rule: str) -> float | None:
    """The confidence of a rule's claims between 0 and 1, None where gold has never seen it. A rule seen little on gold
    stays near one half."""
    right, seen = counts().get(rule, (0, 0))
    return round((right + 1) / (seen + 2), 3) if seen else None


def precision(rule: str) -> float | None:
    """The share of a rule's claims on gold that are right, None where gold has never seen it."""
    right, seen = counts().get(rule, (0, 0))
    return round(right / seen, 3) if seen else None


def measure(candidates: Iterable[Candidate], spurious: Iterable[Claim]) -> str:
    """The file's new text: for each rule how many of its claims agree with gold. `spurious` are those that do not."""
    wrong = {repr(claim.as_dict()) for claim in spurious}
    counts: dict[str, list[int]] = {}
    for candidate in candidates:
        row = counts.setdefault(candidate.rule, [0, 0])
        row[0] += repr(candidate.claim.as_dict()) not in wrong
        row[1] += 1
    head = "# Written by `evplans evaluate --confidence`: each rule's claims on gold, and how many of them are right.\n"
    return head + "".join(
        f'"{rule}" = {{ right = {right}, all = {total} }}\n' for rule, (right, total) in sorted(counts.items())
    )
