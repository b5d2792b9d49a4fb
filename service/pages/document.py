"""The page of a document: its text with every piece of evidence marked, and the claims beside it."""

from __future__ import annotations

import re

from flask import render_template

from service.dataset import Dataset
from service.pages.model import claims, pieces, rows


def document_page(dataset: Dataset, iri: str, slug: str) -> str | None:
    """The page, or None when there is no such document."""
    known = rows(dataset, "document", this=iri)
    if not known:
        return None
    found = sorted(claims(dataset, document=iri), key=lambda c: (int(c["startChar"]), c["claim"]))
    return render_template(
        "document.html",
        iri=iri,
        meta=known[0],
        title=known[0].get("title") or slug,
        claims=found,
        pieces=pieces(dataset.text(slug), found, _body(dataset.text(slug))),
    )


def _body(text: str) -> int:
    """Where the text begins after its front matter, whose metadata the page shows in its own way."""
    front = re.match(r"---\r?\n.*?\n---\s*", text, re.DOTALL)
    return front.end() if front else 0
