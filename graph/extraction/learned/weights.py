"""What was learnt: for each property the weight of each feature, in a table of its own."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import repeat
from pathlib import Path

FILE = Path(__file__).parent / "weights.json.gz"

Weights = Mapping[str, Mapping[str, float]]


@cache
def learned() -> Weights:
    """Table -> feature -> weight. The table of a property is named after it, those of the judge begin with "judge"."""
    rows: dict[str, dict[str, float]] = json.loads(gzip.decompress(FILE.read_bytes())) if FILE.exists() else {}
    return rows


def write(weights: Weights, file: Path = FILE) -> None:
    """Keep what was learnt, byte for byte the same for the same weights."""
    text = json.dumps(
        {name: dict(sorted(rows.items())) for name, rows in sorted(weights.items())}, separators=(",", ":")
    )
    file.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def summed(weights: Mapping[str, float], features: Iterable[str]) -> float:
    """The sum of the weights of some features."""
    return sum(map(weights.get, features, repeat(0.0)))


def likelihood(total: float) -> float:
    """A sum of weights as a probability (the logistic function)."""
    return 1 / (1 + math.exp(-total)) if total > -60 else 0.0
