"""Where the clause around a word begins and ends."""

from __future__ import annotations

import re

BREAK = re.compile(
    r"; | – | — |: | \(|\)|, (?:while|but|whereas|where|compared with|compared to|against"
    r"|(?:(?:on|in|for|to|of|with|from|under|by|at) )?(?:which|who|whom|whose))\b"
)
BRACKETS = re.compile(r"\([^()]*\)")
RELATIVE = re.compile(r", (?:\w+ )?(?:which|who|whom|whose|where)\b")
RESTRICTED = re.compile(r", (?:which|who|whose) [^,]*$")


def clause(text: str, start: int, end: int) -> tuple[int, int]:
    """The clause around a span: between semicolons, dashes, brackets and relative pronouns; those end at a comma."""
    left, relative = 0, False
    text = BRACKETS.sub(lambda m: m.group() if m.start() <= start < m.end() else " " * len(m.group()), text)
    for match in BREAK.finditer(text, 0, start + 1):
        if match.end() <= start + 1:
            left, relative = match.end(), bool(RELATIVE.match(match.group()))
    resumed = text.rfind(", ", left, start) if relative else -1
    if resumed >= 0:
        left, relative = resumed + 2, False
    following = BREAK.search(text, max(end - 1, start))
    right = following.start() if following else len(text)
    comma = text.find(",", end)
    return left, max(min(right, comma) if relative and comma >= 0 else right, end)


def relative_end(text: str, position: int) -> int:
    """Where the relative clause around a position ends (at its comma), or the end of the text outside of one."""
    comma = text.find(", ", position)
    inside = RESTRICTED.search(text[:position])
    return comma if inside and comma >= 0 else len(text)
