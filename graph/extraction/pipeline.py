"""Text to claims: read, mark, frame, qualify, verify, merge."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from graph.claims import Claim
from graph.extraction.confidence import confidence
from graph.extraction.frame import Frame
from graph.extraction.frames import Frames
from graph.extraction.industry import with_industry
from graph.extraction.known_sites import with_known_sites
from graph.extraction.mentions import Gazetteer
from graph.extraction.merge import merge
from graph.extraction.model import Candidate, Extraction, Mention, Rejection
from graph.extraction.qualifiers import Qualified, Qualifiers
from graph.extraction.readings import Reading, load_shapes, read
from graph.extraction.resolve import canonical
from graph.extraction.verify import verify
from graph.reading import Document
from graph.register import Register

LONGEST = 1_000_000
ENGLISH = re.compile(r"\b(?:the|of|and|to|in|is|for|that|with|will|by|on)\b", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass
class RuleExtractor:
    """The extractor of this house: lexicon and rules as data, nothing statistical."""

    register: Register
    name: str = "rules"
    gazetteer: Gazetteer = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Index the register once; extraction of any number of documents uses it."""
        known = with_known_sites(with_industry(self.register))
        self.gazetteer = Gazetteer(known, frozenset(known.entities.keys() - self.register.entities.keys()))
        self.shapes = load_shapes()

    def extract(self, document: Document) -> list[Candidate]:
        """The candidates of a document, verified and merged."""
        return list(self.run(document).found)

    def run(self, document: Document) -> Extraction:
        """The whole extraction of a document, with what was refused and why."""
        reading = self.read(document)
        return nothing(document) if reading is None else concluded(reading, candidates(reading))

    def read(self, document: Document) -> Reading | None:
        """The document read up to its marked sentences; None where it yields nothing (see `unreadable`)."""
        return None if unreadable(document) else read(document, self.gazetteer, self.shapes)


def extract(document: Document, register: Register) -> Extraction:
    """Extract the claims of one document. For many documents keep one `RuleExtractor` and call `run`."""
    return RuleExtractor(register).run(document)


def nothing(document: Document) -> Extraction:
    """The extraction of a document that yields nothing, with the reason."""
    return Extraction(document, (), notes=(unreadable(document) or "",))


def concluded(reading: Reading, proposed: list[Candidate]) -> Extraction:
    """What stands of the proposals about a document, whoever made them: verified, then merged."""
    kept, rejected = verify(proposed, reading)
    return Extraction(reading.document, tuple(merge(kept)), tuple(rejected), unknown(reading))


def unreadable(document: Document) -> str | None:
    """Why a document yields nothing: not English, or too long to be an article."""
    if document.language and not document.language.lower().startswith("en"):
        return f"{document.slug}: language is {document.language}; only English is read, nothing extracted"
    if len(document.text) > LONGEST:
        return f"{document.slug}: {len(document.text)} characters; documents over {LONGEST} are not read, split it"
    sample = document.text[:20_000]
    words = len(WORD.findall(sample))
    if len(sample) > 2000 and words < 40:
        return f"{document.slug}: hardly any words in it, nothing extracted"
    if words > 40 and len(ENGLISH.findall(sample)) < words * 0.08:
        return f"{document.slug}: the text does not read as English, nothing extracted"
    return None


def unknown(reading: Reading) -> tuple[Mention, ...]:
    """The names that the register does not hold, once each."""
    return tuple({m.name: m for m in reading.mentions if not m.known}.values())


def candidates(reading: Reading) -> list[Candidate]:
    """Every candidate of a document, before the verifier."""
    frames = Frames(reading)
    found = frames.all()
    qualifiers = Qualifiers(reading, frames.discourse, frames.plants)
    result: list[Candidate] = []
    for frame in found:
        qualified = qualifiers.of(frame, found)
        if frame.needs_end and not (qualified.start or qualified.end):
            continue
        for region in qualified.regions:
            claim = claim_of(frame, qualified, region, reading, frames)
            if claim:
                block = reading.blocks[reading.sentences[frame.index].block]
                trace = (*frame.trace, "heading") if block.kind == "heading" else frame.trace
                result.append(Candidate(claim, frame.rule, confidence(frame.rule), trace))
    return result


def claim_of(frame: Frame, qualified: Qualified, region: str | None, reading: Reading, frames: Frames) -> Claim | None:
    """A frame with its qualifiers as a claim with canonical names and its quote."""
    sentence = reading.annotated[frame.index]
    start, end = sentence.span(frame.start, frame.end)
    if frame.property in {"launch", "foundedIn", "carbonNeutrality"} or qualified.last:
        end = max(end, qualified.last if qualified.last <= sentence.sentence.end else end)
    text = reading.document.text
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    names = canonical(frame, reading, frames.discourse)
    bound = frame.quantity.bound if frame.quantity else None
    return Claim(
        document=reading.document.slug, subject=names[0], property=frame.property, object=names[1], value=frame.value,
        unit=frame.unit, bound=None if bound == "exact" else bound, start=qualified.start, end=qualified.end,
        duration_years=qualified.duration_years, region=region, powertrain=qualified.powertrain, plan=qualified.plan,
        modality=qualified.modality, attribution=qualified.attribution, quote=text[start:end], start_char=start,
        end_char=end,
    )  # fmt: skip


__all__ = ["Extraction", "Rejection", "RuleExtractor", "extract"]
