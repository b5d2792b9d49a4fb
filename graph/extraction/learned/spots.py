"""What the sentences of a document speak of: by name, or understood from what was said before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graph.extraction.annotate import Annotated, letters
from graph.extraction.model import Mention
from graph.extraction.readings import Reading
from graph.extraction.subjects import Discourse

RECENT = 4  # sentences that a thing stays in mind
LATELY = 6  # names that a sentence may go back to in the one before it


@dataclass(frozen=True, slots=True)
class Spot:
    """Something that a claim may be about: its name, where it stands in the marked sentence, the letters of its kinds.

    `step` says how it is known: "named" in the sentence, or understood, when it stands where a pronoun does or at 0.
    """

    name: str
    start: int
    end: int
    kinds: str
    step: str = "named"
    likelihood: float = 0.0

    @property
    def named(self) -> bool:
        """Whether the sentence itself names it."""
        return self.step in {"named", "site", "plant"}


class Spots:
    """The spots of a document's sentences."""

    def __init__(self, reading: Reading, discourse: Discourse) -> None:
        self.reading = reading
        self.discourse = discourse

    def named(self, sentence: Annotated) -> list[Spot]:
        """What a sentence names."""
        return [
            Spot(item.name, start, end, letters(item.kinds))
            for start, end, item in sentence.marks()
            if isinstance(item, Mention)
        ]

    def understood(self, index: int, named: list[Spot]) -> Iterator[Spot]:
        """What a sentence may speak of without naming it: each once, the likeliest first."""
        here = {spot.name for spot in named}
        for spot in self.in_mind(index):
            if spot.name not in here:
                here.add(spot.name)
                yield spot

    def in_mind(self, index: int) -> Iterator[Spot]:
        """Who acts in the sentence, whom the text is about, and what was named last of each kind."""
        length = len(self.reading.annotated[index].text)
        for step, found in (
            ("subject", self.discourse.subject(index, length)),
            ("topic", self.discourse.before(index)),
        ):
            for name in found.names if found else ():
                place = max(0, found.start) if found and step == "subject" else 0
                how = f"{step}:{found.step}" if found else step
                yield Spot(name, place, place, self.kinds(name), how)
        for wanted in ("O", "V", "T", "P", "S", "F"):
            if mention := self.last(index, wanted):
                yield Spot(mention.name, 0, 0, letters(mention.kinds), f"last:{wanted}")
        for step, mentions in (("label", self.label(index)), ("title", self.reading.titled[:3])):
            yield from (Spot(m.name, 0, 0, letters(m.kinds), step) for m in mentions)
        for back in (index - 1, index - 2):
            if back >= 0:
                yield from (
                    Spot(m.name, 0, 0, letters(m.kinds), f"before:{index - back}")
                    for m in self.reading.annotated[back].mentions()[:LATELY]
                    if set("OBVPF") & set(letters(m.kinds))
                )
        if self.reading.topic:
            yield Spot(self.reading.topic, 0, 0, self.kinds(self.reading.topic), "document")

    def label(self, index: int) -> list[Mention]:
        """What opens the block of a sentence, and what the headings or items above it name."""
        first = self.reading.first_of(self.reading.sentences[index].block)
        opening = self.reading.annotated[first].mentions()[:1] if first < index else []
        above = [m for line in self.reading.over(index)[:3] for m in line.mentions()[:2]]
        return [*opening, *above]

    def kinds(self, name: str) -> str:
        """The letters of a name's kinds; who acts and is not known is a company."""
        return letters(self.reading.entity_kinds(name) or frozenset({"Organization"}))

    def last(self, index: int, wanted: str) -> Mention | None:
        """What of a kind was named last before a sentence."""
        for back in range(index - 1, max(-1, index - 1 - RECENT), -1):
            for mention in reversed(self.reading.annotated[back].mentions()):
                if wanted in letters(mention.kinds):
                    return mention
        return None
