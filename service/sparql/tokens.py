"""SPARQL texts as tokens, for looks at a query that need no full parser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
    (?P<skip> \s+ | \#[^\n\r]* )
  | (?P<term> <[^<>"{}|^`\\\x00-\x20]*>
      | \"\"\"(?:\"{0,2}(?:[^\"\\]|\\.))*\"\"\" | '''(?:'{0,2}(?:[^'\\]|\\.))*'''
      | "(?!"")(?:[^"\\\n\r]|\\.)*" | '(?!'')(?:[^'\\\n\r]|\\.)*'
      | _:[\w.\-]+ | (?:[^\W\d_][\w.\-]{0,100})?:(?:[\w.:\-]|%[0-9A-Fa-f]{2}|\\.)* | \.?\d[\d.]*(?:[eE][+\-]?\d+)? )
  | (?P<variable> [?$]\w+ )
  | (?P<word> @?[A-Za-z_][\w\-]* )
  | (?P<mark> [{}()\[\]] | . )
    """,
    re.VERBOSE | re.DOTALL,
)
CLOSES = {"{": "}", "(": ")", "[": "]"}


@dataclass(frozen=True, slots=True)
class Token:
    """A token: its kind, its text (words in lower case), and where it stands."""

    kind: str
    text: str
    start: int
    end: int


def read(text: str) -> Iterator[Token]:
    """The tokens of a text, by the rule that the longest one counts; a character that begins none is a mark.

    The mark of a string that is not closed is the last: nothing can be told of what follows it.
    """
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind != "skip":
            told = match[0].lower() if kind == "word" else match[0]
            yield Token(kind, told, match.start(), match.end())
            if kind == "mark" and told in "\"'":
                return


def brackets(tokens: list[Token], deepest: int) -> dict[int, int] | None:
    """For each opening bracket the index of the one that closes it; None where they do not match or are too deep."""
    closing: dict[int, int] = {}
    opened: list[int] = []
    for i, token in enumerate(tokens):
        if token.kind != "mark":
            continue
        if token.text in CLOSES:
            opened.append(i)
            if len(opened) > deepest:
                return None
        elif token.text in "})]":
            if not opened or CLOSES[tokens[opened[-1]].text] != token.text:
                return None
            closing[opened.pop()] = i
    return None if opened else closing
