"""How a number is written and what it is worth: figures and words, scales, currencies and units.

One regular expression finds a number; plain code reads its value. All spellings are data (`lexicon/quantities.toml`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

DATA = tomllib.loads((Path(__file__).parent / "lexicon" / "quantities.toml").read_text("utf-8"))
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\b"
)


def alternation(spellings: Iterable[str]) -> str:
    """An alternation, longest spelling first."""
    return "|".join(sorted((s.replace(" ", r"\s") for s in spellings), key=len, reverse=True))


UNIT_WORDS = DATA["words"]["units"].split()
_TENS_WORDS = DATA["words"]["tens"].split()
SMALL_NUMBERS = {w: n for n, w in enumerate(UNIT_WORDS)} | {w: 10 * n for n, w in enumerate(_TENS_WORDS, 2)}
_SCALES = {k: Decimal(v) for k, v in DATA["scales"].items()}
_SHORT = {k: Decimal(v) for k, v in DATA["short_scales"].items()}
_MONEY_SHORT = _SHORT | {k: Decimal(v) for k, v in DATA["money_scales"].items()}
_CONVERTED_UNITS = {"TWh": ("GWh", 1000), "MW": ("kW", 1000)}

_GAP = r"(?:[ \t\u00a0\u202f\u2009]|\r?\n[ \t]*|-)"
_S = rf"(?:(?:{alternation(_TENS_WORDS)})(?:[\s-](?:{alternation(UNIT_WORDS[1:10])}))?|{alternation(UNIT_WORDS)})"
_H = rf"(?:(?:{_S}|an?)[\s-]hundred(?:\s(?:and\s)?{_S}(?![\s-]hundred))?|{_S})"
_WORDS = rf"(?:{_H}[\s-]thousand(?:,?\s(?:and\s)?{_H}(?![\s-]thousand))?|{_H})"
_HALVES = r"(?:[\s-]and[\s-]a[\s-](?:half|quarter))"
_QUARTERS = r"(?:a[\s-])?quarter[\s-]of[\s-]an?|three[\s-]quarters[\s-]of[\s-]an?"
_ARTICLE = rf"(?:half[\s-]an?|an?[\s-]half|half|{_QUARTERS}|an?|another)"
_DIGITS = (
    r"\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:[\u00a0\u202f\u2009'’]\d{3})+(?!\d)"
    r"|\d{1,3}(?:[ ]\d{3})+(?![\d,.%]|\s?%)|\d{1,3}(?:\.\d{3}){2,}(?!\d)"
    r"|\d+(?:[.]\d+)?(?:,\d{1,2}(?=\s?(?:million|billion|bn|trillion|%|€)))?"
)
_SIGNS = alternation(DATA["currency_signs"])
_NUMBER = re.compile(
    rf"""
    (?<![\w.,$€£¥])(?:(?<![A-Za-z][-‑])(?<!\d[/:])|(?=[$€£¥₹₩]))
    (?:(?P<sign>{_SIGNS})[ \u00a0]?)?
    (?:
        (?P<digits>{_DIGITS})(?:[ ]?(?P<vulgar>[½¼¾]))?
        (?: {_GAP}?(?P<scale>(?i:{alternation(_SCALES)}))(?![a-zA-Z])
          | [ \u00a0]?(?P<short>(?i:{alternation(_MONEY_SHORT)}))(?![\w/²]) )?
      | (?P<article>(?i:{_ARTICLE}))[\s-](?P<ascale>(?i:{alternation(_SCALES)}))
        (?:[\s-](?P<ascale2>(?i:thousand|million|billion|trillion)))?\b(?!(?i:[\s-](?:and\s)?{_S})\b)(?P<ahalf>(?i:{_HALVES}))?
      | (?P<words>(?i:{_WORDS}))(?P<half>(?i:{_HALVES}))?\b(?:[\s-](?P<wscale>(?i:{alternation(_SCALES)}))\b)?
    )
    """,
    re.VERBOSE,
)
_UNIT_SPELLINGS = (
    rf"{_GAP}?(?:(?P<cur>(?:(?i:{alternation(DATA['currency_words'])}))\b|(?:{_SIGNS})(?![\w\d]))"
    rf"|(?P<unit>{alternation(DATA['units'])})(?![a-zA-Z²]))"
)
_UNIT = re.compile(_UNIT_SPELLINGS)
_PLUS_UNIT = re.compile(rf"\+{_UNIT_SPELLINGS}")
_CODE_AFTER = re.compile(r"[ \u00a0](?:USD|EUR|JPY|GBP|CNY|RMB|KRW|INR|US dollars)\b")
_SIGN_OF = [(re.compile(k), v) for k, v in DATA["currency_signs"].items()]
_WORD_OF = [(re.compile(k, re.IGNORECASE), v) for k, v in DATA["currency_words"].items()]
_UNIT_OF = [(re.compile(k), v) for k, v in DATA["units"].items()]

_MOST_DIGITS = 20
_TAIL = re.compile(r"[-‑][A-Za-z]?\d|[./]\d")
_YEAR = re.compile(r"(?:19|20)\d\d$")
_NOT_YEAR = re.compile(rf"\s(?:[\w-]+\s){{0,2}}(?:{DATA['context']['not_years']})\b", re.IGNORECASE)
_TIME_AFTER = re.compile(
    rf"[\s-](?:(?:{DATA['context']['time_kinds']})[\s-])?(?:{DATA['context']['times']})\b(?!-old)|(?:s\b|:\d|/\d)",
    re.IGNORECASE,
)
_TIME_RANGE_AFTER = re.compile(
    rf"(?:\s(?:to|or|and)\s|\s?[-–]\s?)(?:\d{{1,3}}|{alternation(SMALL_NUMBERS)})[\s-](?:{DATA['context']['times']})\b",
    re.IGNORECASE,
)
_COMPOUND_AFTER = re.compile(rf"[-‑](?!(?:{DATA['context']['counted_in_compounds']})s?\b)[a-z]", re.IGNORECASE)
DAY_BEFORE = re.compile(rf"\b{_MONTH}\.?\s(?:\d{{1,2}}\s?(?:[-–]|and|to)\s?)?$")
DAY_AFTER = re.compile(rf"(?:\s(?:of\s)?|\s?[-–]\s?\d{{1,2}}\s){_MONTH}")
_NAME_BEFORE = re.compile(rf"\b(?:{DATA['context']['name_before']})\s$", re.IGNORECASE)
_FISCAL_BEFORE = re.compile(r"\b(?:FY|CY|MY|Q[1-4]|H[12])\s?'?$")
_CELLS = re.compile(rf"(?:{DATA['context']['cell_formats']})$")
_ONE_AFTER = re.compile(rf"\s(?:{DATA['context']['not_one_before']})\b|\s?[,.;:?!)”\"—–]|\s*$|-", re.IGNORECASE)
_ONE_BEFORE = re.compile(rf"\b(?:{DATA['context']['not_one_after']})\s$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Atom:
    """A number as it stands, before bounds and ranges."""

    start: int
    end: int
    value: Decimal
    unit: str | None
    scale: Decimal
    money: bool
    bare: Decimal


def atoms(mask: str, start: int, end: int) -> Iterator[Atom]:
    position = start
    while match := _NUMBER.search(mask, position, end):
        atom = _atom(mask, match, end)
        position = max(match.end(), atom.end if atom else 0)
        if atom and not _is_no_quantity(mask, match, atom, start, end):
            yield atom


def _atom(mask: str, match: re.Match[str], end: int) -> Atom | None:
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
    return Atom(match.start(), stop, value, unit, scale, bool(sign), bare)


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
            current += SMALL_NUMBERS[word]
    return total + current


def _is_no_quantity(mask: str, match: re.Match[str], atom: Atom, start: int, end: int) -> bool:
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
        if len(match["digits"]) <= 2 and (DAY_BEFORE.search(before) or DAY_AFTER.match(after)):
            return True
        if _FISCAL_BEFORE.search(before) or (
            _CELLS.match(text) and re.match(r"\s(?:\w+\s)?(?:cell|batter|format)", after)
        ):
            return True
    if not atom.unit and (
        _TIME_AFTER.match(after)
        or _TIME_RANGE_AFTER.match(after)
        or _COMPOUND_AFTER.match(after)
        or _NAME_BEFORE.search(before)
    ):
        return True
    if atom.unit is None and text.lower() == "one":
        return bool(_ONE_AFTER.match(after) or _ONE_BEFORE.search(before))
    return False


def _is_span(text: str, after: str) -> bool:
    """Whether a hyphen after a number joins it to a larger one ("40-50"), and not to a third ("2022-01-27")."""
    match = re.match(r"[-‑](\d[\d.,]*)(?![-‑/\d])", after)
    return bool(match) and not (_YEAR.match(text) and _YEAR.match(match[1] if match else ""))
