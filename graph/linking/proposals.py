"""From searches to proposals: which candidate is meant, how sure that is, and what each entity may be linked with."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from graph.linking.scoring import Features, Weights
from graph.linking.searches import Found, Search


@dataclass(frozen=True, slots=True)
class Proposal:
    """That one of our things (by IRI) is a thing of the target, with its probability and its rivals' ones."""

    entity: str
    label: str
    target: Found
    score: float
    relation: str
    date: str
    rivals: tuple[tuple[Found, float], ...] = ()

    @property
    def method(self) -> str:
        """What was compared, and with what result."""
        return said(self.target.features)


def said(features: Features) -> str:
    """Features in words: `name 0.97, kind confirmed, country contradicted`; what is unknown is left out."""
    parts = []
    for name, value in features.items():
        if name == "name":
            parts.append(f"{name} {value:.2f}")
        elif value:
            parts.append(f"{name} {'confirmed' if value >= 1 else 'near' if value > 0 else 'contradicted'}")
    return ", ".join(parts)


def propose(
    searches: Iterable[Search],
    weights: Weights,
    rejected: Collection[tuple[str, str]] = (),
    taken: Collection[str] = (),
    one_to_one: bool = True,
) -> list[Proposal]:
    """The best candidate of each search that is not rejected (pairs of IRIs), the surest first.

    One to one: a thing of the target that is `taken`, or that another of ours has better claim to, is no candidate.
    """
    free = [_free(search, rejected, taken if one_to_one else ()) for search in searches]
    best = [proposal for search in free if (proposal := _best(search, weights)) is not None]
    best.sort(key=lambda p: (-p.score, p.entity))
    if not one_to_one:
        return best
    given: set[str] = set()
    kept = []
    for proposal in best:
        if proposal.target.iri not in given:
            given.add(proposal.target.iri)
            kept.append(proposal)
    return kept


def _free(search: Search, rejected: Collection[tuple[str, str]], taken: Collection[str]) -> Search:
    found = tuple(f for f in search.found if (search.entity, f.iri) not in rejected and f.iri not in taken)
    return Search(search.entity, search.label, search.asked, search.date, found)


def _best(search: Search, weights: Weights) -> Proposal | None:
    if not search.found:
        return None
    scores = weights.among([found.features for found in search.found])
    ranked = sorted(zip(search.found, scores, strict=True), key=lambda pair: (-pair[1], pair[0].iri))
    (first, score), *others = ranked
    kind = first.features.get("kind", 0.0)
    relation = "closeMatch" if 0 < kind < 0.5 else "exactMatch"
    return Proposal(search.entity, search.label, first, score, relation, search.date, tuple(others))
