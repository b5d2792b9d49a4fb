"""How good the linking is: reviewed links are hidden and searched again, and what comes back is compared with them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from graph.linking.proposals import Proposal
from graph.linking.searches import Search

THRESHOLDS = (0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99)


@dataclass(frozen=True, slots=True)
class Point:
    """Precision and recall at a threshold, with the counts behind them."""

    threshold: float
    asserted: int
    right: int
    linked: int

    @property
    def precision(self) -> float:
        return self.right / self.asserted if self.asserted else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.linked if self.linked else 1.0


def measure(proposals: Sequence[Proposal], links: Mapping[str, Collection[str]], threshold: float) -> Point:
    """What of the links (by our IRI) a threshold brings back; proposals for other things do not count."""
    asserted = [p for p in proposals if p.entity in links and p.score >= threshold]
    right = sum(p.target.iri in links[p.entity] for p in asserted)
    return Point(threshold, len(asserted), right, len(links))


def curve(proposals: Sequence[Proposal], links: Mapping[str, Collection[str]]) -> list[Point]:
    """The points of the usual thresholds."""
    return [measure(proposals, links, threshold) for threshold in THRESHOLDS]


def wrong(proposals: Sequence[Proposal], links: Mapping[str, Collection[str]], threshold: float) -> list[Proposal]:
    """The proposals above a threshold that are not the links."""
    return [p for p in proposals if p.entity in links and p.score >= threshold and p.target.iri not in links[p.entity]]


def bereft(searches: Iterable[Search], links: Mapping[str, Collection[str]]) -> list[Search]:
    """Searches for linked things as if the target did not hold them: whatever is proposed then is wrong."""
    return [
        replace(search, found=tuple(one for one in search.found if one.iri not in links[search.entity]))
        for search in searches
        if search.entity in links
    ]
