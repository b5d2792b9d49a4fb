"""How well a thing fits a query: its name first, then its kind and what is known about it. Scores are 0 to 100."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz import fuzz

from graph.register import fold
from graph.vocabulary import vocabulary
from service.reconcile.queries import Query, Value
from service.reconcile.things import NAME, Thing, Things

ALIAS = 97.0  # an exact alias: a proper name goes before it
PART = 0.85  # how far the words of one name among those of another count
OTHER_NUMBER = 0.75  # "ID.3" and "ID.4" are alike and are two cars
OTHER_KIND = 0.85
LEAST = 50.0
CERTAIN = 90.0
CLEAR = 2.0  # points between a match and whatever comes next
CONTEXT = 0.25  # the weight of what is known about a thing
UNKNOWN = 70.0  # what a property counts that nothing is known of
AGREES = 85.0
NEAR = ({"Organization", "Brand"}, {"Place", "Plant"})  # kinds that one name often stands for at once
SHORTLIST = 60
COMMON = 400  # names: a trigram in more of them says little
WORDS = re.compile(r"[^\W_]+")


@dataclass(slots=True)
class Candidate:
    """A thing that may be meant, with what speaks for it by feature."""

    thing: Thing
    score: float
    features: dict[str, float] = field(default_factory=dict)
    match: bool = False


@dataclass(frozen=True)
class Matcher:
    """Finds the things that a query may mean."""

    things: Things
    trigrams: dict[str, list[str]]

    @classmethod
    def over(cls, things: Things) -> Matcher:
        """A matcher over these things."""
        trigrams: dict[str, list[str]] = defaultdict(list)
        for name in things.owners:
            for gram in _grams(name):
                trigrams[gram].append(name)
        return cls(things, dict(trigrams))

    def match(self, query: Query) -> list[Candidate]:
        """The candidates for a query, the best first."""
        text = query.text or next((v.text for p in query.properties if p.id == NAME for v in p.values), "")
        named = self._named(text) if text.strip() else self._related(query)
        found = [c for c in (self._weighed(slug, score, query) for slug, score in named.items()) if c]
        found.sort(key=lambda c: (-c.score, c.thing.name, c.thing.slug))
        if found and _certain(found, bool(text.strip())):
            found[0].match = True
        return found[: query.limit]

    def _named(self, text: str) -> dict[str, float]:
        """Things whose id or name is like a text."""
        if thing := self.things.find(text):
            return {thing.slug: 100.0}
        key = fold(text)
        found = {slug: 100.0 if proper else ALIAS for slug, proper in self.things.owners.get(key, {}).items()}
        words = _words(text)
        for name in self._shortlist(key):
            for slug in self.things.owners[name]:
                if slug not in found or found[slug] < ALIAS:
                    thing = self.things.by_slug[slug]
                    likeness = max(_alike(key, words, other) for other in (thing.name, *thing.aliases))
                    if likeness >= LEAST:
                        found[slug] = min(likeness, ALIAS - 1)
        return found

    def _shortlist(self, key: str) -> list[str]:
        """The names that share most trigrams with a folded one, rare trigrams counting more."""
        shared: Counter[str] = Counter()
        postings = sorted((self.trigrams[g] for g in _grams(key) if g in self.trigrams), key=len)
        for names in postings:
            if len(names) > COMMON and shared:
                break
            for name in names:
                shared[name] += 1
        size = len(key)
        ranked = sorted(shared, key=lambda name: (abs(len(name) - size) / 4 - shared[name], name))
        return ranked[:SHORTLIST]

    def _related(self, query: Query) -> dict[str, float]:
        """Things that fit the given properties, where no name is given."""
        found = {}
        for thing in self.things.by_slug.values():
            if any((self._agreement(thing, p.id, p.values) or 0) >= AGREES for p in query.properties):
                found[thing.slug] = 100.0
        return found

    def _weighed(self, slug: str, score: float, query: Query) -> Candidate | None:
        thing = self.things.by_slug[slug]
        features = {"name": round(score, 1)}
        if query.types:
            kind = _kind(thing, query)
            if kind == 0.0:
                return None
            features["kind"] = round(100 * kind, 1)
            score *= kind
        known = [(p.id, self._agreement(thing, p.id, p.values)) for p in query.properties if p.id != NAME]
        if known:
            total = sum(UNKNOWN if value is None else value for _, value in known) / len(known)
            score = (1 - CONTEXT) * score + CONTEXT * total
            features |= {f"property:{pid}": round(value, 1) for pid, value in known if value is not None}
        return Candidate(thing, round(score, 1), features)

    def _agreement(self, thing: Thing, pid: str, values: Iterable[Value]) -> float | None:
        """How well what is known of a property fits the given values, 0 to 100; None when nothing is known."""
        held = self._held(thing, pid)
        if not held:
            return None
        best = 0.0
        for value in values:
            other = self.things.find(value.id) if value.id else None
            if other is not None:
                best = max(best, 100.0 if other.slug in held else 0.0)
            else:
                best = max(best, *(self._value_likeness(value.text, one) for one in held))
        return best

    def _value_likeness(self, text: str, held: str) -> float:
        known = self.things.by_slug.get(held)
        if known is None:
            term = self.things.codes.get(held)
            return fuzz.ratio(fold(text), fold(term.label if term else held))
        return max(_alike(fold(text), _words(text), name) for name in (known.name, *known.aliases))

    def _held(self, thing: Thing, pid: str) -> set[str]:
        """The values of a property; an owner's owner is an owner too, and its country a product's."""
        if pid in {"country", "homeCountry"}:
            own = set(thing.values.get("homeCountry", ())) | set(thing.values.get("country", ()))
            own |= {s for s in self._closure(thing, "withinPlace") if "Country" in self._kinds(s)}
            return own or {c for s in self._closure(thing, "parent") for c in self._of(s, "homeCountry")}
        if pid in {"parent", "withinPlace"}:
            return self._closure(thing, pid)
        return set(thing.values.get(pid, ()))

    def _closure(self, thing: Thing, relation: str) -> set[str]:
        found, waiting = set[str](), list(thing.values.get(relation, ()))
        while waiting:
            if (slug := waiting.pop()) not in found:
                found.add(slug)
                waiting.extend(self._of(slug, relation))
        return found

    def _of(self, slug: str, relation: str) -> tuple[str, ...]:
        thing = self.things.by_slug.get(slug)
        return thing.values.get(relation, ()) if thing else ()

    def _kinds(self, slug: str) -> tuple[str, ...]:
        thing = self.things.by_slug.get(slug)
        return thing.kinds if thing else ()


@lru_cache(maxsize=2)
def matcher(things: Things) -> Matcher:
    """The matcher over these things, made once."""
    return Matcher.over(things)


def _certain(found: list[Candidate], named: bool) -> bool:
    """Is the first candidate clearly meant: a good name, nothing that speaks against it, and no rival?"""
    first = found[0]
    contradicted = any(value < AGREES for feature, value in first.features.items() if feature != "name")
    rival = len(found) > 1 and first.score - found[1].score < CLEAR
    return named and first.features["name"] >= CERTAIN and not contradicted and not rival


def _kind(thing: Thing, query: Query) -> float:
    """How far a thing is of the kinds asked for, 0 to 1."""
    wanted = set(query.types)
    if (query.strict == "all" and wanted <= thing.above) or (query.strict != "all" and wanted & thing.above):
        return 1.0
    if query.strict == "should":
        return OTHER_KIND
    near = any(wanted_kinds & group and thing.above & group for group in NEAR for wanted_kinds in [_above(wanted)])
    return OTHER_KIND if query.strict is None and near else 0.0


def _above(kinds: set[str]) -> frozenset[str]:
    return frozenset(wider for kind in kinds for wider in vocabulary().above(kind))


def _alike(key: str, words: str, name: str) -> float:
    """How alike a name is to another, given folded and as words, 0 to 100."""
    other = _words(name)
    whole = max(fuzz.ratio(key, fold(name)), fuzz.token_sort_ratio(words, other))
    score = max(whole, PART * fuzz.token_set_ratio(words, other))
    return score if _numbers(words) == _numbers(other) else OTHER_NUMBER * score


@lru_cache(maxsize=1 << 16)
def _words(text: str) -> str:
    """A name's words, folded, with spaces between."""
    return " ".join(fold(word) for word in WORDS.findall(text.replace("+", " plus ")))


@lru_cache(maxsize=1 << 16)
def _numbers(words: str) -> frozenset[str]:
    return frozenset(re.findall(r"\d+|\bplus\b", words))


def _grams(key: str) -> set[str]:
    padded = f" {key} "
    return {padded[i : i + 3] for i in range(len(padded) - 2)}
