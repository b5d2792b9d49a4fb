"""The kind of car that a figure counts: in its noun phrase, else nearest in its part of the sentence, else taken up."""

from __future__ import annotations

import re

from graph.extraction.annotate import Annotated, mark_of
from graph.extraction.frame import Frame
from graph.extraction.lexicon import powertrain_pattern
from graph.extraction.model import Mention
from graph.extraction.readings import Reading
from graph.extraction.whens import words

DRIVEN = frozenset(
    """salesShare salesVolume modelCount platformCount launch investment productionVolume costReduction makesModel
    usesPlatform price productionCapacity""".split()
)
FORWARD = frozenset("modelCount platformCount productionVolume".split())
BROKEN = re.compile(
    r"; |,? and (?:has|have|had|is|was|it|they|expects?|aims?|plans?|wants?|intends?|hopes?)\b"
    r"|, (?:with|while|but|which|who|twice|up from|compared|and (?:by|in) )| – | — "
)
OF_ONE_VERSION = frozenset("makesModel usesPlatform price".split())
VERSION = re.compile(
    r"\b(?:an?|the) (?P<kind>electric|plug-in hybrid|hybrid|battery-electric) (?P<version>version of the )?$",
    re.IGNORECASE,
)
SEVERAL = re.compile(r"(?:small |compact |large |new )*(?:EVs|BEVs|electric (?:cars|vehicles|models)|hybrids) on\b")
ASIDE = re.compile(r", (?:which|who|whose) [^,]*,")
# "Hybrids are to account for 25% and petrol cars for the rest": each share is that of the kind before it
LED = re.compile(
    r"(?:^|[,;:.] |\band |\bthat |› (?:says|said|expects) )(?:with |that |while )?(?P<kind>[^‹,;.]{2,60}?) "
    r"(?:are to |is to |will |should |would |to |could )?(?:account(?:s|ed|ing)? for|mak(?:e|es|ing) up|made up"
    r"|represent(?:s|ed|ing)?|for|at|reach(?:es|ed|ing)?|stood at) [^‹,;.]{0,25}$",
    re.IGNORECASE,
)
FIRST = re.compile(
    r"(?:the )?(?:first|next) (?:in line|to (?:arrive|come|follow)|of (?:these|them|those|the ‹n#\d+›))", re.IGNORECASE
)
SPENT_ON = re.compile(r"[^,;.]*\b(?:vehicles|cars|EVs|models)\b")
SPENT_BEFORE = re.compile(
    r"\b(?:spending|spend|spends|spent|invest(?:s|ed|ing|ments?)?|outlay|budget|money) (?:on|in|for) "
    r"(?P<what>[^,;.‹]{0,40}\b(?:vehicles|cars|EVs|models)\b)[^,;.‹]{0,40}$",
    re.IGNORECASE,
)
CHEAPER = re.compile(r"\b(?:EVs?|cars?|vehicles?|models?)\b[^,;.]*$")


class Powertrains:
    """The powertrains of a document's frames."""

    def __init__(self, reading: Reading) -> None:
        """Remember the document."""
        self.reading = reading

    def of(self, frame: Frame) -> str | None:
        """The powertrain of a frame; "" where the text names several at once."""
        sentence = self.reading.annotated[frame.index]
        text = sentence.text
        if frame.property in OF_ONE_VERSION:
            return self.of_version(frame, sentence)
        if frame.property == "launch":
            return self.of_launch(frame, text)
        right = self.right(frame, sentence)
        after = kinds_in(text, frame.anchor, right)
        if frame.property == "investment":
            close = [kind for at, kind in after if at < frame.anchor + 60 and SPENT_ON.match(text[at:])]
            return close[0] if close else self.spent_on(text, frame.anchor)
        if frame.property == "productionCapacity":
            close = [kind for at, kind in after if at < frame.anchor + 40 and "," not in text[frame.anchor : at]]
            return close[0] if close and frame.unit == "vehicles/year" else None
        if frame.property == "costReduction":
            cars = kinds_in(text, 0, frame.anchor)
            return cars[-1][1] if cars and CHEAPER.match(text[cars[-1][0] : frame.anchor]) else None
        if frame.property == "platformCount" and re.search(r"\b(?:EVs?|electric)\b", text[frame.anchor : right]):
            return "battery-electric"
        return self.of_figure(frame, sentence, after)

    def spent_on(self, text: str, anchor: int) -> str | None:
        """The kind of car that money named after it goes to: "spending on electric cars was put at ..."."""
        lead = SPENT_BEFORE.search(text[:anchor])
        found = kinds_in(lead.group("what"), 0, len(lead.group("what"))) if lead else []
        return found[0][1] if found else None

    def of_figure(self, frame: Frame, sentence: Annotated, after: list[tuple[int, str]]) -> str | None:
        """The kind of car that is counted: led in, in the noun phrase after the figure, before it, or the label's."""
        text = sentence.text
        led = LED.search(text[: frame.anchor]) if frame.property == "salesShare" else None
        if led and (kinds := kinds_in(led.group("kind"), 0, len(led.group("kind")))):
            return kinds[-1][1]
        between = text[frame.anchor : after[0][0]] if after else ""
        if after and (frame.property in FORWARD or not between.count(",") or "made up of" in between):
            return after[0][1]
        before = self.before(frame, sentence)
        if before is not None:
            return before
        label = self.reading.label(frame.index)
        named = kinds_in(label, 0, len(label)) if frame.rule.endswith(".label") else []
        if named and named[0][0] <= 4:
            return named[0][1]
        taken = self.taken_up(frame, sentence)
        return self.headed(frame) if taken is None else taken

    def headed(self, frame: Frame) -> str | None:
        """The one kind that the label of a list item names, or else the nearest line above it that names any."""
        line = self.reading.sentences[frame.index]
        block = self.reading.blocks[line.block]
        if block.kind != "list-item" or frame.inherits:
            return None
        own = self.reading.mask[block.label[0] : block.label[1]] if block.label else ""
        for text in (own, *(a.text for a in self.reading.over(frame.index) if len(a.text) < 120)):
            found = {kind for _, kind in kinds_in(text, 0, len(text))}
            if found:
                return found.pop() if len(found) == 1 else None
        return None

    def of_version(self, frame: Frame, sentence: Annotated) -> str | None:
        """The version that a relation is limited to: "an electric Micra", "small EVs on CMF-AEV"."""
        for start, end, item in sentence.marks():
            named = isinstance(item, Mention) and item.name in {frame.subject, frame.object} and "V" in mark_of(item)
            lead = VERSION.search(sentence.text[:start]) if named else None
            if lead and (frame.property != "makesModel" or not lead.group("version")):
                return kinds_in(lead.group("kind"), 0, len(lead.group("kind")))[0][1]
            if named and frame.property == "makesModel" and frame.start <= start < end <= frame.end:
                break
        several = SEVERAL.match(sentence.text, frame.start) if frame.property == "usesPlatform" else None
        found = kinds_in(sentence.text, frame.start, several.end()) if several else []
        return found[0][1] if found else None

    def of_launch(self, frame: Frame, text: str) -> str | None:
        """A launched car's kind, within the words that launch it; a plan has none."""
        if "Plan" in self.reading.entity_kinds(frame.subject):
            return None
        found = kinds_in(text, max(0, frame.start - 27), frame.end)
        if not found and FIRST.match(text):
            return self.said_before(frame.index)
        return found[0][1] if found else None

    def right(self, frame: Frame, sentence: Annotated) -> int:
        """Where the words about a figure end: at the next figure or at a new clause."""
        text = sentence.text
        part = re.compile(r"‹n#\d+› of the ‹n#\d+›").match(text, frame.anchor)
        first = part.end() if part else frame.anchor + 1
        numbers = [s for s, _, i in sentence.marks() if isinstance(i, tuple)]
        right = min([len(text), frame.anchor + 90, *[n for n in numbers if n > first]])
        broken = BROKEN.search(text, first, right)
        return broken.start() if broken else right

    def before(self, frame: Frame, sentence: Annotated) -> str | None:
        """The kind named before a figure, after the figure before it."""
        text = sentence.text
        left = max([0, *[s for s, _, i in sentence.marks() if isinstance(i, tuple) and s < frame.anchor]])
        whole = frame.property in {"salesShare", "salesVolume", "productionVolume"}
        reach = 0 if whole else max(left, frame.anchor - 40)
        lower = max(reach, left if frame.inherits else 0)
        if whole and not frame.inherits:
            for match in BROKEN.finditer(text, lower, frame.anchor):
                lower = match.end()
        found = kinds_in(ASIDE.sub(lambda m: " " * len(m.group()), text[: frame.anchor]), lower, frame.anchor)
        if found and (frame.property != "modelCount" or re.search(r"rise|total|tally|number", text[: frame.anchor])):
            return found[-1][1]
        return None

    def taken_up(self, frame: Frame, sentence: Annotated) -> str | None:
        """The kind that "of them", "such cars" or "the proportion" takes up from before."""
        text = sentence.text
        right = min(self.right(frame, sentence), frame.anchor + 25)
        near = words("anaphora").search(text, max(0, frame.anchor - 80), right)
        if not near or frame.inherits or not frame.quantity:
            return None
        found = kinds_in(text, 0, min(near.start(), frame.anchor))
        return found[-1][1] if found else self.said_before(frame.index)

    def said_before(self, index: int) -> str | None:
        """The last kind in the three sentences before, of the same or the neighbouring block."""
        block = self.reading.sentences[index].block
        for back in range(index - 1, max(-1, index - 4), -1):
            if self.reading.sentences[back].block < block - 1:
                return None
            text = self.reading.annotated[back].text
            found = kinds_in(text, 0, len(text))
            if found:
                return found[-1][1]
        return None


def kinds_in(text: str, start: int, end: int) -> list[tuple[int, str]]:
    """The powertrain phrases of a span: where each stands, and what it names."""
    pattern, names = powertrain_pattern()
    return [(m.start(), names[m.lastgroup or ""]) for m in pattern.finditer(text, start, max(start, end))]
