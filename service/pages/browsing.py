"""The routes of the lists by kind: pages, and the whole list as CSV."""

from __future__ import annotations

from flask import Response, render_template, request

from service.dataset import current
from service.pages.answers import plain
from service.pages.browse import FACETS, SORTS, as_csv, kinds, shelf
from service.pages.views import blueprint


@blueprint.get("/browse")
@blueprint.get("/browse.<any(csv):suffix>", endpoint="browse_data")
def browse(suffix: str | None = None) -> Response:
    """The kinds of entities; with `kind`, its entities, narrowed by facets and in the order of `sort`."""
    dataset, kind, sort = current(), request.args.get("kind", ""), request.args.get("sort", "claims")
    chosen = {name: request.args[name] for name, _ in FACETS if request.args.get(name)}
    if suffix:
        return plain(dataset, lambda: as_csv(shelf(dataset, kind, chosen, sort)), "text/csv")

    def page() -> str:
        if not kind:
            return render_template("browse.html", kinds=kinds(dataset), shelf=None)
        found = shelf(dataset, kind, chosen, sort)
        number, entities = found.page(request.args.get("page", "1"))
        return render_template(
            "browse.html",
            shelf=found,
            entities=entities,
            number=number,
            chosen=chosen,
            facets=FACETS,
            sort=sort,
            sorts=SORTS,
        )

    return plain(dataset, page)
