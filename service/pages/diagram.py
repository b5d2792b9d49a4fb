"""The picture of the vocabulary: the main classes as boxes, the main properties as arrows from edge to edge."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HALF_WIDTH, HALF_HEIGHT = 78.0, 18.0  # pixels of a box
DRAWING = Path(__file__).with_name("diagram.toml")


@dataclass(frozen=True, slots=True)
class Box:
    """A class: its name, its label and its middle in pixels."""

    name: str
    label: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Arrow:
    """A property between two classes: `name` is a term of the ontology, or None for what another vocabulary has."""

    name: str | None
    label: str
    start: tuple[float, float]
    end: tuple[float, float]

    @property
    def middle(self) -> tuple[float, float]:
        """Where its label stands."""
        return (self.start[0] + self.end[0]) / 2, (self.start[1] + self.end[1]) / 2


@dataclass(frozen=True, slots=True)
class Diagram:
    """The picture in pixels."""

    width: float
    height: float
    boxes: list[Box]
    arrows: list[Arrow]


def diagram(labels: Mapping[str, str]) -> Diagram:
    """The picture with these labels by the terms' names."""
    drawing = _drawing()
    boxes = {name: Box(name, labels.get(name, name), x, y) for name, (x, y) in drawing["boxes"].items()}
    arrows = []
    for arrow in drawing["arrows"]:
        a, b, term = boxes[arrow["from"]], boxes[arrow["to"]], arrow.get("term")
        label = labels.get(term, term) if term else arrow["text"]
        arrows.append(Arrow(term, label, _edge(a, b), _edge(b, a)))
    return Diagram(drawing["width"], drawing["height"], list(boxes.values()), arrows)


def _edge(box: Box, other: Box) -> tuple[float, float]:
    """Where the line from the middle of a box to another leaves the box."""
    x, y = other.x - box.x, other.y - box.y
    part = min(HALF_WIDTH / abs(x) if x else 1.0, HALF_HEIGHT / abs(y) if y else 1.0)
    return round(box.x + x * part, 1), round(box.y + y * part, 1)


@cache
def _drawing() -> dict[str, Any]:
    return tomllib.loads(DRAWING.read_text(encoding="utf-8"))
