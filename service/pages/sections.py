"""What only some kinds of entities have on their pages: a plan's outcomes, a platform's models."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from graph.namespaces import EV
from service.pages.statements import Statement


def outcomes(due: Iterable[Statement]) -> list[tuple[str, int]]:
    """What became of a plan's targets: each outcome with the number of targets, those that occur."""
    counts = {"revised": 0, "reached late": 0, "contradicted": 0, "no outcome known": 0}
    for statement in due:
        if statement.missed:
            counts["reached late"] += 1
        elif statement.revised:
            counts["revised"] += 1
        elif any(row["kind"].endswith("Disagreement") for row in statement.beside):
            counts["contradicted"] += 1
        else:
            counts["no outcome known"] += 1
    return [(outcome, count) for outcome, count in counts.items() if count]


def models_by_owner(towards: Iterable[Statement]) -> list[tuple[str, str | None, list[Statement]]]:
    """The models on a platform by the brand they belong to: its label, its IRI, and what says so."""
    found: dict[str, tuple[str, str | None, list[Statement]]] = {}
    for statement in towards:
        claim = statement.first
        if claim["property"] == EV + "usesPlatform":
            owner = claim.get("ownerLabel") or claim["subjectLabel"]
            found.setdefault(owner, (owner, claim.get("owner"), []))[2].append(statement)
    return [found[owner] for owner in sorted(found)]


def spans(dates: Sequence[str]) -> str:
    """The first and last of sorted dates in words; one date where they are the same."""
    return dates[0] if dates[0] == dates[-1] else f"{dates[0]} to {dates[-1]}"
