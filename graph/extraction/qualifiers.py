"""When, where, which kind of car, which plan, how firmly and on whose word a frame is claimed."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace

from graph.extraction.frame import Frame
from graph.extraction.modality import Modality
from graph.extraction.model import When
from graph.extraction.powertrains import DRIVEN, Powertrains
from graph.extraction.readings import Reading
from graph.extraction.regions import PLACED, Regions
from graph.extraction.sites import Plants
from graph.extraction.speakers import Speakers
from graph.extraction.subjects import Discourse
from graph.extraction.ties import Ties
from graph.extraction.whens import DATED, Whens

PART = re.compile(r",? (?:of which|including|out of which|, of this|with) |: |, and | and (?=‹money)|[^;]{0,60} and $")
PART_OF = re.compile(r",? (?:of which|including|out of which|of this|among them)\b[^;]*$|‹n#\d+›[^.;‹]{0,40} to $")
OF_THEM = re.compile(r"‹n#\d+› of (?:them|these|those|which)\b")
WHOLE = re.compile(r"‹n#\d+› of the $")


@dataclass(frozen=True)
class Qualified:
    """A frame's qualifiers; `regions` gives one claim each."""

    start: str | None = None
    end: str | None = None
    duration_years: int | float | None = None
    regions: tuple[str | None, ...] = (None,)
    powertrain: str | None = None
    plan: str | None = None
    modality: str = "fact"
    attribution: str | None = None
    last: int = 0


class Qualifiers:
    """Qualifiers of a document's frames; those of the frame before are inherited where a number leans on it."""

    def __init__(self, reading: Reading, discourse: Discourse, plants: Plants) -> None:
        """Remember the document and what was qualified so far."""
        self.reading = reading
        self.discourse = discourse
        self.plants = plants
        self.done: dict[int, Qualified] = {}
        self.frames: list[Frame] | None = None

    def prepare(self, frames: list[Frame]) -> None:
        """Read once what all frames together tell: plans, what is to come, where dates belong."""
        self.frames = frames
        self.whens = Whens(self.reading, frames)
        self.ties = Ties(self.reading, frames)
        self.modality = Modality(self.reading, frames, self.whens)
        self.speakers = Speakers(self.reading, frames)
        self.placing = Regions(self.reading, self.plants)
        self.powertrains = Powertrains(self.reading)

    def of(self, frame: Frame, frames: list[Frame]) -> Qualified:
        """All qualifiers of a frame."""
        if self.frames is not frames:
            self.prepare(frames)
        again = self.again(frame, frames)
        if again:
            self.done[id(frame)] = again
            return again
        lean = self.leaned_on(frame, frames) or self.done.get(id(frame.inherits)) or self.share_of(frame, frames)
        when = self.whens.of(frame) if frame.property in DATED else None
        start, end, years = dated(frame, when)
        if when is None and lean and not self.ties.former(frame):
            start, end, years = lean.start, lean.end, lean.duration_years
        modality = self.modality.of(frame, end or start)
        regions = self.placing.of(frame, modality)
        if regions == (None,) and lean and frame.inherits and frame.property in PLACED:
            regions = lean.regions
        powertrain = self.powertrains.of(frame) if frame.property in DRIVEN else None
        if powertrain is None and lean:
            powertrain = lean.powertrain
        found = Qualified(
            start, end, years, regions, powertrain or None, self.ties.plan(frame, modality), modality,
            self.speakers.of(frame, modality), when.end if when else 0,
        )  # fmt: skip
        self.done[id(frame)] = found
        return found

    def leaned_on(self, frame: Frame, frames: list[Frame]) -> Qualified | None:
        """The qualifiers before that a part of a number shares: "Fifteen of the 23", "half of that sum"."""
        total = self.whens.total(frame)
        if not frame.quantity or not self.whens.takes_up(frame) or (frame.inherits and total is None):
            return None
        block = self.reading.sentences[frame.index].block
        wanted = total or self.repeated(frame, frames)
        for other in reversed(frames):
            near = frame.index - 2 <= other.index < frame.index and self.reading.sentences[other.index].block == block
            alike = other.quantity and other.property == frame.property and other.subject == frame.subject
            if near and alike and wanted in {None, other.value}:
                return self.done.get(id(other))
        return None

    def share_of(self, frame: Frame, frames: list[Frame]) -> Qualified | None:
        """The dates of the sum that a sum is a part of: "$9bn by 2030, of which $2bn is for ..."."""
        if frame.property not in {"investment", "salesVolume", "productionVolume", "modelCount"} or not frame.quantity:
            return None
        text = self.reading.annotated[frame.index].text
        here = bisect_left(frames, frame.index, key=lambda f: f.index)
        for other in reversed(frames[here : bisect_right(frames, frame.index, key=lambda f: f.index)]):
            alike = other.property == frame.property and other.subject == frame.subject
            if alike and other.anchor < frame.anchor and id(other) in self.done:
                whole = self.done[id(other)]
                part = (PART if frame.property == "investment" else PART_OF).search(text, other.anchor, frame.anchor)
                part = part or OF_THEM.match(text, frame.anchor)
                return Qualified(whole.start, whole.end, whole.duration_years) if part else None
        return None

    def again(self, frame: Frame, frames: list[Frame]) -> Qualified | None:
        """The qualifiers of a number that the text takes up as a whole: the 23 of "fifteen of the 23"."""
        if not frame.quantity or not WHOLE.search(self.reading.annotated[frame.index].text[: frame.anchor]):
            return None
        for other in reversed(frames):
            alike = (other.property, other.subject, other.value) == (frame.property, frame.subject, frame.value)
            if alike and frame.index - 3 <= other.index < frame.index and id(other) in self.done:
                return replace(self.done[id(other)], last=0)
        return None

    def repeated(self, frame: Frame, frames: list[Frame]) -> int | float | str | None:
        """A frame's own number where the text gave it before: "fifteen of the 23"."""
        same = (f for f in frames if f.index < frame.index and f.property == frame.property)
        return frame.value if any(f.value == frame.value and f.subject == frame.subject for f in same) else None


def dated(frame: Frame, when: When | None) -> tuple[str | None, str | None, int | float | None]:
    """Start, end and duration that a date gives a frame: an event has an end only."""
    if when is None:
        return None, None, None
    start, end = when.first, when.last
    if frame.property in {"launch", "foundedIn", "carbonNeutrality", "operatesPlant", "developsBattery"}:
        return None, end or start, None
    return start, end, when.years
