"""The claims beside which claims are to be seen, copied into a store of their own with all that rules look at.

Facts, disagreements and missed targets of a claim depend on others with its property, on its subject or on what belongs
to that, and among those only on the ones that could say otherwise. So what a change of a document does is worked out
from few claims, however large the dataset is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, QueryTriples, RdfFormat, Store

from graph.namespaces import DCT, EV, PROV
from graph.terms import RDF_TYPE, iri

PARTNERS = EV + "partnersWith"
DATED = frozenset(EV + name for name in ("launch", "foundedIn", "carbonNeutrality"))  # as rules/comparable.rq has them
_GIVEN = NamedNode("urn:x-evplans:given")
_PARENT, _SUBJECT, _PROPERTY = (NamedNode(EV + name) for name in ("parent", "subject", "property"))
_OBJECT, _VALUE, _RATE = (NamedNode(EV + name) for name in ("object", "value", "exchangeRate"))
_CLAIM, _DERIVED_FROM = NamedNode(EV + "Claim"), NamedNode(PROV + "wasDerivedFrom")
_DOCUMENT = tuple(NamedNode(iri) for iri in (DCT + "issued", EV + "issuedYear", DCT + "publisher"))
_NAMED = (RDF_TYPE, _PROPERTY)
_STATED = (RDF_TYPE, _SUBJECT, _PROPERTY, _OBJECT, _VALUE, NamedNode(EV + "modality"))
_SAID = """SELECT ?claim ?subject ?property ?document ?modality ?object ?value ?role ?unit ?end ?year WHERE {{
  {{ ?claim <{ev}subject> {subject} . OPTIONAL {{ ?claim <{ev}property> ?property }}  # to be looked up by ?claim
    FILTER (?property IN ({properties})) }}
  ?claim <{ev}modality> ?modality ; <{prov}wasDerivedFrom> ?document .
  BIND ({subject} AS ?subject)
  OPTIONAL {{ ?claim <{ev}object> ?object }} OPTIONAL {{ ?claim <{ev}value> ?value }}
  OPTIONAL {{ ?claim <{ev}role> ?role }} OPTIONAL {{ ?claim <{ev}unit> ?unit }}
  OPTIONAL {{ ?claim <{ev}end> ?end }} OPTIONAL {{ ?claim <{ev}endYear> ?year }}
}}"""
_COPIES = (  # of all claims with one property: they, what is told of their documents, the rates of their currencies
    "CONSTRUCT {{ ?claim ?p ?o }} WHERE {{ ?claim <{ev}property> <{name}> ; a <{ev}Claim> ; ?p ?o"
    " FILTER (?p NOT IN (<{ev}evidence>, <{ev}rule>, <{ev}confidence>, <{ev}reviewState>, <{ev}origin>)) }}",
    "CONSTRUCT {{ ?document ?p ?o }} WHERE {{ {{ SELECT DISTINCT ?document WHERE {{ ?claim <{ev}property> <{name}> ;"
    " <{prov}wasDerivedFrom> ?document }} }} ?document ?p ?o . FILTER (?p IN ({document})) }}",
    "CONSTRUCT {{ ?rate ?p ?o }} WHERE {{ {{ SELECT DISTINCT ?rate WHERE {{ ?claim <{ev}property> <{name}> ;"
    " <{ev}exchangeRate> ?rate }} }} ?rate ?p ?o }}",
)


class Said(NamedTuple):
    """What decides whether two claims bear on each other: IRIs, literals' texts, None where nothing is said."""

    claim: str
    subject: str
    property: str
    document: str
    modality: str
    object: str | None
    value: str | None
    role: str | None
    unit: str | None
    end: str | None
    year: str | None


def of_property(store: Store, name: str) -> Store:
    """All claims of one property (an IRI)."""
    beside = Store()
    said = {"ev": EV, "prov": PROV, "name": name, "document": ", ".join(map(str, _DOCUMENT))}
    for query in _COPIES:
        found = store.query(query.format(**said), use_default_graph_as_union=True)
        assert isinstance(found, QueryTriples)
        beside.bulk_load(found.serialize(format=RdfFormat.N_TRIPLES), RdfFormat.N_TRIPLES, to_graph=_GIVEN)
    subjects = {iri(quad.object) for quad in beside.quads_for_pattern(None, _SUBJECT, None)}
    beside.extend(_parents(store, subjects))
    return beside


def around(store: Store, changed: Iterable[Quad], documents: Collection[str]) -> set[Quad]:
    """The claims in a dataset that claims which come or go bear on, and all of the documents (IRIs) that are given.

    `changed` describes the claims that come or go.
    """
    own = list(_told(changed))
    wanted: dict[str, set[str]] = defaultdict(set)
    for one in own:
        for subject in _family(store, one.subject) if _is_figure(one) else [one.subject]:
            wanted[subject].add(one.property)
        if one.property == PARTNERS and one.object:
            wanted[one.object].add(PARTNERS)
    there = [row for subject, names in wanted.items() for row in _rows(store, subject, names)]
    beside: dict[tuple[str, str], list[Said]] = defaultdict(list)
    for one in own:
        beside[one.subject, one.property].append(one)
        if one.property == PARTNERS and one.object:
            beside[one.object, PARTNERS].append(one)
    near = {row.claim for row in there if any(_bears(row, one) for one in beside[row.subject, row.property])}
    near |= {row.claim for row in _reached([*there, *own])}
    near.update(_witnesses(row for row in there if row.document not in documents))
    concerned = {(row.document, row.property) for row in there if row.claim in near}
    found = {row.claim for row in there if row.document in documents or (row.document, row.property) in concerned}
    return _copied(store, found) | _parents(store, {one.subject for one in own})


def _told(quads: Iterable[Quad]) -> Iterator[Said]:
    """The claims that these quads describe."""
    fields = {EV + name: name for name in ("subject", "property", "modality", "object", "value", "role", "unit")}
    fields |= {_DERIVED_FROM.value: "document", EV + "end": "end", EV + "endYear": "year"}
    told: dict[str, dict[str, str]] = defaultdict(dict)
    for quad in quads:
        if (name := fields.get(quad.predicate.value)) and isinstance(quad.object, NamedNode | Literal):
            told[iri(quad.subject)][name] = quad.object.value
    for claim, fields in told.items():
        if "modality" in fields:
            yield Said(claim, *(fields.get(name) for name in Said._fields[1:]))  # type: ignore[arg-type]


def _rows(store: Store, subject: str, properties: Iterable[str]) -> Iterator[Said]:
    names = ", ".join(f"<{name}>" for name in sorted(properties))
    if next(store.quads_for_pattern(None, _SUBJECT, NamedNode(subject)), None) is None:
        return  # most of what belongs to a maker
    query = _SAID.format(ev=EV, prov=PROV, subject=f"<{subject}>", properties=names)
    found = store.query(query, use_default_graph_as_union=True)
    assert isinstance(found, QuerySolutions)
    for row in found:
        yield Said(*(None if term is None else term.value for term in row))  # type: ignore[arg-type]


def _bears(row: Said, one: Said) -> bool:
    """Whether two claims on one subject and property, or of partners on each other, may contradict each other."""
    if row.object != one.object and not (row.property == PARTNERS and row.object == one.subject):
        return False
    if any(said.modality.endswith("/negated") for said in (row, one)):
        return True
    if row.property in DATED:
        return row.end != one.end
    if row.year and one.year and row.year != one.year:
        return False
    return (row.value, row.unit) != (one.value, one.unit)


def _witnesses(rows: Iterable[Said]) -> Iterable[str]:
    """One claim for each relation that claims state, since a fact needs no more."""
    relations = (row for row in rows if row.object or (row.value and ":" in row.value))
    return {(r.subject, r.property, r.object, r.value, r.role, r.modality): r.claim for r in relations}.values()


def _is_figure(row: Said) -> bool:
    """Whether this may be a target, or how one was reached."""
    return bool(row.value and row.year and row.property not in DATED)


def _reached(rows: Iterable[Said]) -> Iterator[Said]:
    """Figures that are somebody's target and somebody's fact, and what else is fact of those who have reached one."""
    figures = [row for row in rows if _is_figure(row)]
    said: dict[str, set[tuple[str, str | None, str | None]]] = defaultdict(set)
    for row in figures:
        said[row.modality.rpartition("/")[2]].add((row.property, row.value, row.unit))
    both = said["plan"] & said["fact"]
    parts = {row.subject for row in figures if (row.property, row.value, row.unit) in both}
    for row in figures:
        if (row.property, row.value, row.unit) in both or (row.modality.endswith("/fact") and row.subject in parts):
            yield row


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


def behind(found: Iterable[Quad], beside: Store) -> list[Quad]:
    """What the shapes of derived quads look at: of claims that findings name their class and property, and the claims
    that facts rest on."""
    named: set[NamedNode] = set()
    stated: set[NamedNode] = set()
    for quad in found:
        if not isinstance(quad.object, NamedNode):
            continue
        if not is_fact(quad):
            named.add(quad.object)
            continue
        for predicate in (_OBJECT, _VALUE):
            for entity in (quad.object, quad.subject):
                stated |= {NamedNode(iri(q.subject)) for q in beside.quads_for_pattern(None, predicate, entity)}
    wanted = [(claim, _STATED) for claim in stated] + [(claim, _NAMED) for claim in named]
    return [q for claim, known in wanted for p in known for q in beside.quads_for_pattern(claim, p, None)]


def is_fact(quad: Quad) -> bool:
    """Whether this derived quad is one of graph/facts."""
    return str(quad.graph_name).endswith("/graph/facts>")
