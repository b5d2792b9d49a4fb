"""Weights from reviewed links: logistic regression over the pairs that a search found, linked (1) or not (0).

Links are split by their entity's name: one half is fitted, the other measures. Candidates come from exact look-ups, so
reviewed links hardly show what a difference in spelling means: weights are drawn towards those of `prior.toml`, and
stay there where links say nothing. The threshold is the lowest at which the fitted half is precise enough.
"""

from __future__ import annotations

import hashlib
import math
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from graph.linking import LinkingError
from graph.linking.quality import Point
from graph.linking.scoring import Features, Weights
from graph.linking.searches import Search

PRIOR = Path(__file__).parent / "prior.toml"
RIDGE = 1.0  # how strongly weights are drawn to the prior, as if so many links had said so
PRECISE = 0.99
FLOOR = 0.7  # whatever the links say: what is less likely is nothing to propose
STEPS = 30
ENOUGH = 50  # links without which nothing is fitted
HEAD = """\
# Weights of the features of a match, fitted on reviewed links by `evplans link --calibrate`.
# The score is the probability that they give: 1 / (1 + exp(-(bias + sum of weight times value))). `in_tables` is added
# where a table's name is looked for among our own things: who asks there means one of them, and few share a name.
"""
Pair = tuple[Features, float]


class CalibrationError(LinkingError):
    """There is too little to fit weights on; the message says what is missing."""


def half(entity: str) -> int:
    """0 for an entity whose link is fitted, 1 for one that measures."""
    return hashlib.sha256(entity.encode()).digest()[0] % 2


def pairs(searches: Iterable[Search], links: Mapping[str, Collection[str]]) -> list[Pair]:
    """The pairs of searches for linked things (by IRI) with 1 for those that are links."""
    return [
        (one.features, float(one.iri in links[search.entity]))
        for search in searches
        if search.entity in links
        for one in search.found
    ]


def fit(examples: Sequence[Pair]) -> dict[str, float]:
    """The weights that make the examples and the prior likeliest, by Newton's method. Raises CalibrationError."""
    linked = sum(one for _, one in examples)
    if linked < ENOUGH or linked == len(examples):
        raise CalibrationError(
            f"{linked:.0f} links and {len(examples) - linked:.0f} other pairs are too few to fit; {ENOUGH} links needed"
        )
    prior = tomllib.loads(PRIOR.read_text(encoding="utf-8"))
    names = ["bias", *(name for name in prior if name != "bias")]
    rows = [([1.0, *(features.get(n, 0.0) for n in names[1:])], one) for features, one in examples]
    means = [float(prior[name]) for name in names]
    weights = list(means)
    for _ in range(STEPS):
        step = _newton(rows, weights, means)
        weights = [w + s for w, s in zip(weights, step, strict=True)]
        if max(map(abs, step)) < 1e-6:
            break
    return {n: round(w, 3) for n, w in zip(names, weights, strict=True)}


def threshold(points: Sequence[Point]) -> float:
    """The lowest threshold from which on the fitted links come back precisely enough."""
    good = []
    for point in sorted(points, key=lambda p: -p.threshold):
        if point.precision < PRECISE or point.threshold < FLOOR:
            break
        good.append(point.threshold)
    return good[-1] if good else max(p.threshold for p in points)


def _newton(rows: Sequence[tuple[list[float], float]], weights: list[float], means: list[float]) -> list[float]:
    size = len(weights)
    slope = [RIDGE * (mean - w) for w, mean in zip(weights, means, strict=True)]
    bend = [[RIDGE * (i == j) for j in range(size)] for i in range(size)]
    for values, one in rows:
        chance = 1 / (1 + math.exp(-max(-50.0, min(50.0, sum(w * v for w, v in zip(weights, values, strict=True))))))
        spread = chance * (1 - chance)
        for i, value in enumerate(values):
            if value:
                slope[i] += (one - chance) * value
                row, weighed = bend[i], spread * value
                for j, other in enumerate(values):
                    row[j] += weighed * other
    return _solved(bend, slope)


def _solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """The solution of a linear system whose matrix is symmetric and positive: Gaussian elimination."""
    size = len(right)
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for i in range(size):
        for row in rows[i + 1 :]:
            factor = row[i] / rows[i][i]
            for j in range(i, size + 1):
                row[j] -= factor * rows[i][j]
    found = [0.0] * size
    for i in reversed(range(size)):
        found[i] = (rows[i][size] - sum(rows[i][j] * found[j] for j in range(i + 1, size))) / rows[i][i]
    return found


def write_weights(weights: Weights, path: Path, note: str) -> None:
    """Write weights as the file that they are read from, whole or not at all."""
    lines = [
        HEAD + f"# {note}",
        f"threshold = {weights.threshold}",
        f"in_tables = {weights.in_tables}",
        "",
        "[weights]",
    ]
    lines += [f"{name} = {value}" for name, value in weights.weights.items()]
    draft = path.with_suffix(".draft")
    draft.write_text("\n".join(lines) + "\n", encoding="utf-8")
    draft.replace(path)
