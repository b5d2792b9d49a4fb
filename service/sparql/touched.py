"""Which graphs could an update change? Those whose names its text holds, or any.

The answer only saves time: what an update did is found by comparing each of these graphs before and after, and nothing
but the differences found is kept. A text is given the benefit of no doubt: a word in a string or a comment counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_IGNORED = r"(?:\s|\#[^\n\r]*(?:[\n\r]|$))"
_FAR = "\\u0080-\\U0010ffff"  # names have more letters than Python's \w
_ANY_GRAPH = re.compile(rf"graph{_IGNORED}*[?$]|\b(?:all|named)\b|\bbase\b|\\u", re.IGNORECASE)
_IRI = re.compile(r"<([^<>\"{}|^`\\\x00-\x20]*)>")
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.\-]*:", re.IGNORECASE)
_PREFIX = re.compile(
    rf"prefix{_IGNORED}*((?:[A-Za-z{_FAR}][\w{_FAR}.\-]*)?):{_IGNORED}*<([^<>\"{{}}|^`\\\x00-\x20]*)>", re.IGNORECASE
)
_LOCAL = rf":((?:[\w{_FAR}.:\-]|%[0-9A-Fa-f]{{2}}|\\.)*)"
_NOT_DATA = re.compile(r"delete|where|load|clear|drop|create|add|move|copy|with|using", re.IGNORECASE)


def only_adds(text: str) -> bool:
    """Whether an update surely consists of INSERT DATA, so that what it adds does not depend on what there is."""
    return _NOT_DATA.search(text) is None


def graphs(text: str, prefixes: dict[str, str]) -> set[str] | None:
    """IRIs among which are all graphs that the text names as what it changes; None where they cannot be told."""
    iris = set(_IRI.findall(text))
    if _ANY_GRAPH.search(text) or not all(_ABSOLUTE.match(iri) for iri in iris):
        return None
    return iris | set(_expanded(text, prefixes))


def _expanded(text: str, prefixes: dict[str, str]) -> Iterator[str]:
    """What every prefixed name stands for, with each meaning that its prefix has anywhere."""
    spaces = [*prefixes.items(), *_PREFIX.findall(text)]
    for prefix, space in set(spaces):
        for local in re.findall(re.escape(prefix) + _LOCAL, text):
            plain = re.sub(r"\\(.)", r"\1", local)
            yield space + plain
            yield space + plain.rstrip(".")
