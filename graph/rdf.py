"""Claims, documents and entities as RDF: every quad that the build writes before it derives more from them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Quad

from graph import paths
from graph.claims import Claim
from graph.names import NameResolver, Use
from graph.namespaces import DCT, EV, OA, PROV, RDFS, SKOS, Namespace
from graph.reading import Document
from graph.review import Reviewed
from graph.sentence import sentence
from graph.terms import (
    RDF_TYPE,
    boolean,
    canonical_lines,
    date,
    decimal,
    english,
    integer,
    number,
    ordered,
    turtle_quads,
)  # fmt: skip
from graph.vocabulary import ENTITY, Kinds, Vocabulary, ontology_files

__all__ = [
    "NameResolver", "candidate_quads", "canonical_lines", "count_entities", "count_types", "document_quads",
    "ground_quads", "ontology_quads", "register_quads", "shapes_quads",
]  # fmt: skip

_PLACES: Kinds = frozenset({"Place"})
_SPEAKERS: Kinds = frozenset({"Organization", "Person"})
_PUBLISHERS: Kinds = frozenset({"Publisher"})

Pairs = Iterator[tuple[str, NamedNode | Literal]]


def document_quads(document: Document, claims: Iterable[Reviewed], names: NameResolver) -> list[Quad]:
    """The document's metadata and its claims with their evidence, as quads of the document's own graph."""
    home = NamedNode(names.namespace.document(document.slug))
    quads = [Quad(home, NamedNode(p), o, home) for p, o in _metadata(document, names)]
    for reviewed in claims:
        iri = names.namespace.claim(reviewed.claim.digest(document.text))
        node = NamedNode(iri)
        quads += [Quad(node, NamedNode(p), o, home) for p, o in _claim(reviewed, names)]
        quads += [
            Quad(node, NamedNode(PROV + "wasDerivedFrom"), home, home),
            Quad(node, NamedNode(EV + "evidence"), NamedNode(iri + "#evidence"), home),
        ]
        quads += _evidence(reviewed.claim, iri, home)
    return ordered(quads)


def _metadata(document: Document, names: NameResolver) -> Pairs:
    yield RDF_TYPE.value, NamedNode(EV + "Document")
    title = document.title or document.slug.replace("-", " ")
    yield DCT + "title", Literal(title, language=document.language or None)
    if document.date:
        yield DCT + "issued", date(document.date)
        yield EV + "issuedYear", integer(int(document.date[:4]))
    if document.publisher:
        yield DCT + "publisher", names.entity(document.publisher, _PUBLISHERS)
    for author in document.authors:
        yield DCT + "creator", names.entity(author, _SPEAKERS)
    if document.language:
        yield DCT + "language", Literal(document.language)
    yield DCT + "format", Literal(document.media_type)
    yield EV + "digest", Literal(document.digest)
    if document.source_url:
        source = NamedNode(quote(document.source_url, safe="%:/?#[]@!$&'()*+,;=~-._"))
        yield EV + "restates", source
        yield PROV + "wasDerivedFrom", source
    if document.source_title:
        yield EV + "sourceTitle", Literal(document.source_title)
    if document.restatement:
        yield EV + "restatement", boolean(True)


def _claim(reviewed: Reviewed, names: NameResolver) -> Pairs:
    claim, code = reviewed.claim, names.vocabulary.code
    yield RDF_TYPE.value, NamedNode(EV + "Claim")
    yield RDFS + "label", english(sentence(claim))
    yield EV + "property", NamedNode(EV + claim.property)
    yield from _content(claim, names)
    yield EV + "modality", NamedNode(code("modality", claim.modality))
    yield EV + "reviewState", NamedNode(code("review-state", reviewed.state))
    yield EV + "origin", NamedNode(code("origin", reviewed.origin))
    if reviewed.confidence is not None:
        yield EV + "confidence", decimal(reviewed.confidence)
    if reviewed.rule:
        yield EV + "rule", NamedNode(names.namespace.rule(quote(reviewed.rule, safe="-._~")))


def _content(claim: Claim, names: NameResolver) -> Pairs:
    code = names.vocabulary.code
    yield EV + "subject", names.entity(claim.subject, names.vocabulary.domains.get(claim.property, frozenset()))
    if claim.object:
        kinds = names.vocabulary.ranges.get(claim.property, frozenset())
        yield EV + "object", names.entity(claim.object, kinds)
    yield from _value(claim, names)
    if claim.unit:
        yield EV + "unit", NamedNode(code("unit", claim.unit))
    if (claim.value is not None and not isinstance(claim.value, str)) or claim.bound:
        yield EV + "bound", NamedNode(code("bound", claim.bound or "exact"))
    for name, text in (("start", claim.start), ("end", claim.end)):
        if text:
            yield EV + name, date(text)
            yield EV + name + "Year", integer(int(text[:4]))
    if claim.duration_years is not None:
        yield EV + "durationYears", number(claim.duration_years)
    for region in regions(claim.region, names):
        yield EV + "region", names.entity(region, _PLACES)
    if claim.powertrain:
        yield EV + "powertrain", NamedNode(code("powertrain", claim.powertrain))
    if claim.plan:
        yield EV + "plan", names.entity(claim.plan, frozenset({"Plan"}))
    if claim.attribution:
        yield EV + "attribution", names.entity(claim.attribution, _SPEAKERS)


def _value(claim: Claim, names: NameResolver) -> Pairs:
    if claim.value is None:
        return
    if claim.property == "holdsRole":
        yield EV + "role", names.role(str(claim.value))
    elif claim.property == "country":
        yield EV + "value", names.entity(str(claim.value), frozenset({"Country"}))
    elif claim.property == "bodyStyle":
        yield EV + "value", NamedNode(names.vocabulary.code("body-style", str(claim.value)))
    else:
        yield EV + "value", Literal(claim.value) if isinstance(claim.value, str) else number(claim.value)


def regions(text: str | None, names: NameResolver) -> list[str]:
    """The places of a region: `China and Europe` are two, a place whose own name has an "and" is one."""
    if not text:
        return []
    return [text] if names.knows(text) else [part for part in re.split(r",? and |, ", text) if part]


def _evidence(claim: Claim, iri: str, home: NamedNode) -> Iterator[Quad]:
    node, exact, position = (NamedNode(f"{iri}#{part}") for part in ("evidence", "quote", "position"))
    for subject, predicate, term in (
        (node, RDF_TYPE.value, NamedNode(OA + "SpecificResource")),
        (node, RDF_TYPE.value, NamedNode(EV + "Evidence")),
        (node, OA + "hasSource", home),
        (node, OA + "hasSelector", exact),
        (node, OA + "hasSelector", position),
        (exact, RDF_TYPE.value, NamedNode(OA + "TextQuoteSelector")),
        (exact, OA + "exact", Literal(claim.quote)),
        (position, RDF_TYPE.value, NamedNode(OA + "TextPositionSelector")),
        (position, OA + "start", integer(claim.start_char)),
        (position, OA + "end", integer(claim.end_char)),
    ):
        yield Quad(subject, NamedNode(predicate), term, home)


def candidate_quads(namespace: Namespace, known: Vocabulary, uses: Iterable[Use]) -> list[Quad]:
    """The entities and roles that documents name and the house does not know, as quads of graph/candidates."""
    home = NamedNode(namespace.graph("candidates"))
    about: dict[str, list[Use]] = defaultdict(list)
    for use in uses:
        about[use.iri].append(use)
    quads = []
    for iri, found in about.items():
        label, *others = sorted({use.spelling for use in found})
        pairs = _role(iri, label) if found[0].role else _candidate(known, found, label, others)
        quads += [Quad(NamedNode(iri), NamedNode(predicate), term, home) for predicate, term in pairs]
    return ordered(quads)


def _candidate(known: Vocabulary, uses: Iterable[Use], label: str, others: Iterable[str]) -> Pairs:
    kind = known.narrowed(frozenset(use.kinds) for use in uses)
    for name in {kind, "CandidateEntity"} - {ENTITY}:
        yield RDF_TYPE.value, NamedNode(EV + name)
    yield SKOS + "prefLabel", english(label)
    for other in others:
        yield SKOS + "altLabel", english(other)


def _role(iri: str, title: str) -> Pairs:
    yield RDF_TYPE.value, NamedNode(SKOS + "Concept")
    yield RDF_TYPE.value, NamedNode(EV + "Role")
    yield SKOS + "inScheme", NamedNode(iri.rpartition("/")[0])
    yield SKOS + "prefLabel", english(title)
    yield SKOS + "notation", Literal(title)


def register_quads(namespace: Namespace, folder: Path = paths.REGISTER) -> list[Quad]:
    """The register's Turtle as graph/register; its IRIs are relative to the base. Raises TurtleError."""
    return turtle_quads(sorted(folder.glob("*.ttl")), namespace.graph("register"), namespace.base)


def ontology_quads(namespace: Namespace, folder: Path = paths.ONTOLOGY) -> list[Quad]:
    """The vocabulary, its codes and its alignments as graph/ontology. Raises TurtleError."""
    return turtle_quads(ontology_files(folder), namespace.graph("ontology"), namespace.base)


def shapes_quads(namespace: Namespace, folder: Path = paths.SHAPES) -> list[Quad]:
    """The SHACL shapes as graph/shapes. Raises TurtleError."""
    return turtle_quads(sorted(folder.glob("*.ttl")), namespace.graph("shapes"), namespace.base)


def ground_quads(namespace: Namespace) -> dict[str, list[Quad]]:
    """What stands before any document: ontology, shapes and register, by graph. Raises TurtleError."""
    return {
        namespace.graph("ontology"): ontology_quads(namespace),
        namespace.graph("shapes"): shapes_quads(namespace),
        namespace.graph("register"): register_quads(namespace, paths.REGISTER),
    }


def count_types(quads: Iterable[Quad]) -> Counter[str]:
    """How many nodes have each class of the vocabulary, by the class's local name."""
    types = {(q.subject, q.object.value) for q in quads if q.predicate == RDF_TYPE and isinstance(q.object, NamedNode)}
    return Counter(iri.removeprefix(EV) for _, iri in types if iri.startswith(EV))


def count_entities(quads: Iterable[Quad]) -> int:
    """How many entities the quads describe: nodes with a class of the vocabulary that are no roles."""
    role = EV + "Role"
    return len({
        q.subject
        for q in quads
        if q.predicate == RDF_TYPE
        and isinstance(q.object, NamedNode)
        and q.object.value.startswith(EV)
        and q.object.value != role
    })  # fmt: skip
