"""Small made-up claims and documents, and the store that a build would derive from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pyoxigraph import NamedNode, Quad, Store

from graph import derive, rdf
from graph.claims import Claim
from graph.namespaces import EV, Namespace
from graph.reading import Document
from graph.register import Entity, Register
from graph.review import Reviewed
from graph.terms import iri, ordered

NAMESPACE = Namespace()

REGISTER = Register.of(
    [
        Entity(slug="nissan", name="Nissan", kinds=frozenset({"Automaker", "Brand"})),
        Entity(slug="renault", name="Renault", kinds=frozenset({"Automaker", "Brand"})),
        Entity(slug="nissan-leaf", name="Nissan Leaf", kinds=frozenset({"VehicleModel"}), parents=("nissan",)),
        Entity(slug="alliance-2030", name="Alliance 2030", kinds=frozenset({"Plan"}), aliases=("Alliance to 2030",)),
        Entity(slug="europe", name="Europe", kinds=frozenset({"Market"})),
        Entity(slug="china", name="China", kinds=frozenset({"Country"})),
        Entity(slug="japan", name="Japan", kinds=frozenset({"Country"})),
        Entity(slug="global", name="global", kinds=frozenset({"Market"})),
        Entity(slug="bosnia", name="Bosnia and Herzegovina", kinds=frozenset({"Country"})),
        Entity(slug="reuters", name="Reuters", kinds=frozenset({"Publisher"})),
    ]
)


def claim(document: str = "one", **fields: Any) -> Claim:
    """A claim with the keys that a test does not care about filled in; its quote tells it from others."""
    row = {"subject": "Nissan", "property": "modelCount", "modality": "plan", "quote": "words", "start_char": 0}
    row |= fields
    return Claim(document=document, end_char=row["start_char"] + len(row["quote"]), **row)


def document(slug: str = "one", **fields: Any) -> Document:
    row = {"text": "words that say so", "media_type": "text/plain", "digest": "d", "language": "en", "title": slug}
    return Document(slug=slug, **(row | fields))


def reviewed(one: Claim) -> Reviewed:
    return Reviewed(claim=one, origin="added", state="reviewed", rule=None, confidence=None)


def derived(store: Store, namespace: Namespace = NAMESPACE) -> dict[str, list[Quad]]:
    """What follows from the claims in a store, by graph."""
    graphs: dict[str, list[Quad]] = {namespace.graph("facts"): [], namespace.graph("derived"): []}
    for quad in [*derive.alone(store, namespace), *derive.together(store, namespace)]:
        graphs[iri(quad.graph_name)].append(quad)
    return {name: ordered(quads) for name, quads in graphs.items()}


def candidates(names: rdf.NameResolver) -> list[Quad]:
    """The candidate entities among the names that were resolved."""
    return rdf.candidate_quads(names.namespace, names.vocabulary, names.uses)


@dataclass
class Derived:
    """What `derive` finds in a few claims, in terms that tests can read."""

    claims: list[Claim]
    dates: dict[str, str] = field(default_factory=dict)
    publishers: dict[str, str] = field(default_factory=dict)
    register: Register = REGISTER

    def __post_init__(self) -> None:
        names = rdf.NameResolver(self.register, NAMESPACE)
        self.store = Store()
        for slug in sorted({c.document for c in self.claims}):
            source = document(slug, date=self.dates.get(slug), publisher=self.publishers.get(slug))
            own = [reviewed(c) for c in self.claims if c.document == slug]
            self.store.extend(rdf.document_quads(source, own, names))
        self.store.extend(
            Quad(_entity(e.slug), NamedNode(EV + "parent"), _entity(p), NamedNode(NAMESPACE.graph("register")))
            for e in self.register.entities.values()
            for p in e.parents
        )
        self.graphs = derived(self.store)
        self.quads = self.graphs[NAMESPACE.graph("derived")]

    @property
    def facts(self) -> set[tuple[str, str, str]]:
        """Facts as local names."""
        return {
            (local(q.subject.value), local(q.predicate.value), local(q.object.value))
            for q in self.graphs[NAMESPACE.graph("facts")]
        }

    @property
    def kinds(self) -> list[set[str]]:
        """For each disagreement, the kinds that it has beside being one."""
        found: dict[str, set[str]] = {}
        for q in self.quads:
            if q.predicate.value.endswith("#type") and not q.object.value.endswith("ExchangeRate"):
                found.setdefault(q.subject.value, set()).add(local(q.object.value))
        return sorted((kinds - {"Disagreement"} for kinds in found.values()), key=sorted)

    def values(self, predicate: str) -> list[str]:
        """All objects of a derived property, sorted."""
        return sorted(q.object.value for q in self.quads if q.predicate.value == EV + predicate)


def local(iri: str) -> str:
    return iri.rstrip("/").replace("#", "/").rpartition("/")[2]


def _entity(slug: str) -> NamedNode:
    return NamedNode(NAMESPACE.entity(slug))
