"""The languages that a reader wants, as far as they matter here: everything has an English name, few things another."""

from __future__ import annotations

import re

_PART = re.compile(r"\s*([A-Za-z]{2,3})(?:-[\w-]+)?\s*(?:;\s*q\s*=\s*([\d.]+)\s*)?")
MOST = 8  # languages of one reader


def languages(accept_language: str | None) -> tuple[str, ...]:
    """Those that a reader prefers to English, the dearest first, by their primary tags: `("ja", "zh")`.

    An absent or unreadable header prefers none.
    """
    ranked: list[tuple[float, int, str]] = []
    for place, part in enumerate((accept_language or "")[:500].split(",")[: MOST * 2]):
        if match := _PART.fullmatch(part):
            try:
                quality = float(match[2] or 1)
            except ValueError:
                continue
            if quality > 0:
                ranked.append((-quality, place, match[1].lower()))
    wanted = list(dict.fromkeys(name for _, _, name in sorted(ranked)))
    return tuple(wanted[: wanted.index("en") if "en" in wanted else MOST])
