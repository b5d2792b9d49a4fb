"""How much a text has a name in mind at a sentence: how often it was named, how lately, and where."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from graph.extraction.annotate import Annotated
from graph.extraction.learned.spots import Spot
from graph.extraction.lexicon import table
from graph.extraction.readings import Reading


class Salience:
    """Where a document names what."""

    def __init__(self, reading: Reading) -> None:
        """Index the names once."""
        self.places: dict[str, list[int]] = defaultdict(list)
        self.openers: list[str] = []
        for index, sentence in enumerate(reading.annotated):
            mentions = sentence.mentions()
            self.openers.append(mentions[0].name if mentions else "")
            for mention in mentions:
                self.places[mention.name].append(index)
        self.titled = {mention.name for mention in reading.titled}
        self.going_back = [back_to(sentence) for sentence in reading.annotated]

    def of(self, index: int, spot: Spot) -> Iterator[str]:
        """What is known of a spot at a sentence."""
        places = self.places.get(spot.name, [])
        before = bisect_left(places, index)
        count = len(places)
        how = "n" if spot.named else "u"
        yield f"often:{how}{count if count < 3 else 3 if count < 6 else 6}"
        yield f"titled:{how}{spot.name in self.titled}"
        ago = index - places[before - 1] if before else 99
        yield f"ago:{how}{ago if ago < 3 else 3 if ago < 6 else 6 if ago < 99 else 99}"
        if ago == 1:
            yield f"opener:{how}{self.openers[index - 1] == spot.name}"
        if not spot.named:
            kind = spot.step.partition(":")[0]
            yield from (f"back:{word}:{kind}" for word in self.going_back[index])


def back_to(sentence: Annotated) -> list[str]:
    """By what words a sentence goes back to what was named before it."""
    opening = sentence.text[:40]
    found = [name for name, pattern in backward() if pattern.search(sentence.text)]
    return [*found, *(f"^{name}" for name, pattern in backward() if pattern.match(opening))] or ["none"]


@cache
def backward() -> list[tuple[str, re.Pattern[str]]]:
    """The words of lexicon/proposals.toml that go back to a name, by what they may go back to."""
    return [(name, re.compile(pattern, re.IGNORECASE)) for name, pattern in table("proposals")["back"].items()]
