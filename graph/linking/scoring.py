"""How likely two descriptions are of one thing: features that are compared, and a probability over them.

Features run from 0 to 1 (names) or from -1, contradicted, over 0, unknown, to 1, confirmed (everything else). Their
weights are data, fitted on reviewed links. Where only one of several candidates can be meant, each weakens the others.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from graph.linking.described import Described, words

WEIGHTS = Path(__file__).parent / "weights.toml"

SAME = 1.0
ALIAS = 0.97  # an exact alias: a proper name goes before it
SAME_BUT_FORM = 0.95  # the same name but for "Ltd" or "Motor Company"
LIKE = 0.94  # the most that a name counts which is not the same
CERTAIN = 0.925  # closer than two words that differ in two letters
NEAR, WIDER = 0.3, 0.7  # what a kind counts that shares names with ours, or is wider
NEAR_KINDS = frozenset(  # kinds that one name often stands for at once, such as a maker and its brand
    map(
        frozenset,
        [("Organization", "Brand"), ("Organization",), ("Brand",), ("Place", "Plant"), ("Plant", "Organization")],
    )
)
SAME_YEARS = 1  # a founding or launch may be counted from its decision or its registration
Features = dict[str, float]


@dataclass(frozen=True, slots=True)
class Weights:
    """The weight of each feature and the bias; `threshold` is the probability from which a match is asserted.

    `in_tables` is added to the bias where a table's name is looked for among our own things.
    """

    weights: Mapping[str, float]
    threshold: float
    in_tables: float = 0.0

    def of_tables(self) -> Weights:
        """The same weights for a name that is looked for among our own things."""
        moved = {**self.weights, "bias": self.weights["bias"] + self.in_tables}
        return Weights(moved, self.threshold, self.in_tables)

    def odds(self, features: Mapping[str, float]) -> float:
        """The odds that two things are one, each taken alone."""
        total = self.weights["bias"] + sum(self.weights[name] * value for name, value in features.items())
        return math.exp(max(-50.0, min(50.0, total)))

    def probability(self, features: Mapping[str, float]) -> float:
        """The probability that two things are one, each taken alone."""
        odds = self.odds(features)
        return odds / (1 + odds)

    def among(self, rivals: Sequence[Mapping[str, float]]) -> list[float]:
        """The probability of each of several candidates where at most one is meant."""
        odds = [self.odds(features) for features in rivals]
        return [one / (1 + sum(odds)) for one in odds]


@cache
def weights(path: Path = WEIGHTS) -> Weights:
    """The weights in force."""
    given = tomllib.loads(path.read_text(encoding="utf-8"))
    return Weights(given["weights"], given["threshold"], given["in_tables"])


def compared(ours: Described, theirs: Described, counted: Iterable[str]) -> Features:
    """The features of two descriptions that count for a target."""
    found = {
        "name": _name(ours, theirs),
        "proper": float(bool(ours.proper & theirs.proper)),
        "kind": kind_agreement(ours.kinds, ours.above, theirs),
        "country": _shared(ours.countries, theirs.countries),
        "parent": _shared(ours.parents, theirs.parents),
        "year": _year(ours.years, theirs.years),
        "context": _context(ours, theirs),
    }
    return {name: found[name] for name in counted}


def _name(ours: Described, theirs: Described) -> float:
    shared = {s.key for s in ours.spellings} & {s.key for s in theirs.spellings}
    if ours.proper & theirs.proper:
        return SAME
    if shared:
        return ALIAS
    if {s.key for s in theirs.spellings} & ours.form_keys:
        return SAME_BUT_FORM
    best = max(one.likeness(other) for one in ours.spellings for other in theirs.spellings)
    return min(best / 100, LIKE)


def kind_agreement(kinds: frozenset[str], above: frozenset[str], theirs: Described) -> float:
    """1 for a kind in common, less for a wider one or one that shares names, -1 for none, 0 where unknown."""
    if not kinds or not theirs.typed:
        return 0.0
    if kinds & theirs.above:
        return 1.0
    if above & theirs.kinds:
        return WIDER
    return NEAR if near_kinds(above, theirs.above) else -1.0


def near_kinds(one: Iterable[str], other: Iterable[str]) -> bool:
    """May two things of these kinds (with all wider ones) bear one name and be one, in somebody's view?"""
    wider = list(other)
    return any(frozenset((a, b)) in NEAR_KINDS for a in one for b in wider)


def _shared(ours: frozenset[str], theirs: frozenset[str]) -> float:
    if not ours or not theirs:
        return 0.0
    return 1.0 if ours & theirs else -1.0


def _year(ours: frozenset[int], theirs: frozenset[int]) -> float:
    if not ours or not theirs:
        return 0.0
    return 1.0 if min(abs(a - b) for a in ours for b in theirs) <= SAME_YEARS else -1.0


def _context(ours: Described, theirs: Described) -> float:
    """Do the words of their description speak of the same field, owner or country? A description may leave it out."""
    said = words(theirs.description)
    if not said or not ours.context:
        return 0.0
    return 1.0 if ours.context & said else -0.5
