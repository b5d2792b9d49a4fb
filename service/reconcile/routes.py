"""The Reconciliation Service API 0.2 (https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/)."""

from __future__ import annotations

import json
import re
from typing import Any

from flask import Blueprint, Response, render_template, request

from graph.linking.asked import Query
from graph.linking.matching import Candidate, matcher
from graph.linking.things import Thing, Things
from service.problems import Problem
from service.reconcile import manifests, suggesting
from service.reconcile.extension import extended, proposals
from service.reconcile.manifests import term_of
from service.reconcile.queries import bad, read_batch, read_extension, read_single
from service.reconcile.things import things

blueprint = Blueprint("reconcile", __name__, url_prefix="/reconcile")
CALLBACK = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*", re.ASCII)
LONGEST_CALLBACK = 100
SUGGESTED = 20
FARTHEST = 10_000  # suggestions that may be skipped
FRAMED = "default-src 'none'; base-uri 'none'; frame-ancestors *"  # a preview is shown inside other sites' pages


@blueprint.route("", methods=["GET", "POST"])
def reconcile() -> Response:
    """What the parameters ask for: a batch of queries, one query, data extension; without any, the manifest."""
    given = request.values
    if "queries" in given:
        known = things()
        batch = read_batch(given["queries"])
        return _reply({key: _result(known, query) for key, query in batch.items()})
    if "extend" in given:
        return _reply(extended(things(), *read_extension(given["extend"])))
    if "query" in given:
        return _reply(_result(things(), read_single(given["query"])))
    if request.method == "POST":
        raise bad("Send `queries`, `query` or `extend` as a form field.")
    return _reply(manifests.chosen(things()), vary="Accept")


@blueprint.get("/suggest/<any(entity, type, property):kind>")
def suggest(kind: str) -> Response:
    """Suggestions for a `prefix`, from number `cursor` on."""
    known, prefix, cursor = things(), request.args.get("prefix", ""), _number("cursor", FARTHEST) or 0
    if kind == "entity":
        found = suggesting.entities(known, prefix, request.args.getlist("type"))[cursor : cursor + SUGGESTED]
        return _reply({"result": [_suggestion(known, thing) for thing in found]})
    terms = known.classes if kind == "type" else known.properties
    return _reply(
        {"result": [term_of(t) for t in suggesting.terms(terms.values(), prefix)[cursor : cursor + SUGGESTED]]}
    )


@blueprint.get("/flyout/<any(entity, type, property):kind>")
def flyout(kind: str) -> Response:
    """A few words of HTML about an entity, a type or a property."""
    known, identifier = things(), request.args.get("id", "")
    if kind == "entity":
        return _reply({"id": identifier, "html": _described(known, _found(known, identifier))})
    term = (known.classes if kind == "type" else known.properties).get(identifier)
    if term is None:
        raise Problem(404, f"Unknown {kind}", f"There is no {kind} with this id.")
    return _reply({"id": identifier, "html": render_template("flyout.html", title=term.label, text=term.definition)})


@blueprint.get("/preview")
def preview() -> Response:
    """A small page about an entity, to be shown in a frame."""
    known = things()
    page = _described(known, _found(known, request.args.get("id", "")), whole=True)
    return Response(page, mimetype="text/html", headers={"Content-Security-Policy": FRAMED})


@blueprint.get("/properties")
def properties() -> Response:
    """The properties that entities of a `type` have, at most `limit`."""
    known, kind, limit = things(), request.args.get("type", ""), _number("limit", FARTHEST)
    found = [{"id": t.id, "name": t.label} for t in proposals(known, kind)[:limit]]
    answer: dict[str, Any] = {"properties": found, "type": kind}
    return _reply(answer | ({"limit": limit} if limit is not None else {}))


def _result(known: Things, query: Query) -> dict[str, Any]:
    return {"result": [candidate(known, found) for found in matcher(known).match(query)]}


def candidate(known: Things, found: Candidate) -> dict[str, Any]:
    """A candidate as 0.2 has it."""
    return {
        "id": found.thing.slug,
        "name": found.thing.name,
        "description": known.description(found.thing),
        "type": _types(known, found.thing),
        "score": found.score,
        "match": found.match,
        "features": [{"id": name, "value": value} for name, value in found.features.items()],
    }


def _types(known: Things, thing: Thing) -> list[dict[str, str]]:
    return [{"id": k, "name": known.classes[k].label if k in known.classes else k} for k in thing.kinds]


def _suggestion(known: Things, thing: Thing) -> dict[str, Any]:
    said = known.description(thing)
    return {"id": thing.slug, "name": thing.name, "description": said, "notable": _types(known, thing)}


def _found(known: Things, identifier: str) -> Thing:
    thing = known.find(identifier)
    if thing is None:
        raise Problem(404, "Unknown entity", "There is no entity with this id.")
    return thing


def _described(known: Things, thing: Thing, whole: bool = False) -> str:
    template = "preview.html" if whole else "flyout.html"
    text = known.description(thing)
    return render_template(template, title=thing.name, text=text, aliases=thing.aliases[:5])


def _number(name: str, most: int) -> int | None:
    text = request.args.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise bad(f"The parameter `{name}` is a whole number from 0.")
    return min(int(text), most)


def _reply(answer: dict[str, Any], vary: str = "") -> Response:
    """JSON, or the call of a function with it where `callback` names one."""
    body = json.dumps(answer)
    name = request.values.get("callback")
    if name is None:
        return Response(body + "\n", mimetype="application/json", headers={"Vary": vary} if vary else None)
    if len(name) > LONGEST_CALLBACK or not CALLBACK.fullmatch(name):
        raise bad("The parameter `callback` is the name of a JavaScript function.")
    return Response(f"/**/{name}({body});\n", mimetype="application/javascript")
