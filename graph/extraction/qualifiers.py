"""When, where, which kind of car, which plan, how firmly and on whose word a frame is claimed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from graph.extraction.annotate import Annotated, mark_of
from graph.extraction.frames import Frame
from graph.extraction.lexicon import cue, powertrain_pattern, region_adjectives, worldwide
from graph.extraction.mentions import PLACE_KINDS
from graph.extraction.model import Mention, When
from graph.extraction.plants import Plants
from graph.extraction.readings import Reading, expand
from graph.extraction.subjects import Discourse
from graph.register import fold

PLACED = frozenset("salesShare salesVolume modelCount investment launch employeeCount productionCapacity rank".split())
APART = frozenset("salesShare launch modelCount salesVolume".split())
DRIVEN = frozenset("salesShare salesVolume modelCount platformCount launch investment productionVolume".split())
DATED = frozenset(
    """salesShare salesVolume modelCount investment launch productionCapacity productionVolume costReduction platformCount
    carbonNeutrality foundedIn developsBattery operatesPlant partnersWith employeeCount jobs""".split()
)
TARGETS = DATED - {"launch", "foundedIn", "partnersWith"}
EVENT = re.compile(
    r"(?:announced|revealed|said|agreed|unveiled|presented|promised|reported|told|published|showed|signed|released|called)"
    r"(?: [\w-]+){0,3} (?:back |only |early |late )?$",
    re.IGNORECASE,
)
NEW_CLAUSE = re.compile(
    r";| - | – | — |,? (?:and|but) (?:aims?|will|plans?|wants?|expects?|intends?|hopes|it|they|is|has|the (?:company|group|carmaker))\b"
)
FORWARD = frozenset("modelCount investment productionCapacity costReduction platformCount jobs developsBattery".split())
STANDING = frozenset("bodyStyle country holdsRole rank hasBrand memberOf".split())
CLOSE = frozenset("launch usesPlatform usesBattery supplies offersTechnology developsPlatform developsBattery".split())
TARGETED = frozenset("modelCount salesShare investment carbonNeutrality costReduction".split())
SAID = re.compile(r",? (?:‹[^›]*›|the \w+|it) (?:said|announced|revealed|confirmed|unveiled|presented|told)\b")
REGION_BEFORE = re.compile(
    r"(?:\bin|\bacross|\bfor|\bthroughout|\bwithin|\binto|\bto|\bon the|\breach(?:es|ed)?)\s+(?:the )?(?:whole of )?$",
    re.IGNORECASE,
)


PLAN_AGAIN = re.compile(
    r"\b(?:(?:under|in|as part of) (?:the|this|that|its) (?:new )?(?:plan|strategy|roadmap|vision)|^the (?:plan|strategy|roadmap))\b",
    re.IGNORECASE,
)


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
        self.plants = plants
        self.plant_names = {p.name for p in plants.found}
        self.reading = reading
        self.discourse = discourse
        self.done: dict[int, Qualified] = {}

    def of(self, frame: Frame, frames: list[Frame]) -> Qualified:
        """All qualifiers of a frame."""
        sentence = self.reading.annotated[frame.index]
        lean = self.done.get(id(frame.inherits)) if frame.inherits else None
        when = self.when(frame, sentence, frames) if frame.property in DATED else None
        start = when.first if when else None
        end = when.last if when else None
        years = when.years if when else None
        if when and frame.property in {"launch", "foundedIn", "carbonNeutrality"} and not end:
            start, end = None, start
        if when is None and lean:
            start, end, years = lean.start, lean.end, lean.duration_years
        placed = frame.property in PLACED and frame.subject not in self.plant_names
        regions = self.regions(frame, sentence) if placed else (None,)
        if regions == (None,) and lean and frame.property in PLACED:
            regions = lean.regions
        powertrain = self.powertrain(frame, sentence) if frame.property in DRIVEN else None
        if powertrain is None and lean:
            powertrain = lean.powertrain
        modality = frame.modality or self.modality(frame, sentence, end or start)
        found = Qualified(
            start, end, years, regions, powertrain or None, self.plan(frame, sentence), modality,
            self.attribution(frame, sentence, modality), when.end if when else 0,
        )  # fmt: skip
        self.done[id(frame)] = found
        return found

    # --- dates -----------------------------------------------------------------------------------

    def when(self, frame: Frame, sentence: Annotated, frames: list[Frame]) -> When | None:
        """The date that belongs to a frame: after it and before the next figure, else before it, else fronted."""
        if frame.when:
            return frame.when
        text = sentence.text
        marks = [(s, e, w) for s, e, w in sentence.marks() if isinstance(w, When) and self.usable(frame, text, s, w)]
        if not marks:
            return None
        others = sorted(
            {f.anchor for f in frames if f.index == frame.index and f.quantity and f.anchor != frame.anchor}
        )
        following = min((o for o in others if o > self.past_parenthesis(text, frame.anchor)), default=len(text))
        preceding = max((o for o in others if o < frame.anchor), default=-1)
        other = NEW_CLAUSE.search(text, max(frame.end, frame.anchor))
        stop = min(following, other.start() if other else len(text))
        after = [w for s, _, w in marks if frame.anchor <= s < stop]
        if after:
            return after[0]
        between = [w for s, _, w in marks if preceding < s < frame.anchor and self.parted(text, preceding, s)]
        if between:
            return between[-1]
        fronted = [w for s, _, w in marks if s < min([*others, frame.anchor])]
        if fronted:
            return fronted[0]
        if other:
            return None
        later = [w for s, _, w in marks if s > frame.anchor and not [o for o in others if s < o]]
        near = following - frame.anchor < 60 and re.search(r"\band\b|,", text[frame.anchor : following])
        return later[0] if later and near and not frame.inherits else None

    def parted(self, text: str, preceding: int, position: int) -> bool:
        """Whether a date stands apart from the figure before it, so that it can belong to the one after."""
        return preceding < 0 or bool(re.search(r"[,;]|\band\b", text[preceding:position]))

    def past_parenthesis(self, text: str, anchor: int) -> int:
        """The end of a parenthesis that follows a figure, else the figure's place: "23 models (15 of them ...) by 2030"."""
        match = re.compile(r"[^();.]{0,60}\(").match(text, anchor)
        close = text.find(")", match.end()) if match else -1
        return close if close >= 0 else anchor

    def usable(self, frame: Frame, text: str, position: int, when: When) -> bool:
        """Whether a date can be a frame's: a target's is no day of an announcement."""
        if frame.property == "partnersWith":
            return False
        if when.cue == "since" and frame.property != "foundedIn":
            return False
        if frame.property == "operatesPlant":
            around = text[min(frame.end, position) : max(frame.end, position)]
            return bool(cue("opening").search(around)) and not when.first
        if frame.property not in TARGETS:
            return True
        if re.search(r"(?:\bthan|\bas|compared with|compared to|against|versus|\bfrom) $", text[:position]):
            return False
        if EVENT.search(text[:position]) or SAID.match(text, text.find("›", position) + 1):
            return False
        own = self.reading.document.date
        if not own or not when.last or when.cue == "by":
            return True
        past = when.last <= own[: len(when.last)]
        return not (past and (len(when.last) == 10 or (when.relative and frame.property in FORWARD)))

    # --- places ----------------------------------------------------------------------------------

    def regions(self, frame: Frame, sentence: Annotated) -> tuple[str | None, ...]:
        """The places that limit a frame: named in its part of the sentence, in its label, or fronted."""
        if frame.place:
            return (frame.place,)
        if frame.property == "investment":
            here = [p for p in self.plants.found if p.index == frame.index and p.owner == frame.subject]
            if here:
                return (here[0].places[0] if here[0].places else None,)
        text = sentence.text
        if frame.property == "launch":
            names = self.places_in(sentence, frame.start, frame.end)
            return tuple(names) if names else (None,)
        left = max(text.rfind(";", 0, frame.anchor), 0)
        right = text.find(";", frame.end)
        right = min(right if right >= 0 else len(text), frame.end + 60)
        numbers = [s for s, _, i in sentence.marks() if isinstance(i, tuple)]
        right = min([right, *[n for n in numbers if n > frame.anchor]])
        lower = max([left, *[n for n in numbers if n < frame.anchor]])
        for start, stop in ((frame.anchor, right), (lower, frame.anchor), (left, frame.anchor)):
            names = self.places_in(sentence, start, stop)
            if names:
                return self.joined(frame, names, text[start:stop])
        label = self.reading.blocks[sentence.sentence.block].label
        if label:
            names = [m.name for m in self.reading.mentions if label[0] <= m.start < label[1] and m.kinds & PLACE_KINDS]
            if names:
                return (names[0],)
        if worldwide().search(text, max(left, frame.start - 30), right) and frame.property != "investment":
            return ("global",)
        return (None,)

    def joined(self, frame: Frame, names: list[str], around: str) -> tuple[str | None, ...]:
        """Several places: one claim each, or one for all where the text adds them up."""
        if frame.property in APART and not re.search(r"\b(?:combined|together|in total)\b", around):
            return tuple(names)
        return (" and ".join(names) if frame.property in APART else names[0],)

    def places_in(self, sentence: Annotated, start: int, end: int) -> list[str]:
        """Places after "in", "across" and the like, and adjectives ("European sales"), in a span."""
        text = sentence.text
        names: list[str] = []
        joined_at = -1
        for first, last, item in sentence.marks(start, end):
            if isinstance(item, Mention) and item.kinds & PLACE_KINDS and "O" not in mark_of(item):
                before = text[:first]
                if re.match(r"'s (?!sales|market)", text[last:]):
                    continue
                listed = joined_at >= 0 and re.fullmatch(r"(?:,| and|, and) (?:the )?", text[joined_at:first])
                if REGION_BEFORE.search(before) or listed or re.match(r"(?:'s)? (?:sales|market)", text[last:]):
                    if not names or listed:
                        names.append(item.name)
                        joined_at = last
        if not names:
            for adjective, place in region_adjectives().items():
                if re.search(
                    rf"(?<!\w){re.escape(adjective)} (?:sales|market|volumes?|deliveries|line-?up)", text[start:end]
                ):
                    names.append(place)
        return names

    # --- powertrain ------------------------------------------------------------------------------

    def powertrain(self, frame: Frame, sentence: Annotated) -> str | None:
        """The kind of car that a figure counts: in its noun phrase, else nearest in its part of the sentence."""
        pattern, names = powertrain_pattern()
        text = sentence.text
        if frame.property == "launch":
            if "Plan" in self.reading.entity_kinds(frame.subject):
                return None
            found = [names[m.lastgroup or ""] for m in pattern.finditer(text, max(0, frame.start - 25), frame.end)]
            return found[0] if found else None
        numbers = [s for s, _, i in sentence.marks() if isinstance(i, tuple)]
        right = min([len(text), frame.anchor + 90, *[n for n in numbers if n > frame.anchor + 1]])
        semicolon = text.find(";", frame.anchor, right)
        right = semicolon if semicolon >= 0 else right
        after = [(m.start(), names[m.lastgroup or ""]) for m in pattern.finditer(text, frame.anchor, right)]
        if frame.property == "investment":
            close = [
                kind
                for at, kind in after
                if at < frame.anchor + 60 and re.match(r"[^,;.]*\b(?:vehicles|cars|EVs|models)\b", text[at:])
            ]
            return close[0] if close else None
        if after and (
            frame.property in {"modelCount", "launch", "platformCount", "productionVolume"}
            or not text[frame.anchor : after[0][0]].count(",")
        ):
            return after[0][1]
        if frame.property == "salesShare":
            last = max(numbers)
            tail = [
                names[m.lastgroup or ""]
                for m in pattern.finditer(text, last)
                if re.search(r"\b(?:be|are|is|being)\b", text[last : m.start()])
            ]
            if tail and not pattern.search(text, 0, frame.anchor):
                return tail[0]
        left = max([0, *[n for n in numbers if n < frame.anchor]])
        reach = (
            0
            if frame.property in {"salesShare", "launch", "salesVolume", "productionVolume"}
            else max(left, frame.anchor - 40)
        )
        before = [
            names[m.lastgroup or ""]
            for m in pattern.finditer(text, max(reach, left if frame.inherits else 0), frame.anchor)
        ]
        if before and frame.property != "modelCount":
            return before[-1]
        return (
            before[-1]
            if before
            and frame.property == "modelCount"
            and re.search(r"(?:rise|total|tally|number)", text[: frame.anchor])
            else None
        )

    # --- plan ------------------------------------------------------------------------------------

    def plan(self, frame: Frame, sentence: Annotated) -> str | None:
        """The plan that a target belongs to: named in the sentence or in the heading or list intro above it."""
        if frame.property not in DATED - {"launch", "foundedIn", "operatesPlant", "partnersWith", "carbonNeutrality"}:
            return None
        plans = [m.name for m in sentence.mentions() if "S" in mark_of(m)]
        if plans:
            return plans[0]
        titled = self.title_plan()
        if titled and self.reading.document.year:
            return titled
        block = sentence.sentence.block
        for back in range(frame.index, max(-1, frame.index - 8), -1):
            other = self.reading.annotated[back]
            if (other.sentence.block == block and back != frame.index) or other.sentence.block == self.reading.blocks[
                block
            ].parent:
                plans = [m.name for m in other.mentions() if "S" in mark_of(m)]
            if not plans and other.sentence.block == block and PLAN_AGAIN.search(other.text):
                here = self.reading.annotated[back].sentence.start
                plans = [m.name for m in self.reading.mentions if m.start < here and "S" in mark_of(m)]
            if plans:
                return plans[-1]
        return None

    def title_plan(self) -> str | None:
        """The plan that the document's title names."""
        title = fold(self.reading.document.title or "")
        return next((m.name for m in self.reading.mentions if "S" in mark_of(m) and fold(m.name) in title), None)

    # --- modality and attribution ----------------------------------------------------------------

    def modality(self, frame: Frame, sentence: Annotated, date: str | None) -> str:
        """How firmly a frame is claimed: negated > report > plan or fact."""
        text = sentence.text
        left = self.clause_left(text, frame.start)
        last = max(frame.end, frame.anchor)
        scope = text[left:last]
        if cue("negated").search(scope):
            return "negated"
        if frame.property == "makesModel":
            return "plan" if cue("coming").search(text[max(left, frame.start - 35) : last + 35]) else "fact"
        if frame.property in STANDING:
            return "fact"
        if cue("report").search(text) or cue("report_near").search(text[left : last + 40]):
            return "report"
        if frame.property == "hasPlan":
            return "fact"
        year = self.reading.document.year
        if date and year and int(date[:4]) > year:
            return "plan"
        if frame.property in {"operatesPlant", "locatedIn"} and frame.rule.startswith("plant."):
            return self.plant_modality(text, left, frame)
        if frame.property in CLOSE:
            return "plan" if cue("plan").search(text[max(left, frame.start - 40) : last + 25]) else "fact"
        if date and year and int(date[:4]) < year and not cue("plan").search(scope):
            return "fact"
        stop = NEW_CLAUSE.search(text, last)
        around = text[left : min(stop.start() if stop else len(text), last + 70)]
        if cue("fact").search(scope) and not cue("plan").search(scope):
            return "fact"
        if cue("plan").search(around):
            return "plan"
        return "plan" if frame.property in TARGETED else "fact"

    def plant_modality(self, text: str, left: int, frame: Frame) -> str:
        """Whether a plant is there or still to come."""
        before = text[max(left, frame.start - 60) : frame.start + 12]
        after = text[frame.start : frame.end + 45]
        return "plan" if cue("building").search(before) or cue("built").search(after) else "fact"

    def clause_left(self, text: str, position: int) -> int:
        """Where the clause around a position begins."""
        found = 0
        for match in re.finditer(r"; |, (?:while|but|whereas|and|which|who) | – | — |: ", text[:position]):
            found = match.end()
        return found

    def attribution(self, frame: Frame, sentence: Annotated, modality: str) -> str | None:
        """The person or outlet that the text names as the origin."""
        if (
            frame.property
            in {"makesModel", "bodyStyle", "country", "holdsRole", "rank", "hasBrand", "memberOf", "hasPlan"}
            and modality != "report"
        ):
            return None
        for pattern in attributions():
            for match in pattern.finditer(sentence.text):
                names = sentence.mentions(match.start("who"), match.end("who"))
                name = names[0].name if names else match.group("who").strip(" ,.")
                if name and "‹" not in name and name != frame.subject:
                    return name
        if modality == "report":
            for back in range(frame.index - 1, max(-1, frame.index - 4), -1):
                outlets = [m.name for m in self.reading.annotated[back].mentions() if "Publisher" in m.kinds]
                if outlets:
                    return outlets[-1]
        return None


def attributions() -> list[re.Pattern[str]]:
    """Patterns that name the origin of a statement."""
    speech = r"(?:said|says|told|added|confirmed|reported|reports|noted|believes|reckons|estimates|expects|explained|stated|announced|thinks)"
    return [
        re.compile(
            expand(r"according to (?:[\w' -]+, )?(?P<who>{person}|{outlet}|{name})(?! (?:agency )?\w+ familiar)"),
            re.IGNORECASE,
        ),
        re.compile(
            expand(rf"(?P<who>{{person}}|{{outlet}})(?:, [^,]{{3,60}},)? (?:has |had )?{speech}\b"), re.IGNORECASE
        ),
        re.compile(expand(rf"\b{speech} (?:[\w'-]+ ){{0,3}}?(?P<who>{{person}}|{{outlet}})"), re.IGNORECASE),
        re.compile(expand(r"(?:the figure comes from|as reported by|told) (?P<who>{outlet})"), re.IGNORECASE),
        re.compile(expand(r"^(?P<who>{person})(?:, [^:]{3,60})?: "), re.IGNORECASE),
    ]
