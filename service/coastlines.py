"""The countries of world-atlas as one SVG drawing for maps: longitude to the right, latitude downwards.

A page shows a part of it with `<use href="…/world.svg#world">`. Points closer than a pixel of the closest map are left
out, which makes the file a quarter of the atlas.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

GRID = 20  # steps in a degree
SOUTHERNMOST = -60  # what lies wholly beyond this latitude, which is Antarctica, has no plants
HALF_ROUND = 180 * GRID
Position = tuple[int, int]


def draw(atlas: Path) -> str:
    """The SVG of a TopoJSON file with an object `countries`, as world-atlas has it. Raises OSError, ValueError."""
    topology = json.loads(atlas.read_text(encoding="utf-8"))
    arcs = [_positions(topology, arc) for arc in topology["arcs"]]
    countries = topology["objects"]["countries"]["geometries"]
    paths = "".join(path for country in countries for path in _outline(country, arcs))
    group = f'<g id="world" transform="scale({1 / GRID})"><path vector-effect="non-scaling-stroke" d="{paths}"/></g>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-180 -85 360 145">{group}</svg>\n'


def _positions(topology: dict[str, Any], arc: Iterable[tuple[int, int]]) -> list[Position]:
    """An arc on our grid; its points are stored as steps from one to the next."""
    (scale_x, scale_y), (left, bottom) = topology["transform"]["scale"], topology["transform"]["translate"]
    points = accumulate(arc, lambda a, b: (a[0] + b[0], a[1] + b[1]))
    return [(round((x * scale_x + left) * GRID), -round((y * scale_y + bottom) * GRID)) for x, y in points]


def _outline(country: dict[str, Any], arcs: list[list[Position]]) -> Iterator[str]:
    shapes = [country["arcs"]] if country["type"] == "Polygon" else country.get("arcs", [])
    for ring in (ring for polygon in shapes for ring in polygon):
        # a negative number is an arc backwards: -1 is the first
        points = [p for n in ring for p in (arcs[n] if n >= 0 else reversed(arcs[~n]))]
        path = [p for i, p in enumerate(points) if i == 0 or p != points[i - 1]]
        if len(path) > 2 and min(y for _, y in path) < -SOUTHERNMOST * GRID:
            yield from _drawn(path)


def _drawn(path: list[Position]) -> Iterator[str]:
    """A ring as a path. One across the antimeridian goes on beyond it, and is drawn on the other side too."""
    steps = [(_short_way(b[0] - a[0]), b[1] - a[1]) for a, b in pairwise(path)]
    reach = list(accumulate((x for x, _ in steps), initial=path[0][0]))
    starts = [path[0][0]]
    if max(reach) > HALF_ROUND:
        starts.append(path[0][0] - 2 * HALF_ROUND)
    if min(reach) < -HALF_ROUND:
        starts.append(path[0][0] + 2 * HALF_ROUND)
    rest = " ".join(f"{x} {y}" for x, y in steps)
    for start in starts:
        yield f"M{start} {path[0][1]}l{rest}z".replace(" -", "-")


def _short_way(step: int) -> int:
    """A step in longitude that does not go round the world."""
    return (step + HALF_ROUND) % (2 * HALF_ROUND) - HALF_ROUND
