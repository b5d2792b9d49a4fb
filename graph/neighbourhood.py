"""The claims beside which claims are to be seen, copied into a store of their own with all that rules look at.

Facts, disagreements and missed targets of a claim depend on others with its property, on its subject or on what belongs
to that, and among those only on the ones that could say otherwise. So what a change of a document does is worked out
from few claims, however large the dataset is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import NamedNode, Quad, QuerySolutions, QueryTriples, RdfFormat, Store

from graph.namespaces import DCT, EV, PROV
from graph.statements import LEADING, Statement, Witness
from graph.terms import RDF_TYPE, iri

if TYPE_CHECKING:
    from graph.ledger import Ledger

PARTNERS = EV + "partnersWith"
DATED = frozenset(EV + name for name in ("launch", "foundedIn", "carbonNeutrality"))  # as rules/comparable.rq has them
_GIVEN = NamedNode("urn:x-evplans:given")
_PARENT, _SUBJECT, _PROPERTY = (NamedNode(EV + name) for name in ("parent", "subject", "property"))
_OBJECT, _VALUE, _RATE = (NamedNode(EV + name) for name in ("object", "value", "exchangeRate"))
_CLAIM, _DERIVED_FROM = NamedNode(EV + "Claim"), NamedNode(PROV + "wasDerivedFrom")
_DOCUMENT = tuple(NamedNode(iri) for iri in (DCT + "issued", EV + "issuedYear", DCT + "publisher"))
_NAMED = (RDF_TYPE, _PROPERTY)
_STATED = (RDF_TYPE, _SUBJECT, _PROPERTY, _OBJECT, _VALUE, NamedNode(EV + "modality"))
_COPIES = (  # of all claims with one property: they, what is told of their documents, the rates of their currencies
    "CONSTRUCT {{ ?claim ?p ?o }} WHERE {{ ?claim <{ev}property> <{name}> ; a <{ev}Claim> ; ?p ?o"
    " FILTER (?p NOT IN (<{ev}evidence>, <{ev}rule>, <{ev}confidence>, <{ev}reviewState>, <{ev}origin>)) }}",
    "CONSTRUCT {{ ?document ?p ?o }} WHERE {{ {{ SELECT DISTINCT ?document WHERE {{ ?claim <{ev}property> <{name}> ;"
    " <{prov}wasDerivedFrom> ?document }} }} ?document ?p ?o . FILTER (?p IN ({document})) }}",
    "CONSTRUCT {{ ?rate ?p ?o }} WHERE {{ {{ SELECT DISTINCT ?rate WHERE {{ ?claim <{ev}property> <{name}> ;"
    " <{ev}exchangeRate> ?rate }} }} ?rate ?p ?o }}",
)


class Beside(NamedTuple):
    """The claims beside which a change is to be seen, and the documents (IRIs) whose claims it makes lead a statement,
    or lead no more: what these have to do with others may change though they do not."""

    quads: set[Quad]
    stirred: set[str]


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


def around(store: Store, ledger: Ledger, old: Collection[Witness], new: Collection[Witness]) -> Beside:
    """The claims in a dataset that claims which come or go bear on, and those that go.

    `ledger` knows the dataset as it is before the change. Of most statements the claims that lead it are enough. All
    are needed where an own claim leads, since each of them is held against that.
    """
    change = _Change(store, ledger, old, new)
    claims = {one.claim: one for one in (*old, *change.near())}
    found = set(claims) | {claim for one in claims.values() for claim in _told_beside(store, one)}
    return Beside(
        _copied(store, found) | _parents(store, {one.statement.subject for one in change.own}), change.stirred
    )


class _Change:
    """Claims that come or go, among what the dataset states on the same subjects and properties."""

    def __init__(self, store: Store, ledger: Ledger, old: Collection[Witness], new: Collection[Witness]) -> None:
        self.own = [*old, *new]
        self.stirred: set[str] = set()
        self._ledger, self._old, self._new = ledger, old, new
        self._gone = {one.document for one in old}
        self._statements = {one.statement for one in self.own}
        topics: set[tuple[str, str]] = set()
        for one in self._statements:
            subjects = _family(store, one.subject) if _is_figure(one) else {one.subject}
            if one.property == PARTNERS and one.object:
                subjects.add(one.object)
            topics |= {(subject, one.property) for subject in subjects}
        self._there = {topic: ledger.statements(*topic) for topic in topics}

    def near(self) -> Iterator[Witness]:
        """The claims in the dataset that own claims bear on, or that say the same."""
        near: set[Statement] = set()  # by the claims that lead it
        whole: set[Statement] = set()  # by all
        for own in self._statements:
            beside = [one for topic in _topics(own) for one in self._there[topic]]
            against = {one for one in beside if _bears(one, own)}
            if against:
                near |= against | {own}
                stirred = self._leading(own)
                self.stirred |= stirred
                whole |= {one for one in against if stirred or one.denies() or own.denies()}
            near |= {one for one in beside if _is_relation(own) and _same_relation(one, own)}
        reached, parts = self._reached()
        near |= reached | parts
        if any(self._leading(own) for own in self._statements if _is_figure(own)):
            whole |= reached
        for one in near | whole:
            yield from self._ledger.witnesses(one) if one in whole else self._leaders(one)

    def _leaders(self, statement: Statement) -> Iterator[Witness]:
        """The claims that lead a statement before the change, and those there that may lead it after."""
        left = LEADING
        for one in self._ledger.witnesses(statement):
            yield one
            left -= one.document not in self._gone
            if not left:
                return

    def _leading(self, statement: Statement) -> set[str]:
        """The documents whose claims lead a statement before or after the change, if an own claim is among those."""
        there = sorted(self._leaders(statement))
        stay = [one for one in there if one.document not in self._gone]
        come = [one for one in self._new if one.statement == statement]
        leading = {*there[:LEADING], *sorted([*stay, *come])[:LEADING]}
        return {one.document for one in leading} if leading.intersection(self.own) else set()

    def _reached(self) -> tuple[set[Statement], set[Statement]]:
        """Figures that are somebody's target and somebody's fact; facts of those who have reached one."""
        figures = {one for found in self._there.values() for one in found if _is_figure(one)}
        figures |= {one for one in self._statements if _is_figure(one)}
        said: dict[str, set[tuple[str, str | None, str | None]]] = defaultdict(set)
        for one in figures:
            said[one.modality.rpartition("/")[2]].add(_figure(one))
        both = said["plan"] & said["fact"]
        reached = {one for one in figures if _figure(one) in both}
        parts = {one.subject for one in reached}
        return reached, {one for one in figures if one.modality.endswith("/fact") and one.subject in parts}


def _topics(statement: Statement) -> list[tuple[str, str]]:
    """The subjects and properties of the statements that this one may contradict."""
    turned = [(statement.object, PARTNERS)] if statement.property == PARTNERS and statement.object else []
    return [(statement.subject, statement.property), *turned]


def _bears(one: Statement, other: Statement) -> bool:
    """Whether two statements on one subject and property, or of partners on each other, may contradict each other."""
    if one.object != other.object and not (one.property == PARTNERS and one.object == other.subject):
        return False
    if one.denies() or other.denies():
        return True
    if one.property in DATED:
        return one.end != other.end
    if one.year and other.year and one.year != other.year:
        return False
    return (one.value, one.unit) != (other.value, other.unit)


def _is_relation(statement: Statement) -> bool:
    """Whether this may be a fact, as a plain triple of things."""
    return bool(statement.object or (statement.value and ":" in statement.value))


def _same_relation(one: Statement, other: Statement) -> bool:
    if one.subject != other.subject:  # partners
        return one.object == other.subject
    return (one.object, one.value if ":" in (one.value or "") else None) == (
        other.object,
        other.value if ":" in (other.value or "") else None,
    )


def _is_figure(statement: Statement) -> bool:
    """Whether this may be a target, or how one was reached."""
    return bool(statement.value and statement.year and statement.property not in DATED)


def _figure(statement: Statement) -> tuple[str, str | None, str | None]:
    return statement.property, statement.value, statement.unit


def _told_beside(store: Store, one: Witness) -> Iterator[str]:
    """What the document of a claim says on the same subject and property: it may recall what another says."""
    home, subject = NamedNode(one.document), NamedNode(one.statement.subject)
    for quad in store.quads_for_pattern(None, _PROPERTY, NamedNode(one.statement.property), home):
        if Quad(quad.subject, _SUBJECT, subject, home) in store:
            yield iri(quad.subject)


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
