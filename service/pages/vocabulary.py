"""The pages of the vocabulary, and of anything that is only its statements."""

from __future__ import annotations

from flask import render_template
from pyoxigraph import NamedNode

from graph.namespaces import RDFS, SKOS
from service.dataset import Dataset
from service.pages.filters import local
from service.pages.model import Row, rows, stored

SHOWN = 500
HEADS = {"class": "Classes", "property": "Properties"}


def ontology_page(dataset: Dataset) -> str:
    """Every term with its definition and example."""
    terms: dict[str, Row] = {}
    for row in rows(dataset, "terms"):
        terms.setdefault(row["term"], row)
    sections = [(title, [t for t in terms.values() if t["kind"] == kind]) for kind, title in HEADS.items()]
    return render_template("ontology.html", sections=sections)


def resource_page(dataset: Dataset, iri: str, query: str) -> str | None:
    """The statements about something that has no page of its own kind, or None when there are none."""
    triples = dataset.construct(stored(query), this=iri)
    if not triples:
        return None
    names = {t.predicate.value: getattr(t.object, "value", "") for t in triples if t.subject == NamedNode(iri)}
    title = names.get(SKOS + "prefLabel") or names.get(RDFS + "label") or local(iri)
    note = names.get(SKOS + "definition")
    statements = [(t.subject, t.predicate, t.object) for t in triples[:SHOWN]]
    more = max(0, len(triples) - SHOWN)
    return render_template("resource.html", iri=iri, title=title, note=note, statements=statements, more=more)
