"""How well a thing fits a query: its name, its kind and what is known about it, weighed as for links outwards.

Scores are probabilities in percent; what is compared is shown in percent too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from heapq import nsmallest

from graph.linking.asked import Property, Query, Value
from graph.linking.scoring import ALIAS, CERTAIN, LIKE, NEAR, SAME_BUT_FORM, Weights, near_kinds, weights
from graph.linking.spelling import Spelling
from graph.linking.things import NAME, Thing, Things
from graph.register import fold
from graph.vocabulary import vocabulary

PERCENT = 100.0
LEAST = 50.0
AGREES = 85.0  # from here on a property speaks for a thing, below against it
WEIGHED = {"parent": "parent", "withinPlace": "parent", "country": "country", "homeCountry": "country"}
SHORTLIST = 40
COMMON = 400  # names: a trigram in more of them says little


@dataclass(slots=True)
class Candidate:
    """A thing that may be meant, with what speaks for it by feature, in percent, and the odds that come of it."""

    thing: Thing
    score: float
    features: dict[str, float] = field(default_factory=dict)
    odds: float = 0.0
    match: bool = False


@dataclass(frozen=True, eq=False)
class Matcher:
    """Finds the things that a query may mean."""

    things: Things
    spellings: dict[Spelling, tuple[str, ...]]  # to the slugs of those that bear the name
    keys: dict[str, list[Spelling]]
    names: list[Spelling]  # sorted; a trigram leads to their places here, which are quick to count
    trigrams: dict[str, list[int]]

    @classmethod
    def over(cls, things: Things) -> Matcher:
        """A matcher over these things."""
        owners: dict[Spelling, dict[str, None]] = defaultdict(dict)
        for thing in things.by_slug.values():
            for name in (thing.name, *thing.aliases):
                owners[Spelling.of(name)][thing.slug] = None
        names = sorted(owners, key=lambda spelling: (spelling.words, spelling.key))
        keys: dict[str, list[Spelling]] = defaultdict(list)
        trigrams: dict[str, list[int]] = defaultdict(list)
        for place, spelling in enumerate(names):
            keys[spelling.key].append(spelling)
            for gram in _grams(spelling.key):
                trigrams[gram].append(place)
        return cls(things, {s: tuple(slugs) for s, slugs in owners.items()}, dict(keys), names, dict(trigrams))

    def match(self, query: Query) -> list[Candidate]:
        """The candidates for a query, the best first; those that a name is given for by their name."""
        text = query.text or next((v.text for p in query.properties if p.id == NAME for v in p.values), "")
        named = self._named(text) if text.strip() else self._related(query.properties)
        found = [c for c in (self._weighed(slug, score, query) for slug, score in named.items()) if c]
        found.sort(key=lambda c: (-c.score, c.thing.name, c.thing.slug))
        if found and text.strip():
            found[0].match = _certain(found)
        return found[: query.limit]

    def _named(self, text: str) -> dict[str, float]:
        """Things whose id or name is like a text, and how like."""
        known = self.things.find(text)
        if known and text.strip() != known.slug:
            return {known.slug: 100.0}
        asked = Spelling.of(text)
        owners = self.things.owners.get(fold(text), {})
        found = {slug: 100.0 if proper else PERCENT * ALIAS for slug, proper in owners.items()}
        if known:
            found[known.slug] = 100.0
        for spelling in self.keys.get(asked.key, ()):
            for slug in self.spellings[spelling]:
                found.setdefault(slug, PERCENT * SAME_BUT_FORM)
        like: dict[str, float] = {}
        for spelling in self._shortlist(asked.key):
            score = min(asked.likeness(spelling), PERCENT * LIKE)
            if score >= LEAST:
                for slug in self.spellings[spelling]:
                    like[slug] = max(score, like.get(slug, 0.0))
        return like | found

    def _shortlist(self, key: str) -> list[Spelling]:
        """The names that share most trigrams with a folded one, those of its length first."""
        shared: Counter[int] = Counter()
        for places in sorted((self.trigrams[g] for g in _grams(key) if g in self.trigrams), key=len):
            if len(places) > COMMON and shared:
                break
            shared.update(places)
        size, names, few = len(key), self.names, max(shared.values(), default=0) / 4
        ranked = nsmallest(
            SHORTLIST, [(abs(len(names[i].key) - size) / 4 - n, i) for i, n in shared.items() if n > few]
        )
        return [names[place] for _, place in ranked]

    def _related(self, properties: Iterable[Property]) -> dict[str, float]:
        """Things that fit one of these properties, where no name is given."""
        asked = [p for p in properties if p.values]
        fits = {
            slug: max((self.agreement(thing, p) or 0.0 for p in asked), default=0.0)
            for slug, thing in self.things.by_slug.items()
        }
        return {slug: score for slug, score in fits.items() if score >= AGREES}

    def _weighed(self, slug: str, name: float, query: Query) -> Candidate | None:
        """A candidate with its kind and properties weighed in; None where its kind excludes it."""
        thing = self.things.by_slug[slug]
        shown, weighed = {"name": round(name, 1)}, {"name": name / PERCENT, "proper": float(name == PERCENT)}
        if query.types:
            kind = _kind(thing, query)
            if kind is None:
                return None
            shown["kind"], weighed["kind"] = round(PERCENT * max(kind, 0.0), 1), kind
        context: list[float] = []
        for asked in query.properties:
            agreement = self.agreement(thing, asked) if asked.id != NAME and asked.values else None
            if agreement is not None:
                shown[f"property:{asked.id}"] = round(agreement, 1)
                value = max(-1.0, (agreement - AGREES) / (PERCENT - AGREES))
                if asked.id in WEIGHED:
                    weighed[WEIGHED[asked.id]] = value
                else:
                    context.append(value)
        if context:
            weighed["context"] = sum(context) / len(context)
        odds = tables().odds(weighed)
        return Candidate(thing, round(PERCENT * odds / (1 + odds), 1), shown, odds)

    def agreement(self, thing: Thing, asked: Property) -> float | None:
        """How well what is known of a property fits the given values, 0 to 100; None when nothing is known."""
        held = self._held(thing, asked.id)
        return max(self._fits(value, one) for value in asked.values for one in held) if held else None

    def _fits(self, value: Value, held: str) -> float:
        if value.id and (other := self.things.find(value.id)) is not None:
            return 100.0 if other.slug == held else 0.0
        known, asked = self.things.by_slug.get(held), _spelling(value.text)
        if known is not None:
            return max(asked.likeness(_spelling(name)) for name in (known.name, *known.aliases))
        return asked.likeness(_spelling(self.things.codes[held].label if held in self.things.codes else held))

    def _held(self, thing: Thing, pid: str) -> set[str]:
        """The values of a property; an owner's owner is an owner too, and its country a product's."""
        if pid in {"country", "homeCountry"}:
            own = {*thing.values.get("homeCountry", ()), *thing.values.get("country", ())}
            own |= {s for s in self._closure(thing, "withinPlace") if "Country" in self.things.by_slug[s].kinds}
            return own or {c for s in self._closure(thing, "parent") for c in self._of(s, "homeCountry")}
        if pid in {"parent", "withinPlace"}:
            return self._closure(thing, pid)
        return set(thing.values.get(pid, ()))

    def _closure(self, thing: Thing, relation: str) -> set[str]:
        """What a relation leads to, near or far, as far as it is known."""
        found, waiting = set[str](), list(thing.values.get(relation, ()))
        while waiting:
            slug = waiting.pop()
            if slug not in found and slug in self.things.by_slug:
                found.add(slug)
                waiting.extend(self._of(slug, relation))
        return found

    def _of(self, slug: str, relation: str) -> tuple[str, ...]:
        return self.things.by_slug[slug].values.get(relation, ())


@lru_cache(maxsize=2)
def matcher(things: Things) -> Matcher:
    """The matcher over these things, made once."""
    return Matcher.over(things)


@cache
def tables() -> Weights:
    """The weights for names that are looked for among our own things."""
    return weights().of_tables()


def _certain(found: list[Candidate]) -> bool:
    """Is the first candidate clearly meant: a good name, nothing that speaks against it, and no rival as good?"""
    first = found[0]
    contradicted = any(value < AGREES for feature, value in first.features.items() if feature != "name")
    alone = first.odds / (1 + sum(candidate.odds for candidate in found))
    return first.features["name"] >= PERCENT * CERTAIN and not contradicted and alone >= tables().threshold


def _kind(thing: Thing, query: Query) -> float | None:
    """How far a thing is of the kinds asked for, as a feature; None where it must not be proposed."""
    wanted = set(query.types)
    if (query.strict == "all" and wanted <= thing.above) or (query.strict != "all" and wanted & thing.above):
        return 1.0
    if query.strict == "should":
        return -1.0
    above = {wider for kind in wanted for wider in vocabulary().above(kind)}
    return NEAR if query.strict is None and near_kinds(above, thing.above) else None


@lru_cache(maxsize=1 << 14)
def _spelling(name: str) -> Spelling:
    return Spelling.of(name)


def _grams(key: str) -> set[str]:
    padded = f" {key} "
    return {padded[i : i + 3] for i in range(len(padded) - 2)}
