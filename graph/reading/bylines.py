"""Author and date at the head of a plain text."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graph.reading.dates import DATE, iso

_DATA = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
_NAME = r"(?P<name>(?-i:[A-Z])[\w.’'-]*(?:\s+(?:(?-i:[A-Z])[\w.’'-]*|de|van|von|der|da|di|bin|al)){1,4}?)"
_BYLINES = [
    re.compile(p.replace("NAME", _NAME).replace("DATE", DATE) + r"\s*\.?", re.IGNORECASE) for p in _DATA["bylines"]
]
_DATELINES = [re.compile(p.replace("DATE", f"(?i:{DATE})")) for p in _DATA["datelines"]]


def byline(text: str) -> dict[str, Any]:
    """Author and date where a line at the head of a plain text or its dateline gives them."""
    meta: dict[str, Any] = {}
    for line in _head_lines(text):
        for pattern in _BYLINES:
            match = pattern.fullmatch(line)
            if not match:
                continue
            groups = match.groupdict()
            if groups.get("name") and "authors" not in meta:
                meta["authors"] = (groups["name"],)
            if "iso" in groups and "date" not in meta and (found := iso(match)):
                meta["date"] = found
            break
    if "date" not in meta and (found := _dateline(text)):
        meta["date"] = found
    return meta


def _dateline(text: str) -> str | None:
    """The day that opens a report after its place: "OSAKA, 12 July 2023 (Kyodo) - ..."."""
    lines = (line.strip() for line in text[:4000].splitlines())
    for line in [x for x in lines if x][:8]:
        for pattern in _DATELINES:
            match = pattern.match(line[:160])
            if match and (found := iso(match)):
                return found
    return None


def _head_lines(text: str) -> Iterator[str]:
    lines = (line.strip() for line in text[:4000].splitlines())
    return (line for _, line in zip(range(12), (x for x in lines if x), strict=False) if len(line) <= 160)
