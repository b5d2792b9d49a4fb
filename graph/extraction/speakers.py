"""Who speaks in a document: the one who is interviewed, whoever is quoted, and people by their last names."""

from __future__ import annotations

import re
from functools import cache

from graph.extraction.annotate import Annotated
from graph.extraction.attribution import UNSPOKEN, attribution, speech
from graph.extraction.frame import Frame
from graph.extraction.lexicon import any_of, table
from graph.extraction.readings import Reading, expand

# a question, which is a paragraph of its own or opens the one that answers it
QUESTION = re.compile(r"\s*(?:(?:\*\*|__)[^*\n]+(?:\*\*|__)|(?:Q|Question)\d*[.:] [^\n]+)")
SELF = re.compile(r"\b(?:we|our|ours|us|I|my)\b", re.IGNORECASE)
FEWEST = 2  # questions of an interview
LONGEST_SPEECH = 4000  # characters before a sentence in which quotation marks may open
MARKS = re.compile(r"[\"“”]")
NEVER = frozenset({"holdsRole", "rank"})  # what is told of somebody is not what he says


@cache
def sayings() -> tuple[re.Pattern[str], ...]:
    """Phrases in which somebody says something, with a whole name or a last name in the group `who`."""
    who = r"(?P<who>{person}|{name}|(?-i:[A-Z][\w'’-]+))"
    aside = r"(?:, [^,;]{3,70},)?"
    told = any_of(table("qualifiers")["speech"]["telling"])
    shapes = (
        rf"{who}{aside},? (?:has |had |also |then |now |himself |herself )*(?:{speech()}|{told})",
        rf"{speech()} (?:[a-z'-]+ ){{0,3}}?(?:(?:{{org}}'s? )?(?:[a-z]+ )?{{role}},? )?{who}",
        rf"according to (?:(?:{{org}}'s? |its |the )?(?:[a-z]+ )?(?:{{role}}|[a-z ]{{3,30}}),? )?{who}",
    )
    return tuple(re.compile(expand(shape), re.IGNORECASE) for shape in shapes)


class Speakers:
    """The speakers of a document."""

    def __init__(self, reading: Reading, frames: list[Frame]) -> None:
        """Learn who holds a post, and which paragraphs answer questions."""
        self.reading = reading
        posts = [f for f in frames if f.property == "holdsRole"]
        self.people: dict[str, str] = {}
        for name in [m.name for m in reading.mentions if "Person" in m.kinds] + [f.subject for f in posts]:
            self.people.setdefault(name, name)
            self.people.setdefault(name.split()[-1], name)
        self.answers = self.answering()
        self.interviewed = self.asked(posts) if self.answers else None

    def answering(self) -> list[tuple[int, int]]:
        """The stretches of text that answer questions, where the document asks some and somebody answers as "we"."""
        text = self.reading.document.text
        found: list[tuple[int, int]] = []
        asked = 0
        for block in self.reading.blocks:
            question = QUESTION.match(text, block.start, block.end)
            asked += bool(question and question.group().rstrip("*_ ").endswith("?"))
            if asked and block.kind != "heading":
                found.append((question.end() if question else block.start, block.end))
        said = sum(bool(SELF.search(text, start, end)) for start, end in found)
        return found if asked >= FEWEST and said >= FEWEST else []

    def answering_at(self, offset: int) -> bool:
        """Whether a place in the text is part of an answer."""
        return any(start <= offset < end for start, end in self.answers)

    def asked(self, posts: list[Frame]) -> str | None:
        """Who is interviewed: the first whose post is told before the answers, else the first person named."""
        first = next((n for n, line in enumerate(self.reading.sentences) if self.answering_at(line.start)), 0)
        before = [f.subject for f in posts if f.index < first]
        named = [m.name for line in self.reading.annotated[:first] for m in line.mentions() if "Person" in m.kinds]
        return next(iter([*before, *named, *(f.subject for f in posts)]), None)

    def of(self, frame: Frame, modality: str) -> str | None:
        """On whose word a frame is claimed, or None where the text speaks for itself."""
        if self.interviewed and self.answering_at(self.reading.sentences[frame.index].start):
            return None if frame.property in NEVER else self.interviewed
        found = attribution(self.reading, frame, modality)
        if found or (frame.property in UNSPOKEN and modality != "report"):
            return found
        name = self.saying(self.reading.annotated[frame.index], frame) or self.quoting(frame)
        return name if name != frame.subject else None

    def saying(self, sentence: Annotated, frame: Frame | None = None) -> str | None:
        """The person of the document who says something in a sentence, outside of the frame's own words."""
        for pattern in sayings():
            for match in pattern.finditer(sentence.text):
                named = [m.name for m in sentence.mentions(*match.span("who"))]
                name = self.people.get(named[0] if named else match.group("who").strip(" ,.’'"))
                if name:
                    return name
        return None

    def quoting(self, frame: Frame) -> str | None:
        """Who is quoted, where a sentence stands in quotation marks and the one beside it says whose they are."""
        sentence = self.reading.sentences[frame.index]
        block = self.reading.blocks[sentence.block]
        before = self.reading.document.text[max(block.start, sentence.start - LONGEST_SPEECH) : sentence.start]
        if len(MARKS.findall(before)) % 2 == 0 and not MARKS.match(self.reading.document.text, sentence.start):
            return None
        for beside in (frame.index - 1, frame.index + 1, frame.index - 2):
            inside = 0 <= beside < len(self.reading.sentences)
            if inside and self.reading.sentences[beside].block == sentence.block:
                name = self.saying(self.reading.annotated[beside])
                if name:
                    return name
        return None
