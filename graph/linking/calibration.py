"""Weights from reviewed links: logistic regression over the pairs that a search found, linked (1) or not (0).

Links are split by their entity's name: one half is fitted, the other measures. What is known of a thing differs from
table to table, so each pair counts a second time as if nothing but its names were known.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from graph.linking import LinkingError
from graph.linking.scoring import Features, Weights
from graph.linking.searches import Search

RIDGE = 1.0
STEPS = 30
ENOUGH = 50  # links without which nothing is fitted
HEAD = """\
# Weights of the features of a match, fitted on reviewed links by `evplans link --calibrate`.
# The score is the probability that they give: 1 / (1 + exp(-(bias + sum of weight times value))).
"""
Pair = tuple[Features, float]


class CalibrationError(LinkingError):
    """There is too little to fit weights on; the message says what is missing."""


def half(entity: str) -> int:
    """0 for an entity whose link is fitted, 1 for one that measures."""
    return hashlib.sha256(entity.encode()).digest()[0] % 2


def pairs(searches: Iterable[Search], links: Mapping[str, Collection[str]]) -> list[Pair]:
    """The pairs of searches for linked things (by IRI) with whether they are links, as known and by name alone."""
    found = []
    for search in searches:
        for one in search.found if search.entity in links else ():
            linked = float(one.iri in links[search.entity])
            bare = {n: v if n in {"name", "proper"} else 0.0 for n, v in one.features.items()}
            found += [(one.features, linked), (bare, linked)]
    return found


def fit(examples: Sequence[Pair], threshold: float) -> Weights:
    """The weights that make the examples likeliest, by Newton's method. Raises CalibrationError."""
    linked = sum(one for _, one in examples)
    if linked < ENOUGH or linked == len(examples):
        raise CalibrationError(
            f"{linked:.0f} links and {len(examples) - linked:.0f} other pairs are too few to fit; {ENOUGH} links needed"
        )
    names = ["bias", *dict.fromkeys(name for features, _ in examples for name in features)]
    rows = [([1.0, *(features.get(n, 0.0) for n in names[1:])], one) for features, one in examples]
    weights = [0.0] * len(names)
    for _ in range(STEPS):
        step = _newton(rows, weights)
        weights = [w + s for w, s in zip(weights, step, strict=True)]
        if max(map(abs, step)) < 1e-6:
            break
    return Weights({n: round(w, 3) for n, w in zip(names, weights, strict=True)}, threshold)


def _newton(rows: Sequence[tuple[list[float], float]], weights: Sequence[float]) -> list[float]:
    size = len(weights)
    slope = [-RIDGE * w * (i > 0) for i, w in enumerate(weights)]
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
    lines = [HEAD + f"# {note}", f"threshold = {weights.threshold}", "", "[weights]"]
    lines += [f"{name} = {value}" for name, value in weights.weights.items()]
    draft = path.with_suffix(".draft")
    draft.write_text("\n".join(lines) + "\n", encoding="utf-8")
    draft.replace(path)
