"""A sentence with its names, numbers and dates replaced by typed marks, and the way back to the text.

Rules are regular expressions over this form: `‹OB#3› will invest ‹money#5› over ‹when#6›`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from graph.claims import MONEY
from graph.extraction.lexicon import KIND_LETTERS
from graph.extraction.model import Mention, Quantity, Sentence, When

BLANKS = re.compile(r"\s{2,}")
MARK = re.compile(r"‹([A-Za-z]+)#(\d+)›")
UNIT_MARKS = {
    "percent": "percent", "GWh": "GWh", "GWh/year": "GWh", "kWh": "kWh", "km": "distance", "mi": "distance",
    "V": "volt",
    "kW": "kW", "min": "min",
}  # fmt: skip
PLAIN = str.maketrans({"’": "'", "‘": "'", "\u00a0": " ", "\n": " ", "‑": "-", "\t": " ", "‹": "<", "›": ">"})

Item = Mention | When | tuple[Quantity, ...]


@dataclass(frozen=True)
class Annotated:
    """`text` is the marked sentence; `items[i]` is what mark number i stands for."""

    sentence: Sentence
    text: str
    items: tuple[Item, ...]
    starts: tuple[int, ...]
    pieces: tuple[tuple[int, int, int, int], ...]

    def origin(self, position: int, *, end: bool = False) -> int:
        """The document's offset of a position in `text`; inside a mark, its start or (with `end`) its end."""
        index = max(0, bisect_right(self.starts, position - (1 if end and position else 0)) - 1)
        start, stop, first, last = self.pieces[index]
        if stop - start == last - first and not (stop - start and self.text[start] == "‹"):
            return min(first + position - start, last)
        return (first if position <= start else last) if end else (first if position < stop else last)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The document's span of a span in `text`."""
        return self.origin(start), self.origin(end, end=True)

    def marks(self, start: int = 0, end: int | None = None) -> list[tuple[int, int, Item]]:
        """The marks in a span of `text`: span and item."""
        stop = len(self.text) if end is None else end
        return [(m.start(), m.end(), self.items[int(m.group(2))]) for m in MARK.finditer(self.text, start, stop)]

    def mentions(self, start: int = 0, end: int | None = None) -> list[Mention]:
        """The names in a span of `text`."""
        return [item for _, _, item in self.marks(start, end) if isinstance(item, Mention)]

    def position(self, offset: int) -> int:
        """The position in `text` of a document offset."""
        for start, stop, first, last in self.pieces:
            if first <= offset < last or (offset == last and stop == len(self.text)):
                return start if self.text[start : start + 1] == "‹" else start + offset - first
        return len(self.text)


def letters(kinds: frozenset[str]) -> str:
    """The letters of a name's mark, one for each kind."""
    return "".join(sorted({c for kind in kinds for c in KIND_LETTERS.get(kind, "")})) or "X"


def mark_of(item: Item) -> str:
    """What kind of mark stands for an item."""
    if isinstance(item, Mention):
        return letters(item.kinds)
    if isinstance(item, When):
        return "when"
    unit = item[0].unit
    if item[0].ordinal:
        return "ordinal"
    if unit in MONEY:
        return "converted" if item[0].converted else "money"
    return UNIT_MARKS.get(unit, "foreign") if unit else "n"


def plain_pieces(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Plain text between marks, with runs of blanks (where marks of Markdown were) as one, or none before a stop."""
    cursor = start
    for blank in BLANKS.finditer(text, start, end):
        yield text[cursor : blank.start()].translate(PLAIN), cursor, blank.start()
        follows = text[blank.end() : blank.end() + 1]
        yield "" if follows and follows in ",.:;)" else " ", blank.start(), blank.end()
        cursor = blank.end()
    yield text[cursor:end].translate(PLAIN), cursor, end


def annotate(
    text: str, sentence: Sentence, mentions: list[Mention], quantities: list[Quantity], whens: list[When]
) -> Annotated:
    """Mark a sentence. Where two things overlap, the name wins, then the date, then the number."""
    spans: list[tuple[int, int, Item]] = [(m.start, m.end, m) for m in mentions]
    spans += [(w.start, w.end, w) for w in whens]
    groups: dict[tuple[int, int], list[Quantity]] = {}
    for quantity in quantities:
        groups.setdefault((quantity.start, quantity.end), []).append(quantity)
    spans += [(start, end, tuple(group)) for (start, end), group in groups.items()]
    taken: list[tuple[int, int, Item]] = []
    for start, end, item in spans:
        if all(end <= s or start >= e for s, e, _ in taken):
            taken.append((start, end, item))
    taken.sort(key=lambda t: t[0])
    out: list[str] = []
    pieces: list[tuple[int, int, int, int]] = []
    length, cursor = 0, sentence.start

    def add(piece: str, first: int, last: int) -> None:
        nonlocal length
        if piece:
            out.append(piece)
            pieces.append((length, length + len(piece), first, last))
            length += len(piece)

    for number, (start, end, item) in enumerate(taken):
        for piece, first, last in plain_pieces(text, cursor, start):
            add(piece, first, last)
        add(f"‹{mark_of(item)}#{number}›", start, end)
        cursor = end
    for piece, first, last in plain_pieces(text, cursor, sentence.end):
        add(piece, first, last)
    if not pieces:
        pieces.append((0, 0, sentence.start, sentence.start))
    return Annotated(
        sentence, "".join(out), tuple(item for _, _, item in taken), tuple(p[0] for p in pieces), tuple(pieces)
    )
