"""Text to claims: read, mark, frame, qualify, verify, merge."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from graph.extraction.industry import with_industry
from graph.extraction.known_sites import with_known_sites
from graph.extraction.learned.judge import candidates_of, heard, judged
from graph.extraction.learned.recogniser import HEARD, Recogniser
from graph.extraction.mentions import Gazetteer
from graph.extraction.merge import merge
from graph.extraction.model import Candidate, Extraction, Mention, Rejection
from graph.extraction.proposer import Proposer
from graph.extraction.readings import Reading, load_shapes, read
from graph.extraction.verify import verify
from graph.reading import Document
from graph.register import Register

LONGEST = 1_000_000
ENGLISH = re.compile(r"\b(?:the|of|and|to|in|is|for|that|with|will|by|on)\b", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass
class RuleExtractor:
    """The rules alone: lexicon and rules as data, nothing statistical."""

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
        return nothing(document) if reading is None else concluded(reading, self.propose(reading))

    def propose(self, reading: Reading) -> list[Candidate]:
        """Every candidate of a document that was read, before the verifier."""
        return [candidate for _, candidate in Proposer(reading).ruled()]

    def read(self, document: Document) -> Reading | None:
        """The document read up to its marked sentences; None where it yields nothing (see `unreadable`)."""
        return None if unreadable(document) else read(document, self.gazetteer, self.shapes)


@dataclass
class JudgedExtractor(RuleExtractor):
    """The extractor of this house: the rules, a recogniser that learnt from gold, and a judge over both."""

    name: str = "rules and recogniser"

    def propose(self, reading: Reading) -> list[Candidate]:
        """What the judge lets stand of the rules' candidates and of the recogniser's, before the verifier."""
        proposer = Proposer(reading)
        found = Recogniser(proposer.frames.plants).likely(HEARD)
        likely = list(candidates_of(found, proposer))  # before the rules' own, on whose qualifiers others lean
        hearing = heard(proposer.ruled(), likely)
        return [
            weighed(candidate, chance)
            for chance, statement in judged(hearing)
            if statement.stands(chance)
            for candidate in statement.candidates
        ]


def weighed(candidate: Candidate, chance: float) -> Candidate:
    """A candidate with the judge's probability as confidence, where gold has not measured the rule that found it."""
    if candidate.confidence is not None:
        return candidate
    return replace(candidate, confidence=round(chance, 3), trace=(*candidate.trace, f"judged: {chance:.2f}"))


def extract(document: Document, register: Register) -> Extraction:
    """Extract the claims of one document. For many documents keep one `JudgedExtractor` and call `run`."""
    return JudgedExtractor(register).run(document)


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


__all__ = ["Extraction", "JudgedExtractor", "Rejection", "RuleExtractor", "extract"]
