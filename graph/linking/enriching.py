"""Facts of another dataset about linked things, in a graph of their own with source and date; never among claims.

They keep that dataset's own properties, so that no query takes them for what a document says.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store

from graph.linking import LinkingError
from graph.linking.asking import Endpoint
from graph.linking.decisions import links_folder
from graph.linking.finding import YEAR
from graph.linking.searches import Progress, append_lines, read_lines
from graph.linking.session import Session
from graph.linking.targets import PLACE, iris
from graph.namespaces import DCT, PROV, RDFS, Namespace
from graph.register import fold
from graph.terms import RDF_TYPE, date, english, ordered

SOURCES: dict[str, dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "enrichment.toml").read_text(encoding="utf-8")
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: the source's property, its value as text, and the label of a value that is a thing."""

    predicate: str
    value: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Enriched:
    """What a source says of one of our things (by slug), when it was asked (ISO date), under which IRI it has it."""

    entity: str
    item: str
    date: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """That the source and we say different things."""

    entity: str
    fact: str
    theirs: str
    item: str
    ours: str
    source: str

    def __str__(self) -> str:
        return f"{self.entity}: {self.fact} {self.theirs} by <{self.item}>, {self.ours} by {self.source}"


def check_source(source: str) -> None:
    """Raises LinkingError where no facts are chosen for a source."""
    if source not in SOURCES:
        raise LinkingError(f"{source}: no facts are chosen for it; give one of {', '.join(SOURCES)}")


def facts_file(data: Path, source: str) -> Path:
    return links_folder(data) / f"{source}.facts.jsonl"


def read_facts(data: Path, source: str) -> dict[str, Enriched]:
    """What was fetched, by slug; the last line about a thing counts. Raises JournalError, LinkingError."""
    path, found = facts_file(data, source), {}
    for row in read_lines(path):
        try:
            facts = tuple(Fact(**fact) for fact in row.pop("facts"))
            found[str(row["entity"])] = Enriched(**row, facts=facts)
        except (TypeError, KeyError) as error:
            raise LinkingError(f"{path}: a line is no list of facts ({error}); remove it") from None
    return found


def enrich(session: Session, today: str, progress: Progress = lambda *_: None) -> dict[str, Enriched]:
    """Fetch the facts of all things that are exactly things of the source; what came today is not asked again.

    Each batch is kept before the next is asked. Raises EndpointError.
    """
    source = session.target.key
    known = read_facts(session.data, source)
    items = _items(session)
    waiting = [slug for slug in sorted(items) if slug not in known or known[slug].date < today]
    endpoint = Endpoint(session.target.endpoint, session.target.seconds, session.target.pause)
    size = session.target.things_at_once
    for start in range(0, len(waiting), size):
        progress("fetching facts", start, len(waiting))
        part = waiting[start : start + size]
        said = _asked(endpoint, source, [items[slug] for slug in part])
        made = [Enriched(slug, items[slug], today, tuple(said.get(items[slug], ()))) for slug in part]
        append_lines(facts_file(session.data, source), [asdict(one) for one in made])
        known |= {one.entity: one for one in made}
    progress("fetching facts", len(waiting), len(waiting))
    return known


def _items(session: Session) -> dict[str, str]:
    return {
        slug: iri
        for slug, pairs in session.reviewed().items()
        for relation, iri in pairs
        if relation == "exactMatch" and session.target.holds(iri)
    }


def _asked(endpoint: Endpoint, source: str, items: Sequence[str]) -> dict[str, list[Fact]]:
    chosen = {fact["predicate"]: fact["type"] for fact in SOURCES[source]["facts"]}
    places = {"items": " ".join(iris(sorted(set(items)))), "classes": " ".join(iris(chosen))}
    found: dict[str, list[Fact]] = defaultdict(list)
    for row in endpoint.select(PLACE.sub(lambda m: places[m[1]], SOURCES[source]["query"])):
        item, predicate, value = row.get("item", ""), row.get("predicate", ""), row.get("value", "")
        kept = _kept(chosen.get(predicate, ""), value)
        fact = Fact(predicate, kept, row.get("said", ""))
        if kept and fact not in found[item]:
            found[item].append(fact)
    return {item: sorted(facts, key=lambda f: (f.predicate, f.value)) for item, facts in found.items()}


def _kept(kind: str, value: str) -> str:
    """A value in the form in which it is kept; empty for one that does not fit."""
    if kind == "year":
        year = YEAR.match(value)
        return year[1] if year else ""
    if kind == "file":
        return unquote(urlsplit(value).path.rpartition("/")[2])
    return value if iris([value]) else ""


def enrichment_quads(data: Path, namespace: Namespace, source: str, known: Callable[[str], bool]) -> list[Quad]:
    """The facts about entities whose IRIs are `known`, as quads of their own graph. Raises JournalError."""
    home = NamedNode(namespace.graph(SOURCES[source]["graph"]))
    types = {fact["predicate"]: fact["type"] for fact in SOURCES[source]["facts"]}
    quads = []
    for one in read_facts(data, source).values():
        iri = namespace.entity(one.entity)
        if one.facts and known(iri):
            quads += [Quad(NamedNode(s), NamedNode(p), o, home) for s, p, o in _said(one, iri, home.value, types)]
    return ordered(quads)


Triples = Iterator[tuple[str, str, NamedNode | Literal]]


def _said(one: Enriched, iri: str, home: str, types: Mapping[str, str]) -> Triples:
    record = f"{home}#{one.entity}"
    yield record, RDF_TYPE.value, NamedNode(PROV + "Entity")
    yield record, DCT + "subject", NamedNode(iri)
    yield record, PROV + "hadPrimarySource", NamedNode(one.item)
    yield record, DCT + "created", date(one.date)
    for fact in one.facts:
        kind = types.get(fact.predicate, "")
        if kind in {"item", "page"}:
            yield iri, fact.predicate, NamedNode(fact.value)
            if fact.label:
                yield fact.value, RDFS + "label", english(fact.label)
        elif kind:
            yield iri, fact.predicate, date(fact.value) if kind == "year" else Literal(fact.value)


def differences(store: Store, namespace: Namespace, source: str, known: Mapping[str, Enriched]) -> list[Difference]:
    """Where the source and documents or the register say different things, by entity."""
    found = []
    for chosen in SOURCES[source]["facts"]:
        ours = _ours(store, namespace, chosen["ours"]) if "ours" in chosen else {}
        for slug, one in sorted(known.items()):
            theirs = [f for f in one.facts if f.predicate == chosen["predicate"]]
            shown = {fold(f.label or f.value): f.label or f.value for f in theirs}
            for source_name, values in sorted(ours.get(slug, {}).items() if theirs else ()):
                if not {fold(value) for value in values} & set(shown):
                    said = ", ".join(shown.values())
                    found.append(Difference(slug, chosen["name"], said, one.item, values[0], source_name))
    return found


def _ours(store: Store, namespace: Namespace, query: str) -> dict[str, dict[str, list[str]]]:
    """By slug and source, what we say."""
    said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    rows = store.query(query, prefixes=namespace.prefixes, use_default_graph_as_union=True)
    for row in rows if isinstance(rows, QuerySolutions) else ():
        entity, value, source = (str(row[n].value) for n in ("entity", "value", "source"))
        said[entity.removeprefix(namespace.entity(""))][source].append(value)
    return said
