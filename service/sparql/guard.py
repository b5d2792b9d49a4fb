"""What a query may not do: ask addresses that nobody allowed. Also which dataset it names.

The text is scanned as tokens, so that the word in a string, a comment or an IRI is harmless. One character is
ambiguous without a full parser: `<` may open an IRI or mean "less than", and what follows differs. Both readings are
followed, and a call that exists in either counts. Workers can open no socket unless every call was allowed, so what
this scan overlooks fails there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

_IGNORED = r"(?:\s|\#[^\n\r]*(?:[\n\r]|$))"
_IRI = r"<[^<>\"{}|^`\\\x00-\x20]*(?:\\[uU][0-9A-Fa-f]+[^<>\"{}|^`\\\x00-\x20]*)*>"
_FAR = (
    "\\u0080-\\U0010ffff"  # names have more letters than Python's \w; where another character stands, nothing is read
)
_START = rf"[A-Za-z{_FAR}]"
_LOCAL = rf"(?:[\w{_FAR}.:\-]|%[0-9A-Fa-f]{{2}}|\\.)*"
_PREFIXED = rf"(?:{_START}[\w{_FAR}.\-]*)?:{_LOCAL}"
_VARIABLE = rf"[?$][\w{_FAR}]+"
_CALL = re.compile(
    rf"service{_IGNORED}*(?:silent{_IGNORED}*)?(?P<address>{_IRI}|{_VARIABLE}|{_PREFIXED}){_IGNORED}*\{{", re.IGNORECASE
)
_LOAD = re.compile(rf"load{_IGNORED}*(?:silent{_IGNORED}*)?(?P<address>{_IRI}|{_PREFIXED})", re.IGNORECASE)
_FROM = re.compile(rf"from(?:{_IGNORED}+named)?{_IGNORED}*(?:{_IRI}|{_PREFIXED})", re.IGNORECASE)

_USING = re.compile(rf"(?:using(?:{_IGNORED}+named)?|with){_IGNORED}*(?:{_IRI}|{_PREFIXED})", re.IGNORECASE)
_WHERE = re.compile(rf"where{_IGNORED}*\{{", re.IGNORECASE)

_TOKEN = re.compile(
    rf"""
      {_IGNORED}+
      | \"\"\"(?:\"{{0,2}}(?:[^\"\\]|\\.))*\"\"\" | '''(?:'{{0,2}}(?:[^'\\]|\\.))*'''
      | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*'
      | {_VARIABLE} | @[A-Za-z]+(?:-[A-Za-z0-9]+)* | _:[\w{_FAR}.\-]+
    | (?P<iri> {_IRI} )
    | (?:true|false)(?={_START}|\.)
    | :{_LOCAL} | {_START}[\w{_FAR}.\-]*(?::{_LOCAL})? | (?:\d+\.?\d*|\.\d+)e[+\-]?\d+ | \d+
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
SHORTEST = 4  # letters of a keyword
_WORDS = re.compile(r"service|silent|load|from|named|using|with|where", re.IGNORECASE)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_PLACES = 200_000  # places that a scan may visit; a text beyond it is refused rather than trusted
_COST = 50_000_000  # keywords times characters: each keyword may cost a look at all that follows
_UNCLOSED = 5_000_000  # strings that are not closed times characters: each costs a look at all that follows


_VOLATILE = re.compile(r"\b(?:now|rand|uuid|struuid|bnode)\b|\\u", re.IGNORECASE)


class TooIntricate(ValueError):
    """A text with a suspicious word that is too long to be read both ways."""


def calls(text: str) -> set[str]:
    """Addresses, as written, that a text would ask by SERVICE or LOAD: `<http://x/sparql>`, `?where`, `ex:y`.

    Raises TooIntricate where that cannot be told.
    """
    if not _mentions(text, "service", "load"):
        return set()
    readings = _readings(text)
    return {match["address"] for pattern in (_CALL, _LOAD) for t in readings for match in _matches(t, pattern)}


def refused(text: str, allowed: tuple[str, ...]) -> list[str]:
    """The addresses of `text` that are not constants on the allow-list. Raises TooIntricate."""
    return sorted(calls(text) - {f"<{address}>" for address in allowed})


def volatile(text: str) -> bool:
    """Whether a query may be answered differently each time over the same data. Too careful rather than not enough."""
    return _mentions(text, "now", "rand", "uuid", "bnode") and _VOLATILE.search(text) is not None


def names_dataset(text: str) -> bool:
    """Whether a query says FROM or FROM NAMED, that is, chooses its own dataset. Raises TooIntricate."""
    return _mentions(text, "from") and any(any(_matches(t, _FROM)) for t in _readings(text))


def names_using(text: str) -> bool:
    """Whether an update says USING or WITH. Raises TooIntricate."""
    return _mentions(text, "using", "with") and any(any(_matches(t, _USING)) for t in _readings(text))


def before_where(text: str, clause: str) -> str:
    """An update with a clause put before the WHERE of each of its operations that has a template."""
    places = [m.start() for m in _matches(text, _WHERE) if text[: m.start()].rstrip().endswith("}")]
    for place in sorted(places, reverse=True):
        text = text[:place] + clause + text[place:]
    return text


def _mentions(text: str, *words: str) -> bool:
    """Whether any of these words may be in a text; most texts need no closer look."""
    folded = text.lower()
    for word in words:
        if word in folded:
            return True
    return "\\u" in folded


def _readings(text: str) -> set[str]:
    """The text as it stands, and with its codepoint escapes expanded, which SPARQL does before anything else."""
    readings = {text}
    if "\\u" in text or "\\U" in text:
        readings.add(_ESCAPE.sub(lambda m: chr(min(int(m[1] or m[2], 16), 0x10FFFF)), text))
    for reading in readings:
        most = len(reading) // SHORTEST
        if most * len(reading) > _COST and len(_WORDS.findall(reading)) * len(reading) > _COST:
            raise TooIntricate("it is too long to be checked for all its keywords")
    return readings


def _matches(text: str, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """Matches of a pattern at places where a token may begin, whichever way `<` is meant."""
    if not _glance(pattern).search(text.lower()):
        return
    seen: set[int] = set()
    todo, unclosed = [0], 0
    while todo:
        place = todo.pop()
        if place in seen or place >= len(text):
            continue
        seen.add(place)
        if len(seen) > _PLACES:
            raise TooIntricate("it is too long to be checked for calls to other servers")
        if match := pattern.match(text, place):
            yield match
        token = _TOKEN.match(text, place)
        unclosed += _fails_to_close(text, place, token)
        if unclosed * len(text) > _UNCLOSED:
            raise TooIntricate("it has too many strings that are not closed")
        if token is None:
            todo.append(place + 1)
            continue
        todo.append(token.end())
        if token["iri"] is not None:
            todo.append(place + 1)


@cache
def _glance(pattern: re.Pattern[str]) -> re.Pattern[str]:
    """What a text in small letters must have to be worth a scan: found quickly, since its first letters are fixed.

    After a letter begins no keyword, unless `true` or `false` is read there.
    """
    word = re.split("[^a-z]", pattern.pattern)[0]
    alone = f"(?:(?<![a-z]{word})|(?<=true{word})|(?<=false{word}))"
    return re.compile(word + alone + pattern.pattern.removeprefix(word), pattern.flags & ~re.IGNORECASE)


def _fails_to_close(text: str, place: int, token: re.Match[str] | None) -> bool:
    """Whether a string begins here that is not closed, for which the whole rest of the text was looked through."""
    if text[place] not in "\"'":
        return False
    return token is None or (token.end() == place + 2 and text[place : place + 3] == text[place] * 3)
