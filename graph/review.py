"""What a person decided about a document's claims, and what of it is published.

A review file holds the reviewed truth, so a better or a worse extractor changes what review had to do, not what is
published. Its first line is `{"document": slug, "complete": true, "reviewed": "YYYY-MM-DD"}`, each further line one
decision: `{"decision": "accept" | "amend" | "add" | "reject", "claim": {…}, "was": {…}}`, where `was` is what the
extractor had said and `amend` put right.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from graph.claims import MODALITIES, PROPERTIES, QUALIFIERS, Claim, ClaimError, claim_from
from graph.extraction.model import Candidate, Extraction

Kind = Literal["accept", "amend", "add", "reject"]
Origin = Literal["extracted", "amended", "added"]
State = Literal["reviewed", "unreviewed"]

KINDS: tuple[Kind, ...] = get_args(Kind)
SUFFIX = ".review.jsonl"


class ReviewError(ValueError):
    """A review file that cannot be used; the message says which file and line, and what is wrong there."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A claim with what was decided about it. `was` is the extractor's version of an amended claim."""

    kind: Kind
    claim: Claim
    was: Claim | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """The decisions on one document. A complete review has seen everything that the document says."""

    document: str
    complete: bool
    reviewed: str
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A claim to publish: where it comes from, whether a person has seen it, and the rule that found it, if one did."""

    claim: Claim
    origin: Origin
    state: State
    rule: str | None
    confidence: float | None


@dataclass(frozen=True, slots=True)
class ReviewOutcome:
    """The claims to publish, how many finds were rejected, which await a decision, and which decisions were dropped."""

    claims: list[Reviewed]
    rejected: int
    pending: list[Candidate]
    notes: list[str]


# --- applying --------------------------------------------------------------------------------------------------------


def apply(extraction: Extraction, review: Review | None) -> ReviewOutcome:
    """What a document publishes, given what was found in it and what was decided.

    Raises ReviewError when the review is of another document.
    """
    slug, text = extraction.document.slug, extraction.document.text
    if review is None:
        return ReviewOutcome([_unreviewed(c) for c in extraction.found], 0, [], [])
    if review.document != slug:
        raise ReviewError(f"{slug}: the review is of {review.document}; give each document its own review file")

    decisions, notes = _anchored(review.decisions, text)
    kept = [d for d in decisions if d.kind != "reject"]
    pairs, left = _pair(kept, extraction.found)
    published = [_reviewed(d.claim, pair) for d, pair in zip(kept, pairs, strict=True)]
    refused = [d.claim for d in decisions if d.kind == "reject"]
    open_finds = [c for c in left if not any(_same(c.claim, r) and _overlap(c.claim, r) for r in refused)]
    rejected = len(left) - len(open_finds)
    if review.complete:
        return ReviewOutcome(published, rejected, open_finds, notes)
    return ReviewOutcome(published + [_unreviewed(c) for c in open_finds], rejected, [], notes)


def review_from_gold(extraction: Extraction, claims: Iterable[Claim], reviewed: str | None = None) -> Review:
    """The complete review that turns what was found into the given claims, dated `reviewed` (default: today, UTC)."""
    wanted = [Decision("add", claim) for claim in claims]
    pairs, left = _pair(wanted, extraction.found)
    decisions = [_decision(d.claim, pair) for d, pair in zip(wanted, pairs, strict=True)]
    decisions += [Decision("reject", candidate.claim) for candidate in left]
    day = reviewed or datetime.now(UTC).date().isoformat()
    return Review(extraction.document.slug, complete=True, reviewed=day, decisions=tuple(dict.fromkeys(decisions)))


def _decision(claim: Claim, candidate: Candidate | None) -> Decision:
    if candidate is None:
        return Decision("add", claim)
    if _origin(claim, candidate) == "extracted":
        return Decision("accept", claim)
    return Decision("amend", claim, was=candidate.claim)


def _reviewed(claim: Claim, candidate: Candidate | None) -> Reviewed:
    if candidate is None:
        return Reviewed(claim, "added", "reviewed", None, None)
    return Reviewed(claim, _origin(claim, candidate), "reviewed", candidate.rule, candidate.confidence)


def _unreviewed(candidate: Candidate) -> Reviewed:
    return Reviewed(candidate.claim, "extracted", "unreviewed", candidate.rule, candidate.confidence)


def _origin(claim: Claim, candidate: Candidate) -> Origin:
    return "extracted" if _same(claim, candidate.claim) and _overlap(claim, candidate.claim) else "amended"


# --- comparing -------------------------------------------------------------------------------------------------------


def _pair(decisions: list[Decision], found: Iterable[Candidate]) -> tuple[list[Candidate | None], list[Candidate]]:
    """For each decision the find that it rests on, and the finds that none rests on.

    The closest are paired first: the same content on the same words, then the same content elsewhere, then what the
    amendment names as its origin, then the same statement under other qualifiers. A find that repeats what a decision
    says already is left out.
    """
    free = list(found)
    pairs: list[Candidate | None] = [None] * len(decisions)
    ranks: tuple[Callable[[Decision, Claim], bool], ...] = (
        lambda d, c: _same(d.claim, c) and _overlap(d.claim, c),
        lambda d, c: _same(d.claim, c),
        lambda d, c: d.was is not None and _same(d.was, c),
        lambda d, c: _oriented(d.claim).core() == _oriented(c).core(),
    )
    for fits in ranks:
        for i, decision in enumerate(decisions):
            candidates = [c for c in free if fits(decision, c.claim)] if pairs[i] is None else []
            if candidates:
                pairs[i] = best = max(candidates, key=lambda c: _closeness(decision.claim, c.claim))
                free.remove(best)
    said = {_content(d.claim) for d in decisions}
    return pairs, [c for c in free if _content(c.claim) not in said]


def _oriented(claim: Claim) -> Claim:
    """The claim with its ends in a fixed order where the property is symmetric."""
    if claim.property == "partnersWith" and claim.object is not None and claim.object < claim.subject:
        return replace(claim, subject=claim.object, object=claim.subject)
    return claim


def _content(claim: Claim) -> tuple[Any, ...]:
    return _oriented(claim).content()


def _same(a: Claim, b: Claim) -> bool:
    return _content(a) == _content(b)


def _overlap(a: Claim, b: Claim) -> bool:
    return a.start_char < b.end_char and b.start_char < a.end_char


def _closeness(a: Claim, b: Claim) -> tuple[int, bool]:
    """How many qualifiers two claims share, and whether they rest on the same words."""
    return sum(getattr(a, q) == getattr(b, q) for q in QUALIFIERS), _overlap(a, b)


def _anchored(decisions: Iterable[Decision], text: str) -> tuple[list[Decision], list[str]]:
    """The decisions with their quotes where they stand in the text now; a note for each whose quote is gone."""
    standing, notes = [], []
    for decision in decisions:
        claim = anchor(decision.claim, text)
        if claim is None:
            notes.append(
                f"{decision.claim.document}: dropped {decision.kind}, no longer in the text: {_short(decision)}"
            )
        else:
            standing.append(replace(decision, claim=claim))
    return standing, notes


def anchor(claim: Claim, text: str) -> Claim | None:
    """The claim with its quote at the occurrence nearest to where it stood; None where the text does not have it."""
    if text[claim.start_char : claim.end_char] == claim.quote:
        return claim
    places = [m.start() for m in re.finditer(f"(?={re.escape(claim.quote)})", text)]
    if not places:
        return None
    return claim.moved(claim.quote, min(places, key=lambda place: abs(place - claim.start_char)))


def _short(decision: Decision) -> str:
    quote = " ".join(decision.claim.quote.split())
    return f'"{quote if len(quote) <= 80 else quote[:79] + "…"}"'


# --- reading and writing ---------------------------------------------------------------------------------------------


def read_review(path: Path) -> Review | None:
    """The decisions kept in a review file, or None where there is no such file. Raises ReviewError."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise ReviewError(f"{path}: not UTF-8 text (byte {error.start})") from error
    except OSError as error:
        raise ReviewError(f"{path}: cannot be read: {error.strerror}") from error
    rows = [(f"{path}:{number}", line) for number, line in enumerate(lines, 1) if line.strip()]
    if not rows:
        raise ReviewError(f'{path}:1: empty; the first line is {{"document": …, "complete": …, "reviewed": …}}')
    review = _header(_decoded(rows[0][1], rows[0][0]), path, rows[0][0])
    decided: dict[Claim, str] = {}
    decisions = []
    for where, line in rows[1:]:
        decision = _read_decision(_decoded(line, where), review.document, where)
        if earlier := decided.get(decision.claim):
            raise ReviewError(f"{where}: decides again on the claim of {earlier}; keep one of the two")
        decided[decision.claim] = f"line {where.rpartition(':')[2]}"
        decisions.append(decision)
    return replace(review, decisions=tuple(decisions))


def write_review(path: Path, review: Review) -> None:
    """Write a review file; an interrupted writing leaves the old one as it was."""
    header = {"document": review.document, "complete": review.complete, "reviewed": review.reviewed}
    rows = [header, *map(_row, review.decisions)]
    part = path.with_name(path.name + ".part")
    part.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8", newline="\n")
    part.replace(path)


def _row(decision: Decision) -> dict[str, Any]:
    row: dict[str, Any] = {"decision": decision.kind, "claim": decision.claim.as_dict()}
    return row | ({"was": decision.was.as_dict()} if decision.was else {})


def _decoded(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise ReviewError(f"{where}: not JSON: {error}") from error
    if not isinstance(row, dict):
        raise ReviewError(f"{where}: not a JSON object")
    return row


def _header(row: dict[str, Any], path: Path, where: str) -> Review:
    slug = path.name.removesuffix(SUFFIX)
    if set(row) != {"document", "complete", "reviewed"}:
        raise ReviewError(f"{where}: the first line has the keys document, complete, reviewed and no others")
    if row["document"] != slug:
        raise ReviewError(f"{where}: a review of {row['document']!r} in the file of {slug!r}")
    if not isinstance(row["complete"], bool):
        raise ReviewError(f"{where}: complete is true or false, not {row['complete']!r}")
    if not _is_day(row["reviewed"]):
        raise ReviewError(f"{where}: reviewed is a day like 2026-11-25, not {row['reviewed']!r}")
    return Review(slug, row["complete"], row["reviewed"], ())


def _is_day(value: object) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _read_decision(row: dict[str, Any], document: str, where: str) -> Decision:
    kind = next((k for k in KINDS if k == row.get("decision")), None)
    if kind is None:
        raise ReviewError(f"{where}: unknown decision {row.get('decision')!r}; use one of {', '.join(KINDS)}")
    if unknown := sorted(set(row) - {"decision", "claim", "was"}):
        raise ReviewError(f"{where}: unknown keys {', '.join(unknown)}")
    if "was" in row and kind != "amend":
        raise ReviewError(f"{where}: was belongs to amend, not to {kind}")
    claim = _read_claim(row.get("claim"), document, where)
    return Decision(kind, claim, _read_claim(row["was"], document, where) if "was" in row else None)


def _read_claim(row: object, document: str, where: str) -> Claim:
    if row is None:
        raise ReviewError(f"{where}: no claim")
    try:
        claim = claim_from(row, where)
    except ClaimError as error:
        raise ReviewError(str(error)) from error
    if why := problem(claim, document):
        raise ReviewError(f"{where}: {why}")
    return claim


def problem(claim: Claim, document: str) -> str | None:
    """Why a claim cannot stand in a document's review, if so. What it may say is for the shapes to judge."""
    if odd := [key for key, value in claim.as_dict().items() if not _is_plain(value)]:
        return f"neither a text nor a number: {', '.join(odd)}"
    if claim.document != document:
        return f"a claim of {claim.document!r} in the review of {document!r}"
    if claim.property not in PROPERTIES:
        return f"unknown property {claim.property!r}"
    if claim.modality not in MODALITIES:
        return f"unknown modality {claim.modality!r}; use one of {', '.join(MODALITIES)}"
    if not isinstance(claim.quote, str) or not claim.quote:
        return "the quote is not a text"
    if type(claim.start_char) is not int or type(claim.end_char) is not int or claim.start_char < 0:
        return "start_char and end_char are not positions"
    if claim.end_char - claim.start_char != len(claim.quote):
        return f"the quote has {len(claim.quote)} characters, its positions {claim.end_char - claim.start_char}"
    return None


def _is_plain(value: object) -> bool:
    return isinstance(value, str) or (
        isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    )
