"""Candidate links and accepted ones as RDF, for a build: `graph/links`, and additions to `graph/register`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from graph.linking.decisions import Decision, accepted, links_folder, pair_id, read_decisions
from graph.linking.proposals import propose
from graph.linking.scoring import weights
from graph.linking.searches import Journal
from graph.namespaces import CODE, DCT, EV, RDF, RDFS, SKOS, Namespace
from graph.terms import RDF_TYPE, date, decimal, english, ordered

STATES = {"accept": "accepted", "reject": "rejected"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Link:
    """What is said of one candidate link."""

    entity: str
    label: str
    target: str
    score: float
    method: str
    relation: str
    found: str
    state: str
    decision: Decision | None = None


def accepted_quads(data: Path, namespace: Namespace) -> list[Quad]:
    """The accepted links as triples of graph/register. Raises DecisionError, JournalError."""
    home = NamedNode(namespace.graph("register"))
    return [
        Quad(NamedNode(namespace.entity(d.entity)), NamedNode(SKOS + d.relation), NamedNode(d.target), home)
        for d in accepted(read_decisions(data).values())
    ]


def link_quads(data: Path, namespace: Namespace, known: Callable[[str], bool]) -> list[Quad]:
    """The candidate links of entities whose IRIs are `known`, as quads of graph/links.

    Proposals below the threshold are left out. Raises DecisionError, JournalError.
    """
    home = NamedNode(namespace.graph("links"))
    quads = []
    for link in _links(data, namespace):
        iri = namespace.entity(link.entity)
        if known(iri):
            node = NamedNode(f"{home.value}#{pair_id(link.entity, link.target)}")
            quads += [Quad(node, NamedNode(p), term, home) for p, term in _said(link, iri)]
    return ordered(quads)


def _links(data: Path, namespace: Namespace) -> Iterator[_Link]:
    decided = read_decisions(data)
    for d in decided.values():
        yield _Link(
            entity=d.entity, label=d.label, target=d.target, score=d.score or 0.0, method=d.method,
            relation=d.relation, found=d.found, state=STATES[d.decision], decision=d,
        )  # fmt: skip
    rejected = {(namespace.entity(d.entity), d.target) for d in decided.values()}
    taken = {d.target for d in accepted(decided.values())}
    for path in journals(data):
        for p in propose(Journal.open(path).searches.values(), weights(), rejected, taken):
            if p.score >= weights().threshold:
                yield _Link(
                    entity=p.entity.removeprefix(namespace.entity("")), label=p.label, target=p.target.iri,
                    score=p.score, method=p.method, relation=p.relation, found=p.date, state="proposed",
                )  # fmt: skip


def journals(data: Path) -> list[Path]:
    """The files of searches, one for each target."""
    return sorted(p for p in links_folder(data).glob("*.search.jsonl"))


def _said(link: _Link, iri: str) -> Iterator[tuple[str, NamedNode | Literal]]:
    yield RDF_TYPE.value, NamedNode(EV + "CandidateLink")
    yield EV + "linkSource", NamedNode(iri)
    yield EV + "linkTarget", NamedNode(link.target)
    yield EV + "score", decimal(round(link.score, 4))
    yield EV + "method", Literal(link.method)
    yield EV + "linkState", NamedNode(f"{CODE}link-state/{link.state}")
    yield RDF + "predicate", NamedNode(SKOS + link.relation)
    yield RDFS + "label", english(f"{link.label} – {link.target}")
    if link.found:
        yield DCT + "created", date(link.found)
    if link.decision:
        yield DCT + "contributor", Literal(link.decision.by)
        yield DCT + "modified", date(link.decision.date)
