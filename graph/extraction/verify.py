"""The verifier: what every candidate must pass, whoever proposes it."""

from __future__ import annotations

import re

from graph.claims import BODY_STYLES, DATED, PROPERTIES, QUANTITIES, RELATIONS, UNITS, Claim
from graph.extraction.mentions import fold_token
from graph.extraction.model import Candidate, Rejection
from graph.extraction.quantities import quantities
from graph.extraction.readings import Reading
from graph.register import fold

AROUND = 24  # characters on either side of a quote that say how its number is read
DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


def verify(candidates: list[Candidate], reading: Reading) -> tuple[list[Candidate], list[Rejection]]:
    """Candidates that hold, and those that do not with the reason."""
    kept: list[Candidate] = []
    rejected: list[Rejection] = []
    named = {fold(m.name) for m in reading.mentions}
    for candidate in candidates:
        reason = fault(candidate.claim, reading, named)
        if reason:
            rejected.append(Rejection(candidate, reason))
        else:
            kept.append(candidate)
    return kept, rejected


def fault(claim: Claim, reading: Reading, named: set[str]) -> str | None:
    """Why a claim does not hold, or None."""
    text = reading.document.text
    if not claim.quote or text[claim.start_char : claim.end_char] != claim.quote:
        return "the quote is not the document's text at its offsets"
    reason = schema_fault(claim)
    if reason:
        return reason
    if claim.property in QUANTITIES and claim.unit and not stated(claim, reading):
        return f"{claim.value} {claim.unit} cannot be read in the quote"
    for name in (claim.subject, claim.object):
        if name and not mentioned(name, reading, named):
            return f"the document does not name {name}"
    return None


def schema_fault(claim: Claim) -> str | None:
    """What the contract forbids about a claim's property, value, unit and dates."""
    if claim.property not in PROPERTIES:
        return f"no property {claim.property}"
    if claim.property in RELATIONS and claim.object is None and claim.unit != "plants":
        return "a relation without an object"
    if claim.property in QUANTITIES:
        units = UNITS[claim.property]
        if not isinstance(claim.value, int | float) or (units and claim.unit not in units):
            return f"{claim.property} does not take {claim.value} {claim.unit}"
        if claim.unit == "percent" and not 0 <= claim.value <= 100:
            return "a share outside 0 to 100"
    if claim.property in DATED and claim.end is None:
        return f"{claim.property} without a date"
    if claim.property == "bodyStyle" and claim.value not in BODY_STYLES:
        return f"no body style {claim.value}"
    if any(d and not DATE.fullmatch(d) for d in (claim.start, claim.end)):
        return "a date that is none"
    return "a claim about itself" if claim.subject == claim.object else None


def stated(claim: Claim, reading: Reading) -> bool:
    """Whether the number grammar reads the claim's value in its quote, knowing the words on either side ("half of")."""
    if claim.value == 100:
        return True
    last = min(len(reading.mask), claim.end_char + AROUND)
    for first in (claim.start_char, max(0, claim.start_char - AROUND)):
        found = quantities(reading.blanked, first, last)
        if any(q.value == claim.value and claim.start_char <= q.start < claim.end_char for q in found):
            return True
    return False


def mentioned(name: str, reading: Reading, named: set[str]) -> bool:
    """Whether a name, or each word of a made-up plant's or technology's name, stands in the document."""
    if fold(name) in named or reading.topic == name:
        return True
    key = fold(name)
    if any(len(n) > 3 and key.startswith(n) for n in named):  # the company behind a brand that is named
        return True
    if key.endswith("plant") and any(key.startswith(n) for n in named):
        return True
    folded = fold_token(reading.mask)
    return all(fold_token(word)[:4] in folded for word in re.findall(r"\w+", name) if len(word) > 2)
