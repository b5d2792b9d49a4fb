"""The verifier: what every candidate must pass, whoever proposes it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from graph.claims import BODY_STYLES, DATED, MONEY, PROPERTIES, QUANTITIES, RELATIONS, UNITS, Claim
from graph.extraction.annotate import Annotated
from graph.extraction.lexicon import bodies, home, region_adjectives, worldwide
from graph.extraction.mentions import fold_token
from graph.extraction.model import Candidate, Mention, Rejection, When
from graph.extraction.quantities import quantities
from graph.extraction.readings import Reading
from graph.register import fold

MADE_UP = frozenset({"plant", "platform"})  # what a thing is called by where it stands or what it does
AROUND = 24  # characters on either side of a quote that say how its number is read
MEASURED = MONEY | {"percent", "GWh", "kWh", "km", "mi", "V", "kW", "min"}
ALL = re.compile(
    r"\b(?:all|any|entire\w*|every|each|full\w*|only|pure\w*|exclusive\w*|complete\w*|total\w*|whole|wholly|nothing|solely"
    r"|phas\w+ out|stop\w*|ceas\w*|end\w*|abandon\w*|discontinu\w*|quit\w*|halt\w*|giv\w+ up|drop\w*|exit\w*|last)\b",
    re.IGNORECASE,
)
NEAR = 12  # sentences
ROWS = 60
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
    if isinstance(claim.value, int | float) and claim.unit and not stated(claim, reading):
        return f"{claim.value} {claim.unit} cannot be read in the quote"
    for name in (claim.subject, claim.object, claim.plan, claim.attribution):
        if name and not mentioned(name, reading, named):
            return f"the document does not name {name}"
    return passage_fault(claim, list(passage(claim, reading)), reading)


def passage(claim: Claim, reading: Reading) -> Iterator[Annotated]:
    """The sentences that a quote may take its dates and places from: those near it in its block, and how the blocks
    begin that it stands under and that before it; a table's rows go together."""
    lines = reading.sentences
    here = max(0, bisect_right(lines, claim.start_char, key=lambda s: s.start) - 1)
    own = lines[here].block if lines else 0
    near, above = {own}, reading.blocks[own].parent
    while above is not None:
        near.add(above)
        above = reading.blocks[above].parent
    first = own
    while first > max(0, own - ROWS) and reading.blocks[first].kind == "table-row":
        first -= 1
        near.add(first)
    before = reading.first_of(first) - 1
    near |= {lines[before].block} if before >= 0 else set()
    for block in sorted(near):
        first = reading.first_of(block)
        first = max(first, here - NEAR) if block == own else first
        for index in range(first, min(len(lines), (here if block == own else first) + NEAR)):
            if lines[index].block == block:
                yield reading.annotated[index]


def passage_fault(claim: Claim, around: list[Annotated], reading: Reading) -> str | None:
    """What a claim says that its passage does not: a date, a length of time, a place or a kind of body."""
    whens = [item for line in around for item in line.items if isinstance(item, When)]
    for date in (claim.start, claim.end):
        if date and not any(date in (when.first, when.last) for when in whens):
            return f"the passage does not give the date {date}"
    if claim.duration_years and not any(when.years == claim.duration_years for when in whens):
        return f"the passage does not give a time of {claim.duration_years} years"
    places = [*claim.region.split(" and ")] if claim.region else []
    if claim.property == "country":
        places.append(str(claim.value))
    names = {item.name for line in around for item in line.items if isinstance(item, Mention)}
    text = " ".join(reading.mask[line.sentence.start : line.sentence.end] for line in around)
    for place in places:
        if place not in names and not placed(place, text):
            return f"the passage does not name {place}"
    written = any(code == claim.value and pattern.search(text) for pattern, code in bodies())
    if claim.property == "bodyStyle" and not written and str(claim.value) not in text:
        return f"the passage speaks of no {claim.value}"
    return None


def placed(place: str, text: str) -> bool:
    """Whether a text speaks of a place without naming it: "European", "worldwide", "at home"."""
    if place == "global" and worldwide().search(text):
        return True
    adjectives = (adjective for adjective, name in region_adjectives().items() if name == place)
    return any(re.search(rf"(?<!\w){re.escape(a)}(?!\w)", text) for a in adjectives) or bool(home().search(text))


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
    """Whether the number grammar reads value and unit in the quote, knowing the words on either side ("half of")."""
    if claim.value == 100 and claim.unit == "percent" and ALL.search(claim.quote):
        return True
    last = min(len(reading.mask), claim.end_char + AROUND)
    for first in (claim.start_char, max(0, claim.start_char - AROUND)):
        found = quantities(reading.blanked, first, last)
        for q in found:
            inside = claim.start_char <= q.start < claim.end_char
            if inside and q.value == claim.value and same_unit(claim.unit, q.unit):
                return True
    return False


def same_unit(claimed: str | None, read: str | None) -> bool:
    """Whether a figure read in one unit may be claimed in another: counted things need no unit, what a year gives is
    said elsewhere."""
    units = {(unit or "").removesuffix("/year") for unit in (claimed, read)}
    return len(units) == 1 or not units <= MEASURED


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
    words = [fold_token(word)[:4] for word in re.findall(r"\w+", name) if len(word) > 2 and word not in MADE_UP]
    return bool(words) and all(word in folded for word in words)
