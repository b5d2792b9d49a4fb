"""How well a thing fits a query: its name first, then its kind and what is known about it. Scores are 0 to 100."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from graph.linking.asked import Property, Query, Value
from graph.linking.spelling import Spelling
from graph.linking.things import NAME, Thing, Things
from graph.register import fold
from graph.vocabulary import vocabulary

ALIAS = 97.0  # an exact alias: a proper name goes before it
SAME_BUT_FORM = 95.0  # the same name but for "Ltd" or the like
LIKE = 94.0  # the most that a name counts which is not the same
LEAST = 50.0
OTHER_KIND = 0.8
CERTAIN = 92.5  # closer than two words that differ in two letters
CLEAR = 2.0  # points between a match and whatever comes next
CLEAR_IF_LIKE = 6.0  # the same where the name is not quite the same
CONTEXT = 0.25  # the weight of what is known about a thing
UNKNOWN = 75.0  # what a property counts that nothing is known of
AGREES = 85.0
NEAR = ({"Organization", "Brand"}, {"Place", "Plant"})  # kinds that one name often stands for at once
SHORTLIST = 40
COMMON = 400  # names: a trigram in more of them says little


@dataclass(slots=True)
class Candidate:
    """A thing that may be meant, with what speaks for it by feature."""

    thing: Thing
    score: float
    features: dict[str, float] = field(default_factory=dict)
    match: bool = False


@dataclass(frozen=True, eq=False)
class Matcher:
    """Finds the things that a query may mean."""

    things: Things
    spellings: dict[Spelling, tuple[str, ...]]  # to the slugs of those that bear the name
    keys: dict[str, list[Spelling]]
    trigrams: dict[str, list[Spelling]]

    @classmethod
    def over(cls, things: Things) -> Matcher:
        """A matcher over these things."""
        owners: dict[Spelling, dict[str, None]] = defaultdict(dict)
        for thing in things.by_slug.values():
            for name in (thing.name, *thing.aliases):
                owners[Spelling.of(name)][thing.slug] = None
        keys: dict[str, list[Spelling]] = defaultdict(list)
        trigrams: dict[str, list[Spelling]] = defaultdict(list)
        for spelling in owners:
            keys[spelling.key].append(spelling)
            for gram in _grams(spelling.key):
                trigrams[gram].append(spelling)
        return cls(things, {s: tuple(slugs) for s, slugs in owners.items()}, dict(keys), dict(trigrams))

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
        found = {slug: 100.0 if proper else ALIAS for slug, proper in owners.items()}
        if known:
            found[known.slug] = 100.0
        for spelling in self.keys.get(asked.key, ()):
            for slug in self.spellings[spelling]:
                found.setdefault(slug, SAME_BUT_FORM)
        like: dict[str, float] = {}
        for spelling in self._shortlist(asked.key):
            score = min(asked.likeness(spelling), LIKE)
            if score >= LEAST:
                for slug in self.spellings[spelling]:
                    like[slug] = max(score, like.get(slug, 0.0))
        return like | found

    def _shortlist(self, key: str) -> list[Spelling]:
        """The names that share most trigrams with a folded one, those of its length first."""
        shared: Counter[Spelling] = Counter()
        for names in sorted((self.trigrams[g] for g in _grams(key) if g in self.trigrams), key=len):
            if len(names) > COMMON and shared:
                break
            shared.update(names)
        size = len(key)
        ranked = sorted((abs(len(name.key) - size) / 4 - n, name.words, name) for name, n in shared.items())
        return [name for *_, name in ranked[:SHORTLIST]]

    def _related(self, properties: Iterable[Property]) -> dict[str, float]:
        """Things that fit one of these properties, where no name is given."""
        asked = [p for p in properties if p.values]
        fits = {
            slug: max((self._agreement(thing, p) or 0.0 for p in asked), default=0.0)
            for slug, thing in self.things.by_slug.items()
        }
        return {slug: score for slug, score in fits.items() if score >= AGREES}

    def _weighed(self, slug: str, score: float, query: Query) -> Candidate | None:
        """A candidate with its kind and properties weighed in; None where its kind excludes it."""
        thing = self.things.by_slug[slug]
        features = {"name": round(score, 1)}
        if query.types:
            kind = _kind(thing, query)
            if kind == 0.0:
                return None
            features["kind"] = round(100 * kind, 1)
            score *= kind
        known = [(p.id, self._agreement(thing, p)) for p in query.properties if p.id != NAME and p.values]
        if known:
            total = sum(UNKNOWN if value is None else value for _, value in known) / len(known)
            score = (1 - CONTEXT) * score + CONTEXT * total
            features |= {f"property:{pid}": round(value, 1) for pid, value in known if value is not None}
        return Candidate(thing, round(score, 1), features)

    def _agreement(self, thing: Thing, asked: Property) -> float | None:
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


def _certain(found: list[Candidate]) -> bool:
    """Is the first candidate clearly meant: a good name, nothing that speaks against it, and no rival?"""
    first = found[0]
    name = first.features["name"]
    contradicted = any(value < AGREES for feature, value in first.features.items() if feature != "name")
    margin = CLEAR if name > LIKE else CLEAR_IF_LIKE
    rival = len(found) > 1 and first.score - found[1].score < margin
    return name >= CERTAIN and not contradicted and not rival


def _kind(thing: Thing, query: Query) -> float:
    """How far a thing is of the kinds asked for, 0 to 1."""
    wanted = set(query.types)
    if (query.strict == "all" and wanted <= thing.above) or (query.strict != "all" and wanted & thing.above):
        return 1.0
    if query.strict == "should":
        return OTHER_KIND
    above = {wider for kind in wanted for wider in vocabulary().above(kind)}
    near = any(above & group and thing.above & group for group in NEAR)
    return OTHER_KIND if query.strict is None and near else 0.0


@lru_cache(maxsize=1 << 14)
def _spelling(name: str) -> Spelling:
    return Spelling.of(name)


def _grams(key: str) -> set[str]:
    padded = f" {key} "
    return {padded[i : i + 3] for i in range(len(padded) - 2)}
