"""`/links`: the proposals that wait for a decision, with what speaks for each. Those who hold the token decide."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for

from graph.linking import LinkingError
from graph.store.embedded import StoreError
from service import admission
from service.linkwork import RELATIONS, Work
from service.problems import Problem
from service.settings import Settings

blueprint = Blueprint("links", __name__, url_prefix="/links")
SHOWN = 100  # proposals on the page, the surest first
DECISIONS = ("accept", "reject")
LONGEST = 100  # characters of a name


@blueprint.get("")
def proposals() -> Response:
    """The proposals of all targets as they stand now, decided ones left out."""
    try:
        waiting = _work().waiting()
    except (LinkingError, StoreError) as error:
        raise Problem(503, "No proposals", str(error)) from None
    writable = _settings().token is not None
    page = render_template(
        "links.html", waiting=waiting[:SHOWN], of=len(waiting), relations=RELATIONS, writable=writable
    )
    return Response(page, mimetype="text/html", headers={"Cache-Control": "no-store"})


@blueprint.post("")
def decide() -> Response:
    """Keep a decision: `id`, `decision`, `relation` and `by` of a form, with the token in it or as a bearer."""
    _check_token()
    wanted, decision = request.form.get("id", ""), request.form.get("decision", "")
    relation, by = request.form.get("relation") or None, request.form.get("by", "").strip()
    if decision not in DECISIONS or (relation and relation not in RELATIONS):
        raise Problem(400, "Malformed decision", f"`decision` is accept or reject, `relation` one of {RELATIONS}.")
    if not by or len(by) > LONGEST or not by.isprintable():
        raise Problem(400, "Malformed decision", "`by` is the name of who decides, in one line.")
    try:
        _work().decide(wanted, decision, relation, by, datetime.now(UTC).date().isoformat())
    except LinkingError as error:
        raise Problem(409, "No such decision", str(error)) from None
    except StoreError as error:
        raise Problem(503, "No proposals", str(error)) from None
    answer = redirect(url_for("links.proposals"), 303)
    return Response(answer.response, answer.status_code, answer.headers)


def _work() -> Work:
    return Work(_settings())


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _check_token() -> None:
    scheme = request.headers.get("Authorization", "").partition(" ")[0]
    if not (admission.bearer() if scheme.lower() == "bearer" else admission.in_form()):
        raise admission.token_needed("Give the token of this server.")
