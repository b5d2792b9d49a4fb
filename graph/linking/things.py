"""Everything with a name, in memory: read once from a build, so that thousands of names a second can be matched."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from pyoxigraph import QuerySolutions, Store

from graph.namespaces import EV, RDF, SKOS, Namespace
from graph.register import fold
from graph.vocabulary import vocabulary

NAMED = """
SELECT ?s ?p ?o WHERE {
  VALUES ?graph { graph:register graph:candidates graph:facts }
  GRAPH ?graph { ?s ?p ?o }
  FILTER (STRSTARTS(STR(?s), STR(id:)))
}"""
TERMS = """
SELECT ?term ?label ?definition ?class WHERE {
  ?term rdfs:label|skos:prefLabel ?label .
  OPTIONAL { ?term skos:definition ?definition }
  FILTER (STRSTARTS(STR(?term), STR(ev:)) || STRSTARTS(STR(?term), STR(code:)))
  BIND (EXISTS { ?term a owl:Class } AS ?class)
}"""
NAME = "name"
OTHERS = {  # properties that are not the ontology's: their predicate, label and meaning
    NAME: (SKOS + "prefLabel", "name", "The name that an entity is shown under."),
    "altLabel": (SKOS + "altLabel", "alternative name", "Another name of an entity."),
    "exactMatch": (SKOS + "exactMatch", "same as", "The same thing in another dataset."),
    "closeMatch": (SKOS + "closeMatch", "close to", "Nearly the same thing in another dataset."),
    "broadMatch": (SKOS + "broadMatch", "part of", "A wider thing in another dataset."),
}
UNSAID = frozenset({"Entity", "CandidateEntity"})  # kinds that say nothing about a thing
Values = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Thing:
    """An entity. `kinds` are local names of its classes, `above` also those of their superclasses.

    `values` has the values of each property by its local name: slugs for entities, IRIs for other things, else text.
    """

    slug: str
    name: str
    aliases: tuple[str, ...]
    kinds: tuple[str, ...]
    above: frozenset[str]
    values: Values = field(repr=False)


@dataclass(frozen=True, slots=True)
class Term:
    """A class or property of the ontology, or a code: its id, label and definition."""

    id: str
    label: str
    definition: str = ""


@dataclass(frozen=True, eq=False)
class Things:
    """All things by slug, the vocabulary's terms, and the ways from a name."""

    by_slug: dict[str, Thing]
    classes: dict[str, Term]
    properties: dict[str, Term]
    codes: dict[str, Term]
    space: str

    @cached_property
    def owners(self) -> dict[str, dict[str, bool]]:
        """From a folded name to the slugs of its bearers, and whether it is their proper name."""
        found: dict[str, dict[str, bool]] = defaultdict(dict)
        for thing in self.by_slug.values():
            for alias in thing.aliases:
                found[fold(alias)][thing.slug] = False
            found[fold(thing.name)][thing.slug] = True
        return dict(found)

    @cached_property
    def words(self) -> list[tuple[str, bool, str]]:
        """Each name from each of its words on, folded and sorted: (text, does the name begin here, slug)."""
        found = set()
        for thing in self.by_slug.values():
            found.add((fold(thing.slug), True, thing.slug))
            for name in (thing.name, *thing.aliases):
                for start in re.finditer(r"\w+", name):
                    found.add((fold(name[start.start() :]), start.start() == 0, thing.slug))
        return sorted(found)

    def find(self, identifier: str) -> Thing | None:
        """The thing with an id: its slug or its IRI."""
        return self.by_slug.get(identifier.strip().removeprefix(self.space))

    def description(self, thing: Thing) -> str:
        """What tells a thing from its namesakes: kind, owner, country."""
        said = [self.classes[k].label for k in thing.kinds if k in self.classes][:2]
        for relation in ("parent", "homeCountry", "withinPlace"):
            said += [self.by_slug[s].name for s in thing.values.get(relation, ())[:1] if s in self.by_slug]
        return " · ".join(said)


def read_things(store: Store, namespace: Namespace) -> Things:
    """The things of a build's store."""
    space = namespace.entity("")
    predicates = {iri: name for name, (iri, _, _) in OTHERS.items()} | {RDF + "type": "type"}
    stated: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for subject, predicate, value in _rows(store, NAMED, namespace):
        name = predicates.get(predicate) or (predicate.removeprefix(EV) if predicate.startswith(EV) else None)
        if name:
            known = stated[subject.removeprefix(space)][name]
            stripped = value.removeprefix(EV if name == "type" else space)
            if stripped not in known:
                known.append(stripped)
    by_slug = {slug: _thing(slug, values) for slug, values in sorted(stated.items()) if values.get(NAME)}
    classes, properties, codes = _terms(store, namespace)
    return Things(by_slug, classes, properties, codes, space)


def _thing(slug: str, stated: dict[str, list[str]]) -> Thing:
    kinds = sorted(k for k in stated.get("type", ()) if k not in UNSAID) or ["Entity"]
    above = frozenset(wider for kind in kinds for wider in vocabulary().above(kind)) | {"Entity"}
    values: Values = {name: tuple(sorted(found)) for name, found in sorted(stated.items()) if name != "type"}
    return Thing(slug, stated[NAME][0], values.get("altLabel", ()), tuple(kinds), above, values)


def _terms(store: Store, namespace: Namespace) -> tuple[dict[str, Term], dict[str, Term], dict[str, Term]]:
    classes: dict[str, Term] = {}
    properties = {name: Term(name, label, meaning) for name, (_, label, meaning) in OTHERS.items()}
    codes: dict[str, Term] = {}
    for iri, label, definition, is_class in _rows(store, TERMS, namespace):
        if not iri.startswith(EV):
            codes[iri] = Term(iri, label)
            continue
        group = classes if is_class == "true" else properties
        name = iri.removeprefix(EV)
        group[name] = Term(name, label, definition)
    return classes, properties, codes


def _rows(store: Store, query: str, namespace: Namespace) -> Iterator[tuple[str, ...]]:
    """The rows of a SELECT over all graphs as texts; empty where a variable is unbound."""
    found = store.query(query, prefixes=namespace.prefixes, use_default_graph_as_union=True)
    if not isinstance(found, QuerySolutions):
        raise TypeError("a SELECT query is expected")
    for row in found:
        yield tuple("" if term is None else str(getattr(term, "value", term)) for term in row)
