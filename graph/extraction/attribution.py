"""On whose word a frame is claimed: a person or an outlet that the text names, never the subject itself."""

from __future__ import annotations

import re
from functools import cache

from graph.extraction.annotate import Annotated
from graph.extraction.frame import Frame
from graph.extraction.lexicon import any_of, table
from graph.extraction.readings import Reading, expand

AGAIN = re.compile(
    r"\bthe (?:report|newspaper|paper|agency|magazine) (?:said|says|noted|notes|added|adds)\b", re.IGNORECASE
)
PASSAGE = 12  # sentences that a lead such as "as told by" reaches at most
MAKERS = frozenset("Automaker Alliance BatteryMaker Supplier JointVenture Brand".split())
UNSPOKEN = frozenset(
    "makesModel bodyStyle country holdsRole rank hasBrand memberOf hasPlan partnersWith locatedIn".split()
)


@cache
def speech() -> str:
    """The verbs of saying, as alternatives."""
    return any_of(table("qualifiers")["speech"]["verbs"])


@cache
def patterns() -> tuple[re.Pattern[str], ...]:
    """Phrases that name the origin of a statement, in their group `who`."""
    shapes = (
        r"according to (?:[^,;.‹]*(?:‹(?-i:[A-Z]*[LOB][A-Z]*)#\d+›)?[^,;.‹]*, )?"
        r"(?P<who>{person}|{outlet}|{name}|{org})(?! (?:agency )?\w+ familiar)",
        rf"(?P<who>{{person}}|{{outlet}})(?:, [^,]{{3,60}},)? (?:has |had |also )?{speech()}",
        rf"{speech()} (?:[\w'-]+ ){{0,3}}?(?P<who>{{person}}|{{outlet}})",
        r"(?:the figure comes from|as reported by|told) (?P<who>{outlet})",
        r"^(?P<who>{person})(?:, [^:]{3,60})?: ",
    )
    return tuple(re.compile(expand(shape), re.IGNORECASE) for shape in shapes)


@cache
def passages() -> re.Pattern[str]:
    """Phrases that put what follows them in a paragraph into someone's mouth."""
    leads = any_of(table("qualifiers")["speech"]["passage"])
    return re.compile(expand(rf"{leads} (?P<who>{{person}}|{{outlet}}|{{name}})"), re.IGNORECASE)


@cache
def pronoun() -> re.Pattern[str]:
    """A person gone back to who says something."""
    return re.compile(rf"(?:he|she) (?:has |had |also )?{speech()}", re.IGNORECASE)


def attribution(reading: Reading, frame: Frame, modality: str) -> str | None:
    """The origin of a frame, or None where the text speaks for itself."""
    if frame.property in UNSPOKEN and modality != "report":
        return None
    sentence = reading.annotated[frame.index]
    for pattern in patterns():
        for match in pattern.finditer(sentence.text):
            name = spoken(sentence, match)
            if name and name != frame.subject and not reading.entity_kinds(name) & MAKERS:
                return name
    before = earlier(reading, frame.index)
    if pronoun().match(sentence.text):
        people = [m.name for other in before for m in other.mentions() if "Person" in m.kinds]
        if people:
            return people[0]
    if frame.quantity:
        for other in before:
            found = passages().search(other.text)
            if found:
                return spoken(other, found)
    again = AGAIN.search(sentence.text)
    return outlet(reading, frame) if modality == "report" or again else None


def spoken(sentence: Annotated, match: re.Match[str]) -> str | None:
    """The name in the group `who`."""
    names = sentence.mentions(match.start("who"), match.end("who"))
    name = names[0].name if names else match.group("who").strip(" ,.")
    return name if name and "‹" not in name else None


def earlier(reading: Reading, index: int) -> list[Annotated]:
    """The sentences before one in its paragraph, nearest first."""
    block = reading.sentences[index].block
    found: list[Annotated] = []
    first = max(0, index - PASSAGE)
    while index > first and reading.sentences[index - 1].block == block:
        index -= 1
        found.append(reading.annotated[index])
    return found


def outlet(reading: Reading, frame: Frame) -> str | None:
    """The outlet whose report a sentence goes on with: named just before, with a word of reporting."""
    for back in range(frame.index - 1, max(-1, frame.index - 4), -1):
        other = reading.annotated[back]
        names = [m.name for m in other.mentions() if "Publisher" in m.kinds]
        if names:
            return names[-1] if re.search(r"\breport|\bsaid|\bwrote", other.text) else None
    return None
