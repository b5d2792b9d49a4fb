"""What went wrong with a query, as a problem that helps its author."""

from __future__ import annotations

import re

from rapidfuzz import process

from service.problems import Problem
from service.sparql.workers import Failed, Stopped

_PLACE = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_PREFIX = re.compile(r"([^\W\d_][\w.-]*)?:")
_KNOWN_MESSAGES = ("Prefix not found", "IRI parsing failed", "The SELECT contains a variable that is unbound")
_SHOWN = 6  # of the tokens that the parser would have taken
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


def syntax(message: str, query: str, prefixes: dict[str, str]) -> Problem:
    """A syntax error with its place, the line itself, and what was meant where that can be guessed."""
    match = _PLACE.match(message)
    if match is None:
        return Problem(400, "Syntax error", _sentence(message))
    line, column = int(match[1]), int(match[2])
    lines = query.splitlines() or [""]
    text = lines[line - 1] if line <= len(lines) else ""
    reason = _reason(match[3], text, column, prefixes)
    where = f"Line {line}, column {column}"
    return Problem(400, "Syntax error", f"{where}: {reason}", line=line, column=column, text=text)


def _reason(expected: str, text: str, column: int, prefixes: dict[str, str]) -> str:
    known = next((m for m in _KNOWN_MESSAGES if m in expected), None)
    if known == "Prefix not found":
        return _unknown_prefix(text, column, prefixes)
    if known:
        return _sentence(known)
    tokens = [t for t in re.split(r", (?![^\[]*\])", expected.replace("\n", " ")) if not t.startswith("[")]
    if not tokens:
        return "this cannot stand here."
    shown = ", ".join(tokens[:_SHOWN])
    return f"expected {shown}{' or other' if len(tokens) > _SHOWN else ''}."


def _unknown_prefix(text: str, column: int, prefixes: dict[str, str]) -> str:
    before = [m for m in _PREFIX.finditer(text) if m.start() < column]
    if not before:
        return "a prefix is not declared."
    name = before[-1][1] or ""
    near = process.extractOne(name, list(prefixes), score_cutoff=60)
    meant = f" Perhaps `{near[0]}:` <{prefixes[near[0]]}> is meant." if near else ""
    return f"the prefix `{name}:` is not declared.{meant}"


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return (text or "unknown reason").rstrip(".") + "."
