"""The pages of codes, rules, findings and graphs: of anything that is only its statements."""

from __future__ import annotations

from flask import render_template
from pyoxigraph import NamedNode

from graph.namespaces import RDFS, SKOS
from service.dataset import Dataset
from service.pages.filters import local
from service.pages.model import rows, stored

SHOWN = 500
USERS = 12
HEADED = {SKOS + "prefLabel", RDFS + "label", SKOS + "definition"}


def resource_page(dataset: Dataset, iri: str) -> str | None:
    """The page of a term, a code, a rule or a finding: its statements and what uses it. None when there are none."""
    triples = dataset.construct(stored("data-resource"), this=iri)
    if not triples:
        return None
    names = {t.predicate.value: getattr(t.object, "value", "") for t in triples}
    labels = {row["term"]: row["label"] for row in rows(dataset, "labels", this=iri)}
    lines: dict[str, list[tuple[str, str | None]]] = {}
    for triple in sorted(triples, key=str):
        value, is_iri = getattr(triple.object, "value", ""), isinstance(triple.object, NamedNode)
        if triple.predicate.value not in HEADED:
            label = labels.get(value) or (local(value) if is_iri else value)
            lines.setdefault(triple.predicate.value, []).append((label, value if is_iri else None))
    used = rows(dataset, "used", this=iri)
    return render_template(
        "resource.html",
        iri=iri,
        title=names.get(SKOS + "prefLabel") or names.get(RDFS + "label") or local(iri),
        note=names.get(SKOS + "definition"),
        lines=[(p, labels.get(p) or local(p), values) for p, values in lines.items()],
        used=used[:USERS],
        users=len(used),
    )


def graph_page(dataset: Dataset, iri: str) -> str | None:
    """The page of a named graph: its first statements, or None when there are none."""
    triples = dataset.construct(stored("data-graph"), this=iri)
    if not triples:
        return None
    statements = [(t.subject, t.predicate, t.object) for t in triples[:SHOWN]]
    more = max(0, len(triples) - SHOWN)
    return render_template("graph.html", iri=iri, title=local(iri), statements=statements, more=more)
