"""What went wrong with a query, as a problem that helps its author."""

from __future__ import annotations

import re

from service.problems import Problem
from service.sparql import diagnosis, scoping
from service.sparql.workers import Failed, Stopped

_PLACE = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_MEANINGS = {  # of what the engine says without a place of its own
    "Prefix not found": "a prefix is not declared.",
    "IRI parsing failed": "an IRI is malformed.",
    "The SELECT contains": "SELECT names a variable that is neither grouped nor aggregated; add it to GROUP BY.",
}
_UPDATE = re.compile(
    r"\s*(?:(?:PREFIX\s+[^\s<]*\s*|BASE\s*)<[^>]*>\s*)*(?:INSERT|DELETE|WITH|LOAD|CLEAR|DROP|CREATE|ADD|MOVE|COPY)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[?$]?[\w:.-]{1,40}|<[^>]{1,80}>")
LONGEST_LINE = 400  # characters of a line that is shown with its fault
RETRY = {"Retry-After": "5"}


def problem(error: Failed | Stopped, query: str, seconds: float, prefixes: dict[str, str]) -> Problem:
    """The problem document for a query that failed or was stopped. `seconds` is the limit it ran under."""
    if isinstance(error, Failed):
        if error.kind == "syntax":
            return syntax(error.message, query, prefixes)
        status = 501 if "is not supported" in error.message else 422
        return Problem(status, "The query cannot be answered", _sentence(error.message))
    match error.reason:
        case "timeout":
            return Problem(
                503,
                "Query timed out",
                f"The query was stopped after {seconds:g} seconds, the limit.",
                RETRY,
                limit=seconds,
            )
        case "memory":
            return Problem(503, "Out of memory", "The query needed more memory than a query may have.", RETRY)
        case "overload":
            return Problem(503, "Too many queries", "All workers are busy and the queue is full; try again.", RETRY)
    return Problem(503, "Not ready", "The dataset is being loaded; try again.", RETRY)


def is_update(text: str) -> bool:
    """Whether a text that is no query begins like an update."""
    return _UPDATE.match(text) is not None


def syntax(message: str, query: str, prefixes: dict[str, str]) -> Problem:
    """A syntax error with its place, the line itself, and what was meant where that can be guessed."""
    match = _PLACE.match(message)
    if match is None:
        return Problem(400, "Syntax error", _sentence(message))
    if slip := diagnosis.find(query, prefixes):
        return placed(query, *slip)
    line, column = scoping.mend(query).place(query, int(match[1]), int(match[2]))
    return _at(query, line, column, _reason(match[3], _line(query, line), column))


def placed(query: str, place: int, reason: str) -> Problem:
    """A syntax error that was found at a place, from 0, of a query."""
    return _at(query, *diagnosis.position(query, place), reason)


def _at(query: str, line: int, column: int, reason: str) -> Problem:
    whole = _line(query, line)
    text = whole if len(whole) <= LONGEST_LINE else ""
    detail = f"Line {line}, column {column}: {reason}"
    return Problem(400, "Syntax error", detail, line=line, column=column, text=text)


def _line(query: str, number: int) -> str:
    lines = query.split("\n")
    return lines[number - 1].rstrip("\r") if number <= len(lines) else ""


def _reason(expected: str, text: str, column: int) -> str:
    for known, meaning in _MEANINGS.items():
        if known in expected:
            return meaning
    rest = text[column - 1 : column + 100].strip()
    if not rest:
        return "the query cannot be read up to here."  # the engine stops where it gave up, at or after the fault
    found = _WORD.match(rest)
    return f"`{found[0] if found else rest[0]}` cannot stand here."


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return (text or "unknown reason").rstrip(".") + "."
