"""Dates, periods and lengths of time, with the word that leads them; relative ones count from the document's date.

Points in time are found first, then joined to periods ("between 2022 and 2026") and read by their cue ("from 2025" is
a start). All spellings are data (`lexicon/dates.toml`). A part of a year counts as the year; the end of a decade is the
next one's first year, its middle the year of the five, as the claims contract has it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from graph.extraction.clock import Clock
from graph.extraction.model import When
from graph.extraction.quantities import overlaps

_DATA = tomllib.loads((Path(__file__).parent / "lexicon" / "dates.toml").read_text("utf-8"))
_MONTHS = _DATA["months"].split()
_WEEKDAYS = _DATA["weekdays"].split()
_SEASONS: str = _DATA["seasons"]
_NUMBERS: dict[str, float] = _DATA["numbers"]


def _any(spellings: list[str]) -> str:
    return "|".join(sorted(spellings, key=len, reverse=True))


_FULL = _any(_MONTHS)
_MONTH = rf"(?:{_FULL}|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?)"
_YEAR = r"(?:19|20)\d\d"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
_LATE, _MIDDLE, _OTHER = (_DATA["parts"][k] for k in ("late", "middle", "other"))
_JOINT = rf"(?:\s(?:{_DATA['parts']['joints']}))?(?:\s(?:the|this))?"
_PART = rf"(?i:(?:the\s)?(?:(?:{_LATE})|(?:{_MIDDLE})|(?:{_OTHER}))(?:{_JOINT}\s|-))"
_KIND = rf"(?i:(?:the\s)?(?:{_DATA['years']['kinds']})\s?)"
_COUNT = rf"(?i:\d{{1,3}}(?:\.\d)?|{_any([re.escape(n) for n in _NUMBERS])})"
_NOT_AFTER = rf"(?![\w%°]|[.,]\d|[-–]year|\s(?:{_DATA['years']['not_before']})\b)"
_OPENING_NAMES = "|".join([*(m[:3] for m in _MONTHS), *_WEEKDAYS, *_DATA["relative"]])
_QUARTER = _DATA["years"]["quarters"]
_OPENER = rf"(?i:(?:the\s)?(?:{_DATA['openers']}|{_SEASONS}|{_OPENING_NAMES}|(?:{_COUNT})\s))"

_POINT = re.compile(
    rf"""(?<![\w.,$€£¥/])(?<!\d[-–])(?={_OPENER})(?:
    (?P<iso>{_YEAR}-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?(?![\w-]))
  | (?P<dmy>(?:the\s)?(?P<d1>{_DAY})\s(?:of\s)?(?P<m1>{_MONTH}),?\s(?P<y1>{_YEAR}))\b
  | (?P<mdy>(?P<m2>{_MONTH})\s(?P<d2>{_DAY})(?:,\s?|\s)(?P<y2>{_YEAR}))\b
  | (?P<my>{_PART}?(?:(?i:(?:the\s)?(?:fiscal\s|financial\s)?year\s(?:ending|to|ended)(?:\sin)?\s))?
        (?P<m3>{_MONTH})(?:,|\sof)?\s(?P<y3>{_YEAR}))\b
  | (?P<dm>(?:the\s)?(?P<d4>{_DAY})\s(?:of\s)?(?P<m4>{_MONTH}))(?!\w)
  | (?P<md>(?P<m5>{_MONTH})\s(?P<d5>{_DAY}))(?![\w%]|[.,]\d|\s(?:million|billion|percent))
  | (?P<month>(?:(?P<rel6>(?i:last|next|this))\s(?:(?i:past|coming)\s)?|{_PART})?(?P<m6>{_FULL}))\b(?!\s\d|[-–])
  | (?P<span>{_KIND}?(?P<a7>{_YEAR})\s?[-–—/]\s?(?:FY\s?)?(?P<b7>(?:19|20)?\d\d)(?![\w-]|[.,]\d))
  | (?P<decade>{_PART}?(?:the\s)?(?P<y8>(?:19|20)\d0)['’]?s)\b
  | (?P<quarter>(?:{_QUARTER})(?:\sof)?\s?(?:FY\s?|fiscal\s|['’])?(?P<y9>{_YEAR}|\d\d))\b
  | (?P<year>(?:{_PART})?(?:{_KIND})?(?P<y10>{_YEAR}))(?:\sfiscal\s(?:year)?)?{_NOT_AFTER}
  | (?P<short>(?:{_PART})?(?:FY|CY)\s?['’]?(?P<y11>\d\d))(?![\w%]|[.,]\d)
  | (?P<thisdecade>(?i:(?P<part12>(?:the\s)?(?:(?:{_LATE})|(?:{_MIDDLE})|(?:{_OTHER})){_JOINT}[\s-])?
        (?:(?P<rel12>this|the|next|the\snext|the\scurrent|the\scoming)\s)?decade))\b
  | (?P<relyear>(?i:(?P<part13>(?:{_PART})?)
        (?:(?:the\s)?(?P<rel13>next|last|this|coming|current|past)\s(?:fiscal\s|calendar\s|financial\s|business\s|model\s)?year
           |the\s(?P<after13>year\safter\snext)|(?P<end13>year['’]?s?[\s-]end|the\syear(?:['’]s\send|\sis\sout|\sends))
           |(?P<bare13>(?:fiscal\s|calendar\s)?year)(?![\w-]))(?!['’]s(?!\s\d)|\s(?:ago|earlier|later|before|to\s{_MONTH})\b)))
  | (?P<relspan>(?i:{_PART}?(?:the\s)?(?P<rel14>next|last|this|coming|past)\s
        (?P<what14>month|week|weekend|quarter|{_SEASONS})|(?<=in\s)the\s(?P<season14>{_SEASONS})(?!\sof)))\b
  | (?P<part16>(?i:(?:the\s)?(?:(?P<n16>{_any(list(_DATA["ordinals"]))})[\s-](?P<u16>quarter|half)
        |(?P<q16>[QH][1-4]))(?:\s(?:of\sthe\syear|alone))?)(?![\w%]|\s(?:of|a|an)\b))
  | (?P<weekday>(?:(?P<rel15>(?i:last|next|this|this\scoming))\s)?(?P<w15>{_any(_WEEKDAYS)}))\b
  | (?P<day>(?i:{_any(list(_DATA["relative"]))})(?!['’]s))\b
  | (?P<ago>(?i:(?P<n17>{_COUNT})\s(?P<u17>day|week|fortnight|month|year|decade)s?['’]?
        \s(?P<way17>ago|from\snow|hence|time)))\b
  | (?P<then>(?i:(?:that|the\ssame|that\svery)\s(?:year|date)
        |(?:{_COUNT})\syears?\s(?:later|on(?=\s?(?:[,.;]|$))|after\sthat|afterwards|earlier|before)
        |the\s(?:following|previous)\syear|the\syear\s(?:after|before)|(?:(?<=\b[Bb]y\s)|(?<=\buntil\s))then))(?!\s(?:the|from|than)\b)
  | (?P<now>(?:(?<=[Bb]etween\s)|(?<=from\s))now(?=\s(?:and|to|until|till|through)\s))
    )""",
    re.VERBOSE,
)
_START = frozenset(_DATA["cues"]["start"])
_END = frozenset(_DATA["cues"]["end"])
_CUES = [c for k in ("start", "end", "point", "between") for c in _DATA["cues"][k]]
# no more than three blanks: a blanked name leaves more, and "in Japan last year" has no cue before its date
_CUE = re.compile(rf"(?<![\w-])({_any(_CUES)})\s{{1,3}}(?:the\s{{1,3}})?$", re.IGNORECASE)
_ONWARDS = re.compile(r"\s(?:onwards?|and beyond|and after|at the earliest|forward)\b", re.IGNORECASE)
_JOIN = re.compile(rf"\s+(?P<word>{_DATA['cues']['joints']})\s+(?:the\s+)?", re.IGNORECASE)
_DURATION = re.compile(
    rf"""(?<![\w.,$€£¥])(?<!and\sa\s)(?:(?P<lead>{_DATA["durations"]["lead"]})\s)?
    (?P<middle>(?:(?:{_DATA["durations"]["filler"]}|{_DATA["durations"]["past"]})\s){{0,4}}?)
    (?:(?:{_COUNT}(?:\s(?:to|or)\s|[-–]))?(?P<count>{_COUNT})(?:\s(?:(?:{_DATA["durations"]["kinds"]})\s){{0,2}}|-)(?P<unit>year|month|decade)s?
      |(?<=[a-z]\s)(?P<bare>decade))\b
    (?!['’]?\s(?:ago|old|earlier|later|on\b|before|hence|from\snow|time)|-old)""",
    re.VERBOSE | re.IGNORECASE,
)
_PAST = re.compile(rf"\b(?:{_DATA['durations']['past']})\s$", re.IGNORECASE)
_FISCAL = re.compile(r"(?:the )?(?:FY|fiscal|financial)", re.IGNORECASE)
_LATE_WORD = re.compile(rf"\b(?:{_LATE})\b", re.IGNORECASE)
_MIDDLE_WORD = re.compile(rf"\b(?:{_MIDDLE})\b", re.IGNORECASE)
_YEARS_IN_UNIT = {"year": 1.0, "decade": 10.0, "month": 1 / 12}
_SEASON_MONTHS = {"spring": 4, "summer": 7, "autumn": 10, "fall": 10, "winter": 1}
_DAYS_IN_UNIT = {"day": 1, "week": 7, "fortnight": 14}


@dataclass(frozen=True, slots=True)
class _Point:
    start: int
    end: int
    last: str | None
    first: str | None = None
    relative: bool = False
    is_now: bool = False


def dates(mask: str, start: int, end: int, document_date: str | None, anchor: str | None = None) -> list[When]:
    """The dates, periods and durations between two positions of the mask, in order.

    `document_date` is `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; what is relative to it is left out where it is None.
    `anchor` is the date last spoken of before, to which "that year" and "five years later" refer.
    """
    clock = Clock.of(document_date)
    points = list(_points(mask, start, end, clock, anchor))
    found = list(_joined(mask, points, start, end, document_date))
    taken = overlaps([(p.start, p.end) for p in points])
    found += [w for w in _durations(mask, start, end) if not taken(w.start, w.end)]
    return sorted(found, key=lambda w: w.start)


def _points(mask: str, start: int, end: int, clock: Clock, anchor: str | None) -> Iterator[_Point]:
    for match in _POINT.finditer(mask, start, end):
        kind = match.lastgroup or ""
        point = _READERS[kind](match, clock, anchor)
        if point is None or (kind == "month" and not _is_month(mask, match, start)):
            continue
        first, last = point
        if last and kind not in {"now", "thisdecade"}:
            anchor = last
        yield _Point(match.start(), match.end(), last, first, kind in _RELATIVE, kind == "now")


def _joined(mask: str, points: list[_Point], start: int, end: int, document_date: str | None) -> Iterator[When]:
    """Points as dates, each with its cue; two that a period joins as one."""
    index = 0
    while index < len(points):
        point = points[index]
        after = points[index + 1] if index + 1 < len(points) else None
        cue_match = _CUE.search(mask, max(start, point.start - 24), point.start)
        cue = " ".join(cue_match[1].lower().split()) if cue_match else None
        begins = cue_match.start() if cue_match else point.start
        if after and _is_period(mask, point, after, cue):
            first = point.first or point.last
            yield When(begins, after.end, first, after.last, None, cue, point.relative or after.relative)
            index += 2
            continue
        index += 1
        if point.is_now:
            continue
        if point.first:
            yield When(begins, point.end, point.first, point.last, None, cue, point.relative)
        elif cue == "as of" and document_date and point.last and point.last[:4] <= document_date:
            yield When(begins, point.end, None, point.last, None, cue, point.relative)
        elif cue in _START or (onwards := _ONWARDS.match(mask, point.end, end)):
            stop = onwards.end() if cue not in _START and onwards else point.end
            yield When(begins, stop, point.last, None, None, cue, point.relative)
        else:
            yield When(begins, point.end, None, point.last, None, cue, point.relative)


def _is_period(mask: str, point: _Point, after: _Point, cue: str | None) -> bool:
    joint = _JOIN.fullmatch(mask, point.end, after.start)
    if not joint or point.first or after.first or not after.last:
        return False
    word = joint["word"].lower()
    if word == "and":
        return cue == "between"
    return point.last is None or point.last < after.last


def _is_month(mask: str, match: re.Match[str], start: int) -> bool:
    """Whether a bare month's name is one: with a cue or a part before it ("May" and "March" are words too)."""
    if match["m6"] not in {"May", "March", "August"} or match.start("m6") > match.start():
        return True
    return bool(_CUE.search(mask, max(start, match.start() - 24), match.start()))


Reading = tuple[str | None, str | None] | None


def _at(text: str | None) -> Reading:
    return (None, text) if text else None


def _month_number(name: str) -> int:
    return next(i for i, m in enumerate(_MONTHS, 1) if m.startswith(name.rstrip(".")[:3]))


def _read_full(day: str, month: str, year: str) -> Reading:
    number = int(re.sub(r"\D", "", day))
    try:
        return _at(date(int(year), _month_number(month), number).isoformat())
    except ValueError:
        return _at(f"{year}-{_month_number(month):02}")


def _read_day_of_month(day: str, month: str, clock: Clock) -> Reading:
    near = clock.nearest_month(_month_number(month))
    return _read_full(day, month, near[:4]) if near else None


def _read_month(match: re.Match[str], clock: Clock, _: str | None) -> Reading:
    direction = {"last": -1, "next": 1}.get((match["rel6"] or "").lower(), 0)
    return _at(clock.nearest_month(_month_number(match["m6"]), direction))


def _read_span(match: re.Match[str], _: Clock, __: str | None) -> Reading:
    first, last = match["a7"], match["b7"]
    last = last if len(last) == 4 else first[:2] + last
    if _FISCAL.match(match["span"]) and int(last) == int(first) + 1:  # "FY2026-27" is one year
        return _at(last)
    return (first, last) if first < last else None


def _read_decade(match: re.Match[str], _: Clock, __: str | None) -> Reading:
    return _within_decade(match["decade"][: match.start("y8") - match.start()], int(match["y8"]), bare=True)


def _within_decade(part: str, first: int, *, bare: bool) -> Reading:
    if _MIDDLE_WORD.search(part):
        return _at(str(first + 5))
    if re.search(r"half", part, re.IGNORECASE):
        second = bool(_LATE_WORD.search(part))
        return (str(first + 5), str(first + 10)) if second else (str(first), str(first + 5))
    if _LATE_WORD.search(part):
        return _at(str(first + 10))
    if part.strip().lower() not in {"", "the"}:
        return None
    return (str(first), str(first + 9)) if bare else _at(str(first + 10))


def _read_this_decade(match: re.Match[str], clock: Clock, _: str | None) -> Reading:
    which = (match["rel12"] or "").lower()
    part = match["part12"] or ""
    if not part and which not in {"this", "the current"}:
        return None
    first = (clock.year or 2020) // 10 * 10 + (10 if "next" in which or "coming" in which else 0)
    return _within_decade(part, first, bare=False)


def _read_short_year(text: str) -> Reading:
    return _at(text if len(text) == 4 else f"20{text}")


def _read_relative_year(match: re.Match[str], clock: Clock, _: str | None) -> Reading:
    if match["after13"]:
        return _at(clock.shifted_years(2))
    if match["bare13"] and not re.search(
        r"\b(?:the|late|end|half|quarter|this)\b", match["part13"] or "", re.IGNORECASE
    ):
        return None
    steps = {"next": 1, "coming": 1, "last": -1, "past": -1}.get((match["rel13"] or "").lower(), 0)
    return _at(clock.shifted_years(steps))


def _read_relative_span(match: re.Match[str], clock: Clock, _: str | None) -> Reading:
    if match["season14"]:
        month = clock.nearest_month(_SEASON_MONTHS[match["season14"].lower()])
        return _at(month[:4] if month else None)
    steps = {"next": 1, "coming": 1, "last": -1, "past": -1}.get(match["rel14"].lower(), 0)
    what = match["what14"].lower()
    if what not in {"month", "week", "weekend", "quarter"} and not steps:
        return _at(clock.shifted_years(0))
    if what == "month":
        return _at(clock.shifted_months(steps))
    if what in {"week", "weekend"}:
        day = clock.shifted_days(7 * steps)
        return _at(day[:7] if day else None)
    if what == "quarter":
        month = clock.shifted_months(3 * steps)
        return _at(month[:4] if month else None)
    month = clock.nearest_month(_SEASON_MONTHS[what], steps)
    return _at(month[:4] if month else None)


def _read_part_of_year(match: re.Match[str], clock: Clock, _: str | None) -> Reading:
    """The quarter or half of no named year that is clearly the nearest to the document's month, as its year."""
    if not clock.year or not clock.month:
        return None
    name = (match["q16"] or "").lower()
    half = name.startswith("h") or (match["u16"] or "").lower() == "half"
    number = int(name[1]) if name else _DATA["ordinals"][match["n16"].lower()]
    if number > (2 if half else 4):
        return None
    middle = 6 * number - 2.5 if half else 3 * number - 1
    near, far = sorted((abs(middle + 12 * shift - clock.month), shift) for shift in (-1, 0, 1))[:2]
    return _at(clock.shifted_years(near[1])) if far[0] - near[0] >= 3 else None


def _read_weekday(match: re.Match[str], clock: Clock, _: str | None) -> Reading:
    """The weekday last before the document's date, or its own; the next one after it where the text says next."""
    today = clock.today()
    if not today:
        return None
    back = (today.weekday() - _WEEKDAYS.index(match["w15"])) % 7
    which = (match["rel15"] or "").lower()
    if which in {"next", "this coming"}:
        return _at(clock.shifted_days(7 - back))
    return _at(clock.shifted_days(-(back or 7) if which == "last" else -back))


def _read_ago(match: re.Match[str], clock: Clock, _: str | None) -> Reading:
    count = _number(match["n17"]) * (-1 if match["way17"].lower() == "ago" else 1)
    unit = match["u17"].lower()
    if unit in _DAYS_IN_UNIT:
        return _at(clock.shifted_days(round(count * _DAYS_IN_UNIT[unit])))
    if unit == "month":
        return _at(clock.shifted_months(round(count)))
    return _at(clock.shifted_years(round(count * _YEARS_IN_UNIT[unit])))


def _read_then(match: re.Match[str], _: Clock, anchor: str | None) -> Reading:
    if not anchor:
        return None
    words = match["then"].lower()
    if words == "then":
        return _at(anchor)
    back = "earlier" in words or "before" in words or "previous" in words
    count = re.match(_COUNT, words)
    steps = round(_number(count[0])) if count else 0 if words.startswith(("that", "the same")) else 1
    return _at(str(int(anchor[:4]) + (-steps if back else steps)))


def _number(text: str) -> float:
    return _NUMBERS[text.lower()] if text.lower() in _NUMBERS else float(text)


_READERS: dict[str, Callable[[re.Match[str], Clock, str | None], Reading]] = {
    "iso": lambda m, _, __: _at(m["iso"]),
    "dmy": lambda m, _, __: _read_full(m["d1"], m["m1"], m["y1"]),
    "mdy": lambda m, _, __: _read_full(m["d2"], m["m2"], m["y2"]),
    "my": lambda m, _, __: _at(f"{m['y3']}-{_month_number(m['m3']):02}"),
    "dm": lambda m, c, _: _read_day_of_month(m["d4"], m["m4"], c),
    "md": lambda m, c, _: _read_day_of_month(m["d5"], m["m5"], c),
    "month": _read_month,
    "span": _read_span,
    "decade": _read_decade,
    "quarter": lambda m, _, __: _read_short_year(m["y9"]),
    "year": lambda m, _, __: _at(m["y10"]),
    "short": lambda m, _, __: _read_short_year(m["y11"]),
    "thisdecade": _read_this_decade,
    "relyear": _read_relative_year,
    "relspan": _read_relative_span,
    "part16": _read_part_of_year,
    "weekday": _read_weekday,
    "day": lambda m, c, _: _at(c.shifted_days(_DATA["relative"][m["day"].lower()])),
    "ago": _read_ago,
    "then": _read_then,
    "now": lambda _, c, __: (None, c.shifted_years(0)),
}
_RELATIVE = frozenset("dm md month thisdecade relyear relspan part16 weekday day ago then now".split())


def _durations(mask: str, start: int, end: int) -> Iterator[When]:
    for match in _DURATION.finditer(mask, start, end):
        middle = match["middle"] or ""
        begins = match.start() if match["lead"] or match["bare"] else match.start("count")
        if (match["count"] or "").lower() in {"a", "an"} and not match["lead"]:
            continue
        if match["bare"]:
            if not match["lead"] or not re.search(r"\b(?:next|coming|following|past|last)\s$", middle, re.IGNORECASE):
                continue
            years = 10.0
        else:
            years = _number(match["count"]) * _YEARS_IN_UNIT[match["unit"].lower()]
        years = round(years, 2)
        lead = " ".join(match["lead"].lower().split()) if match["lead"] else None
        cue = f"{lead or ''} the past".strip() if _PAST.search(middle) else lead
        yield When(begins, match.end(), None, None, int(years) if years == int(years) else years, cue)
