"""The routes of the lists of findings: disagreements, revisions, superseded reports and missed targets."""

from __future__ import annotations

from flask import Response, redirect, render_template, request, url_for

from service.dataset import current
from service.pages.answers import plain
from service.pages.findings import KINDS, choices, chosen, counted, findings
from service.pages.views import blueprint
from service.problems import Problem

FACETS = ("subject", "property")


@blueprint.get("/disagreements")
def disagreements() -> Response:
    """Every finding; with `kind`, `subject` or `property`, those of it."""
    dataset, kind = current(), request.args.get("kind", "")
    if kind and kind not in KINDS.values():
        raise Problem(400, "Unknown kind", f"There is no such kind of disagreement; give {', '.join(KINDS.values())}.")

    def page() -> str:
        found = findings(dataset)
        offered = {name: choices(found, name) for name in FACETS}
        picked = {name: request.args.get(name, "") for name in FACETS}
        for name, value in picked.items():
            if value and value not in {choice[0] for choice in offered[name]}:
                raise Problem(400, f"Unknown {name}", f"No finding has this {name}: “{value[:60]}”.")
        narrowed = chosen(found, "", picked["subject"], picked["property"])
        return render_template(
            "disagreements.html",
            disagreements=chosen(narrowed, kind, "", ""),
            kinds=counted(narrowed),
            kind=kind,
            of=len(narrowed),
            offered=offered,
            picked=picked,
        )

    return plain(dataset, page)


@blueprint.get("/revisions")
def revisions() -> Response:
    """The list of revisions, at the address that one would guess."""
    return redirect(url_for("pages.disagreements", kind="revision"), 308)  # type: ignore[return-value]
