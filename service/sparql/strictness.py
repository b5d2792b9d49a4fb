"""What the standard forbids and the engine answers all the same: an error is worth more than an odd number."""

from __future__ import annotations

from itertools import islice

from service.sparql.tokens import CLOSES, Token, read

AGGREGATES = ("count", "sum", "min", "max", "avg", "sample", "group_concat")
LONGEST = 5000  # tokens that are looked at


def find(text: str) -> tuple[int, str] | None:
    """Where a text first does what is forbidden, from 0, and what that is in a sentence; None where it does not."""
    if not _perhaps_nested(text.lower()) and "<<(" not in text:
        return None
    tokens = list(islice(read(text), LONGEST))
    return _nested_aggregate(tokens) or _subject(tokens)


def _perhaps_nested(low: str) -> bool:
    """A quick look at a text in small letters: might an aggregate begin before another has ended?"""
    depth = 0  # of the parentheses in an aggregate that has begun
    for piece in low.split("(")[:-1]:
        if depth:
            depth -= piece.count(")")
            if depth < 0 or "{" in piece or "}" in piece:
                depth = 0
        if piece.rstrip().endswith(AGGREGATES):
            if depth:
                return True
            depth = 1
        elif depth:
            depth += 1
    return False


def _nested_aggregate(tokens: list[Token]) -> tuple[int, str] | None:
    """An aggregate within the parentheses of another; within braces there, it is another query's."""
    opened: list[str] = []  # for each bracket that is open, the aggregate that it belongs to, or its own mark
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.kind != "mark":
            continue
        if token.text in "({":
            name = before.text if before and before.kind == "word" and token.text == "(" else token.text
            within = opened[len(opened) - opened[::-1].index("{") :] if "{" in opened else opened
            if before and name in AGGREGATES and any(outer in AGGREGATES for outer in within):
                return before.start, f"`{name.upper()}` stands within another aggregate."
            opened.append(name)
        elif token.text in ")}" and opened:
            opened.pop()
    return None


def _subject(tokens: list[Token]) -> tuple[int, str] | None:
    """A triple term in an expression whose subject is a literal or a triple term; patterns may have such."""
    texts = [token.text for token in tokens]
    opened: list[bool] = []  # for each bracket that is open, whether it is one of an expression
    for i, text in enumerate(texts):
        if text in CLOSES:
            opened.append((bool(i) and texts[i - 1] in {"bind", "filter"}) or (text == "(" and any(opened[-1:])))
        elif text in "})]" and opened:
            opened.pop()
        if any(opened[-1:]) and texts[i : i + 3] == ["<", "<", "("] and i + 3 < len(texts):
            subject = tokens[i + 3]
            if texts[i + 3 : i + 6] == ["<", "<", "("]:
                return subject.start, "a triple term cannot be a subject in an expression."
            if subject.kind == "term" and (subject.text[0] in "\"'" or subject.text[0].isdigit()):
                return subject.start, "a literal cannot be a subject in an expression."
    return None
