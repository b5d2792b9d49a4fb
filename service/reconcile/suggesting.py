"""Type-ahead: things, classes and properties whose names begin like what was typed."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable

from graph.linking.asked import LONGEST, Query, local
from graph.linking.matching import matcher
from graph.linking.things import Term, Thing, Things
from graph.register import fold


def entities(things: Things, prefix: str, types: Iterable[str] = ()) -> list[Thing]:
    """The things whose id, or a word of whose name, begins so; where there are none, those with names most like it."""
    if (known := things.find(prefix)) is not None and prefix.startswith(things.space):
        return [known]
    key = fold(prefix[:LONGEST])
    ranks: dict[str, tuple[int, int]] = {}
    start = bisect_left(things.words, (key, False, "")) if any(c.isalnum() for c in key) else len(things.words)
    for text, first, slug in things.words[start:]:
        if not text.startswith(key):
            break
        rank = (0 if first else 1, len(text))
        ranks[slug] = min(rank, ranks.get(slug, rank))
    found = sorted((things.by_slug[slug] for slug in ranks), key=lambda t: (*ranks[t.slug], t.name, t.slug))
    if not found and key and prefix.strip():
        found = [c.thing for c in matcher(things).match(Query(prefix[:LONGEST]))]
    wanted = {local(t) for t in types}
    return [thing for thing in found if not wanted or wanted & thing.above]


def terms(known: Iterable[Term], prefix: str) -> list[Term]:
    """The classes or properties whose id, or a word of whose label, begins so; those that begin with it first."""
    key = local(prefix).casefold()
    found = []
    for term in known:
        label = term.label.casefold()
        if label.startswith(key) or term.id.casefold().startswith(key):
            found.append((0, label, term.id, term))
        elif any(word.startswith(key) for word in re.findall(r"\w+", label)):
            found.append((1, label, term.id, term))
    return [term for *_, term in sorted(found, key=lambda row: row[:3])]
