"""The claims beside which a claim is to be seen: those with its property, on its subject and on what belongs to that.

Facts, disagreements and missed targets depend on nothing else (see `derive.together`), so what a change of a document
does to them is worked out from its neighbourhood, however large the dataset is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pyoxigraph import NamedNode, Quad, QuerySolutions, Store

from graph.namespaces import DCT, EV, PROV
from graph.terms import RDF_TYPE, iri

PARTNERS = EV + "partnersWith"
_DOCUMENT = tuple(NamedNode(iri) for iri in (DCT + "issued", EV + "issuedYear", DCT + "publisher"))
_PARENT, _SUBJECT, _OBJECT = (NamedNode(EV + name) for name in ("parent", "subject", "object"))
_PROPERTY, _RATE = NamedNode(EV + "property"), NamedNode(EV + "exchangeRate")
_VALUE, _CLAIM = NamedNode(EV + "value"), NamedNode(EV + "Claim")
_SAID = (RDF_TYPE, _SUBJECT, _PROPERTY, _OBJECT, _VALUE, NamedNode(EV + "modality"))
_DERIVED_FROM = NamedNode(PROV + "wasDerivedFrom")


class Topic(NamedTuple):
    """What a claim is about: IRIs of its subject and its property."""

    subject: str
    property: str


def topics(quads: Iterable[Quad]) -> set[Topic]:
    """The topics of the claims that these quads describe. Partners are a topic of both."""
    told: dict[str, dict[str, str]] = {}
    wanted = {_SUBJECT.value: "subject", _PROPERTY.value: "property", _OBJECT.value: "object"}
    for quad in quads:
        if (name := wanted.get(quad.predicate.value)) is not None:
            told.setdefault(iri(quad.subject), {})[name] = str(quad.object)[1:-1]
    found = {Topic(claim["subject"], claim["property"]) for claim in told.values() if "subject" in claim}
    partners = (c for c in told.values() if c.get("property") == PARTNERS and "object" in c)
    return found | {Topic(claim["object"], PARTNERS) for claim in partners}


def around(store: Store, wanted: Iterable[Topic]) -> set[Quad]:
    """The claims that stand beside those of the topics, with all that rules look at."""
    claims: set[str] = set()
    for topic in wanted:
        claims |= set(_claims(store, _family(store, topic.subject), topic))
    return _copied(store, claims)


def of_property(store: Store, name: str) -> set[Quad]:
    """All claims of one property (an IRI), with all that rules look at."""
    found = {q.subject for q in store.quads_for_pattern(None, _PROPERTY, NamedNode(name), None)}
    return _copied(store, {iri(subject) for subject in found if _is_claim(store, subject)})


def properties(store: Store) -> list[str]:
    """The properties that claims have, by IRI."""
    found = store.query(f"SELECT DISTINCT ?p {{ ?claim <{_PROPERTY.value}> ?p }}", use_default_graph_as_union=True)
    assert isinstance(found, QuerySolutions)
    return sorted(row["p"].value for row in found)


def _family(store: Store, subject: str) -> set[str]:
    """The entity, all that it belongs to, and all that belongs to it."""
    below, waiting = {subject}, [subject]
    while waiting:
        found = {iri(q.subject) for q in store.quads_for_pattern(None, _PARENT, NamedNode(waiting.pop()), None)}
        waiting.extend(found - below)
        below |= found
    return below | {iri(quad.object) for quad in _parents(store, [subject])}


def _parents(store: Store, entities: Iterable[str]) -> set[Quad]:
    """What the entities belong to, what that belongs to, and so on."""
    found: set[Quad] = set()
    waiting = set(entities)
    seen: set[str] = set()
    while waiting:
        seen |= waiting
        quads = {q for entity in waiting for q in store.quads_for_pattern(NamedNode(entity), _PARENT, None, None)}
        waiting = {iri(quad.object) for quad in quads} - seen
        found |= quads
    return found


def _claims(store: Store, family: Iterable[str], topic: Topic) -> Iterator[str]:
    wanted = NamedNode(topic.property)
    places = [(_SUBJECT, subject) for subject in family]
    if topic.property == PARTNERS:
        places.append((_OBJECT, topic.subject))
    for predicate, entity in places:
        for quad in store.quads_for_pattern(None, predicate, NamedNode(entity), None):
            stated = next(store.quads_for_pattern(quad.subject, _PROPERTY, wanted, None), None)
            if stated and _is_claim(store, quad.subject):
                yield iri(quad.subject)


def _is_claim(store: Store, subject: object) -> bool:
    """Is this a claim? Disagreements have a subject and a property too; taken for one, they would hide themselves."""
    return next(store.quads_for_pattern(NamedNode(iri(subject)), RDF_TYPE, _CLAIM, None), None) is not None


def _copied(store: Store, claims: Iterable[str]) -> set[Quad]:
    """The claims with what follows from each alone, their documents, rates, and the parents of their subjects."""
    quads: set[Quad] = set()
    for claim in claims:
        quads.update(store.quads_for_pattern(NamedNode(claim), None, None, None))
    documents = {iri(q.object) for q in quads if q.predicate == _DERIVED_FROM}
    for document in map(NamedNode, documents):
        for predicate in _DOCUMENT:
            quads.update(store.quads_for_pattern(document, predicate, None, None))
    for rate in map(NamedNode, {iri(q.object) for q in quads if q.predicate == _RATE}):
        quads.update(store.quads_for_pattern(rate, None, None, None))
    return quads | _parents(store, {iri(q.object) for q in quads if q.predicate == _SUBJECT})


def behind(found: Iterable[Quad], store: Store) -> list[Quad]:
    """What the rules on derived quads look at: the claims that these mention, and those that facts rest on."""
    claims: set[str] = set()
    for quad in found:
        if not isinstance(quad.object, NamedNode):
            continue
        claims.add(quad.object.value)
        for predicate in (_OBJECT, _VALUE):
            claims |= {iri(q.subject) for q in store.quads_for_pattern(None, predicate, quad.object, None)}
            claims |= {iri(q.subject) for q in store.quads_for_pattern(None, predicate, quad.subject, None)}
    return [q for claim in claims for p in _SAID for q in store.quads_for_pattern(NamedNode(claim), p, None, None)]
