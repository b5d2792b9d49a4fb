"""Parts of a whole as percent, and places in a row: "a third of", "nine in ten", "halved", "third-largest"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graph.extraction.model import Quantity
from graph.extraction.numerals import DATA, DAY_AFTER, DAY_BEFORE, SMALL_NUMBERS, UNIT_WORDS, alternation
from graph.extraction.surroundings import bound_of

_ORDINAL_WORDS = DATA["words"]["ordinals"].split()
_DENOMINATORS: dict[str, int] = DATA["denominators"]

_ORDINAL = re.compile(
    rf"(?<![\w.,-])(?:(?P<figure>\d{{1,3}})(?:st|nd|rd|th)\b|(?P<word>(?i:{alternation(_ORDINAL_WORDS)}))\b"
    rf"|(?:(?i:number)\s|(?:No\.|no\.|No|Nr\.)\s?|\#)(?P<number>\d{{1,3}}\b|(?:{alternation(UNIT_WORDS[1:13])})\b))"
    r"(?![\s-](?:half|quarters?|time|day|hand|thing|phase of life)\b)(?!-(?!\w+(?:est|most|ranked|placed)\b))"
)
_FRACTION = re.compile(
    rf"(?<![\w.,-])(?:"
    rf"(?P<outof>\d{{1,2}}|{alternation(UNIT_WORDS[1:11])})\s(?:in|out\sof)\s(?:every\s)?"
    rf"(?P<of>\d{{1,3}}|{alternation([*UNIT_WORDS[2:11], 'twenty'])})\b(?!\s(?:years|months))"
    rf"|(?:(?P<count>an?|{alternation(UNIT_WORDS[1:10])}|the\sother)[\s-])?"
    rf"(?P<part>half|halves|(?:{alternation(_DENOMINATORS)})s?)\b"
    rf"|(?P<halve>halv(?:ed|es|ing|e)\b)"
    rf"|every\s(?P<every>second|other|{alternation(_DENOMINATORS)})(?=\s(?:\s\s|{DATA['context']['every']})))(?!-)",
    re.IGNORECASE,
)
_FRACTION_AFTER = re.compile(rf"\s(?:{DATA['context']['fraction_before']})\b", re.IGNORECASE)
_FRACTION_BEFORE = re.compile(
    r"\b(?:by|to|about|around|roughly|than|nearly|almost|over|least|some|just|only|exactly|for|as|in|owns?|owned|holds?|held)\s(?:an?\s)?$",
    re.IGNORECASE,
)
_HALF_NO = re.compile(r"\b(?:first|second|latter|other|next|last|one|and|a|this|that)[\s-](?:a[\s-])?$", re.IGNORECASE)
_HALF_NOT_OF = re.compile(
    r"\s(?:of\s(?:the\s)?(?:(?:19|20)\d\d|year|decade|century|fiscal|FY)|a[\s-]|an\s|way|time|hour)", re.IGNORECASE
)
_HALF_HOUR = re.compile(r"(?<![\w-])half[\s-]an?[\s-]hour\b|(?<![\w-])half[\s-]hour\b", re.IGNORECASE)


def fractions(mask: str, start: int, end: int) -> Iterator[Quantity]:
    """Parts of a whole as percent ("a third of", "nine in ten", "halved"), and half an hour."""
    for match in _HALF_HOUR.finditer(mask, start, end):
        bound = bound_of(mask, match.span(), start, end)
        yield Quantity(match.start(), match.end(), 30, "min", bound)
    for match in _FRACTION.finditer(mask, start, end):
        value = _fraction(mask, match, start, end)
        if value is not None:
            bound = bound_of(mask, match.span(), start, end)
            yield Quantity(match.start(), match.end(), value, "percent", bound)


def _fraction(mask: str, match: re.Match[str], start: int, end: int) -> int | None:
    before = mask[max(start, match.start() - 24) : match.start()]
    after = mask[match.end() : min(end, match.end() + 24)]
    if match["outof"]:
        low, high = (int(w) if w.isdigit() else SMALL_NUMBERS[w.lower()] for w in (match["outof"], match["of"]))
        return round(100 * low / high) if 0 < low < high else None
    if match["halve"]:
        return 50
    if match["every"]:
        return round(100 / _DENOMINATORS.get(match["every"].lower(), 2))
    count, part = (match["count"] or "").lower(), match["part"].lower()
    if part in {"half", "halves"}:
        whole = not _HALF_NO.search(before) or (before.endswith("and ") and after.startswith(" of "))
        if count in {"", "a", "one", "the other"} and whole and not _HALF_NOT_OF.match(after):
            return 50 if _FRACTION_AFTER.match(after) or _FRACTION_BEFORE.search(before) else None
        return None
    several = part.endswith("s")
    number = 1 if count in {"", "a", "an", "one"} else SMALL_NUMBERS.get(count, 0)
    if several != (number > 1) or (not count and not _FRACTION_AFTER.match(after)) or (part == "quarter" and not count):
        return None
    if not count or not (several or count == "one" or _FRACTION_AFTER.match(after) or _FRACTION_BEFORE.search(before)):
        return None
    return round(100 * number / _DENOMINATORS[part.removesuffix("s")])


def ordinals(mask: str, start: int, end: int) -> Iterator[Quantity]:
    """Places in a row ("3rd", "third-largest", "number three") that are no day, quarter or half of a year."""
    for match in _ORDINAL.finditer(mask, start, end):
        if match["figure"] and (
            DAY_BEFORE.search(mask[max(start, match.start() - 16) : match.start()])
            or DAY_AFTER.match(mask, match.end(), end)
        ):
            continue
        word = match["word"] or match["number"] or ""
        if match["figure"] or word.isdigit():
            value = int(match["figure"] or word)
        else:
            value = _ORDINAL_WORDS.index(word.lower()) + 1 if match["word"] else SMALL_NUMBERS[word.lower()]
        yield Quantity(match.start(), match.end(), value, ordinal=True)
