"""Reviewed links asked of their target again: is the thing still there, was it moved, does it still fit?

Nothing is changed here; the findings are for people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from graph.linking.described import Described
from graph.linking.finding import EndpointFinder, Finder
from graph.linking.scoring import kind_agreement
from graph.linking.session import Session
from graph.linking.targets import iris

UNLIKE = 50.0  # a name that is less like ours than this may be another thing's
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is amiss with a reviewed link: `missing`, `moved`, `kind` or `name`, and the detail of it."""

    entity: str
    relation: str
    target: str
    fault: str
    detail: str

    def __str__(self) -> str:
        return f"{self.fault:8} {self.entity} {self.relation} <{self.target}>: {self.detail}"


def check(session: Session, finder: Finder, progress: Progress = lambda *_: None) -> tuple[int, list[Finding]]:
    """How many reviewed links the target was asked of, and what is amiss. Raises EndpointError."""
    links = sorted(
        (slug, relation, iri)
        for slug, pairs in session.reviewed().items()
        for relation, iri in pairs
        if session.target.holds(iri) and slug in session.ours.things.by_slug
    )
    found: list[Finding] = []
    asked = sorted({iri for *_, iri in links})
    size = session.target.things_at_once
    for start in range(0, len(asked), size):
        progress("checking", start, len(asked))
        part = asked[start : start + size]
        here, moved = _state(part, finder)
        for slug, relation, iri in links:
            if iri in part:
                ours = session.ours.described(session.ours.things.by_slug[slug])
                found += _findings(slug, ours, relation, iri, here.get(iri), moved.get(iri, []))
    progress("checking", len(asked), len(asked))
    return len(links), sorted(found, key=lambda f: (f.fault, f.entity, f.target))


def _state(part: list[str], finder: Finder) -> tuple[dict[str, Described], dict[str, list[str]]]:
    """What the target says of some IRIs, and where it says that they went."""
    moved: dict[str, list[str]] = defaultdict(list)
    if isinstance(finder, EndpointFinder):
        terms = iris(part)
        for row in finder.endpoint.select(finder.target.query("check", items=terms)):
            if row.get("feature") == "moved":
                moved[row["item"]].append(row["value"])
    return finder.describe(part), moved


def _findings(
    slug: str, ours: Described, relation: str, iri: str, theirs: Described | None, moved: list[str]
) -> Iterable[Finding]:
    if moved:
        yield Finding(slug, relation, iri, "moved", f"it is <{moved[0]}> now")
    elif theirs is None:
        yield Finding(slug, relation, iri, "missing", "the target says nothing of it")
    else:
        if kind_agreement(ours.kinds, ours.above, theirs) < 0:
            known = ", ".join(sorted(theirs.kinds)) or "something else"
            here = ", ".join(sorted(ours.kinds))
            yield Finding(slug, relation, iri, "kind", f"{ours.label} is {here} here and {known} there")
        if max(one.likeness(other) for one in ours.spellings for other in theirs.spellings) < UNLIKE:
            yield Finding(slug, relation, iri, "name", f"{ours.label} is called {theirs.label} there")
