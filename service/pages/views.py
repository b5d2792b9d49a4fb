"""The routes of the pages: each answers with a page or with data, by suffix or by Accept."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, abort, current_app, render_template, request

from graph.namespaces import CODE, EV, Namespace
from graph.questions import questions
from service.dataset import Dataset, NoDataset, current
from service.pages import filters
from service.pages.absent import absent, replaced
from service.pages.answers import FORMATS, TYPES, answer, plain
from service.pages.claim import claim_page
from service.pages.document import document_page
from service.pages.entity import entity_page
from service.pages.finding import search as find
from service.pages.findings import findings, mixed
from service.pages.model import rows
from service.pages.ontology import ontology_page, term_page
from service.pages.tones import tone
from service.pages.vocabulary import graph_page, resource_page

blueprint = Blueprint("pages", __name__)
blueprint.add_app_template_filter(filters.number)
blueprint.add_app_template_filter(filters.bound)
blueprint.add_app_template_filter(filters.local)
blueprint.add_app_template_filter(filters.plain)
blueprint.add_app_template_filter(filters.dated)
blueprint.add_app_template_filter(filters.plural)
blueprint.add_app_template_filter(filters.rounded)
blueprint.add_app_template_filter(filters.shown)
blueprint.add_app_template_filter(tone)
STARTERS = 3
NEWEST = 6
LIVELIEST = 6


@blueprint.app_context_processor
def shared() -> dict[str, object]:
    """What every template may use."""
    try:
        build = current().revision
    except NoDataset:
        build = ""
    return {"link": filters.link, "formats": FORMATS, "types": TYPES, "build": build, "questions": questions}


def namespace() -> Namespace:
    return Namespace(current_app.config["SETTINGS"].base)


def _answer(slug: str, start: str, query: str, page: Callable[[Dataset, str], str | None]) -> Response:
    """What stands at the IRI of `start` and `slug`, which may carry a suffix: its page or its data, else 404."""
    dataset = current()
    name, suffix = _split(slug)
    iri = start + name
    return (
        replaced(dataset, iri, suffix)
        or answer(dataset, iri, query, suffix, lambda: page(dataset, iri))
        or absent(dataset, iri, name, suffix)
    )


@blueprint.get("/")
def home() -> Response:
    """What this is, its figures, the newest documents and the liveliest disagreements."""
    dataset = current()

    def page() -> str:
        return render_template(
            "home.html",
            counts=dataset.manifest["counts"],
            documents=rows(dataset, "documents")[:NEWEST],
            disagreements=mixed(findings(dataset))[:LIVELIEST],
            questions=questions()[:STARTERS],
        )

    return plain(dataset, page)


@blueprint.get("/id/<slug>")
def entity(slug: str) -> Response:
    """One entity."""
    return _answer(slug, namespace().entity(""), "data-entity", entity_page)


@blueprint.get("/document/<slug>")
def document(slug: str) -> Response:
    """One document with its evidence marked."""
    return _answer(slug, namespace().document(""), "data-graph", document_page)


@blueprint.get("/claim/<digest>")
def claim(digest: str) -> Response:
    """One claim."""
    return _answer(digest, namespace().claim(""), "data-claim", claim_page)


@blueprint.get("/code/<scheme>")
@blueprint.get("/code/<scheme>/<code>")
def code(scheme: str, code: str = "") -> Response:
    """One concept of a code list, or the list."""
    return _answer(f"{scheme}/{code}".strip("/"), CODE, "data-resource", resource_page)


@blueprint.get("/<any(graph, disagreement, rule, rate):room>/<name>")
def thing(room: str, name: str) -> Response:
    """A named graph, a disagreement, an extraction rule or an exchange rate, as its statements."""
    query, page = ("data-graph", graph_page) if room == "graph" else ("data-resource", resource_page)
    return _answer(name, f"{namespace().base}{room}/", query, page)


@blueprint.get("/ontology")
@blueprint.get("/ontology.<suffix>")
def ontology(suffix: str | None = None) -> Response:
    """Every term of the vocabulary."""
    dataset, iri = current(), namespace().graph("ontology")
    return answer(dataset, iri, "data-graph", suffix, lambda: ontology_page(dataset)) or abort(404)


@blueprint.get("/ontology/<name>")
def term(name: str) -> Response:
    """One term of the vocabulary."""
    return _answer(name, EV, "data-resource", term_page)


@blueprint.get("/documents")
def documents() -> Response:
    """Every document."""
    dataset = current()
    return plain(dataset, lambda: render_template("documents.html", documents=rows(dataset, "documents")))


@blueprint.get("/search")
def search() -> Response:
    """What is found for `q` among names, aliases, titles and quotes."""
    dataset, text = current(), request.args.get("q", "")
    index = dataset.home / "search.sqlite"
    return plain(dataset, lambda: render_template("search.html", q=text, hits=find(index, text)))


@blueprint.get("/suggest")
def suggest() -> dict[str, object]:
    """Names that begin like `q`, for type-ahead."""
    hits = find(current().home / "search.sqlite", request.args.get("q", ""), limit=10, names_only=True)
    return {"suggestions": [{"iri": h.iri, "label": h.label, "href": filters.link(h.iri)} for h in hits]}


def _split(name: str) -> tuple[str, str | None]:
    for suffix in TYPES:
        if name.endswith("." + suffix):
            return name.removesuffix("." + suffix), suffix
    return name, None
