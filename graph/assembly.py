"""Prepared documents put into a draft and taken out of it, with everything that hangs on them.

What hangs on one document alone goes with it. Candidates, facts and disagreements hang on several; `settle` brings them
up to date for the names and topics that were touched, and for nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from importlib.metadata import version

from pyoxigraph import NamedNode, Quad, Store

from graph import copies, derive, rdf
from graph.draft import Draft
from graph.findings import check, focus
from graph.gate import Gate
from graph.namespaces import DCT, EV, ONTOLOGY
from graph.neighbourhood import around
from graph.preparing import Prepared, follows, from_lines
from graph.provenance import dataset_provenance, document_provenance
from graph.statements import witnesses
from graph.terms import iri
from graph.validation import Report, Result, report_quads
from graph.vocabulary import vocabulary

_COPY = NamedNode(EV + "nearDuplicateOf")


class Assembly:
    """One change of a dataset: documents enter and leave, then it settles."""

    def __init__(self, draft: Draft, gate: Gate) -> None:
        self.draft = draft
        self.gate = gate
        self._names: set[str] = set()
        self._read: set[str] = set()
        namespace = draft.namespace
        self._facts, self._derived = namespace.graph("facts"), namespace.graph("derived")
        self._candidates, self._provenance = namespace.graph("candidates"), namespace.graph("provenance")

    def change(self, leave: Iterable[str], enter: Sequence[Prepared]) -> None:
        """Take documents out, put others in, and bring up to date what hangs on several documents."""
        space, leaving = self.draft.namespace, sorted(leave)
        old = [quad for slug in leaving for quad in self._all_quads(slug)]
        new = [quad for one in enter for quad in (*one.quads, *one.derived_quads)]
        come = [witness for one in enter for witness in one.witnesses]
        beside, stirred = around(self.draft.store, self.draft.ledger, list(witnesses(old)), come)
        before = derive.together(_stored(beside), space, stirred.union(map(space.document, leaving)))
        later = _stored(beside.difference(q for q in old if not iri(q.subject).startswith(space.rates)).union(new))
        after = derive.together(later, space, stirred.union(space.document(one.slug) for one in enter))
        for slug in leaving:
            self.withdraw(slug)
        for one in enter:
            self.enter(one)
        self.settle_names()
        self.settle_copies()
        gone, found = set(before) - set(after), set(after) - set(before)
        self.settle_findings(gone, found, check(self.gate, found, later))

    def _all_quads(self, slug: str) -> list[Quad]:
        quads = self.draft.quads(self.draft.namespace.document(slug))
        return quads + follows(quads, self.draft.namespace)

    def enter(self, prepared: Prepared) -> None:
        """Put a document in that is not there."""
        draft, slug = self.draft, prepared.slug
        graph = draft.namespace.document(slug)
        draft.enter(graph, prepared.lines, prepared.quads)
        draft.change(self._derived, added=self._own(prepared.derived_quads, 1))
        draft.change(self._provenance, added=self._told(slug, prepared.results))
        draft.text(slug, prepared.text)
        shown = {name: getattr(prepared, name) for name in ("title", "media_type", "digest")}
        record = {name: getattr(prepared, name) for name in ("origins", "signatures")}
        draft.ledger.enter(slug, shown, record, prepared.uses)
        draft.ledger.hear(prepared.witnesses)
        draft.ledger.count("origin", prepared.origins)
        draft.ledger.add_results(graph, prepared.results)
        self._names |= {use.iri for use in prepared.uses}
        self._read.add(slug)

    def withdraw(self, slug: str) -> None:
        """Take a document out, if it is there."""
        draft = self.draft
        record = draft.ledger.document(slug)
        if record is None:
            return
        graph = draft.namespace.document(slug)
        quads = draft.quads(graph)
        follow = follows(quads, draft.namespace)
        draft.change(self._provenance, removed=self._told(slug, draft.ledger.results(graph)))
        draft.change(graph, removed=quads)
        draft.change(self._derived, removed=self._own(follow, -1))
        draft.text(slug, None)
        self._names |= {use.iri for use in draft.ledger.uses_by(slug)}
        bands = {key for signature in draft.ledger.signatures(slug) for key in copies.keys(signature)}
        self._read |= {slug, *(other for key in bands for other in draft.ledger.bearing(key))}
        draft.ledger.strike(slug)
        draft.ledger.unhear(list(witnesses([*quads, *follow])))
        draft.ledger.count("origin", {name: -n for name, n in record["origins"].items()})
        draft.ledger.drop_results(graph)

    def _told(self, slug: str, results: Iterable[Result]) -> list[Quad]:
        """What graph/provenance says of a document."""
        space = self.draft.namespace
        size = self.draft.graphs[space.document(slug)]
        return [*document_provenance(space, slug, size), *report_quads(results, space)]

    def _own(self, derived: Iterable[Quad], sign: int) -> list[Quad]:
        """Those of a document's derived quads that come or go with it: a rate stays while another document needs it."""
        prefix = self.draft.namespace.rates
        own = list(derived)
        rates = {iri(quad.subject) for quad in own if iri(quad.subject).startswith(prefix)}
        before = self.draft.ledger.counts("rate")
        self.draft.ledger.count("rate", dict.fromkeys(rates, sign))
        shared = {rate for rate in rates if max(before[rate], before[rate] + sign) > 1}
        return [quad for quad in own if iri(quad.subject) not in shared]

    def settle_names(self) -> None:
        """Bring the candidate entities that were touched up to date."""
        draft = self.draft
        uses = [use for name in sorted(self._names) for use in draft.ledger.uses_of(name)]
        after = set(rdf.candidate_quads(draft.namespace, vocabulary(), uses))
        before = set(draft.about(self._candidates, self._names))
        draft.change(self._candidates, before - after, after - before)
        draft.ledger.drop_results(self._candidates, self._names)
        if self._names:
            report = self.gate.nodes(after, {*self._names, ONTOLOGY})
            draft.ledger.add_results(self._candidates, report.results)

    def settle_copies(self) -> None:
        """Say anew of the documents that were touched, and of their copies, whose near-duplicates they are."""
        draft, ledger = self.draft, self.draft.ledger
        found = copies.groups(self._read, ledger.signatures, ledger.bearing)
        after = {quad for group in found if len(group) > 1 for quad in self._copied(group)}
        nodes = map(draft.namespace.document, self._read.union(*found))
        before = {quad for quad in draft.about(self._derived, nodes) if quad.predicate == _COPY}
        draft.change(self._derived, before - after, after - before)

    def _copied(self, group: Iterable[str]) -> Iterator[Quad]:
        """Each copy as one of its group's first document: the earliest, and of those of a day the first by name."""
        space, home = self.draft.namespace, NamedNode(self._derived)
        dated = {}
        for slug in group:
            node = space.document(slug)
            days = [str(q.object) for q in self.draft.about(node, [node]) if q.predicate.value == DCT + "issued"]
            dated[node] = min(days, default="undated")
        first, *others = sorted(dated, key=lambda node: (dated[node], node))
        yield from (Quad(NamedNode(node), _COPY, NamedNode(first), home) for node in others)

    def settle_findings(self, gone: Collection[Quad], found: Collection[Quad], results: Iterable[Result]) -> None:
        """Let facts and findings that follow no more go and others come; `results` is what shapes say of these."""
        for graph in (self._facts, self._derived):
            self.draft.change(graph, _of(gone, graph), _of(found, graph))
        self.draft.ledger.drop_results(self._derived, focus(gone) | focus(found))
        self.draft.ledger.add_results(self._derived, results)

    def describe(self) -> Report:
        """Bring graph/provenance up to date; the report is what was said of everything."""
        draft = self.draft
        results = [r for part in ("ground", self._candidates, self._derived) for r in draft.ledger.results(part)]
        report = Report.of(draft.ledger.results())
        others = {name: size for name, size in draft.graphs.items() if name != self._provenance}
        whole = dataset_provenance(draft.namespace, others, draft.ledger, report.conforms, version("evplans"))
        after = [*whole, *report_quads(results, draft.namespace)]
        before = from_lines((draft.ledger.note("description") or "").splitlines())
        draft.change(self._provenance, set(before) - set(after), set(after) - set(before))
        draft.ledger.note("description", "\n".join(rdf.canonical_lines(after)))
        return report


def _stored(quads: Iterable[Quad]) -> Store:
    store = Store()
    store.bulk_extend(quads)
    return store


def _of(quads: Iterable[Quad], graph: str) -> Sequence[Quad]:
    return [quad for quad in quads if str(quad.graph_name)[1:-1] == graph]
