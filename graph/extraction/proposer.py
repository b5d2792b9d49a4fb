"""From frames to candidates: their qualifiers, canonical names and quotes."""

from __future__ import annotations

from collections.abc import Iterator

from graph.claims import Claim
from graph.extraction.confidence import confidence
from graph.extraction.frame import Frame
from graph.extraction.frames import Frames
from graph.extraction.model import Candidate
from graph.extraction.qualifiers import Qualified, Qualifiers
from graph.extraction.readings import Reading
from graph.extraction.resolve import canonical


class Proposer:
    """What frames of a document become: candidates with their qualifiers read."""

    def __init__(self, reading: Reading) -> None:
        """Find the frames of the rules."""
        self.reading = reading
        self.frames = Frames(reading)
        self.found = self.frames.all()
        self.qualifiers = Qualifiers(reading, self.frames.discourse, self.frames.plants)

    def ruled(self) -> Iterator[tuple[Frame, Candidate]]:
        """The candidates of the rules."""
        for frame in self.found:
            for candidate in self.claims(frame):
                yield frame, candidate

    def claims(self, frame: Frame) -> Iterator[Candidate]:
        """A frame's candidates, one for each region, none where it lacks a date that it needs."""
        qualified = self.qualifiers.of(frame, self.found)
        if frame.needs_end and not (qualified.start or qualified.end):
            return
        block = self.reading.blocks[self.reading.sentences[frame.index].block]
        trace = (*frame.trace, "heading") if block.kind == "heading" else frame.trace
        for region in qualified.regions:
            claim = claim_of(frame, qualified, region, self.reading, self.frames)
            if claim:
                yield Candidate(claim, frame.rule, confidence(frame.rule), trace)


def claim_of(frame: Frame, qualified: Qualified, region: str | None, reading: Reading, frames: Frames) -> Claim | None:
    """A frame with its qualifiers as a claim with canonical names and its quote."""
    sentence = reading.annotated[frame.index]
    start, end = sentence.span(frame.start, frame.end)
    if frame.property in {"launch", "foundedIn", "carbonNeutrality"} or qualified.last:
        end = max(end, qualified.last if qualified.last <= sentence.sentence.end else end)
    text = reading.document.text
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    names = canonical(frame, reading, frames.discourse)
    bound = frame.quantity.bound if frame.quantity else None
    return Claim(
        document=reading.document.slug, subject=names[0], property=frame.property, object=names[1], value=frame.value,
        unit=frame.unit, bound=None if bound == "exact" else bound, start=qualified.start, end=qualified.end,
        duration_years=qualified.duration_years, region=region, powertrain=qualified.powertrain, plan=qualified.plan,
        modality=qualified.modality, attribution=qualified.attribution, quote=text[start:end], start_char=start,
        end_char=end,
    )  # fmt: skip
