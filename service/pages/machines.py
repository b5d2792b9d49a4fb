"""What other programs follow: a feed of the newest claims, the list of pages for crawlers, the search for browsers."""

from __future__ import annotations

from flask import Response, render_template

from service.dataset import current
from service.pages.answers import plain
from service.pages.model import rows
from service.pages.views import blueprint


@blueprint.get("/feed.atom")
def feed() -> Response:
    """The claims of the newest documents, as Atom."""
    dataset = current()

    def page() -> str:
        entries = rows(dataset, "newest")
        return render_template("feed.xml", entries=entries, base=dataset.namespace.base)

    return plain(dataset, page, "application/atom+xml")


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """Every document, and every entity that a claim is about."""
    dataset = current()
    return plain(dataset, lambda: render_template("sitemap.xml", pages=rows(dataset, "sitemap")), "application/xml")


@blueprint.get("/opensearch.xml")
def opensearch() -> Response:
    """The description by which a browser adds this search to its own."""
    return plain(current(), lambda: render_template("opensearch.xml"), "application/opensearchdescription+xml")
