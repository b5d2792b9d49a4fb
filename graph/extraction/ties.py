"""Which plan a target belongs to: named beside it, above it, or tied to it by "the plan" and "the targets"."""

from __future__ import annotations

import re

from graph.extraction.annotate import mark_of
from graph.extraction.frame import Frame
from graph.extraction.lexicon import any_of, table
from graph.extraction.mentions import ORGANIZATION_KINDS
from graph.extraction.readings import Reading
from graph.extraction.whens import words

TIED = frozenset(
    """salesShare salesVolume modelCount investment platformCount costReduction developsBattery productionVolume
    offersTechnology""".split()
)


class Ties:
    """The plans that a document names, and how far each reaches."""

    def __init__(self, reading: Reading, frames: list[Frame]) -> None:
        """Find what every sentence is tied to, once."""
        self.reading = reading
        nouns = any_of(table("qualifiers")["plan"]["nouns"])
        self.resumes = re.compile(rf"(?:under|in|with|as part of) (?:the|this|that) {nouns}|(?:the|this) {nouns}", re.I)
        self.recalls = re.compile(rf"(?:all )?(?:of )?(?:the|this|these|its|both) (?:[\w-]+ )?{nouns}", re.I)
        self.owners: dict[str, set[str]] = {}
        for frame in frames:
            if frame.property == "hasPlan" and frame.object:
                self.owners.setdefault(frame.object, set()).add(frame.subject)
        self.plans = [m for m in reading.mentions if "Plan" in m.kinds]
        self.tied = self.spread()

    def plan(self, frame: Frame, modality: str) -> str | None:
        """The plan of a frame; what has happened and what others intend belongs to none."""
        if frame.property not in TIED or modality in {"fact", "negated"}:
            return None
        if self.former(frame):
            return None
        plan = self.tied.get(frame.index)
        return plan if plan and self.owned(plan, frame.subject) else None

    def former(self, frame: Frame) -> bool:
        """Whether a figure is that of an earlier plan, which the text recalls."""
        text = self.reading.annotated[frame.index].text
        return bool(words("former").search(text, max(0, frame.anchor - 60), frame.anchor))

    def owned(self, plan: str, subject: str) -> bool:
        """Whether a plan may be the subject's: its maker's, one of its maker's brands', or its own."""
        register = self.reading.register
        entity = register.resolve(plan)
        owners = {register.entities[p].name for p in entity.parents if p in register.entities} if entity else set()
        owners |= self.owners.get(plan, set())
        own = register.resolve(subject)
        parents = {register.entities[p].name for p in own.parents if p in register.entities} if own else set()
        kinds = self.reading.entity_kinds(subject)
        if "Plant" in kinds or subject.endswith(" plant"):
            return False
        return not owners or subject == plan or bool(owners & {subject, *parents}) or not kinds & ORGANIZATION_KINDS

    def named(self, index: int) -> list[str]:
        """The plans that a sentence names."""
        return [m.name for m in self.reading.annotated[index].mentions() if "S" in mark_of(m)]

    def spread(self) -> dict[int, str]:
        """Sentence to plan: its own, its paragraph's, its heading's, and the paragraph's that speaks of "the plan"."""
        tied: dict[int, str] = {}
        current: str | None = None
        block = -1
        latest: str | None = None
        for index, sentence in enumerate(self.reading.annotated):
            if self.reading.silent(sentence.sentence):
                continue
            if sentence.sentence.block != block:
                block = sentence.sentence.block
                current = self.above(block)
                if current is None and latest and self.resumes.match(sentence.text):
                    current = latest
            names = self.named(index)
            if names:
                current = latest = names[0]
                if self.recalls.match(sentence.text):
                    self.tie_back(tied, index, names[0])
            if current:
                tied[index] = current
        return tied

    def tie_back(self, tied: dict[int, str], index: int, plan: str) -> None:
        """Tie what stands before "The targets are part of …": in its paragraph, else in the one before."""
        block = self.reading.sentences[index].block
        before = index - 1
        while before >= 0 and self.reading.silent(self.reading.sentences[before]):
            before -= 1
        reached = self.reading.sentences[before].block if before >= 0 else -1
        if reached not in {block, block - 1}:
            return
        while before >= 0 and self.reading.sentences[before].block == reached:
            tied.setdefault(before, plan)
            before -= 1

    def above(self, block: int) -> str | None:
        """The plan that the nearest heading or list intro above a block names."""
        parent = self.reading.blocks[block].parent
        while parent is not None:
            first, last = self.reading.blocks[parent].start, self.reading.blocks[parent].end
            names = [m.name for m in self.plans if first <= m.start < last]
            if names:
                return names[0]
            parent = self.reading.blocks[parent].parent
        return None
