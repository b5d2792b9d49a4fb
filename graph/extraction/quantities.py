"""Quantities: numbers with their currency or unit, their bound, and what they are counted by.

One regular expression finds where a number stands and how it is written; plain code reads its value and looks at the
words around it. All spellings are data (`lexicon/quantities.toml`). Runs on the mask, in which the caller has blanked
names, so that the 5 of a Renault 5 is not there to be read.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from graph.extraction.model import Quantity

_DATA = tomllib.loads((Path(__file__).parent / "lexicon" / "quantities.toml").read_text("utf-8"))
_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"


def _any(spellings: Iterable[str]) -> str:
    """An alternation, longest spelling first."""
    return "|".join(sorted((s.replace(" ", r"\s") for s in spellings), key=len, reverse=True))


_UNITS_WORDS = _DATA["words"]["units"].split()
_TENS_WORDS = _DATA["words"]["tens"].split()
_ORDINAL_WORDS = _DATA["words"]["ordinals"].split()
_SMALL = {w: n for n, w in enumerate(_UNITS_WORDS)} | {w: 10 * n for n, w in enumerate(_TENS_WORDS, 2)}
_SCALES = {k: Decimal(v) for k, v in _DATA["scales"].items()}
_SHORT = {k: Decimal(v) for k, v in _DATA["short_scales"].items()}
_MONEY_SHORT = _SHORT | {k: Decimal(v) for k, v in _DATA["money_scales"].items()}
_FRACTIONS: dict[str, int] = _DATA["fractions"]
_LISTED_UNITS = frozenset({"percent", "kWh", "GWh", "kW", "km", "mi", "V", "min", "hp"})
_CONVERTED_UNITS = {"TWh": ("GWh", 1000), "MW": ("kW", 1000)}

_GAP = r"(?:[ \t\u00a0\u202f\u2009]|\r?\n[ \t]*|-)"
_S = rf"(?:(?:{_any(_TENS_WORDS)})(?:[\s-](?:{_any(_UNITS_WORDS[1:10])}))?|{_any(_UNITS_WORDS)})"
_H = rf"(?:(?:{_S}|an?)[\s-]hundred(?:\s(?:and\s)?{_S}(?![\s-]hundred))?|{_S})"
_WORDS = rf"(?:{_H}[\s-]thousand(?:,?\s(?:and\s)?{_H}(?![\s-]thousand))?|{_H})"
_HALVES = r"(?:[\s-]and[\s-]a[\s-](?:half|quarter))"
_QUARTERS = r"(?:a[\s-])?quarter[\s-]of[\s-]an?|three[\s-]quarters[\s-]of[\s-]an?"
_ARTICLE = rf"(?:half[\s-]an?|an?[\s-]half|half|{_QUARTERS}|an?|another)"
_DIGITS = (
    r"\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:[\u00a0\u202f\u2009'’]\d{3})+(?!\d)"
    r"|\d{1,3}(?: \d{3})+(?![\d,.%]|\s?%)|\d{1,3}(?:\.\d{3}){2,}(?!\d)"
    r"|\d+(?:[.]\d+)?(?:,\d{1,2}(?=\s?(?:million|billion|bn|trillion|%|€)))?"
)
_SIGNS = _any(_DATA["currency_signs"])
_NUMBER = re.compile(
    rf"""
    (?<![\w.,$€£¥])(?:(?<![A-Za-z][-‑])(?<!\d[/:])|(?=[$€£¥₹₩]))
    (?:(?P<sign>{_SIGNS})[ \u00a0]?)?
    (?:
        (?P<digits>{_DIGITS})(?:[ ]?(?P<vulgar>[½¼¾]))?
        (?: {_GAP}?(?P<scale>(?i:{_any(_SCALES)}))(?![a-zA-Z])
          | [ \u00a0]?(?P<short>(?i:{_any(_MONEY_SHORT)}))(?![\w/²]) )?
      | (?P<article>(?i:{_ARTICLE}))[\s-](?P<ascale>(?i:{_any(_SCALES)}))
        (?:[\s-](?P<ascale2>(?i:thousand|million|billion|trillion)))?\b(?P<ahalf>(?i:{_HALVES}))?
      | (?P<words>(?i:{_WORDS}))(?P<half>(?i:{_HALVES}))?\b(?:[\s-](?P<wscale>(?i:{_any(_SCALES)}))\b)?
    )
    """,
    re.VERBOSE,
)
_UNIT_WORDS = (
    rf"{_GAP}?(?:(?P<cur>(?:(?i:{_any(_DATA['currency_words'])}))\b|(?:{_SIGNS})(?![\w\d]))"
    rf"|(?P<unit>{_any(_DATA['units'])})(?![a-zA-Z²]))"
)
_UNIT = re.compile(_UNIT_WORDS)
_PLUS_UNIT = re.compile(rf"\+{_UNIT_WORDS}")
_CODE_AFTER = re.compile(r"[ \u00a0](?:USD|EUR|JPY|GBP|CNY|RMB|KRW|INR|US dollars)\b")
_SIGN_OF = [(re.compile(k), v) for k, v in _DATA["currency_signs"].items()]
_WORD_OF = [(re.compile(k, re.IGNORECASE), v) for k, v in _DATA["currency_words"].items()]
_UNIT_OF = [(re.compile(k), v) for k, v in _DATA["units"].items()]

_ORDINAL = re.compile(
    rf"(?<![\w.,-])(?:(?P<figure>\d{{1,3}})(?:st|nd|rd|th)\b|(?P<word>(?i:{_any(_ORDINAL_WORDS)}))\b"
    rf"|(?:(?i:number)\s|(?:No\.|no\.|No|Nr\.)\s?|\#)(?P<number>\d{{1,3}}\b|(?:{_any(_UNITS_WORDS[1:13])})\b))"
    r"(?![\s-](?:half|quarters?|time|day|hand|thing|phase of life)\b)(?!-(?!\w+(?:est|most|ranked|placed)\b))"
)
_FRACTION = re.compile(
    rf"(?<![\w.,-])(?:"
    rf"(?P<outof>\d{{1,2}}|{_any(_UNITS_WORDS[1:11])})\s(?:in|out\sof)\s(?:every\s)?"
    rf"(?P<of>\d{{1,3}}|{_any([*_UNITS_WORDS[2:11], 'twenty'])})\b(?!\s(?:years|months))"
    rf"|(?:(?P<count>an?|{_any(_UNITS_WORDS[1:10])}|the\sother)[\s-])?"
    rf"(?P<part>half|halves|(?:{_any(set(_FRACTIONS) - {'half'})})s?)\b"
    rf"|(?P<halve>halv(?:ed|es|ing|e)\b))(?!-)",
    re.IGNORECASE,
)
_FRACTION_AFTER = re.compile(
    r"\s(?:of\b|as\s(?:much|many)|the\s|its\s|their\s|his\s|what\b|that\b|cheaper|less|more|lower|higher|faster|longer|lighter|smaller|"
    r"larger|bigger|greater|fewer|shorter|slower|better)",
    re.IGNORECASE,
)
_FRACTION_BEFORE = re.compile(
    r"\b(?:by|to|about|around|roughly|than|nearly|almost|over|least|some|just|only|exactly|for|as|in)\s(?:an?\s)?$",
    re.IGNORECASE,
)
_HALF_NO = re.compile(r"\b(?:first|second|latter|other|next|last|one|and|a|this|that)[\s-](?:a[\s-])?$", re.IGNORECASE)
_HALF_NOT_OF = re.compile(
    r"\s(?:of\s(?:the\s)?(?:(?:19|20)\d\d|year|decade|century|fiscal|FY)|a[\s-]|an\s|way|time|hour)", re.IGNORECASE
)
_HALF_HOUR = re.compile(r"(?<![\w-])half[\s-]an?[\s-]hour\b|(?<![\w-])half[\s-]hour\b", re.IGNORECASE)

_BOUND_NAMES = ("at-least", "at-most", "about")
_BEFORE = re.compile(
    r"(?:(?<=^)|(?<=[^\w]))(?:"
    + "|".join(f"(?P<{n.replace('-', '_')}>{_any(_DATA['bounds'][n])})" for n in _BOUND_NAMES)
    + rf")\s*(?:(?:{_DATA['bound_extras']['between']})\s+)?[(\"“]?\s*$",
    re.IGNORECASE,
)
_NO_BOUND = re.compile(r"\b(?:add(?:s|ed|ing)?|amount(?:s|ed|ing)?|live[sd]?)\s$", re.IGNORECASE)
_AFTER = re.compile(
    r"(?:(?P<plus>\s{0,4}\+)|-plus\b|\s(?:"
    + "|".join(f"(?P<{n.replace('-', '_')}>{_any(_DATA['bounds_after'][n])})" for n in _BOUND_NAMES)
    + r")\b)",
    re.IGNORECASE,
)
_PER_OF = {spelling: name for name, spellings in _DATA["per"].items() for spelling in spellings}
_PER_WORD = "|".join(sorted(_PER_OF, key=len, reverse=True))
_GAP_WORDS = (
    r"(?:\s+(?!(?:to|and|in|at|by|for|from|that|which|will|with|a|an|per|each|every|or|than|but|while)\b)"
    r"[^\W\d][\w’'-]*){0,4}"
)
_PER = re.compile(
    rf"(?:(?P<gap>{_GAP_WORDS})\s+"
    rf"(?:(?P<adverb>annually|yearly|monthly|weekly|daily|p\.a\.)|(?:an?|per|each|every)\s+(?P<per>{_PER_WORD})s?\b)"
    rf"|\s?/\s?(?P<slash>{_PER_WORD}|a\b|y\b)|(?:-[a-z]+)?[\s-]a[\s-](?P<hyphen>year|month|week|day)\b)",
    re.IGNORECASE,
)
_ADVERBS = {"annually": "year", "yearly": "year", "monthly": "month", "weekly": "week", "daily": "day", "p.a.": "year"}
_ANNUAL = re.compile(
    r"\b(?:annual|yearly)\s(?:[\w-]+\s){0,3}(?:of|at|to|from|is|exceeding)\s(?:[\w-]+\s){0,3}$", re.IGNORECASE
)
_OF_YEAR = re.compile(
    r"\s(?:of|in)\s(?:annual|yearly)\b"
    r"|(?:\s+(?!(?:and|by|in|from|while|but)\b)[\w-]+){0,7}\s+(?:annually|yearly|(?:an?|per|every|each)\s+year\b)",
    re.IGNORECASE,
)

_MOST_DIGITS = 20
_TAIL = re.compile(r"[-‑][A-Za-z]?\d|[./]\d")
_YEAR = re.compile(r"(?:19|20)\d\d$")
_NOT_YEAR = re.compile(rf"\s(?:[\w-]+\s){{0,2}}(?:{_DATA['context']['not_years']})\b", re.IGNORECASE)
_TIME_AFTER = re.compile(
    r"[\s-](?:(?:fiscal|calendar|full|business|consecutive|straight|more|long)[\s-])?(?:years?|months?|weeks?|days?|decades?|quarters?|centur(?:y|ies)|nights?|o'clock|a\.m|p\.m|am\b|pm\b|fortnights?)\b(?!-old)|(?:s\b|:\d|/\d)",
    re.IGNORECASE,
)
_DAY_BEFORE = re.compile(rf"\b(?:{_MONTHS})[a-z]{{0,6}}\.?\s(?:\d{{1,2}}\s?(?:[-–]|and|to)\s?)?$")
_DAY_AFTER = re.compile(rf"(?:\s(?:of\s)?|\s?[-–]\s?\d{{1,2}}\s)(?:{_MONTHS})[a-z]{{0,6}}\b")
_NAME_BEFORE = re.compile(rf"\b(?:{_DATA['context']['name_before']})\s$", re.IGNORECASE)
_FISCAL_BEFORE = re.compile(r"\b(?:FY|CY|MY|Q[1-4]|H[12])\s?'?$")
_CELLS = re.compile(rf"(?:{_DATA['context']['cell_formats']})$")
_ONE_AFTER = re.compile(rf"\s(?:{_DATA['context']['not_one_before']})\b|\s?[,.;:?!)”\"—–]|\s*$|-", re.IGNORECASE)
_ONE_BEFORE = re.compile(rf"\b(?:{_DATA['context']['not_one_after']})\s$", re.IGNORECASE)

_HYPHENED = re.compile(r"\d[-‑]$")
_RANGE_GAP = re.compile(r"\s?[-–—‑]\s?$|\s(?:to|and|or)\s$", re.IGNORECASE)
_BETWEEN = re.compile(r"\b(?:between|anywhere between)\s(?:about\s|around\s|some\s)?$", re.IGNORECASE)
_FROM = re.compile(r"\bfrom\s(?:about\s|around\s|some\s)?$", re.IGNORECASE)
_RANGING = re.compile(
    r"\b(?:rang(?:e|es|ed|ing)|var(?:y|ies|ied|ying)|prices?|priced|span(?:s|ning)?|anywhere|sizes?|capacities|packs?|available|offered|extends?)\s(?:\w+\s){0,2}from\s(?:about\s|around\s)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Atom:
    """A number as it stands, before bounds and ranges."""

    start: int
    end: int
    value: Decimal
    unit: str | None
    scale: Decimal
    money: bool
    bare: Decimal


def quantities(mask: str, start: int, end: int) -> list[Quantity]:
    """The quantities between two positions of the mask, in order."""
    ordinals = list(_ordinals(mask, start, end))
    found = list(_fractions(mask, start, end))
    taken = overlaps([(q.start, q.end) for q in [*found, *ordinals]])
    found += _with_ranges(mask, [a for a in _atoms(mask, start, end) if not taken(a.start, a.end)], start, end)
    taken = overlaps([(q.start, q.end) for q in found])
    found += [o for o in ordinals if not taken(o.start, o.end)]
    return sorted(found, key=lambda q: (q.start, q.bound or ""))


def overlaps(spans: list[tuple[int, int]]) -> Callable[[int, int], bool]:
    """A test whether a span touches one of these, which do not nest; quick however many they are."""
    spans = sorted(spans)
    starts = [a for a, _ in spans]

    def touches(start: int, end: int) -> bool:
        before = bisect_left(starts, end) - 1
        return before >= 0 and spans[before][1] > start

    return touches


def _atoms(mask: str, start: int, end: int) -> Iterator[_Atom]:
    position = start
    while match := _NUMBER.search(mask, position, end):
        atom = _atom(mask, match, end)
        position = max(match.end(), atom.end if atom else 0)
        if atom and not _is_no_quantity(mask, match, atom, start, end):
            yield atom


def _atom(mask: str, match: re.Match[str], end: int) -> _Atom | None:
    sign = match["sign"]
    bare, scale, stop = _value(mask, match, bool(sign))
    unit = _unit_of(sign, _SIGN_OF) if sign else None
    after = _UNIT.match(mask, stop, end) or _PLUS_UNIT.match(mask, stop, end)
    if sign and (code := _CODE_AFTER.match(mask, stop, end)):
        stop = code.end()
    elif not sign and after and after["cur"]:
        unit = _unit_of(after["cur"], _WORD_OF) or _unit_of(after["cur"], _SIGN_OF)
        stop, sign = after.end(), after["cur"]
    elif not sign and after and after["unit"]:
        unit, stop = _unit_of(after["unit"], _UNIT_OF), after.end()
    value = bare * scale
    if unit in _CONVERTED_UNITS:
        unit, factor = _CONVERTED_UNITS[unit]
        value *= factor
    return _Atom(match.start(), stop, value, unit, scale, bool(sign), bare)


def _unit_of(text: str, table: list[tuple[re.Pattern[str], str]]) -> str | None:
    return next((unit for pattern, unit in table if pattern.fullmatch(text)), None)


def _value(mask: str, match: re.Match[str], money: bool) -> tuple[Decimal, Decimal, int]:
    """Number without its scale, the scale, and where both end."""
    if match["digits"]:
        if match["short"]:
            short = match["short"].lower()
            gap = mask[match.start("short") - 1] in " \u00a0"
            after = mask[match.end() : match.end() + 6]
            metres = short == "m" and re.match(r"\s(?:long|wide|tall|high|deep)", after)
            if (money or (short in _SHORT and not gap)) and not metres:
                return _digits(match["digits"], scaled=True), _MONEY_SHORT[short], match.end()
            return _digits(match["digits"], scaled=False), Decimal(1), match.end("digits")
        scale = _SCALES[_norm(match["scale"])] if match["scale"] else Decimal(1)
        number = _digits(
            match["digits"], scaled=bool(match["scale"]) or (bool(_UNIT.match(mask, match.end())) and not money)
        )
        number += {"½": Decimal("0.5"), "¼": Decimal("0.25"), "¾": Decimal("0.75")}.get(
            match["vulgar"] or "", Decimal(0)
        )
        return number, scale, match.end()
    if match["article"]:
        words = _norm(match["article"])
        number = Decimal("0.75") if "three" in words else Decimal("0.25") if "quarter" in words else Decimal(1)
        number = Decimal("0.5") if "half" in words else number
        scale = _SCALES[_norm(match["ascale"])] * (_SCALES[_norm(match["ascale2"])] if match["ascale2"] else 1)
        return number + _half(match["ahalf"]), scale, match.end()
    scale = _SCALES[_norm(match["wscale"])] if match["wscale"] else Decimal(1)
    return Decimal(_words(match["words"])) + _half(match["half"]), scale, match.end()


def _norm(words: str) -> str:
    return " ".join(re.split(r"[\s-]+", words.lower()))


def _half(words: str | None) -> Decimal:
    return Decimal(0) if not words else Decimal("0.25") if "quarter" in words.lower() else Decimal("0.5")


def _digits(text: str, *, scaled: bool) -> Decimal:
    """Figures as a number. A stop before three figures groups thousands, unless a scale or a unit follows."""
    if re.fullmatch(r"\d{1,3}(?:\.\d{3}){2,}", text) or (not scaled and re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", text)):
        return Decimal(text.replace(".", ""))
    if re.fullmatch(r"\d+,\d{1,2}", text):
        return Decimal(text.replace(",", "."))
    return Decimal(re.sub(r"[^\d.]", "", text))


def _words(text: str) -> int:
    """Number words as a number, below a million."""
    total = current = 0
    for word in re.split(r"[\s,-]+", text.lower()):
        if word in {"a", "an"}:
            current = 1
        elif word == "hundred":
            current *= 100
        elif word == "thousand":
            total, current = current * 1000, 0
        elif word != "and":
            current += _SMALL[word]
    return total + current


def _is_no_quantity(mask: str, match: re.Match[str], atom: _Atom, start: int, end: int) -> bool:
    """Whether the number is a year, a day, a length of time or part of a name."""
    text = mask[atom.start : atom.end]
    before = mask[max(start, atom.start - 24) : atom.start]
    after = mask[atom.end : min(end, atom.end + 40)]
    if match["digits"]:
        if (
            len(match["digits"]) > _MOST_DIGITS
            or after[:1].isalnum()
            or (not atom.unit and _TAIL.match(after) and not _is_span(text, after))
        ):
            return True
        if _YEAR.match(text) and not _NOT_YEAR.match(after):
            return True
        if len(match["digits"]) <= 2 and (_DAY_BEFORE.search(before) or _DAY_AFTER.match(after)):
            return True
        if _FISCAL_BEFORE.search(before) or (
            _CELLS.match(text) and re.match(r"\s(?:\w+\s)?(?:cell|batter|format)", after)
        ):
            return True
    if not atom.unit and (_TIME_AFTER.match(after) or _NAME_BEFORE.search(before)):
        return True
    if atom.unit is None and text.lower() == "one":
        return bool(_ONE_AFTER.match(after) or _ONE_BEFORE.search(before))
    return bool(not match["digits"] and text.lower() == "zero" and after.startswith("-"))


def _is_span(text: str, after: str) -> bool:
    """Whether a hyphen after a number joins it to a larger one ("40-50"), and not to a third ("2022-01-27")."""
    match = re.match(r"[-‑](\d[\d.,]*)(?![-‑/\d])", after)
    return bool(match) and not (_YEAR.match(text) and _YEAR.match(match[1] if match else ""))


def _with_ranges(mask: str, atoms: list[_Atom], start: int, end: int) -> Iterator[Quantity]:
    """Atoms as quantities; two that span a range give both its ends over the whole of it."""
    for index in range(len(atoms) - 2, -1, -1):
        atoms[index] = _shared(mask, atoms[index], atoms[index + 1], start) or atoms[index]
    index = 0
    previous: _Atom | None = None
    while index < len(atoms):
        low = atoms[index]
        high = atoms[index + 1] if index + 1 < len(atoms) else None
        hyphened = _HYPHENED.search(mask, max(start, low.start - 2), low.start)
        joined = _range(mask, low, high, start) if high and not hyphened else None
        if high and joined:
            per, unit = _per(mask, joined[1], start, end)
            converted = _converted(mask, previous, low)
            for atom, side in zip(joined, ("at-least", "at-most"), strict=True):
                yield Quantity(low.start, high.end, _plain(atom.value), unit, side, per, converted)
            previous, index = high, index + 2
            continue
        index += 1
        if hyphened or (high and not low.unit and mask[low.end : high.start] in {"-", "‑"}):
            continue
        per, unit = _per(mask, low, start, end)
        bound = _bound(mask, low, start, end)
        yield Quantity(low.start, low.end, _plain(low.value), unit, bound, per, _converted(mask, previous, low))
        previous = low


def _plain(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _range(mask: str, low: _Atom, high: _Atom, start: int) -> tuple[_Atom, _Atom] | None:
    """The two ends of a range, with unit and scale shared; None where two numbers only stand side by side."""
    gap = mask[low.end : high.start]
    if not _RANGE_GAP.fullmatch(gap):
        return None
    before = mask[max(start, low.start - 60) : low.start]
    word = gap.strip().lower()
    if word == "or" or (word == "and" and not _BETWEEN.search(before)):
        return None
    if word == "to" and _FROM.search(before) and not _RANGING.search(before):
        return None
    if low.unit and high.unit and low.unit != high.unit:
        return None
    shares_sign = low.money and (low.scale == 1 < high.scale or low.scale == high.scale == 1)
    if low.unit and not high.unit and not shares_sign:
        return None
    return _paired(low, high)


def _paired(low: _Atom, high: _Atom) -> tuple[_Atom, _Atom] | None:
    unit = high.unit or low.unit
    scale = high.scale if low.scale == 1 and low.bare < 1000 else low.scale
    factor = high.value / (high.bare * high.scale) if high.bare else Decimal(1)
    pair = (
        replace(
            low,
            unit=unit,
            value=low.bare * scale * (factor if not low.unit else 1)
            if low.unit != unit or scale != low.scale
            else low.value,
        ),
        replace(high, unit=unit),
    )
    return pair if pair[0].value < pair[1].value else None


def _shared(mask: str, low: _Atom, high: _Atom, start: int) -> _Atom | None:
    """The first number of "from 20 to 40 GWh" or "40 or 60 kWh", which is no range but has the second's unit."""
    gap = mask[low.end : high.start].strip().lower()
    if low.unit or not high.unit or low.scale != 1 or low.bare >= 1000:
        return None
    changes = gap == "to" and _FROM.search(mask[max(start, low.start - 20) : low.start])
    listed = gap in {"or", "and", "and/or", ","} and high.unit in _LISTED_UNITS
    return replace(low, unit=high.unit, value=low.bare * high.scale) if changes or listed else None


def _bound(mask: str, atom: _Atom, start: int, end: int) -> str | None:
    before = mask[max(start, atom.start - 48) : atom.start]
    if (match := _BEFORE.search(before)) and not _NO_BOUND.search(before, 0, match.start()):
        return next(n for n in _BOUND_NAMES if match[n.replace("-", "_")])
    if "+" in mask[atom.start : atom.end]:
        return "at-least"
    match = _AFTER.match(mask, atom.end, min(end, atom.end + 30))
    if not match:
        return None
    return next((n for n in _BOUND_NAMES if match[n.replace("-", "_")]), "at-least")


def _per(mask: str, atom: _Atom, start: int, end: int) -> tuple[str | None, str | None]:
    """What the quantity is counted by, and its unit: GWh of a year are `GWh/year`."""
    match = _PER.match(mask, atom.end, min(end, atom.end + 80))
    per: str | None = None
    if match and not (atom.money and (match["gap"] or "").strip()):
        word = match["per"] or match["slash"] or match["hyphen"]
        per = _ADVERBS[match["adverb"].lower()] if match["adverb"] else _per_name(word or "")
    if atom.unit == "GWh":
        annual = _ANNUAL.search(mask[max(start, atom.start - 60) : atom.start]) or _OF_YEAR.match(mask, atom.end, end)
        per = "year" if annual else per
        return per, "GWh/year" if per == "year" else "GWh"
    return per, atom.unit


def _per_name(word: str) -> str:
    if word.lower() in {"a", "y"}:
        return "year"
    return next((name for spelling, name in _PER_OF.items() if re.fullmatch(spelling, word, re.IGNORECASE)), word)


def _converted(mask: str, previous: _Atom | None, atom: _Atom) -> bool:
    """Whether the amount repeats the one before it in another currency."""
    if not previous or not atom.money or not previous.money or previous.unit == atom.unit:
        return False
    gap = mask[previous.end : atom.start]
    return bool(re.fullmatch(r"\s*(?:[(\[]|,?\s?or\s|[/,;]|,?\s?equivalent to|;)[^().\d]{0,40}", gap))


def _fractions(mask: str, start: int, end: int) -> Iterator[Quantity]:
    """Parts of a whole as percent ("a third of", "nine in ten", "halved"), and half an hour."""
    for match in _HALF_HOUR.finditer(mask, start, end):
        bound = _bound_at(mask, match.start(), match.end(), start, end)
        yield Quantity(match.start(), match.end(), 30, "min", bound)
    for match in _FRACTION.finditer(mask, start, end):
        value = _fraction(mask, match, start, end)
        if value is not None:
            bound = _bound_at(mask, match.start(), match.end(), start, end)
            yield Quantity(match.start(), match.end(), value, "percent", bound)


def _bound_at(mask: str, a: int, b: int, start: int, end: int) -> str | None:
    return _bound(mask, _Atom(a, b, Decimal(0), None, Decimal(1), False, Decimal(0)), start, end)


def _fraction(mask: str, match: re.Match[str], start: int, end: int) -> int | None:
    before = mask[max(start, match.start() - 24) : match.start()]
    after = mask[match.end() : min(end, match.end() + 24)]
    if match["outof"]:
        low, high = (int(w) if w.isdigit() else _SMALL[w.lower()] for w in (match["outof"], match["of"]))
        return round(100 * low / high) if 0 < low < high else None
    if match["halve"]:
        return 50
    count, part = (match["count"] or "").lower(), match["part"].lower()
    if part in {"half", "halves"}:
        if count in {"", "a", "one", "the other"} and not _HALF_NO.search(before) and not _HALF_NOT_OF.match(after):
            return 50 if _FRACTION_AFTER.match(after) or _FRACTION_BEFORE.search(before) else None
        return None
    several = part.endswith("s")
    number = 1 if count in {"", "a", "an", "one"} else _SMALL.get(count, 0)
    if several != (number > 1) or (not count and not _FRACTION_AFTER.match(after)) or (part == "quarter" and not count):
        return None
    if not count or not (several or count == "one" or _FRACTION_AFTER.match(after) or _FRACTION_BEFORE.search(before)):
        return None
    return round(
        Decimal(number * 100)
        / {"third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}[part.rstrip("s")]
    )


def _ordinals(mask: str, start: int, end: int) -> Iterator[Quantity]:
    for match in _ORDINAL.finditer(mask, start, end):
        if match["figure"] and (
            _DAY_BEFORE.search(mask[max(start, match.start() - 16) : match.start()])
            or _DAY_AFTER.match(mask, match.end(), end)
        ):
            continue
        word = match["word"] or match["number"] or ""
        if match["figure"] or word.isdigit():
            value = int(match["figure"] or word)
        else:
            value = _ORDINAL_WORDS.index(word.lower()) + 1 if match["word"] else _SMALL[word.lower()]
        yield Quantity(match.start(), match.end(), value, ordinal=True)
