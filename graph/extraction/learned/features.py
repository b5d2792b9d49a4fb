"""What a proposal looks like: the words around what it joins and between, and what is known of the two beforehand."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import pairwise

from graph.extraction.annotate import Annotated
from graph.extraction.learned.proposals import Proposal
from graph.extraction.learned.spots import Spot
from graph.extraction.lexicon import any_of, table
from graph.extraction.model import Quantity, When

TOKEN = re.compile(r"‹([A-Za-z]+)#\d+›|[A-Za-z][\w-]*|'s|\d[\d,.]*|[^\s\w]")
ENDING = re.compile(r"(?:ing|ed|es|s|e)$")
NEAR = 8  # words on either side of the second place
NO_CLASSES = frozenset({"acting", "describing", "unnamed"})  # nearly any word belongs to these


@cache
def word_classes() -> list[tuple[str, re.Pattern[str]]]:
    """The lexicon's classes of words with one meaning, each as a pattern of a whole word."""
    known = table("words")["classes"] | table("bonds")["classes"]
    return [(name, re.compile(any_of(words), re.IGNORECASE)) for name, words in known.items() if name not in NO_CLASSES]


@lru_cache(maxsize=50_000)
def token_of(word: str) -> tuple[str, tuple[str, ...]]:
    """A word without its ending, and the classes that it belongs to."""
    low = word.lower()
    cut = ENDING.sub("", low) if len(low) > 4 else low
    classes = tuple(name for name, pattern in word_classes() if pattern.fullmatch(low))
    return cut if len(cut) > 2 else low, classes


def once(features: Iterable[str]) -> list[str]:
    """Each feature once, in an order that is always the same, so that sums of weights are too."""
    return list(dict.fromkeys(features))


class Line:
    """A marked sentence as tokens (stems, and the kinds of its marks), with the features that its proposals share."""

    def __init__(self, sentence: Annotated) -> None:
        """Cut the sentence into tokens."""
        found = list(TOKEN.finditer(sentence.text))
        read = [(f"‹{m.group(1)}", ()) if m.group(1) else token_of(m.group()) for m in found]
        self.starts = [m.start() for m in found]
        self.tokens = [token for token, _ in read]
        self.classes = [classes for _, classes in read]
        self.features = once(f"s:{c}" for classes in self.classes for c in classes)

    def at(self, position: int) -> int:
        """The number of the token at a position."""
        return bisect_left(self.starts, position)

    def token(self, number: int) -> str:
        """A token, or the sentence's edge."""
        return "^" if number < 0 else self.tokens[number] if number < len(self.tokens) else "$"


def way_of(one: Spot, other: Spot) -> tuple[Spot | None, Spot, str]:
    """The two places from left to right and which is the first; None for one that the sentence does not name."""
    if one.named and other.named:
        return (one, other, "<") if one.start <= other.start else (other, one, ">")
    return (None, other, "~") if other.named else (None, one, "^")


def pair_features(line: Line, one: Spot, other: Spot) -> list[str]:
    """The features of two places, whatever may tie them."""
    left, right, way = way_of(one, other)
    found = [way, f"k{one.kinds}:{other.kinds}", f"k{one.kinds}", f"by:{one.step}", f"of:{other.step}"]
    found += [
        f"site{number}:{min(9, int(spot.likelihood * 10))}"
        for number, spot in enumerate((one, other))
        if spot.likelihood
    ]
    found += between(line, left, right, way) if left else []
    return once(found + around(line, right, way))


def between(line: Line, left: Spot, right: Spot, way: str) -> list[str]:
    """The words from one to the other, and those before."""
    first, last, start = line.at(left.end), line.at(right.start), line.at(left.start)
    words = line.tokens[first:last]
    count = len(words)
    found = [f"{way}n{count if count < 4 else 4 + min(count // 5, 4)}"]
    found += [f"{way}b:{word}" for word in words]
    found += [f"{way}c:{c}" for classes in line.classes[first:last] for c in classes]
    found += [f"{way}bb:{a} {b}" for a, b in pairwise(words)]
    found += [f"{way}sk:{a} {b}" for n, a in enumerate(words[:-2]) for b in words[n + 2 : n + 5]] if count < 14 else []
    found += [f"{way}l{k}:{line.token(start - k)}" for k in (1, 2, 3)]
    found.append(f"{way}l12:{line.token(start - 2)} {line.token(start - 1)}")
    marks = [word for word in words if word[0] == "‹"]
    found.append(f"{way}m{min(len(marks), 4)}")
    if words:
        found += [f"{way}fa:{words[0]}", f"{way}fz:{words[-1]}"]
        found += [f"{way}faa:{' '.join(words[:2])}", f"{way}fzz:{' '.join(words[-2:])}"]
    if count < 6:
        found.append(f"{way}w:{' '.join(words)}")
    return found


def around(line: Line, right: Spot, way: str) -> list[str]:
    """The words on either side of the second place."""
    first, last = line.at(right.start), line.at(right.end)
    before, after = slice(max(0, first - NEAR), first), slice(last, last + NEAR)
    found = [f"{way}r{k}:{line.token(last + k - 1)}" for k in (1, 2, 3)]
    found += [f"{way}q{k}:{line.token(first - k)}" for k in (1, 2, 3)]
    found.append(f"{way}r12:{line.token(last)} {line.token(last + 1)}")
    found.append(f"{way}q12:{line.token(first - 2)} {line.token(first - 1)}")
    for sign, part in (("-", before), ("+", after)):
        found += [f"{sign}:{word}" for word in line.tokens[part]]
        found += [f"{sign}c:{c}" for classes in line.classes[part] for c in classes]
    return found


def own_features(proposal: Proposal, line: Line) -> list[str]:
    """The features of the number, date or role that a proposal takes along."""
    found = [f"rank{proposal.rank}"]
    item = proposal.item
    if isinstance(item, Quantity):
        digits = len(str(abs(int(item.value))))
        found += [
            f"qb:{item.bound}",
            f"qp:{item.per}",
            f"qu:{item.unit}",
            f"qv:{digits}",
            f"qy:{1900 < item.value < 2100}",
        ]
    elif isinstance(item, When):
        found += [f"wc:{item.cue}", f"wl:{len(item.last or '')}", f"wf:{bool(item.first)}"]
    if proposal.third:
        left, right, _ = way_of(proposal.one, proposal.other)
        start, end = proposal.third
        at, after, first = line.at(start), line.at(end), left.start if left else 0
        side = "l" if start < first else "m" if start < right.start else "r"
        found += [f"t{side}", f"t{side}l:{line.token(at - 1)}", f"t{side}r:{line.token(after)}"]
        found += [f"td{min(6, abs(at - line.at(first)))}", f"te{min(6, abs(at - line.at(right.start)))}"]
        found += [f"tw:{word}" for word in line.tokens[max(0, at - 3) : after + 3]]
    return once(found)
