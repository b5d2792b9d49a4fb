"""A thing with what is known of it, ours or another dataset's, in the form in which the two are compared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pyoxigraph import QuerySolutions, Store

from graph.linking.forms import forms, shortened
from graph.linking.spelling import Spelling
from graph.linking.things import Thing, Things
from graph.namespaces import EV, Namespace
from graph.register import fold
from graph.vocabulary import vocabulary

YEARS = """
SELECT DISTINCT ?entity ?year WHERE {
  VALUES (?property ?bound) { (ev:foundedIn ev:startYear) (ev:foundedIn ev:endYear) (ev:launch ev:startYear) }
  ?claim ev:subject ?entity ; ev:property ?property ; ?bound ?year ; ev:modality ?modality .
  FILTER (?modality IN (code:modality\\/fact, code:modality\\/report))
}"""
WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, kw_only=True)
class Described:
    """What is known of a thing. The first name is its proper one, `labels` are all proper ones in several languages.

    `owners` are the names of its parents; `countries` and `parents` hold folded names and IRIs, `years` when it was
    founded or launched; empty is unknown. `context` are words that tell it from its namesakes, `typed` says that
    something is known of its kind, be it none of ours.
    """

    iri: str
    names: tuple[str, ...]
    labels: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()
    typed: bool = False
    countries: frozenset[str] = frozenset()
    owners: tuple[str, ...] = ()
    parents: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()
    context: frozenset[str] = frozenset()
    description: str = ""

    @property
    def label(self) -> str:
        return self.names[0]

    @cached_property
    def above(self) -> frozenset[str]:
        """The kinds with all wider ones, but for the widest."""
        return frozenset(wider for kind in self.kinds for wider in vocabulary().above(kind)) - {"Entity"}

    @cached_property
    def spellings(self) -> tuple[Spelling, ...]:
        return tuple(dict.fromkeys(Spelling.of(name) for name in self.names))

    @cached_property
    def proper(self) -> frozenset[str]:
        """The proper names, folded and without legal forms."""
        return frozenset(Spelling.of(name).key for name in self.labels or self.names[:1])

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """Other forms of its names: with what companies add, with or without its maker's name."""
        short = [name for name in (shortened(n, self.owners) for n in self.names) if name and name not in self.names]
        return (*forms(self.names, self.above, self.owners[0] if self.owners else ""), *dict.fromkeys(short))

    @cached_property
    def form_keys(self) -> frozenset[str]:
        return frozenset(Spelling.of(name).key for name in self.forms)


def words(text: str) -> frozenset[str]:
    """The words of a text that can tell things apart, folded."""
    return frozenset(map(fold, WORD.findall(text)))


@dataclass(frozen=True)
class Ours:
    """Our things as they are compared. `hidden`: do as if nothing were linked, so that links can be found anew."""

    things: Things
    years: Mapping[str, frozenset[int]] = field(default_factory=dict)
    hidden: bool = False
    _known: dict[str, frozenset[str]] = field(default_factory=dict, repr=False)

    def described(self, thing: Thing) -> Described:
        """One of our things with its names, makers, owners and countries, near and far."""
        by_slug, owners = self.things.by_slug, self._closure(thing, "parent")
        wider = self._closure(thing, "withinPlace")
        homes = {*thing.values.get("homeCountry", ()), *(s for s in wider if "Country" in by_slug[s].kinds)}
        homes = homes or {c for s in owners for c in self.things.by_slug[s].values.get("homeCountry", ())}
        named = [self.things.classes[k].label for k in thing.kinds if k in self.things.classes]
        named += [self.things.by_slug[s].name for s in (*owners, *homes)]
        return Described(
            iri=self.things.space + thing.slug,
            names=(thing.name, *thing.aliases),
            labels=(thing.name,),
            kinds=frozenset(thing.kinds) - {"Entity"},
            typed=thing.kinds != ("Entity",),
            countries=self._keys(homes),
            owners=tuple(
                self.things.by_slug[s].name for s in thing.values.get("parent", ()) if s in self.things.by_slug
            ),
            parents=self._keys({*owners, *wider}),
            years=self.years.get(thing.slug, frozenset()),
            context=words(" ".join(named)),
            description=self.things.description(thing),
        )

    def _keys(self, slugs: Iterable[str]) -> frozenset[str]:
        """By what some of our things are recognised: their names in all forms, and their links unless hidden."""
        return frozenset(key for slug in slugs for key in self._key(slug))

    def _key(self, slug: str) -> frozenset[str]:
        if slug not in self._known:
            thing = self.things.by_slug[slug]
            names = (thing.name, *thing.aliases)
            keys = {fold(name) for name in (*names, *forms(names, thing.above, ""))}
            if not self.hidden:
                keys |= {iri for relation in ("exactMatch", "closeMatch") for iri in thing.values.get(relation, ())}
            self._known[slug] = frozenset(keys)
        return self._known[slug]

    def _closure(self, thing: Thing, relation: str) -> set[str]:
        found, waiting = set[str](), list(thing.values.get(relation, ()))
        while waiting:
            slug = waiting.pop()
            if slug not in found and slug in self.things.by_slug:
                found.add(slug)
                waiting.extend(self.things.by_slug[slug].values.get(relation, ()))
        return found


def founded(store: Store, namespace: Namespace) -> dict[str, frozenset[int]]:
    """By slug, the years in which documents say that things were founded or launched."""
    found = store.query(YEARS, prefixes=namespace.prefixes, use_default_graph_as_union=True)
    years: dict[str, set[int]] = {}
    for row in found if isinstance(found, QuerySolutions) else ():
        slug = str(row["entity"].value).removeprefix(namespace.entity(""))
        years.setdefault(slug, set()).add(int(row["year"].value))
    return {slug: frozenset(found) for slug, found in years.items()}


def is_kind(kinds: Iterable[str], wanted: str) -> bool:
    """Is one of these kinds the wanted one, or a kind of it?"""
    return any(wanted in vocabulary().above(kind) for kind in kinds)


def local_kind(text: str) -> str | None:
    """The kind that a person means by a word (`brand`, `vehicle model`, `Brand`), or None."""
    known = {*vocabulary().parents, *(k for found in vocabulary().parents.values() for k in found)}
    return next((k for k in sorted(known) if fold(k) == fold(text.removeprefix(EV).removeprefix("ev:"))), None)
