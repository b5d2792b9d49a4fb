"""The places that limit a frame: in its part of the sentence, fronted, in its label, or gone back to ("there")."""

from __future__ import annotations

import re
from functools import cache

from graph.extraction.annotate import Annotated, mark_of
from graph.extraction.clauses import clause
from graph.extraction.frame import Frame
from graph.extraction.lexicon import any_of, home, region_adjectives, table, worldwide
from graph.extraction.mentions import PLACE_KINDS
from graph.extraction.model import Block, Mention
from graph.extraction.readings import Reading
from graph.extraction.sites import Plants

PLACED = frozenset(
    """salesShare salesVolume modelCount investment launch employeeCount productionCapacity productionVolume rank
    carbonNeutrality""".split()
)
LABELLED = frozenset("usesPlatform offersTechnology".split())
APART = frozenset("salesShare launch modelCount salesVolume productionVolume".split())
BEFORE = re.compile(
    r"(?:‹[A-Z]*[OB][A-Z]*#\d+›|\bin|\bacross|\bfor|\bthroughout|\bwithin|\binto|\bto|\bon the|\breach(?:es|ed)?)"
    r"\s+(?:the )?(?:whole of )?$",
    re.IGNORECASE,
)
AT_OWN = re.compile(r"\b(?:at|in|into) (?:its|their) $", re.IGNORECASE)
# the place after a launch's date: "since June in Europe"
ELSEWHERE = re.compile(
    r",?(?: (?:in|across|for|to))? (?:the )?‹(?-i:[A-Z]*L[A-Z]*)#\d+›"
    r"(?:(?:,? and |, )(?:the )?‹(?-i:[A-Z]*L[A-Z]*)#\d+›)*(?!,? ‹when)"
)
MADE_AT = re.compile(r"\b(?:built|made|produced|assembled|manufactured|plants?|factory)\b[^,;]*$", re.IGNORECASE)
AND_WILL = re.compile(
    r" and (?=(?:will|is|has|goes|comes|should|would|are) )"
)  # what is told before is told of a plant
LISTED = re.compile(r"(?:,| and|, and|,? and one in) (?:the )?")
THERE = re.compile(r"\b(?:there|next door|nearby|on the same site|in the same (?:city|town|place))\b", re.IGNORECASE)
ADDED_UP = re.compile(r"\b(?:combined|together|in total)\b")
FRONTED = re.compile(
    r"(?:in|for|across|on) (?:the )?(?P<place>‹(?-i:[A-Z]*L[A-Z]*)#\d+›)(?: alone| too)?,"
    r"|(?:the )?(?P<topic>‹(?-i:[A-Z]*L[A-Z]*)#\d+›)(?: [\w-]+){0,3}:",
    re.IGNORECASE,
)

Places = tuple[str | None, ...]


@cache
def described() -> re.Pattern[str]:
    """A region's adjective before what it limits: "European sales"."""
    limited = any_of(table("places")["limited"]["words"])
    return re.compile(rf"(?<!\w)(?P<adjective>{'|'.join(map(re.escape, region_adjectives()))}) {limited}")


class Regions:
    """The regions of a document's frames."""

    def __init__(self, reading: Reading, plants: Plants) -> None:
        """Remember the document and its plants."""
        self.reading = reading
        self.plants = plants
        self.places = [m for m in reading.mentions if m.kinds & PLACE_KINDS]

    def of(self, frame: Frame, modality: str) -> Places:
        """The regions of a frame: one claim each."""
        sentence = self.reading.annotated[frame.index]
        if frame.property in LABELLED:
            place = self.fronted(sentence) or self.label(sentence) if modality == "plan" else None
            return (place,)
        counted = frame.property == "operatesPlant" and frame.unit == "plants"
        if not counted and (frame.property not in PLACED or self.placed_already(frame)):
            return (None,)
        if frame.place:
            return (frame.place,)
        if frame.property in {"launch", "carbonNeutrality"}:
            opens = [m.end() for m in AND_WILL.finditer(sentence.text, frame.start, frame.end)]
            found = self.places_in(frame, sentence, opens[-1] if opens else frame.start, frame.end)
            beside = ELSEWHERE.match(sentence.text, frame.end) if not found else None
            found = [m.name for m in sentence.mentions(*beside.span())] if beside else found
            return tuple(found) or (self.label(sentence),)
        spent = self.spent_at(frame, sentence) if frame.property == "investment" else None
        return (spent,) if spent else self.limits(frame, sentence)

    def spent_at(self, frame: Frame, sentence: Annotated) -> str | None:
        """The place that money goes to: fronted, the sentence's subject, the label's, or the plant's."""
        return self.fronted(sentence) or self.receiver(frame, sentence) or self.label(sentence) or self.built_at(frame)

    def limits(self, frame: Frame, sentence: Annotated) -> Places:
        """The places near a figure, else the one that its sentence or label opens with, else the world."""
        left, right, lower = self.reach(frame, sentence)
        for start, stop in ((frame.anchor, right), (lower, frame.anchor), (left, frame.anchor)):
            names = self.places_in(frame, sentence, start, stop)
            if names:
                return self.joined(frame, names, sentence.text[start:stop])
        place = self.fronted(sentence) or self.gone_back_to(frame, sentence, right) or self.label(sentence)
        if place:
            return (place,)
        if home().search(sentence.text, max(left, lower, frame.anchor - 40), right):
            entity = self.reading.register.resolve(frame.subject)
            country = self.reading.register.entities.get(entity.country or "") if entity else None
            return (country.name if country else None,)
        if frame.property != "investment" and worldwide().match(sentence.text):
            return ("global",)
        if frame.property == "productionCapacity":
            right = max(right, clause(sentence.text, frame.start, frame.end)[1])
        if frame.property != "investment" and worldwide().search(sentence.text, max(left, frame.start - 30), right):
            return ("global",)
        return (None,)

    def placed_already(self, frame: Frame) -> bool:
        """Whether the subject itself says where: a plant, or a plan's own announcement."""
        kinds = self.reading.entity_kinds(frame.subject)
        if frame.property == "launch":
            return "Plan" in kinds
        return frame.property != "investment" and ("Plant" in kinds or frame.subject.endswith(" plant"))

    def reach(self, frame: Frame, sentence: Annotated) -> tuple[int, int, int]:
        """The part of the sentence that a frame's places stand in: left, right, and left after the figure before."""
        text = sentence.text
        last = frame.anchor if frame.quantity else max(frame.anchor, frame.end)
        left = max(text.rfind(";", 0, frame.anchor), 0)
        right = text.find(";", frame.end)
        right = min(right if right >= 0 else len(text), frame.end + 60)
        figures = [(s, i[0]) for s, _, i in sentence.marks() if isinstance(i, tuple)]
        numbers = [s for s, quantity in figures if not quantity.ordinal and not quantity.converted]
        if frame.property == "operatesPlant":
            numbers = [n for n in numbers if not re.search(r"\band one $|, one $", text[: n + 4])]
        following = min([n for n in numbers if n > last], default=right)
        if following <= right:
            other = re.search(r",? and [^‹]*$", text[last:following])
            right = last + other.start() if other else following
        lower = max([left, *[n for n in numbers if n < frame.anchor]])
        return left, right, lower

    def joined(self, frame: Frame, names: list[str], around: str) -> Places:
        """Several places: one claim each, or one for all where the text adds them up."""
        if frame.property in APART and not ADDED_UP.search(around):
            return tuple(names)
        return (" and ".join(names) if frame.property in APART or frame.unit == "plants" else names[0],)

    def places_in(self, frame: Frame, sentence: Annotated, start: int, end: int) -> list[str]:
        """Places after "in", "across" and the like, and adjectives ("European sales"), in a span."""
        text = sentence.text
        names: list[str] = []
        joined_at = -1
        for first, last, item in sentence.marks(start, end):
            if isinstance(item, Mention) and item.kinds & PLACE_KINDS and "O" not in mark_of(item):
                if re.match(r"'s (?!sales|market)", text[last:]):
                    continue
                before = text[:first]
                listed = joined_at >= 0 and LISTED.fullmatch(text[joined_at:first])
                own = frame.property == "investment" and AT_OWN.search(before)
                made = frame.property == "launch" and MADE_AT.search(before)
                limits = (
                    (BEFORE.search(before) and not made)
                    or own
                    or listed
                    or re.match(r"(?:'s)? (?:sales|market|dealers|showrooms|customers|buyers)", text[last:])
                )
                if limits and (not names or listed):
                    names.append(item.name)
                    joined_at = last
        if names:
            return names
        written = {found["adjective"] for found in described().finditer(text[start:end])}
        return [place for adjective, place in region_adjectives().items() if adjective in written] if written else []

    def built_at(self, frame: Frame) -> str | None:
        """The place of the subject's plant that a sentence puts money into."""
        here = [p for p in self.plants.found if p.index == frame.index and p.owner == frame.subject and p.places]
        return here[0].places[0] if here else None

    def fronted(self, sentence: Annotated) -> str | None:
        """The place that opens a sentence: "In Japan, …", "The United States trails: …"."""
        found = FRONTED.match(sentence.text)
        group = "place" if found and found.group("place") else "topic"
        names = sentence.mentions(found.start(group), found.end(group)) if found else []
        return names[0].name if names and "O" not in mark_of(names[0]) else None

    def receiver(self, frame: Frame, sentence: Annotated) -> str | None:
        """The place that opens a sentence and gets what is invested."""
        opening = re.match(r"‹[A-Z]*L[A-Z]*#\d+›", sentence.text)
        if opening and re.search(r"\b(?:gets?|getting|receives?)\b", sentence.text[opening.end() : frame.anchor]):
            return sentence.mentions(0, opening.end())[0].name
        return None

    def gone_back_to(self, frame: Frame, sentence: Annotated, right: int) -> str | None:
        """The place that "there" and "next door" stand for; of an investment, the place that gets it too."""
        if frame.property != "investment":
            return None
        text = sentence.text
        if not THERE.search(text, frame.anchor, max(right, min(len(text), frame.end + 60))):
            return None
        before = [
            i
            for _, e, i in sentence.marks(0, frame.anchor)
            if isinstance(i, Mention) and not sentence.text.startswith("'s", e)
        ]
        index = frame.index
        while True:
            places = [m for m in before if m.kinds & PLACE_KINDS]
            cities = [m for m in places if "City" in m.kinds]
            if places:
                return (cities or places)[0].name
            index -= 1
            if index < 0 or self.reading.sentences[index].block < sentence.sentence.block - 1:
                return None
            before = self.reading.annotated[index].mentions()

    def label(self, sentence: Annotated) -> str | None:
        """The place that a list item's or paragraph's label names."""
        above: int | None = sentence.sentence.block
        while above is not None:
            block = self.reading.blocks[above]
            label = block.label
            if block.kind == "heading" and above != sentence.sentence.block and block.level > 1:
                label = (block.start, block.end)
            names = [m.name for m in self.places if label and label[0] <= m.start < label[1]]
            if names:
                return names[0] if label == block.label or self.place_alone(block, names[0]) else None
            above = block.parent if block.kind in {"list-item", "heading"} else None
        return None

    def place_alone(self, block: Block, name: str) -> bool:
        """Whether a heading is nothing but a place, with a date or a few words about the kind of car."""
        named = [m for m in self.reading.mentions if block.start <= m.start < block.end]
        return len(named) == 1 and named[0].name == name and block.end - block.start <= len(name) + 30
