"""Finds what a target holds under the names of our things, and describes it so that the two can be compared."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from graph.linking.asking import Endpoint, EndpointError, Row, TooMuch
from graph.linking.described import Described, words
from graph.linking.targets import Target, iris
from graph.register import fold

MOST_NAMES = 60  # of one thing
MOST_ITEMS = 50  # of one thing; a name that more bear says too little
YEAR = re.compile(r"[+-]?(\d{4})(?!\d)")


class Finder(Protocol):
    """Where candidates come from: an endpoint, or data at hand."""

    def find(self, things: Sequence[Described]) -> dict[str, list[Described]]:
        """By the IRI of each thing, what the target holds under its names."""

    def batches(self, things: Sequence[Described]) -> Iterator[list[Described]]:
        """The things in groups that are asked for at once."""

    def describe(self, items: Sequence[str]) -> dict[str, Described]:
        """The target's things of these IRIs; one of which it says nothing is missing."""


@dataclass
class EndpointFinder:
    """Finds candidates at a target's SPARQL endpoint. What was asked of classes is remembered."""

    target: Target
    endpoint: Endpoint
    classes: dict[str, frozenset[str]] = field(default_factory=dict)

    def batches(self, things: Sequence[Described]) -> Iterator[list[Described]]:
        """Groups of things whose names together fit one query."""
        batch: list[Described] = []
        size = 0
        for thing in things:
            count = len(self._literals(thing))
            if batch and size + count > self.target.names_at_once:
                yield batch
                batch, size = [], 0
            batch.append(thing)
            size += count
        if batch:
            yield batch

    def find(self, things: Sequence[Described]) -> dict[str, list[Described]]:
        """What the endpoint holds under the things' names. Raises EndpointError."""
        owners: dict[str, set[str]] = defaultdict(set)
        for thing in things:
            for name in lookups(thing):
                owners[name].add(thing.iri)
        asked = sorted({literal for thing in things for literal in self._literals(thing)})
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for row in self._rows("find", "names", asked):
            name, item = self._cells(row, "name", "item")
            for iri in owners.get(name, ()) if self._may_hold(item) else ():
                found[iri][item] += 1
        chosen = {
            iri: [i for i, _ in sorted(items.items(), key=lambda x: (-x[1], x[0]))[:MOST_ITEMS]]
            for iri, items in found.items()
        }
        known = self.describe([item for items in chosen.values() for item in items])
        return {thing.iri: [known[i] for i in chosen.get(thing.iri, ()) if i in known] for thing in things}

    def describe(self, items: Sequence[str]) -> dict[str, Described]:
        """The target's things by IRI; one of which it says nothing is missing. Raises EndpointError."""
        terms = iris(sorted(set(items)))
        said: dict[str, dict[str, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
        for start in range(0, len(terms), self.target.things_at_once):
            part = terms[start : start + self.target.things_at_once]
            for row in self._rows("describe", "items", part):
                item, feature, value = self._cells(row, "item", "feature", "value")
                said[item][feature].append((value, row.get("said", "")))
        self._learn({value for features in said.values() for value, _ in features["type"]})
        return {item: self._described(item, features) for item, features in said.items() if features["label"]}

    def _may_hold(self, item: str) -> bool:
        """Can this be a thing of the target? An endpoint may say anything, and people will follow it."""
        return item.startswith(("http://", "https://")) and (not self.target.starts or self.target.holds(item))

    def _literals(self, thing: Described) -> list[str]:
        return [literal for name in lookups(thing) for literal in self.target.literals(name)]

    def _described(self, item: str, said: dict[str, list[tuple[str, str]]]) -> Described:
        labels = tuple(dict.fromkeys(value for value, _ in said["label"]))
        aliases = tuple(dict.fromkeys(value for value, _ in said["alias"]))
        types = [value for value, _ in said["type"]]
        text = " ".join(value for value, _ in said["description"])
        return Described(
            iri=item,
            names=tuple(dict.fromkeys(labels + aliases)),
            labels=labels,
            kinds=frozenset(k for t in types for k in self.classes.get(t, ())),
            typed=bool(types),
            countries=_keys(said["country"]),
            parents=_keys(said["parent"]),
            years=frozenset(int(y[1]) for value, _ in said["year"] if (y := YEAR.match(value))),
            context=words(text),
            description=text[:200],
        )

    def _learn(self, types: set[str]) -> None:
        """Ask which of the classes that we know lie above types seen for the first time."""
        new = sorted(types - set(self.classes))
        for one in new:
            self.classes[one] = frozenset({self.target.kinds[one]} if one in self.target.kinds else ())
        if "above" not in self.target.queries or not self.target.kinds:
            return
        known = iris(sorted(self.target.kinds))
        terms = iris(new)
        for start in range(0, len(terms), self.target.things_at_once):
            part = terms[start : start + self.target.things_at_once]
            for row in self._rows("above", "classes", part, known=known):
                one, wider = self._cells(row, "class", "known")
                if one in self.classes and wider in self.target.kinds:
                    self.classes[one] |= {self.target.kinds[wider]}

    def _rows(self, kind: str, place: str, terms: list[str], **more: list[str]) -> list[Row]:
        """The rows of one of the target's queries; what is too much for the endpoint is asked in halves."""
        try:
            return self.endpoint.select(self.target.query(kind, **{place: terms}, **more))
        except TooMuch:
            if len(terms) < 2:
                raise
            middle = len(terms) // 2
            parts = (terms[:middle], terms[middle:])
            return [row for part in parts for row in self._rows(kind, place, part, **more)]

    def _cells(self, row: Row, *names: str) -> list[str]:
        try:
            return [row[name] for name in names]
        except KeyError as error:
            raise EndpointError(f"{self.endpoint.address} leaves out ?{error.args[0]}; is its SPARQL 1.1?") from None


def lookups(thing: Described) -> list[str]:
    """The names under which a thing is looked up, its own before the forms that others give them."""
    own = [v for name in thing.names for v in (name, _plain(name), name.upper() if len(name) < 8 else name)]
    titled = [name.title() for name in thing.names if name.isupper() and len(name) > 3]
    return list(dict.fromkeys([*own, *titled, *thing.forms]))[:MOST_NAMES]


def _plain(name: str) -> str:
    """A name without accents and long dashes, and with its case."""
    text = unicodedata.normalize("NFKD", name.replace("–", "-").replace("’", "'"))
    return "".join(c for c in text if not unicodedata.combining(c))


def _keys(values: Iterable[tuple[str, str]]) -> frozenset[str]:
    """How a country or owner is recognised: by its IRI, and by its name or the text itself."""
    return frozenset(key for value, said in values for key in (value, fold(said or value)))
