"""Brings a build's links up to date: accepted ones in the register's graph, proposals and fetched facts in others."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from graph.assembly import Assembly
from graph.draft import Draft
from graph.linking.decisions import RELATIONS
from graph.linking.enriching import SOURCES, enrichment_quads
from graph.linking.links import accepted_quads, link_quads
from graph.linking.targets import known_targets, load_target
from graph.namespaces import DCT, EV, ONTOLOGY, SKOS, VOID
from graph.preparing import from_lines
from graph.rdf import canonical_lines
from graph.terms import RDF_TYPE, english, integer, iri

PART = "links"  # under which the ledger keeps what the shapes say of them
DUMPS = ("ttl", "csv")
NOTE = "accepted links"  # where the ledger keeps what the last build added to the register


def settle_links(data: Path, work: Assembly) -> None:
    """Let links and fetched facts be what the data folder holds now, and check what is new.

    Raises DecisionError, JournalError where a file there is at fault.
    """
    draft, namespace = work.draft, work.draft.namespace
    draft.flush()
    added, withdrawn = _accepted(data, draft)
    links = link_quads(data, namespace, lambda one: _described(draft, one)) + _linksets(draft)
    wanted = {namespace.graph("links"): links}
    for source, chosen in SOURCES.items():
        quads = enrichment_quads(data, namespace, source, lambda one: _described(draft, one))
        wanted[namespace.graph(chosen["graph"])] = quads
    new, gone = [*added], [*withdrawn]
    for graph, quads in wanted.items():
        before, after = set(draft.quads(graph)), set(quads)
        draft.change(graph, before - after, after - before)
        new += after - before
        gone += before - after
    draft.ledger.drop_results(PART, {iri(quad.subject) for quad in (*new, *gone)})
    nodes = {iri(quad.subject) for quad in new if not _is_fact(quad)}
    if nodes:
        report = work.gate.nodes([*new, *_behind(draft, new)], {*nodes, ONTOLOGY})
        draft.ledger.add_results(PART, report.results)


def _accepted(data: Path, draft: Draft) -> tuple[set[Quad], set[Quad]]:
    """Put accepted links into graph/register that are not there, take those out that are accepted no more; both."""
    register = draft.namespace.graph("register")
    own = set(from_lines((draft.ledger.note(NOTE) or "").splitlines()))
    accepted = {q for q in accepted_quads(data, draft.namespace) if _described(draft, iri(q.subject))}
    accepted = {q for q in accepted if q in own or q not in draft.store}
    draft.change(register, own - accepted, accepted - own)
    draft.ledger.note(NOTE, "\n".join(canonical_lines(accepted)))
    return accepted - own, own - accepted


def _linksets(draft: Draft) -> list[Quad]:
    """The reviewed links with each target as a void:Linkset, a part of the dataset."""
    namespace, home = draft.namespace, NamedNode(draft.namespace.graph("links"))
    dataset, register = namespace.graph("provenance") + "#dataset", NamedNode(namespace.graph("register"))
    draft.flush()
    found: dict[str, Counter[str]] = defaultdict(Counter)
    targets = [load_target(key) for key in known_targets()]
    for relation in RELATIONS:
        for quad in draft.store.quads_for_pattern(None, NamedNode(SKOS + relation), None, register):
            for target in targets:
                if target.holds(iri(quad.object)):
                    found[target.key][relation] += 1
    quads = []
    for target in targets:
        node, counts = f"{home.value}#{target.key}", found[target.key]
        said: list[tuple[str, NamedNode | Literal]]
        said = [(RDF_TYPE.value, NamedNode(VOID + "Linkset")), (DCT + "title", english(f"Links with {target.name}"))]
        said += [(VOID + "subjectsTarget", NamedNode(dataset)), (VOID + "triples", integer(counts.total()))]
        said += [(VOID + "objectsTarget", NamedNode(f"{node}-dataset"))]
        said += [(VOID + "linkPredicate", NamedNode(SKOS + relation)) for relation in counts]
        said += [(VOID + "dataDump", NamedNode(f"{namespace.base}sameas/{target.key}.{form}")) for form in DUMPS]
        there: list[tuple[str, NamedNode | Literal]]
        there = [(DCT + "title", english(target.name)), (VOID + "uriSpace", Literal(target.starts[0]))]
        quads += [Quad(NamedNode(node), NamedNode(p), o, home) for p, o in said]
        quads += [Quad(NamedNode(f"{node}-dataset"), NamedNode(p), o, home) for p, o in there]
        quads.append(Quad(NamedNode(dataset), NamedNode(VOID + "subset"), NamedNode(node), home))
    return quads


def _described(draft: Draft, entity: str) -> bool:
    """Is this an entity of the dataset? One that documents no longer name may have links still."""
    return any(draft.store.quads_for_pattern(NamedNode(entity), RDF_TYPE, None, None))


def _is_fact(quad: Quad) -> bool:
    """Facts from elsewhere are no concern of our shapes."""
    return not (quad.predicate.value.startswith((EV, "http://www.w3.org/2004/02/skos/")) or quad.predicate == RDF_TYPE)


def _behind(draft: Draft, new: list[Quad]) -> list[Quad]:
    """What our own graphs say of the entities that new links are about."""
    entities = {iri(q.object) for q in new if q.predicate.value == EV + "linkSource"} | {iri(q.subject) for q in new}
    graphs = (draft.namespace.graph("register"), draft.namespace.graph("candidates"))
    return [quad for graph in graphs for quad in draft.about(graph, sorted(entities)) if quad not in new]
