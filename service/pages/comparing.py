"""The routes of the comparison: the page, and its table as CSV and JSON by suffix or by Accept."""

from __future__ import annotations

from flask import Response, json, render_template, request
from rapidfuzz import process

from service.dataset import Dataset, current
from service.negotiation import Offer, choose
from service.pages import filters
from service.pages.answers import plain
from service.pages.compare import MOST, Comparison, as_csv, compared, records
from service.pages.finding import search
from service.pages.model import rows
from service.pages.views import blueprint
from service.problems import Problem, not_acceptable

SUGGESTIONS = 5
OFFERS = (
    Offer("html", "text/html", ("application/xhtml+xml",)),
    Offer("csv", "text/csv"),
    Offer("json", "application/json"),
)
TYPES = {offer.name: offer.media_type for offer in OFFERS}


@blueprint.get("/compare")
@blueprint.get("/compare.<any(csv, json):suffix>", endpoint="compare_data")
def compare(suffix: str | None = None) -> Response:
    """Makers side by side, given as `e`, once for each."""
    dataset, form = current(), suffix or _chosen()
    found = compared(dataset, request.args.getlist("e"))
    if found.unknown:
        return _unknown(dataset, found, form)

    def made() -> str:
        if form == "csv":
            return as_csv(found)
        return json.dumps(records(found)) if form == "json" else _page(dataset, found)

    response = plain(dataset, made, TYPES[form])
    if form == "csv":
        response.headers["Content-Type"] = "text/csv; charset=utf-8; header=present"
    if suffix is None:
        response.vary.add("Accept")
    return response


def _chosen() -> str:
    choice = choose(request.headers.get("Accept"), OFFERS)
    if choice is None:
        raise not_acceptable(OFFERS)
    return choice.offer.name


def _page(dataset: Dataset, found: Comparison, near: list[tuple[str, list[dict[str, str]]]] | None = None) -> str:
    slugs = [filters.local(entity["iri"]) for entity in found.entities]
    makers = rows(dataset, "makers")
    return render_template("compare.html", found=found, makers=makers, most=MOST, slugs=slugs, near=near or [])


def _unknown(dataset: Dataset, found: Comparison, form: str) -> Response:
    """Say which names are unknown, and which names are like them."""
    near = [(name, _like(dataset, name)) for name in found.unknown]
    if form == "html":
        return Response(_page(dataset, found, near), status=404, mimetype="text/html")
    names = ", ".join(f"“{name[:100]}”" for name in found.unknown)
    suggestions = {name: [filters.local(like["iri"]) for like in likes] for name, likes in near}
    raise Problem(404, "Unknown name", f"Nothing is called {names} here.", suggestions=suggestions)


def _like(dataset: Dataset, name: str) -> list[dict[str, str]]:
    text = name.replace("-", " ")
    hits = search(dataset.home / "search.sqlite", text, names_only=True)
    names = {hit.iri: hit.label for hit in hits if hit.iri.startswith(dataset.namespace.entity(""))}
    return [{"iri": iri, "label": label} for label, _, iri in process.extract(text, names, limit=SUGGESTIONS)]
