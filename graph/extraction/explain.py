"""Why extraction reads a document as it does: where each claim's parts come from, and why a figure became no claim."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from graph.claims import Claim
from graph.extraction.annotate import Annotated
from graph.extraction.lexicon import cue, powertrain_pattern, worldwide
from graph.extraction.model import Candidate, Extraction, Extractor, Mention, Quantity, Rejection, When
from graph.extraction.quantified import clause, fit, fits
from graph.extraction.quantities import quantities
from graph.extraction.readings import Reading
from graph.extraction.rules import QuantityRule, quantity_rules
from graph.extraction.verify import passage, verify

TOO_LONG = "the sentence is too long to be one"
FORBIDDING = ("exclude", "not_after", "not_before")


@dataclass(frozen=True, slots=True)
class Explained:
    """A claim with the names in its sentence and the words that each of its qualifiers was read from."""

    found: Candidate
    mentions: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """A sentence (or a block that is not read) with a figure and no claim, and why."""

    start: int
    end: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that can be said of the reading of one document."""

    extraction: Extraction
    claims: tuple[Explained, ...] = ()
    unclaimed: tuple[Unclaimed, ...] = ()


def explain(extraction: Extraction, extractor: Extractor) -> Explanation:
    """Account for an extraction, by reading its document once more as the extractor reads it."""
    reading = extractor.read(extraction.document)
    if reading is None:
        return Explanation(extraction)
    claims = tuple(_explained(candidate, reading) for candidate in extraction.found)
    return Explanation(extraction, claims, tuple(_all_unclaimed(extraction, reading, extractor.propose(reading))))


# --- claims


def _explained(found: Candidate, reading: Reading) -> Explained:
    claim = found.claim
    around = list(passage(claim, reading))
    home = next((line for line in around if line.sentence.start <= claim.start_char < line.sentence.end), None)
    names = home.mentions() if home else []
    told = (f"{reading.document.text[m.start : m.end]} = {m.name} ({', '.join(sorted(m.kinds))})" for m in names)
    return Explained(found, tuple(dict.fromkeys(told)), tuple(_sources(claim, home, around, reading)))


def _sources(claim: Claim, home: Annotated | None, around: list[Annotated], reading: Reading) -> Iterator[str]:
    """For each qualifier the words that give it."""
    near = ([home] if home else []) + [line for line in around if line is not home]

    def written(name: str, start: int, end: int) -> str:
        far = "" if home and home.sentence.start <= start < home.sentence.end else ", in the passage around it"
        return f"{name}: “{' '.join(reading.document.text[start:end].split())}” at {start}-{end}{far}"

    def away(span: tuple[int, int]) -> tuple[bool, int]:
        outside = home is None or not home.sentence.start <= span[0] < home.sentence.end
        return outside, max(claim.start_char - span[1], span[0] - claim.end_char)

    def first(name: str, found: Iterable[tuple[int, int]]) -> Iterator[str]:
        place = min(found, key=away, default=None)
        yield written(name, *place) if place else f"{name}: from the document as a whole"

    whens = [item for line in near for item in line.items if isinstance(item, When)]
    for name in ("start", "end"):
        if date := getattr(claim, name):
            yield from first(f"{name} {date}", ((w.start, w.end) for w in whens if date in (w.first, w.last)))
    if years := claim.duration_years:
        yield from first(f"duration {years} years", ((w.start, w.end) for w in whens if w.years == years))
    mentions = [item for line in near for item in line.items if isinstance(item, Mention)]
    for name in ("region", "plan", "attribution"):
        if (value := getattr(claim, name)) and value != "global":
            parts = value.split(" and ") if name == "region" else [value]
            yield from first(f"{name} {value}", ((m.start, m.end) for m in mentions if m.name in parts))
    if claim.region == "global":
        yield from first("region global", (m.span() for line in near for m in _matches(worldwide(), line, reading)))
    if claim.powertrain:
        pattern, kinds = powertrain_pattern()
        hits = [m for line in near for m in _matches(pattern, line, reading)]
        alike = (m.span() for m in hits if kinds[str(m.lastgroup)] == claim.powertrain)
        yield from first(f"powertrain {claim.powertrain}", alike)
    cues = [m.span() for line in near[:1] for m in _matches(cue(claim.modality), line, reading)]
    yield from first(f"modality {claim.modality}", cues) if cues else ()


def _matches(pattern: re.Pattern[str], line: Annotated, reading: Reading) -> Iterator[re.Match[str]]:
    return pattern.finditer(reading.mask, line.sentence.start, line.sentence.end)


# --- figures without a claim


def _all_unclaimed(extraction: Extraction, reading: Reading, proposed: list[Candidate]) -> Iterator[Unclaimed]:
    """The sentences with a figure that no claim's quote touches, and the blocks with a figure that are not read."""
    spans = [(c.claim.start_char, c.claim.end_char) for c in extraction.found]
    repeated = [c for c in verify(proposed, reading)[0] if c not in extraction.found]
    for index, line in enumerate(reading.annotated):
        start, end = line.sentence.start, line.sentence.end
        figures = [(at, stop, item) for at, stop, item in line.marks() if isinstance(item, tuple)]
        if figures and not any(a < end and start < b for a, b in spans):
            why = _why(index, line, figures, extraction.rejected, repeated, reading)
            yield Unclaimed(start, end, _shown(reading, start, end), why)
    for block in reading.blocks:
        silent = f"it stands in a {block.kind}" if block.kind in {"boilerplate", "teaser"} else ""
        if block.repeats is not None:
            silent = f"it says again what stands at {reading.blocks[block.repeats].start}"
        if silent and quantities(reading.mask, block.start, block.end):
            yield Unclaimed(block.start, block.end, _shown(reading, block.start, block.end), silent)


def _shown(reading: Reading, start: int, end: int) -> str:
    return " ".join(reading.document.text[start:end].split())


def _why(
    index: int, line: Annotated, figures: list[tuple[int, int, tuple[Quantity, ...]]], rejected: tuple[Rejection, ...],
    repeated: list[Candidate], reading: Reading,
) -> str:  # fmt: skip
    """Why a sentence with a figure has no claim: the first reason that holds."""
    start, end = line.sentence.start, line.sentence.end
    if len(line.text) > 4000:
        return TOO_LONG
    for refused in rejected:
        if start <= refused.candidate.claim.start_char < end:
            return f"refused by the verifier: {refused.reason} (rule {refused.candidate.rule})"
    for again in repeated:
        if start <= again.claim.start_char < end:
            return f"it repeats or says less than another claim of {again.claim.property} (rule {again.rule})"
    label = reading.label(index)
    reasons = [_of_figure(line.text, figure, label) for figure in figures]
    return "; ".join(dict.fromkeys(reasons))


def _of_figure(text: str, figure: tuple[int, int, tuple[Quantity, ...]], label: str) -> str:
    start, end, item = figure
    unit = f" {item[0].unit}" if item[0].unit else ""
    number = f"{item[0].value:,}{unit}" if isinstance(item[0].value, int) else f"{item[0].value}{unit}"
    if item[0].converted:
        return f"{number} repeats the sum before it in another currency"
    fitting = fits(text, start, end, item) or fits(text, start, end, item, label)
    if fitting:
        return f"{number} fits rule {min(fitting, key=lambda o: o[:2])[2].id}, but no subject or date for it is found"
    for rule in quantity_rules():
        if hit := _forbidden(rule, text, figure):
            return f"{number} would fit rule {rule.id} but for “{hit}”"
    return f"no rule knows what {number} means here"


def _forbidden(rule: QuantityRule, text: str, figure: tuple[int, int, tuple[Quantity, ...]]) -> str | None:
    """The words for which alone a rule does not fit a figure: a loan, a share of profits, what others forecast."""
    start, end, item = figure
    for name in FORBIDDING:
        pattern: re.Pattern[str] | None = getattr(rule, name)
        allowing: dict[str, Any] = {name: None}
        if pattern is None or fit(replace(rule, **allowing), text, start, end, item) is None:
            continue
        left, right = clause(text, start, end)
        places = {"exclude": (left, right), "not_after": (end, len(text)), "not_before": (left, start)}
        found = pattern.search(text, *places[name])
        return re.sub(r"‹[^›]*›", "…", found.group()).strip() if found else None
    return None
