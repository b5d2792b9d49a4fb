"""What the words around a number say of it: its bound, what it is counted by, whether it repeats another amount."""

from __future__ import annotations

import re

from graph.extraction.numerals import DATA, Atom, alternation

_BOUND_NAMES = ("at-least", "at-most", "about")
_BEFORE = re.compile(
    r"(?:(?<=^)|(?<=[^\w]))(?:"
    + "|".join(f"(?P<{n.replace('-', '_')}>{alternation(DATA['bounds'][n])})" for n in _BOUND_NAMES)
    + rf")\s*(?:(?:{DATA['bound_extras']['between']})\s+)?[(\"“]?\s*$",
    re.IGNORECASE,
)
_NO_BOUND = re.compile(r"\b(?:add(?:s|ed|ing)?|amount(?:s|ed|ing)?|live[sd]?)\s$", re.IGNORECASE)
_AFTER = re.compile(
    r"(?:(?P<plus>\s{0,4}\+)|-plus\b|\s(?:"
    + "|".join(f"(?P<{n.replace('-', '_')}>{alternation(DATA['bounds_after'][n])})" for n in _BOUND_NAMES)
    + r")\b)",
    re.IGNORECASE,
)
_PER_OF = {spelling: name for name, spellings in DATA["per"].items() for spelling in spellings}
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
    r"(?:\s(?:of|in)|\s?[:–—-]\s?(?:the|its)?)\s?(?:annual|yearly)\b"
    r"|[^.;\d]{0,120}\b(?:make|produce|turn out|deliver|supply|build|manufacture)\sin\s(?:a|any|one|every)\syear\b"
    r"|(?:\s+(?!(?:and|by|in|from|while|but)\b)[\w-]+){0,7}\s+(?:annually|yearly|(?:an?|per|every|each)\s+year\b)",
    re.IGNORECASE,
)


def bound_of(mask: str, span: tuple[int, int], start: int, end: int) -> str | None:
    """The bound that the words before or after a span put on it (`about`, `at-least`, `at-most`), or None."""
    first, last = span
    before = mask[max(start, first - 48) : first]
    if (match := _BEFORE.search(before)) and not _NO_BOUND.search(before, 0, match.start()):
        return next(n for n in _BOUND_NAMES if match[n.replace("-", "_")])
    if "+" in mask[first:last]:
        return "at-least"
    match = _AFTER.match(mask, last, min(end, last + 30))
    if not match:
        return None
    return next((n for n in _BOUND_NAMES if match[n.replace("-", "_")]), "at-least")


def counted_by(mask: str, atom: Atom, start: int, end: int) -> tuple[str | None, str | None]:
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


def is_converted(mask: str, previous: Atom | None, atom: Atom) -> bool:
    """Whether the amount repeats the one before it in another currency."""
    if not previous or not atom.money or not previous.money or previous.unit == atom.unit:
        return False
    gap = mask[previous.end : atom.start]
    return bool(re.fullmatch(r"\s*(?:[(\[]|,?\s?or\s|[/,;]|,?\s?equivalent to|;)[^().\d]{0,40}", gap))
