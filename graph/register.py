"""The register: entities that we know, with names, kinds, parents and reviewed links. The extractor's gazetteer."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """An entity of the register. `kinds` are class names of the ontology; relations hold slugs of other entities."""

    slug: str
    name: str
    kinds: frozenset[str]
    aliases: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    country: str | None = None
    city: str | None = None
    members: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()


def fold(name: str) -> str:
    """A name reduced to what counts in comparison: no case, accents, dashes, punctuation, spaces or leading "the"."""
    text = unicodedata.normalize("NFKD", name.replace("+", "plus")).casefold()
    key = "".join(c for c in text.removeprefix("the ") if c.isalnum())
    return key or text


@dataclass(frozen=True)
class Register:
    """All entities by slug, and the way from a name to its entity."""

    entities: Mapping[str, Entity]
    names: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(cls, entities: Iterable[Entity]) -> Register:
        """A register of these entities. A canonical name wins over an alias; an ambiguous alias leads nowhere."""
        by_slug = {e.slug: e for e in entities}
        names = {fold(e.name): e.slug for e in by_slug.values()}
        owners: dict[str, set[str]] = {}
        for entity in by_slug.values():
            for alias in entity.aliases:
                owners.setdefault(fold(alias), set()).add(entity.slug)
        for alias, slugs in owners.items():
            if len(slugs) == 1 and alias not in names:
                names[alias] = next(iter(slugs))
        return cls(by_slug, names)

    def resolve(self, name: str) -> Entity | None:
        """The entity of that name or alias, or None."""
        slug = self.names.get(fold(name))
        return self.entities[slug] if slug else None

    def __getitem__(self, slug: str) -> Entity:
        return self.entities[slug]
