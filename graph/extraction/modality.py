"""How firmly a frame is claimed: negated > report > plan > fact, each by cues with a scope."""

from __future__ import annotations

import re

from graph.extraction.annotate import MARK, Annotated, mark_of
from graph.extraction.clauses import clause
from graph.extraction.frame import Frame
from graph.extraction.lexicon import any_of, cue, table
from graph.extraction.model import Mention, When
from graph.extraction.readings import Reading
from graph.extraction.whens import Whens, words

FIRM = frozenset("country holdsRole rank hasBrand memberOf bodyStyle".split())
INTENDED = frozenset("modelCount salesShare investment carbonNeutrality costReduction".split())
OF_PRODUCTS = frozenset(
    """usesPlatform usesBattery drivingRange price batteryCapacity chargingTime chargingPower power voltage
    supplies""".split()
)
MODALITY = table("modality")
COORDINATE = re.compile(
    rf", (?:and|but) (?:\w+ly )?{any_of(MODALITY['coordinate'])}"
    r"| (?:and|but) (?=(?:will|would|plans? to|wants to|aims to|is to) )"
)
PAST = re.compile(rf"(?<!be )(?<!been ){any_of(MODALITY['past'])}", re.IGNORECASE)
# a figure of the past that another is compared with: "aims for 230,000, after 118,685 in 2023"
BASE = re.compile(
    r"\b(?:after|from|against|versus|compared (?:to|with)|following|than) (?:about |some |just |only |nearly )?$", re.I
)
HAS_BEEN = re.compile(r"\b(?:already|(?:has|have) been|‹when#\d+› was|is now on|are now on)\b", re.IGNORECASE)
OWN_BEFORE = re.compile(r"(?:\b(?:its|their|the [\w-]+'s)|›'s) (?:[\w-]+ )?$", re.IGNORECASE)
OWN_AT_START = re.compile(
    r"(?:(?:at|in|on|near|with|from) )?(?:its|their|the [\w-]+'s?|‹[^›]*›'s?) "
    r"(?!planned|new|future|first|second|next|upcoming)",
    re.IGNORECASE,
)
OWNED = re.compile(r"(?:\b(?:its|their|whose)|›'s) (?:[\w-]+ ){0,3}$")
APPOSITION = re.compile(rf", (?:its|their|the) (?:[\w-]+ ){{0,3}}{any_of(MODALITY['premises'])}")


# a relative clause that has ended
CLOSED = re.compile(r", which [^;:]*, $")


class Modality:
    """The modality of a document's frames."""

    def __init__(self, reading: Reading, frames: list[Frame], whens: Whens) -> None:
        """Find out which models, platforms and plants are still to come."""
        self.reading = reading
        self.whens = whens
        self.judged: dict[tuple[int, str, str], str] = {}
        self.coming = self.products_to_come(frames)
        self.unbuilt: set[str | None] = set()
        self.unbuilt = {f.object for f in frames if f.property == "operatesPlant" and self.plant(f) == "plan"}

    def of(self, frame: Frame, date: str | None) -> str:
        """The modality of a frame with its date."""
        found = self.judge(frame, self.reading.annotated[frame.index], date)
        block = self.reading.sentences[frame.index].block
        self.judged[(block, frame.property, frame.subject)] = found
        return found

    def judge(self, frame: Frame, sentence: Annotated, date: str | None) -> str:
        """Denials first, then hearsay, then what the property tells, then cues and date."""
        text = sentence.text
        scope = text[self.before(text, frame.start) : max(frame.end, frame.anchor)]
        settled = self.settled(frame, text)
        if settled:
            return settled
        if frame.property not in {"makesModel", "hasPlan", *FIRM} and (
            (cue("negated").search(scope) and not self.until(frame)) or self.given_up(frame, text)
        ):
            return "negated"
        if self.hearsay(frame, text):
            return "report"
        if frame.property in {"hasPlan", *FIRM}:
            return "fact"
        if frame.property == "makesModel":
            return "plan" if self.to_come(frame, sentence) else "fact"
        if frame.property in {"operatesPlant", "locatedIn"}:
            return "negated" if frame.unit is None and self.never_built(frame, text) else self.plant(frame)
        return self.by_cues(frame, sentence, date)

    def settled(self, frame: Frame, text: str) -> str | None:
        """What the rule says, unless the words call a partnership or a subsidiary one to come."""
        if frame.property == "partnersWith" and words("exploring").search(text, frame.start, frame.end + 60):
            return "plan"
        if frame.property == "subsidiaryOf" and words("planned").search(text, frame.start, frame.end):
            return "plan"
        return frame.modality if frame.property != "hasPlan" else None

    def until(self, frame: Frame) -> bool:
        """Whether what is denied is only put off: "not until 2026"."""
        when = self.whens.of(frame)
        return bool(when and when.cue in {"until", "till", "before"})

    def given_up(self, frame: Frame, text: str) -> bool:
        """Whether "a plan to sell ..." is said to have been dropped."""
        undone = cue("undone").search(text, frame.end)
        if not undone or re.search(r"[;:]|, (?:and|but|while) ", text[frame.end : undone.start()]):
            return False
        return bool(cue("intention").search(text, self.before(text, frame.start), frame.start))

    def never_built(self, frame: Frame, text: str) -> bool:
        """Whether a plant is said not to come: "neither A nor B will be built", "the plant in C has been cancelled"."""
        if frame.property == "operatesPlant" and re.search(
            r"\bneither\b[^.;]*$", text[: frame.start + 10], re.IGNORECASE
        ):
            return True
        gone = cue("never_built").search(text, frame.end)
        between = CLOSED.sub(", ", text[frame.end : gone.start()]) if gone else ""
        return bool(gone) and not re.search(r"[;:]|, (?:and|but|while|which) |‹[A-Z]*L", between)

    def before(self, text: str, position: int) -> int:
        """Where the clause before a position begins."""
        found = 0
        for match in re.finditer(r"; |, (?:while|but|whereas|and|which|who) | – | — |: ", text[:position]):
            found = match.end()
        return found

    def hearsay(self, frame: Frame, text: str) -> bool:
        """Whether a frame rests on rumour: "reportedly" reaches over its clause, "sources said" over the sentence."""
        if frame.property in FIRM:
            return False
        left, right = clause(text, frame.start, frame.end)
        if frame.property in {"makesModel", "hasPlan"}:
            named_so = frame.property == "hasPlan" or words("nicknamed").search(text)
            return bool(named_so and cue("report").search(text))
        if cue("report").search(text):
            return not cue("done").search(text, left, frame.end)
        near = cue("report_near").search(text, left, right)
        return near is not None and not re.search(r", and (?!‹)", text[frame.end : near.start()])

    # --- what is there and what is not -----------------------------------------------------------

    def ahead(self, date: str | None) -> bool | None:
        """Whether a date lies after the document's own; None where that cannot be told."""
        own = self.reading.document.date
        if not date or not own:
            return None
        if date == own and len(own) == 10:  # "14 percent today"
            return False
        size = min(len(date), len(own))
        return None if date[:size] == own[:size] else date[:size] > own[:size]

    def products_to_come(self, frames: list[Frame]) -> set[str]:
        """The models, platforms and technologies that the document says are still to come, and does not launch."""
        found: set[str] = set()
        there: set[str] = set()
        for frame in frames:
            when = self.whens.of(frame) if frame.property == "launch" else None
            if when:
                ahead = self.ahead(when.last or when.first)
                if ahead is None and (when.last or when.first):
                    ahead = not self.there(frame)
                if ahead is not None:
                    (found if ahead else there).add(frame.subject)
            if frame.property == "makesModel" and frame.object and self.announced(frame):
                found.add(frame.object)
        return found - there

    def announced(self, frame: Frame) -> bool:
        """Whether the words around a model's name say that it is still to come."""
        text = self.reading.annotated[frame.index].text
        at = next((s for s, _, i in self.reading.annotated[frame.index].marks() if named(i, frame.object)), frame.start)
        left, right = clause(text, at, at + 1)
        coordinate = COORDINATE.search(text, at)
        right = min(right, coordinate.start() if coordinate else right)
        after = MARK.match(text, at)
        if after and text.startswith(": ", after.end()):  # a list item with a model for its label
            right = len(text)
            dates = [i for _, _, i in self.reading.annotated[frame.index].marks(at) if isinstance(i, When)]
            if dates and self.ahead(dates[0].last):
                return True
        held = re.search(r"(?:today's|current|existing|electric version of the|hybrid version of the) $", text[:at])
        return not held and bool(words("coming").search(text, max(left, at - 70), min(right, at + 90)))

    def to_come(self, frame: Frame, sentence: Annotated) -> bool:
        """Whether a frame is about something that is still to come, itself or by another name in its words."""
        if {frame.object, frame.subject} & self.coming:
            return True
        names = [m for m in sentence.mentions(frame.start, frame.end) if "V" in mark_of(m)]
        return frame.property in OF_PRODUCTS and any(m.name in self.coming for m in names)

    def plant(self, frame: Frame) -> str:
        """Whether a plant is there: one that is owned is, one that is to be built or spoken of as "a plant" is not."""
        text = self.reading.annotated[frame.index].text
        left = clause(text, frame.start, frame.end)[0]
        if frame.modality:
            return frame.modality
        if frame.unit == "plants":
            return self.by_cues(frame, self.reading.annotated[frame.index], self.date(frame))
        owned = OWN_AT_START.match(text, frame.start) or OWNED.search(text[: frame.start])
        if owned or APPOSITION.search(text[: frame.end + 40]):
            return "fact"
        before = text[max(left, frame.start - 60) : frame.start + 12]
        after = re.sub(r", where [^,]*", "", text[frame.start : frame.end + 45])
        around = re.sub(r", where [^,]*", "", text[max(left, frame.start - 60) : frame.end])
        planned = cue("building").search(before) or cue("built").search(after) or words("unbuilt").search(around)
        return "plan" if planned else "fact"

    def date(self, frame: Frame) -> str | None:
        """The date of a frame, its end or else its start."""
        when = self.whens.of(frame)
        return (when.last or when.first) if when else None

    # --- cues ------------------------------------------------------------------------------------

    def by_cues(self, frame: Frame, sentence: Annotated, date: str | None) -> str:
        """What the property makes of its words, then the date against the document's, then the cues of the clause."""
        text = sentence.text
        last = max(frame.end, frame.anchor)
        left, right = clause(text, frame.start, last)
        if frame.quantity:
            left = max(left, clause(text, frame.anchor, last)[0])
        coordinate = COORDINATE.search(text, last)
        right = min(right, last + 60, coordinate.start() if coordinate else right)
        left = max([left, *[m.start() for m in COORDINATE.finditer(text, left, frame.anchor)]])
        scope, around = text[left:last], text[left:right]
        ahead = self.ahead(date)
        told = self.by_property(frame, scope, around, ahead)
        if told or ahead:
            return told or "plan"
        if ahead is False and frame.quantity and BASE.search(text[: frame.anchor]):
            return "fact"
        if ahead is False and not cue("plan").search(scope) and not words("planned").search(around):
            return "fact"
        if frame.property in OF_PRODUCTS and self.to_come(frame, sentence):
            return "plan"
        intended = cue("plan").search(scope) or words("planned").search(around)
        over = cue("fact").search(scope) or (frame.quantity and words("over").search(scope))
        if words("held").search(around) or (over and not intended):
            return "fact"
        if cue("plan").search(around) or words("planned").search(around):
            return "plan"
        return self.carried(frame)

    def by_property(self, frame: Frame, scope: str, around: str, ahead: bool | None) -> str | None:
        """What the words of some properties settle without a date or a cue of intention."""
        text = self.reading.annotated[frame.index].text
        if frame.property in {"partnersWith", "subsidiaryOf"}:
            return "fact"
        if frame.property == "launch" and not ahead:
            return "fact" if ahead is False or self.there(frame) else "plan" if self.reading.document.date else None
        if frame.property == "developsPlatform" and (frame.object in self.coming or words("coming").search(around)):
            return "plan"
        if frame.property == "developsBattery" and not ahead and re.search(r"(?<!be )developed", around):
            return "fact"
        own = OWN_AT_START.match(text, frame.start) or OWN_BEFORE.search(text[: frame.start])
        return "fact" if frame.property == "offersTechnology" and own and not ahead else None

    def there(self, frame: Frame) -> bool:
        """Whether the verb of a launch in the year of the document says that it has taken place."""
        text = self.reading.annotated[frame.index].text
        return bool(PAST.search(text, frame.start, frame.end) or HAS_BEEN.search(text, frame.start, frame.end))

    def carried(self, frame: Frame) -> str:
        """Without a cue: as its plant, as the same figure of the subject just before, else as figures usually are."""
        if frame.subject in self.unbuilt:
            return "plan"
        before = self.judged.get((self.reading.sentences[frame.index].block, frame.property, frame.subject))
        if frame.quantity and before in {"plan", "fact"}:
            return before
        return "plan" if frame.property in INTENDED else "fact"


def named(item: object, name: str | None) -> bool:
    """Whether a mark stands for a name."""
    return isinstance(item, Mention) and item.name == name
