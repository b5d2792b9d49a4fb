"""The page of a document: its text with every piece of evidence marked, and the claims beside it."""

from __future__ import annotations

from flask import render_template

from service.dataset import Dataset
from service.pages.filters import local
from service.pages.model import claims, rows
from service.pages.reading import parts, runs, unclaimed
from service.pages.statements import beside
from service.pages.tones import legend


def document_page(dataset: Dataset, iri: str) -> str | None:
    """The page, or None when there is no such document."""
    slug = local(iri)
    known = rows(dataset, "document", this=iri)
    if not known:
        return None
    found = sorted(claims(dataset, document=iri), key=lambda c: (int(c["startChar"]), c["claim"]))
    title = known[0].get("title") or slug
    text = parts(dataset, slug, found)
    if text and text[0].kind == "heading" and text[0].text == title and not any(p.claims for p in text[0].pieces):
        text = text[1:]
    against: dict[str, list[dict[str, str]]] = {}
    for row in beside(dataset, iri):
        against.setdefault(row["claim"], []).append(row)
    return render_template(
        "document.html",
        iri=iri,
        meta=known[0],
        copies={row["copy"]: row["copyLabel"] for row in known if "copy" in row},
        legend=legend(found),
        title=title,
        claims=found,
        runs=runs(text),
        beside=against,
        unclaimed=unclaimed(dataset, slug, found),
    )
