"""One fact, one claim: repeats are merged, the most qualified statement is kept."""

from __future__ import annotations

from graph.claims import QUALIFIERS, Claim
from graph.extraction.model import Candidate
from graph.register import fold

TELLING = ("end", "start", "region", "powertrain", "duration_years")


def merge(candidates: list[Candidate]) -> list[Candidate]:
    """Candidates without repeats, in the order of their quotes."""
    groups: dict[tuple[object, ...], list[Candidate]] = {}
    for candidate in sorted(candidates, key=lambda c: (c.claim.start_char, c.claim.end_char)):
        group = groups.setdefault(key(candidate.claim), [])
        for position, other in enumerate(group):
            if compatible(candidate.claim, other.claim):
                if weight(candidate) > weight(other):
                    group[position] = candidate
                break
        else:
            group.append(candidate)
    merged = [c for group in groups.values() for c in group]
    return sorted(
        merged,
        key=lambda c: (c.claim.start_char, c.claim.end_char, c.claim.property, c.claim.subject, str(c.claim.object)),
    )


def key(claim: Claim) -> tuple[object, ...]:
    """What two statements of one fact share."""
    ends = [fold(claim.subject), fold(claim.object or "")]
    if claim.property == "partnersWith":
        ends.sort()
    return (claim.property, *ends, str(claim.value), claim.unit, claim.modality == "negated")


def compatible(a: Claim, b: Claim) -> bool:
    """Whether nothing that one says contradicts the other."""
    if a.object is not None and a.property != "launch":
        return True
    if a.unit == "models" and {a.modality, b.modality} == {"plan", "fact"}:  # five on sale, and five more to come
        return False
    return all(getattr(a, f) == getattr(b, f) or None in (getattr(a, f), getattr(b, f)) for f in TELLING)


def weight(candidate: Candidate) -> float:
    """How much a statement says about its fact; a heading and a bare name say less."""
    bare = candidate.rule in {"plan.named", "plan.possessive"}
    given = sum(getattr(candidate.claim, q) is not None for q in QUALIFIERS)
    return given - ("heading" in candidate.trace) * 2 - bare * 0.5
