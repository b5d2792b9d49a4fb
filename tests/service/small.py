"""A small dataset for the service's tests: four shipped documents and one that means harm, without the SHACL gate."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Quad, Store

from graph import paths, rdf
from graph.digests import build_id
from graph.extraction.pipeline import extract
from graph.namespaces import EV, RDF, SKOS, Namespace
from graph.provenance import dataset_provenance, document_provenance
from graph.publish import drafted, exclusive, publish
from graph.reading import Document, read_document
from graph.register import Register, load_register
from graph.review import apply, read_review
from service.app import create_app
from service.settings import Settings
from tests.graph.made_up import candidates, derived

SHIPPED = ("alliance-2030-report", "alliance-2030-announcement", "nissan-ambition-2030", "nissan-the-arc")
HOSTILE = """---
title: "Plans <script>alert(1)</script> & more"
publisher: Nissan
date: 2023-02
language: en
---
# Nissan <script>alert(2)</script>

Nissan will launch 12 <b onclick=alert(3)>new</b> electric models by 2029.

The canteen serves 300 meals.
"""
HARM = "Harm <script>alert(4)</script>"


def _documents(folder: Path) -> Iterator[Document]:
    for slug in SHIPPED:
        yield read_document(paths.DOCUMENTS / f"{slug}.md")
    (folder / "hostile.md").write_text(HOSTILE, encoding="utf-8")
    yield read_document(folder / "hostile.md")


def _graphs(documents: list[Document], register: Register, namespace: Namespace) -> dict[str, list[Quad]]:
    names = rdf.NameResolver(register, namespace)
    graphs = dict(rdf.ground_quads(namespace))
    for document in documents:
        review = read_review(paths.DOCUMENTS / f"{document.slug}.review.jsonl")
        claims = apply(extract(document, register), review).claims
        graphs[namespace.document(document.slug)] = rdf.document_quads(document, claims, names)
    home, harm = NamedNode(namespace.graph("candidates")), NamedNode(namespace.entity("harm"))
    graphs[home.value] = [
        *candidates(names),
        Quad(harm, NamedNode(SKOS + "prefLabel"), Literal(HARM, language="en"), home),
        Quad(harm, NamedNode(RDF + "type"), NamedNode(EV + "CandidateEntity"), home),
    ]
    store = Store()
    store.bulk_extend(quad for quads in graphs.values() for quad in quads)
    return graphs | derived(store, namespace)


def _publish(data: Path, namespace: Namespace) -> None:
    documents = list(_documents(data))
    graphs = _graphs(documents, load_register(base=namespace.base), namespace)
    found = rdf.count_types(graphs[namespace.graph("derived")])
    provenance = namespace.graph("provenance")
    with exclusive(data), drafted(data, namespace) as draft:
        for name, quads in graphs.items():
            draft.change(name, added=quads)
        for document in documents:
            graph = namespace.document(document.slug)
            draft.change(provenance, added=document_provenance(namespace, document.slug, draft.graphs[graph]))
            draft.text(document.slug, document.text)
        others = {name: size for name, size in draft.graphs.items() if name != provenance}
        draft.change(provenance, added=dataset_provenance(namespace, others, draft.ledger, True, "test"))
        draft.write_dumps()
        manifest = {
            "build": build_id(draft.graphs),
            "version": "test",
            "base": namespace.base,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "graphs": {name: {"quads": g.quads, "digest": g.text} for name, g in sorted(draft.graphs.items())},
            "counts": {"documents": len(documents), "disagreements": found["Disagreement"]},
            "origins": {},
            "set_aside": [],
            "documents": {
                d.slug: {"title": d.title, "media_type": d.media_type, "digest": d.digest} for d in documents
            },
        }
        publish(data, draft, "", manifest)


@pytest.fixture(scope="session")
def small_dataset(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings whose data folder holds the small dataset."""
    data = tmp_path_factory.mktemp("data")
    found = Settings.read({"EVPLANS_DATA": str(data)})
    _publish(data, Namespace(found.base))
    return found


@pytest.fixture(scope="session")
def visitor(small_dataset: Settings) -> FlaskClient:
    """A client of the application over the small dataset."""
    return create_app(small_dataset).test_client()
