"""Where a query that the engine cannot read goes wrong, for the slips that people make most.

The engine stops where it gave up, which is often far behind the slip. What is found here is wrong in any case: a string
or a bracket that is not closed, a prefix that nobody declared, a word that is none of SPARQL's.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from rapidfuzz import fuzz, process

from service.sparql.tokens import CLOSES, Token, read

WORDS = Path(__file__).with_name("keywords.txt")
LONGEST = 100_000  # characters of a query that is looked at
NEAR = 70  # percent of likeness from which a name is taken for another


def find(text: str, prefixes: dict[str, str]) -> tuple[int, str] | None:
    """Where the first such slip begins, from 0, and what it is in a sentence; None where there is none."""
    if len(text) > LONGEST:
        return None
    tokens = list(read(text))
    return min(
        (*_strings(tokens), *_brackets(tokens, text), *_prefixes(tokens, prefixes), *_words(tokens, text)), default=None
    )


Slips = Iterator[tuple[int, str]]


def _strings(tokens: list[Token]) -> Slips:
    """The first quotation mark that begins no string."""
    for token in tokens:
        if token.kind == "mark" and token.text in "\"'":
            yield token.start, "the string that begins here is not closed."
            return


def _brackets(tokens: list[Token], text: str) -> Slips:
    """The first bracket that has no other; behind a string that is not closed there may be one."""
    opened: list[Token] = []
    for token in tokens:
        if token.kind != "mark" or token.text not in "(){}[]":
            continue
        if token.text in CLOSES:
            opened.append(token)
        elif not opened:
            yield token.start, f"`{token.text}` closes nothing."
            return
        elif CLOSES[(last := opened.pop()).text] != token.text:
            where = _where(text, last.start)
            yield token.start, f"`{token.text}` stands here, but `{last.text}` of {where} is to be closed first."
            return
    if opened and tokens[-1].text not in "\"'":
        yield opened[-1].start, f"`{opened[-1].text}` is not closed."


def _prefixes(tokens: list[Token], known: dict[str, str]) -> Slips:
    """The first name whose prefix is neither declared in the text nor known here."""
    declared = set(known)
    for i, token in enumerate(tokens):
        if token.kind != "term" or token.text[0] in "<\"'_" or ":" not in token.text:
            continue
        name = token.text.partition(":")[0]
        if i and tokens[i - 1].text == "prefix":
            declared.add(name)
        elif name not in declared:
            yield token.start, unknown_prefix(name, known)
            return


def unknown_prefix(name: str, known: dict[str, str]) -> str:
    """That a prefix is not declared, with the one that is probably meant, ours or one that is in common use."""
    told = f"the prefix `{name}:` is not declared."
    common = _common()
    if name in common:
        return f"{told} Perhaps `PREFIX {name}: <{common[name]}>` is missing."
    near = process.extractOne(name, list(known), scorer=fuzz.ratio, score_cutoff=NEAR)
    return f"{told} Perhaps `{near[0]}:` <{known[near[0]]}> is meant." if near else told


def _words(tokens: list[Token], text: str) -> Slips:
    """The first bare word that SPARQL does not have."""
    for token in tokens:
        if token.kind == "word" and not token.text.startswith("@") and token.text not in _keywords():
            near = process.extractOne(token.text, _keywords(), scorer=fuzz.ratio, score_cutoff=NEAR)
            meant = f" Perhaps `{near[0].upper()}` is meant." if near else ""
            yield token.start, f"`{text[token.start : token.end][:40]}` is no word of SPARQL.{meant}"
            return


def _where(text: str, place: int) -> str:
    line, column = position(text, place)
    return f"line {line}, column {column}"


def position(text: str, place: int) -> tuple[int, int]:
    """Line and column of a place, both from 1."""
    before = text[:place]
    return before.count("\n") + 1, place - before.rfind("\n")


@cache
def _keywords() -> frozenset[str]:
    return frozenset(WORDS.read_text(encoding="utf-8").lower().split())


@cache
def _common() -> dict[str, str]:
    """Prefixes that people use without thinking of them as declared."""
    from rdflib import Graph  # slow to load, and only needed here

    return {name: str(address) for name, address in Graph(bind_namespaces="rdflib").namespaces()}
