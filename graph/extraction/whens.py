"""The date that belongs to a frame: after it in its clause, else before it, else fronted."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from graph.extraction.annotate import Annotated
from graph.extraction.clauses import relative_end
from graph.extraction.frame import Frame
from graph.extraction.lexicon import any_of, table
from graph.extraction.model import When
from graph.extraction.readings import Reading

DATED = frozenset(
    """salesShare salesVolume modelCount investment launch productionCapacity productionVolume costReduction
    platformCount carbonNeutrality foundedIn developsBattery operatesPlant partnersWith employeeCount jobs
    offersTechnology usesPlatform""".split()
)
TARGETS = DATED - {"launch", "foundedIn", "partnersWith"}
NEW_CLAUSE = re.compile(
    r"; | – | — |, (?:with|while|but|whereas|twice|up from|compared|from which|which|where)\b"
    r"|,? and that (?:it|they|he|she)\b|: (?=(?:the |an? )?‹(?-i:[A-Z]*V[A-Z]*)#)"
    r"|,? and (?:(?:by|in|from|on) )?"
    r"(?=‹when#\d+›,? (?:‹(?!when)|an?|the|its|it|they|all|every|each|both|some|no|\w+ly)\b)"
    r"|,? (?:and|but) (?:aims?|will|plans?|wants?|expects?|intends?|hopes|it|they|is|has|the (?:company|group))\b"
)
SPENT_THAT = re.compile(NEW_CLAUSE.pattern + r"| that (?:should|will|is|are|would|could|can|has|have)\b")
TAKES_UP = re.compile(
    r"of (?:the ‹n#\d+›|them|these|those)|(?:more )?(?:will|would|are to|should) be\b|of that sum"
    r"|(?:of them )?(?:electrified|combustion|electric)\b"
)
ANOTHER_VERB = re.compile(r",? (?:and|but) (?:that|has|have|had|is|was|were|it|they|aims?|will)\b")
SUBORDINATE = re.compile(r"(?:when|once|after|as soon as|although|since) (?!‹when)", re.IGNORECASE)
COMPARED = re.compile(r"(?:\bthan|\bas|compared with|compared to|against|versus) $", re.IGNORECASE)

RESTATED = re.compile(r",? (?:or|equal to|that is|i\.e\.) (?:about |some |around |roughly |nearly |almost )?")
WHEN_THEN = re.compile(r", (?:when|at which point|by which time|by when) (?!it opens|production)")
PART_OF = re.compile(r"\b[Oo]f (?:the |its |those )?‹n#\d+›[^;.‹]{0,60}$")
APART = re.compile(r"\b(?:than|against|compared|versus|up from|down from|increase|rise|fewer)\b")
DATELINE = re.compile(r"(?:‹[^›]*›|[A-Z][A-Z .]+)(?:, ‹[^›]*›)?,? ‹when#\d+›[^.;]{0,20}?[-–—] ")
ADDED = re.compile(r",? and ")
LISTED = frozenset("salesShare salesVolume modelCount investment platformCount costReduction productionVolume".split())
FIRST_OF = re.compile(
    r"‹n#\d+›[^.;‹]{0,60}, (?:with )?the first(?: of (?:them|these|which))?"
    r"(?: (?:arriving|coming|due|launching|to (?:arrive|come|follow|launch)))? ?$"
)
COUNTED = frozenset("investment salesVolume productionVolume".split())
NUMBER = re.compile(r"‹(?:money|n|percent|GWh|converted)")
Mark = tuple[int, int, When]


@cache
def words(section: str) -> re.Pattern[str]:
    """A word list of the qualifiers' lexicon as one pattern."""
    return re.compile(any_of(table("qualifiers")[section]["words"]), re.IGNORECASE)


class Whens:
    """The dates of a document's frames."""

    def __init__(self, reading: Reading, frames: list[Frame]) -> None:
        """Remember the document and where its figures stand."""
        self.reading = reading
        self.anchors: dict[int, dict[int, str]] = {}
        for frame in frames:
            if frame.quantity:
                self.anchors.setdefault(frame.index, {})[frame.anchor] = frame.property

    def of(self, frame: Frame) -> When | None:
        """The date, period or length of time of a frame."""
        if frame.when or "table" in frame.trace:
            return frame.when
        sentence = self.reading.annotated[frame.index]
        marks = [
            (s, e, w) for s, e, w in sentence.marks()
            if isinstance(w, When) and self.usable(frame, sentence, s, e, w)
        ]  # fmt: skip
        if frame.property in {"usesPlatform", "offersTechnology"}:
            return self.opening(frame, sentence, marks)
        if frame.property == "partnersWith":
            return self.of_partnership(frame, sentence, marks)
        if frame.property == "operatesPlant":
            return self.of_plant(frame, sentence, marks)
        if frame.property in {"launch", "carbonNeutrality"}:
            return self.labelled(frame)
        found = self.nearest(frame, sentence, marks)
        if found is None and not frame.inherits:
            found = self.labelled(frame)
        deadline = self.deadline(frame)
        if deadline is None or (found and (found.last or found.years)):
            return found
        return replace(deadline, first=found.first if found else None)

    def deadline(self, frame: Frame) -> When | None:
        """The deadline of the heading or line that a list item stands under: "Electric cars by 2030"."""
        block = self.reading.blocks[self.reading.sentences[frame.index].block]
        if block.kind != "list-item" or frame.property not in LISTED or frame.modality == "fact":
            return None
        for line in self.reading.over(frame.index):
            whens = [w for _, _, w in line.marks() if isinstance(w, When)]
            due = [w for w in whens if (w.cue or "").startswith("by") and w.last and not self.behind(w)]
            if due:
                return due[0] if len(whens) == 1 else None
        return None

    def of_partnership(self, frame: Frame, sentence: Annotated, marks: list[Mark]) -> When | None:
        """The date beside the words of a partnership, or the fronted one."""
        for start, end, when in marks:
            beside = frame.start <= start <= frame.end + 16 and "," not in sentence.text[frame.end : start]
            if (start == 0 or beside) and self.alone(sentence, start, end):
                return when
        return None

    def alone(self, sentence: Annotated, start: int, end: int) -> bool:
        """Whether a date is that of a partnership, not of the statement: no verb of announcing beside it."""
        found = words("event").findall(sentence.text, max(0, start - 25), min(len(sentence.text), end + 25))
        return not {w.lower() for w in found} - {"agreed", "signed"}

    def nearest(self, frame: Frame, sentence: Annotated, marks: list[Mark]) -> When | None:
        """By position: after the figure and before the next, else between the figure before and it, else fronted."""
        text = sentence.text
        # "opened in 2021, with room for 4,000": that date is the event's, not the figure's
        marks = [m for m in marks if m[0] > frame.anchor or not (self.behind(m[2]) and text.startswith(", with", m[1]))]
        others = self.others(frame, text)
        following = min((o for o in others if o > frame.anchor), default=len(text))
        preceding = max((o for o in others if o < frame.anchor), default=-1)
        broken = (SPENT_THAT if frame.property == "investment" else NEW_CLAUSE).search(text, frame.anchor)
        limit = min(broken.start() if broken else len(text), relative_end(text, frame.anchor))
        stop = min(following, limit)
        after = [m for m in marks if frame.anchor <= m[0] < stop and not leads(text, m, following)]
        if after and FIRST_OF.search(text[frame.anchor : after[0][0]]):  # "six models, the first in 2026"
            return replace(after[0][2], first=after[0][2].last or after[0][2].first, last=None)
        if after:
            return self.first_of(after, text, frame)
        alike = self.anchors.get(frame.index, {}).get(preceding) == frame.property
        near = [m for m in marks if preceding < m[0] < frame.anchor]
        between = [
            m
            for m in near
            if joins(text, m[1], frame.anchor, m[0])
            or (alike and added(text, m[1], frame.anchor))
            or RESTATED.fullmatch(text, m[1], frame.anchor)
            or WHEN_THEN.match(text, m[1])
            or (PART_OF.search(text[: m[0]]) and re.fullmatch(r", [^‹,;]{0,20}", text[m[1] : frame.anchor]))
        ]
        if between:
            return between[-1][2]
        first = min([*others, frame.anchor])
        early = [m for m in marks if m[0] < first and (m[0] < 8 or joins(text, m[1], frame.anchor, m[0]))]
        if early:
            return early[0][2]
        later = [
            w for s, _, w in marks
            if frame.anchor < s < limit and not [o for o in others if s < o] and not APART.search(text, frame.anchor, s)
        ]  # fmt: skip
        shared = re.search(r"\band\b|,", text[frame.anchor : following])
        return later[0] if later and not frame.inherits and shared else None

    def others(self, frame: Frame, text: str) -> list[int]:
        """Where the other figures of a sentence stand; those in brackets count only inside them."""
        found = sorted(set(self.anchors.get(frame.index, {})) - {frame.anchor})
        bracket = brackets(text)
        if any(first <= frame.anchor < last for first, last in bracket):
            return found
        return [o for o in found if not any(first <= o < last for first, last in bracket)]

    def first_of(self, after: list[Mark], text: str, frame: Frame) -> When:
        """The first date; a length of time yields to the deadline after it ("in three years, up to March 2027")."""
        first = after[0]
        if first[2].years and len(after) > 1 and after[1][2].last and after[1][0] - first[1] < 3:
            spent = frame.property == "investment"  # a sum is spent over a time and by its end
            return replace(after[1][2], years=first[2].years) if spent else after[1][2]
        return first[2]

    def usable(self, frame: Frame, sentence: Annotated, start: int, end: int, when: When) -> bool:
        """Whether a date can be a frame's: what is aimed at has no day of an announcement."""
        text = sentence.text
        if (dateline := DATELINE.match(text)) and start < dateline.end():
            return False
        if frame.property not in TARGETS:
            return True
        if frame.property == "productionCapacity" and not self.of_capacity(frame, text, start, when):
            return False
        if COMPARED.search(text[:start]) or (SUBORDINATE.match(text) and start < 45 and frame.anchor > end):
            return False
        if when.cue in {"since", "ever since"} and (start < frame.anchor or frame.property not in COUNTED):
            return False
        event = words("event")
        due = (when.cue or "").startswith("by") and not self.behind(when)
        spoken = [] if due else list(event.finditer(text, max(0, start - 50), start))
        words_between = text[spoken[-1].end() : start] if spoken else ""
        if spoken and len(words_between.split()) <= 3 and not NUMBER.search(words_between):
            return False
        if start < 25 and self.behind(when) and frame.property != "developsBattery":
            return False if event.search(text, end, min(frame.anchor, end + 70)) else self.not_today(when)
        return self.not_today(when) and not (frame.property == "developsBattery" and self.behind(when))

    def of_capacity(self, frame: Frame, text: str, start: int, when: When) -> bool:
        """Whether a date is that of a capacity: its deadline, or right after the figure; others are the plant's."""
        if (when.cue or "").startswith(("by", "for")):
            return True
        if self.behind(when):
            return False
        beside = 0 <= start - frame.anchor < 70 and "," not in text[frame.anchor : start]
        return beside or start < 8

    def not_today(self, when: When) -> bool:
        """Whether a date is no day up to the document's own, which would be that of an announcement."""
        own = self.reading.document.date
        return not (when.last and len(when.last) == 10 and own and when.last <= own and when.cue != "by")

    def behind(self, when: When) -> bool:
        """Whether a date does not lie after the document's own."""
        own = self.reading.document.date
        date = when.last or when.first
        return bool(own and date and date[: len(own)] <= own[: len(date)])

    def opening(self, frame: Frame, sentence: Annotated, marks: list[Mark]) -> When | None:
        """The fronted deadline or start of a sentence that says what is to be used or offered."""
        for start, end, when in marks:
            opens = start < 4 and sentence.text.startswith(",", end) and frame.anchor > end
            follows = frame.end <= start <= frame.end + 12 and "," not in sentence.text[frame.end : start]
            if (opens or follows) and not self.behind(when) and ";" not in sentence.text[end : frame.anchor]:
                return when
        return None

    def of_plant(self, frame: Frame, sentence: Annotated, marks: list[Mark]) -> When | None:
        """A plant's opening: a date after a word for it, in the plant's part of the sentence."""
        text = sentence.text
        for start, _, when in marks:
            between = text[min(frame.end, start) : start]
            near = words("opening").search(text, max(frame.start, start - 45), start)
            if frame.start <= start and near and not re.search(r"; |, (?:and|but|who)\b| – ", between) and when.last:
                return when
        if frame.unit == "plants":
            return next((w for s, _, w in marks if frame.start <= s <= frame.end + 45), None)
        return None

    def labelled(self, frame: Frame) -> When | None:
        """The date of the label or heading above a sentence; a past one dates what is sold, made or launched."""
        when = self.reading.dated_under(frame.index)
        if when and self.behind(when) and frame.property not in {"launch", "foundedIn"}:
            told = frame.property in COUNTED and words("over").search(self.reading.annotated[frame.index].text)
            return when if told and frame.property != "investment" else None
        return when

    def total(self, frame: Frame) -> int | float | None:
        """The number that a frame's is a part of: 23 in "fifteen of the 23"."""
        sentence = self.reading.annotated[frame.index]
        found = re.compile(r"‹n#\d+› of the (?=‹n#\d+›)").match(sentence.text, frame.anchor)
        items = [i for _, _, i in sentence.marks(found.end()) if isinstance(i, tuple)] if found else []
        return items[0][0].value if items else None

    def takes_up(self, frame: Frame) -> bool:
        """Whether a number is a part of the one before it."""
        text = self.reading.annotated[frame.index].text
        mark = re.compile(r"‹[^›]*›,? ").match(text, frame.anchor)
        opens = not re.search(r"‹|[,;:]", text[: frame.anchor]) or "of that sum" in text or "the other" in text
        return bool(mark and opens and (TAKES_UP.match(text, mark.end()) or "of that sum" in text))


def leads(text: str, mark: Mark, following: int) -> bool:
    """Whether a date opens the part of the next figure: "60% by 2026, by 2030 80%"."""
    start, end, _ = mark
    opens = re.search(r"(?:[,;] |\band |\bbut )$", text[:start])
    return (
        bool(opens) and following < len(text) and re.fullmatch(r",? (?:[a-z-]+ ){0,2}", text[end:following]) is not None
    )


def brackets(text: str) -> list[tuple[int, int]]:
    """The spans in round brackets."""
    return [m.span() for m in re.finditer(r"\([^)]*\)", text)]


def added(text: str, end: int, anchor: int) -> bool:
    """Whether a figure is merely added after a date: "50% by 2030, and 100% in Europe"."""
    return bool(ADDED.fullmatch(text, end, anchor))


def joins(text: str, end: int, anchor: int, start: int) -> bool:
    """Whether a date before a figure is its own: no comma between, or it opens the clause."""
    between = text[end:anchor]
    if re.search(r"; | – | — ", between) or ANOTHER_VERB.search(between):
        return False
    opens = start < 30 or bool(re.search(r"(?:^|[,;:–—] |and |but )(?:[\w-]+ ){0,2}$", text[:start]))
    return opens or (not ADDED.fullmatch(between) and not re.search(r",(?! with )|‹(?:money|n|percent|GWh)", between))
