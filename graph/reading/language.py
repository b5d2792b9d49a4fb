"""The language that a text is written in, told by its small words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

_DATA = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
_SMALL_WORDS = {language: frozenset(words.split()) for language, words in _DATA.items()}
_WORD = re.compile(r"[^\W\d_]+")


def language_of(text: str, declared: str | None) -> str | None:
    """The language that the text's small words show, else the declared one; `und` for one that we do not know."""
    words = [w.casefold() for w, _ in zip(_words(text), range(3000), strict=False)]
    if len(words) < 40:
        return declared
    shares = {code: sum(w in small for w in words) / len(words) for code, small in _SMALL_WORDS.items()}
    best = max(shares, key=lambda code: shares[code])
    if shares["en"] >= 0.15 and shares["en"] >= shares[best]:
        return declared if declared and declared.lower().startswith("en") else "en"
    if shares[best] >= 0.15:
        return declared if declared and declared.lower().startswith(best) else best
    return declared or "und"


def _words(text: str) -> Iterator[str]:
    return (m[0] for m in _WORD.finditer(text))
