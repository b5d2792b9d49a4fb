"""A frame: a claim before its qualifiers are read."""

from __future__ import annotations

from dataclasses import dataclass, field

from graph.extraction.model import Quantity, When


@dataclass(frozen=True)
class Frame:
    """A claim without its qualifiers. `start`, `end` and `anchor` are positions in the marked sentence."""

    rule: str
    property: str
    index: int
    start: int
    end: int
    anchor: int
    subject: str
    object: str | None = None
    value: int | float | str | None = None
    unit: str | None = None
    quantity: Quantity | None = None
    when: When | None = None
    place: str | None = None
    modality: str | None = None
    needs_end: bool = False
    inherits: Frame | None = None
    trace: tuple[str, ...] = field(default=())
