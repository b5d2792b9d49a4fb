"""What went wrong with a query, as a problem that helps its author."""

from __future__ import annotations

import re

from rapidfuzz import process

from service.problems import Problem
from service.sparql import scoping
from service.sparql.workers import Failed, Stopped

_PLACE = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_PREFIX = re.compile(r"([^\W\d_][\w.-]*)?:")
_KNOWN_MESSAGES = ("Prefix not found", "IRI parsing failed", "The SELECT contains a variable that is unbound")
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
    line, column = scoping.mend(query).place(query, int(match[1]), int(match[2]))
    lines = query.splitlines() or [""]
    whole = lines[line - 1] if line <= len(lines) else ""
    text = whole if len(whole) <= LONGEST_LINE else ""
    reason = _reason(match[3], whole, column, prefixes)
    where = f"Line {line}, column {column}"
    return Problem(400, "Syntax error", f"{where}: {reason}", line=line, column=column, text=text)


def _reason(expected: str, text: str, column: int, prefixes: dict[str, str]) -> str:
    known = next((m for m in _KNOWN_MESSAGES if m in expected), None)
    if known == "Prefix not found":
        return _unknown_prefix(text, column, prefixes)
    if known:
        return _sentence(known)
    rest = text[column - 1 : column + 100].strip()
    if not rest:
        return "the query cannot be read up to here."  # the engine stops where it gave up, at or after the fault
    found = _WORD.match(rest)
    return f"`{found[0] if found else rest[0]}` cannot stand here."


def _unknown_prefix(text: str, column: int, prefixes: dict[str, str]) -> str:
    near_place = text[max(0, column - 100) : column + 1]
    before = list(_PREFIX.finditer(near_place))
    if not before:
        return "a prefix is not declared."
    name = before[-1][1] or ""
    near = process.extractOne(name, list(prefixes), score_cutoff=60)
    meant = f" Perhaps `{near[0]}:` <{prefixes[near[0]]}> is meant." if near else ""
    return f"the prefix `{name}:` is not declared.{meant}"


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return (text or "unknown reason").rstrip(".") + "."
