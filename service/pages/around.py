"""What stands around an entity: who points at it, page by page, and its relations with those of its neighbours."""

from __future__ import annotations

from flask import Response, abort, json, render_template, request
from pyoxigraph import NamedNode

from service.dataset import current
from service.pages.answers import plain
from service.pages.filters import local
from service.pages.incoming import incoming
from service.pages.model import rows
from service.pages.relations import among
from service.pages.views import blueprint
from service.problems import Problem

PER_PAGE = 100


@blueprint.get("/id/<slug>/links")
def pointing(slug: str) -> Response:
    """Who points at an entity with `property`, or what of that kind belongs to it."""
    dataset = current()
    iri = _entity(slug)
    wanted, page = request.args.get("property", ""), request.args.get("page", "1")

    def made() -> str:
        known = rows(dataset, "entity", this=iri)
        label = next((row["value"] for row in known if row.get("property", "").endswith("#prefLabel")), None)
        groups = [group for side in incoming(dataset, iri) for group in side]
        chosen = next((group for group in groups if local(group.property) == wanted), None)
        if label is None or chosen is None:
            raise Problem(404, "Nothing there", "Nothing points at this with that property; its page lists what does.")
        pages = -(-len(chosen.others) // PER_PAGE)
        number = int(page) if page.isascii() and page.isdecimal() and len(page) < 7 else 0
        if not 1 <= number <= pages:
            raise Problem(400, "No such page", f"Pages of this list are numbered 1 to {pages}.")
        shown = chosen.others[(number - 1) * PER_PAGE : number * PER_PAGE]
        return render_template(
            "pointing.html", iri=iri, slug=slug, label=label, group=chosen, shown=shown, page=number, pages=pages
        )

    return plain(dataset, made)


@blueprint.get("/id/<slug>/relations.json")
def network(slug: str) -> Response:
    """The facts of an entity and those between its neighbours, for a drawing: `nodes` and `links`."""
    dataset, iri = current(), _entity(slug)
    return plain(dataset, lambda: json.dumps(among(dataset, iri)), "application/json")


def _entity(slug: str) -> str:
    iri = current().namespace.entity(slug)
    try:
        return NamedNode(iri).value
    except ValueError:
        abort(404)
