"""The car that a phrase goes back to: "it", "the city car", "both", and the one car that a document is about."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

from graph.extraction.annotate import Annotated, mark_of
from graph.extraction.lexicon import any_of, table
from graph.extraction.model import Mention
from graph.extraction.readings import Reading


@cache
def the_car() -> re.Pattern[str]:
    """ "The car", "this electric SUV" where it opens a clause and acts; not one that is compared with another."""
    cars = table("syntax")["cars"]
    return re.compile(
        rf"(?:^|[,;:.–—] |\b(?:and|but|while|that|when|where|as|says|said) )(?:the|this|that) "
        rf"(?:(?!{any_of(cars['compared'])})[\w-]+ ){{0,3}}?{any_of(cars['nouns'])}"
        rf"(?!'s)(?=,| {any_of(table('syntax')['verbs'])}| (?:also|now|then|still|first|already|itself)\b| [a-z]+s\b)",
        re.IGNORECASE,
    )


def names_car(text: str, position: int) -> int | None:
    """Where the last "the car" before a position stands that opens a clause, or None."""
    found = [m.start() for m in the_car().finditer(text, 0, position) if m.end() <= position]
    return found[-1] if found else None


class Cars:
    """The cars that a document names."""

    def __init__(self, reading: Reading) -> None:
        """Count them once."""
        self.reading = reading
        self.main = self.main_car()

    def main_car(self) -> str | None:
        """The car that a document is about: its only one, or the first one named and by far the one named most."""
        named = [
            m.name for a in self.reading.annotated if not self.reading.silent(a.sentence)
            for m in a.mentions() if "V" in mark_of(m)
        ]  # fmt: skip
        named = named or [m.name for m in self.reading.titled if "V" in mark_of(m)][:1]
        counts = Counter(named).most_common(2)
        if not counts or counts[0][0] != named[0] or (counts[0][1] < 2 and len(counts) > 1):
            return None
        return counts[0][0] if len(counts) == 1 or counts[0][1] >= 2.5 * counts[1][1] else None

    def alone(self, sentence: Annotated) -> bool:
        """Whether a sentence names no car, platform, battery or plant that a figure in it could be about."""
        for start, _, item in sentence.marks():
            opens = re.search(r"(?:^|[.;,] )(?:the |its |an? )?(?:new )?$", sentence.text[:start], re.IGNORECASE)
            if isinstance(item, Mention) and set(mark_of(item)) & set("VPTF" if opens else "VPF"):
                return False
        return True

    def lately(self, index: int) -> list[str]:
        """The one car that the six sentences before name, or else the document's own."""
        named = {
            m.name for a in self.reading.annotated[max(0, index - 6) : index] for m in a.mentions() if "V" in mark_of(m)
        }
        return [*named] if len(named) == 1 else [self.main] if self.main else []

    def siblings(self, index: int) -> list[str]:
        """The cars that label the list items before an item, each once, back to the heading or another kind of item."""
        lines, blocks = self.reading.sentences, self.reading.blocks
        block = blocks[lines[index].block]
        if "V" in "".join(mark_of(m) for m in self.reading.annotated[index].mentions()):
            return []
        found: list[str] = []
        for back in range(index - 1, -1, -1):
            other = blocks[lines[back].block]
            if block.kind != "list-item" or other.kind != "list-item" or other.parent != block.parent:
                break
            opening = re.match(r"(?:the )?‹(?-i:[A-Z]*V[A-Z]*)#\d+›", self.reading.annotated[back].text, re.IGNORECASE)
            if opening:
                found.insert(0, self.reading.annotated[back].mentions(0, opening.end())[0].name)
        return list(dict.fromkeys(found))
