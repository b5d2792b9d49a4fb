"""Sentences inside blocks: a rule splitter over the mask."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from graph.extraction.model import Block, Sentence

_DATA = tomllib.loads((Path(__file__).parent / "lexicon" / "blocks.toml").read_text("utf-8"))
_HARD = frozenset(_DATA["abbreviations"].split())
_SOFT = frozenset(_DATA["soft_abbreviations"].split())
_STARTERS = frozenset(_DATA["starters"].split())
_STRONG = "|".join(w.capitalize() for w in _DATA["strong_starters"].replace("'", "['’]").split())
_WEAK = "|".join(w.capitalize() for w in _DATA["starters"].replace("'", "['’]").split())

LONGEST = 8000  # characters; what goes on for longer is no sentence
_END = re.compile(r"""(?<![.!?…])[.!?…]{1,6}["”’'»)\]]{0,4}(?=\s)""")
_GLUED = re.compile(rf"(?<=[a-z]{{3}})[ ](?=(?:{_WEAK})[ ,][a-zA-Z])|(?<=[A-Za-z]{{4}})[ ](?=(?:{_STRONG})[ ][a-z])")
_LAST_WORD = re.compile(r"[^\s(\[\"“‘'—–/]+$")
_NEXT_WORD = re.compile(r"\s*[\"“‘'«(\[]*([^\s,.;:!?\"”’]+)")
_SILENT = frozenset({"front-matter", "boilerplate", "teaser"})


def sentences(mask: str, blocks: list[Block]) -> list[Sentence]:
    """The sentences of all blocks that can yield claims, in order; a heading or a table row is one sentence whole. What
    is too long to be one is left out."""
    found: list[Sentence] = []
    for number, block in enumerate(blocks):
        if block.kind in _SILENT or block.repeats is not None:
            continue
        cuts = [] if block.kind in {"heading", "table-row"} else _cuts(mask, block.start, block.end)
        start = block.start
        for end in [*cuts, block.end]:
            piece = mask[start:end]
            a = start + len(piece) - len(piece.lstrip())
            b = start + len(piece.rstrip())
            if 0 < b - a <= LONGEST:
                found.append(Sentence(a, b, number))
            start = end
    return found


def _cuts(mask: str, start: int, end: int) -> list[int]:
    cuts = [m.end() for m in _END.finditer(mask, start, end) if _ends_sentence(mask, m, start, end)]
    cuts += [m.end() for m in _GLUED.finditer(mask, start, end)]
    return sorted(cuts)


def _ends_sentence(mask: str, match: re.Match[str], start: int, end: int) -> bool:
    after = _NEXT_WORD.match(mask, match.end(), end)
    if not after:
        return False
    word = after[1]
    if word[0].islower():
        return False
    if not match[0].startswith(".") or match[0].startswith(".."):
        return True
    before = _LAST_WORD.search(mask, max(start, match.start() - 20), match.start())
    last = before[0] if before else ""
    folded = last.casefold().lstrip("(")
    starter = word.casefold().replace("’", "'") in _STARTERS
    if folded in _SOFT:
        return starter
    if folded in _HARD:
        return folded == "etc" or (folded == "no" and starter)
    is_initial = len(last) == 1 and last.isupper()
    return not is_initial or starter
