"""The people that lexicon/posts.toml knows, and the companies at which they hold or held a post."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from graph.extraction.lexicon import table
from graph.extraction.readings import Reading
from graph.register import fold


@cache
def known_posts() -> Mapping[str, tuple[str, ...]]:
    """Each person's companies, the best known first, by the person's folded name."""
    found: dict[str, tuple[str, ...]] = {}
    for line in filter(None, table("posts")["posts"].splitlines()):
        person, companies = line.split(" | ")
        found[fold(person)] = tuple(companies.split(", "))
    return found


def companies_of(person: str) -> tuple[str, ...]:
    """The companies at which a person holds or held a post; none where that is not known."""
    return known_posts().get(fold(person), ())


def post_in(reading: Reading, person: str) -> str | None:
    """The company at which a person is known to have a post and that the document or its title names."""
    named = {m.name for m in reading.titled}
    return next((name for name in companies_of(person) if name in named or reading.names(name)), None)
