"""Near-duplicates: wire copies, trimmed or lightly edited, which are one witness however many papers print them.

Of each document's words, and of its opening by itself since papers cut from the end, a MinHash signature is kept. Bands
of a signature are keys: whoever shares a key is compared, so no document meets all others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from itertools import combinations, pairwise

from graph.extraction.blocks import blocks, mask
from graph.extraction.pipeline import LONGEST
from graph.reading import Document

Signature = tuple[int, ...]

SHINGLE = 4  # words that are hashed together
FEWEST = 40  # shingles below which a text is too short to be told from another
OPENING = 150  # words
ROWS, BANDS = 3, 16
ALIKE = 0.5  # share of shingles in common, as the signatures estimate it, from which on two texts are copies
FEW = 12  # documents with one key that are all compared; of more, neighbours by name are, so that work stays linear
_SIZE = ROWS * BANDS
_WORD = re.compile(r"[^\W_]+")
_TOLD = frozenset({"paragraph", "list-item", "table-row"})
_MOST = 20_000  # words of a document that are looked at


def signatures(document: Document) -> tuple[Signature, ...]:
    """The signatures of a document's running text: of the whole and, of a longer one, of its opening. Headings are the
    paper's own and do not count; a text that is too short has none."""
    if len(document.text) > LONGEST:
        return ()
    parts = blocks(document)
    text = mask(document, parts)
    words: list[str] = []
    for block in parts:
        if block.kind in _TOLD and block.repeats is None and len(words) < _MOST:
            words += _WORD.findall(text[block.start : block.end].casefold())
    shingles = [_number(" ".join(words[i : i + SHINGLE])) for i in range(len(words) - SHINGLE + 1)]
    openings = [shingles] if len(words) < OPENING * 1.2 else [shingles, shingles[:OPENING]]
    return tuple(_signature(set(part)) for part in openings if len(part) >= FEWEST)


def _number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def _signature(shingles: set[int]) -> Signature:
    """The least hash in each of as many bins; an empty bin borrows from others in an order that all texts share."""
    least: list[int | None] = [None] * _SIZE
    for shingle in shingles:
        value, place = divmod(shingle, _SIZE)
        held = least[place]
        if held is None or value < held:
            least[place] = value
    return tuple(next(v for p in _lenders(place) if (v := least[p]) is not None) & 0x7FFFFFFF for place in range(_SIZE))


def _lenders(place: int) -> Iterator[int]:
    yield place
    attempt = 0
    while True:
        attempt += 1
        yield _number(f"{place} {attempt}") % _SIZE


def keys(signature: Signature) -> list[int]:
    """The keys of a signature's bands, as numbers of 63 bits."""
    bands = (signature[i : i + ROWS] for i in range(0, _SIZE, ROWS))
    return [_number(f"{number} {band}") >> 1 for number, band in enumerate(bands)]


def alike(one: Iterable[Signature], other: Iterable[Signature]) -> bool:
    """Whether two documents, each given by its signatures, are near-duplicates."""
    others = list(other)
    return any(sum(x == y for x, y in zip(a, b, strict=True)) >= ALIKE * _SIZE for a in one for b in others)


def groups(
    touched: Iterable[str],
    known: Callable[[str], tuple[Signature, ...]],
    bearing: Callable[[int], list[str]],
) -> list[set[str]]:
    """The groups of near-duplicates in which the touched documents stand, alone or with others.

    `known` gives a document's signatures, `bearing` the documents that have a key, in their order. What is a group
    depends on the documents alone and not on who came first.
    """
    signed: dict[str, tuple[Signature, ...]] = {}
    beside: dict[int, list[tuple[str, str]]] = {}

    def signs(document: str) -> tuple[Signature, ...]:
        if document not in signed:
            signed[document] = known(document)
        return signed[document]

    def pairs(key: int) -> list[tuple[str, str]]:
        if key not in beside:
            bearers = bearing(key)
            compared = combinations(bearers, 2) if len(bearers) <= FEW else pairwise(bearers)
            beside[key] = [(a, b) for a, b in compared if alike(signs(a), signs(b))]
        return beside[key]

    found: list[set[str]] = []
    placed: set[str] = set()
    for start in sorted(touched):
        if start in placed:
            continue
        group, waiting = {start}, [start]
        while waiting:
            one = waiting.pop()
            linked = {d for s in signs(one) for key in keys(s) for pair in pairs(key) if one in pair for d in pair}
            waiting += linked - group
            group |= linked
        placed |= group
        found.append(group)
    return found
