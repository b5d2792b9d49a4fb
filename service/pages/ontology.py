"""The pages of the vocabulary: all its terms with a picture of the main ones, and each term by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from flask import render_template
from pyoxigraph import NamedNode, Triple

from graph.namespaces import DEFAULT_BASE, RDFS, SKOS
from service.dataset import Dataset
from service.pages.diagram import diagram
from service.pages.filters import local
from service.pages.model import Row, rows, stored

HEADS = {"class": "Classes", "claim": "What claims state", "property": "Other properties"}
HEADED = {SKOS + "prefLabel", RDFS + "label", SKOS + "definition", SKOS + "example", RDFS + "isDefinedBy"}
SEVERITIES = {"Violation": "error", "Warning": "warning", "Info": "hint"}
OURS = (
    DEFAULT_BASE, "http://www.w3.org/2001/XMLSchema#", "http://www.w3.org/2002/07/owl#", "http://qudt.org/vocab/unit/",
)  # fmt: skip
Value = tuple[str, str | None]  # what is shown, and the IRI that it leads to


@dataclass(slots=True)
class Term:
    """A term in the list: where it leads from and to, and how often the data uses it."""

    iri: str
    label: str
    definition: str
    example: str | None
    kind: str
    parent: str | None
    uses: int
    domains: dict[str, str] = field(default_factory=dict)
    ranges: dict[str, str] = field(default_factory=dict)


def ontology_page(dataset: Dataset) -> str:
    """Every term with its definition, and the picture of the main ones."""
    uses = {row["term"]: int(row["uses"]) for row in rows(dataset, "term-counts")}
    terms: dict[str, Term] = {}
    for row in rows(dataset, "terms"):
        iri = row["term"]
        term = terms.setdefault(
            iri,
            Term(
                iri,
                row["label"],
                row["definition"],
                row.get("example"),
                row["kind"],
                row.get("parent"),
                uses.get(iri, 0),
            ),
        )
        if "domain" in row:
            term.domains[row["domain"]] = row["domainLabel"]
        if "range" in row:
            term.ranges[row["range"]] = row["rangeLabel"]
    labels = {local(term.iri): term.label for term in terms.values()}
    sections = [(title, [t for t in terms.values() if t.kind == kind]) for kind, title in HEADS.items()]
    return render_template("ontology.html", sections=sections, picture=diagram(labels))


def term_page(dataset: Dataset, iri: str) -> str | None:
    """A term: what it means, what it is like elsewhere, what constrains it, and where the data uses it. Or None."""
    triples = dataset.construct(stored("data-resource"), this=iri)
    if not triples:
        return None
    labels = {row["term"]: row["label"] for row in rows(dataset, "labels", this=iri)}
    texts = {t.predicate.value: getattr(t.object, "value", "") for t in triples}
    constrained = rows(dataset, "term-shapes", this=iri)
    used = rows(dataset, "term-uses", this=iri)
    shapes = [{**row, "severity": SEVERITIES[local(row["severity"])]} for row in constrained if "shape" in row]
    return render_template(
        "term.html",
        iri=iri,
        title=texts.get(RDFS + "label") or local(iri),
        definition=texts.get(SKOS + "definition"),
        example=texts.get(SKOS + "example"),
        lines=_lines(triples, labels, outside=False),
        aligned=_lines(triples, labels, outside=True),
        shapes=shapes,
        narrower=[row for row in constrained if "narrower" in row],
        uses=next((int(row["uses"]) for row in used if "uses" in row), 0),
        users=[row for row in used if "user" in row],
    )


def _lines(triples: Iterable[Triple], labels: dict[str, str], outside: bool) -> list[tuple[Row, list[Value]]]:
    """A term's statements by property, with the values that are terms of other vocabularies, or with all the others."""
    lines: dict[str, list[Value]] = {}
    for triple in sorted(triples, key=str):
        value, is_iri = getattr(triple.object, "value", ""), isinstance(triple.object, NamedNode)
        ours = not is_iri or value.startswith(OURS)
        if triple.predicate.value not in HEADED and ours != outside:
            shown = labels.get(value) or (local(value) if is_iri else value)
            lines.setdefault(triple.predicate.value, []).append((shown, value if is_iri else None))
    return [({"iri": name, "label": labels.get(name) or local(name)}, values) for name, values in lines.items()]
