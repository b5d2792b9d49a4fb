"""A document's text as it is read: headings, paragraphs and lists without their marks, with the evidence in place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise

from graph.extraction.blocks import blocks, mask
from graph.extraction.model import Block
from graph.extraction.quantities import quantities
from graph.extraction.sentences import sentences
from graph.reading import Document
from service.dataset import Dataset
from service.pages.filters import local
from service.pages.model import Row

READABLE = {"paragraph", "list-item", "table-row"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text, the claims whose evidence covers it, and the names of those whose evidence begins here."""

    text: str
    claims: Sequence[Row]
    begins: Sequence[str]


@dataclass(frozen=True, slots=True)
class Part:
    """One block of a text: its kind, how deep it stands, and its pieces."""

    kind: str
    level: int
    start: int
    pieces: Sequence[Piece]

    @property
    def text(self) -> str:
        return " ".join("".join(piece.text for piece in self.pieces).split())


@lru_cache(maxsize=256)
def _parsed(slug: str, media_type: str, text: str) -> tuple[str, list[Block]]:
    document = Document(slug=slug, text=text, media_type=media_type, digest="")
    found = blocks(document)
    return mask(document, found), [block for block in found if block.kind != "front-matter"]


@lru_cache(maxsize=256)
def _figures(slug: str, media_type: str, text: str) -> list[tuple[int, int]]:
    """The sentences that state a figure in digits, as positions; "one of two" is no figure to a reader."""
    masked, known = _parsed(slug, media_type, text)
    readable = [block for block in known if block.kind in READABLE and block.repeats is None]
    found = sentences(masked, readable)
    digits = [s for s in found if any(c.isdigit() for c in masked[s.start : s.end])]
    return [(s.start, s.end) for s in digits if quantities(masked, s.start, s.end)]


def _source(dataset: Dataset, slug: str) -> tuple[str, str, str]:
    media_type = dataset.manifest["documents"].get(slug, {}).get("media_type", "text/markdown")
    return slug, media_type, dataset.text(slug)


def unclaimed(dataset: Dataset, slug: str, found: Iterable[Row]) -> list[str]:
    """The sentences with a figure that no claim's evidence touches."""
    source = _source(dataset, slug)
    text, _ = _parsed(*source)
    spans = [(int(c["startChar"]), int(c["endChar"])) for c in found]
    bare = [(a, b) for a, b in _figures(*source) if not any(s < b and a < e for s, e in spans)]
    return [" ".join(text[a:b].split()) for a, b in bare]


def parts(dataset: Dataset, slug: str, found: Iterable[Row], around: Row | None = None) -> list[Part]:
    """A document's parts with the evidence of these claims; with `around`, only that claim's and their neighbours."""
    text, known = _parsed(*_source(dataset, slug))
    if around is not None:
        start, end = int(around["startChar"]), int(around["endChar"])
        touched = [i for i, block in enumerate(known) if block.start < end and start < block.end]
        known = known[max(0, touched[0] - 1) : touched[-1] + 2] if touched else []
    spans = [(int(c["startChar"]), int(c["endChar"]), c) for c in found]
    begun: set[str] = set()
    return [Part(b.kind, b.level, b.start, _pieces(text, b, spans, begun)) for b in known]


def runs(found: Iterable[Part]) -> list[tuple[str, list[Part]]]:
    """Parts in runs of the same kind, so that list items can stand in one list."""
    return [(kind, list(run)) for kind, run in groupby(found, key=lambda part: part.kind)]


def _pieces(text: str, block: Block, spans: Sequence[tuple[int, int, Row]], begun: set[str]) -> list[Piece]:
    here = [(max(s, block.start), min(e, block.end), c) for s, e, c in spans if s < block.end and block.start < e]
    edges = sorted({block.start, block.end, *(s for s, _, _ in here), *(e for _, e, _ in here)})
    pieces = []
    for a, b in pairwise(edges):
        covering = [c for s, e, c in here if s <= a and b <= e]
        begins = [name for c in covering if (name := local(c["claim"])) not in begun]
        begun.update(begins)
        pieces.append(Piece(text[a:b], covering, begins))
    return pieces
