"""The Reconciliation Service API 1.0 draft (https://reconciliation-api.github.io/specs/1.0-draft/), beside 0.2.

Its routes stand under `/reconcile`, as those of 0.2 do. The two manifests differ in form: a client that asks for
`application/json;version=1.0-draft` gets the draft's, and so does everyone under `/reconcile/1.0-draft`, where a client
of the draft finds all routes relative to the manifest.
"""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, request

from graph.linking.matching import Candidate, matcher
from graph.linking.things import Things
from service.problems import Problem
from service.reconcile import conditions, manifests, routes
from service.reconcile.extension import extended
from service.reconcile.manifests import VERSION
from service.reconcile.queries import bad, read_cells
from service.reconcile.things import things

blueprint = Blueprint("reconcile-draft", __name__, url_prefix="/reconcile")


@blueprint.get(f"/{VERSION}")
def described() -> Response:
    """The manifest."""
    return _reply(manifests.draft(things()))


@blueprint.post("/reconcile")
@blueprint.post(f"/{VERSION}/reconcile")
def reconcile() -> Response:
    """The candidates for each query of a batch, in their order."""
    known, batch = things(), conditions.read_queries(_body())
    found = [conditions.answer(matcher(known), asked) for asked in batch]
    return _reply({"results": [{"candidates": [_candidate(known, one) for one in rows]} for rows in found]})


@blueprint.post("/extend")
@blueprint.post(f"/{VERSION}/extend")
def extend() -> Response:
    """The values of properties for each id, in their order."""
    given = _body()
    ids, properties = read_cells(given, "The body")
    limits = [_limit(one.get("settings", {})) for one in given["properties"]]
    found = extended(things(), ids, properties)
    rows = [
        {
            "id": identifier,
            "properties": [
                {"id": name, "values": found["rows"][identifier][name][: limit or None]}
                for name, limit in zip(properties, limits, strict=True)
            ],
        }
        for identifier in ids
    ]
    return _reply({"meta": found["meta"], "rows": rows})


blueprint.add_url_rule("/extend/propose", "propose", routes.properties)
blueprint.add_url_rule(f"/{VERSION}/extend/propose", "propose-there", routes.properties)
blueprint.add_url_rule(f"/{VERSION}/preview", "preview", routes.preview)
blueprint.add_url_rule(f"/{VERSION}/suggest/<any(entity, type, property):kind>", "suggest", routes.suggest)


def _candidate(known: Things, found: Candidate) -> dict[str, Any]:
    told = routes.candidate(known, found)
    for feature in told["features"]:
        kind, _, name = feature["id"].partition(":")
        term = known.properties.get(name)
        feature["name"] = f"agreement of {term.label if term else name}" if name else f"agreement of {kind}"
    return told


def _limit(settings: Any) -> int:
    """The most values wanted of a property, 0 for all. Clients send it as a number or as text."""
    given = settings.get("limit", 0) if isinstance(settings, dict) else None
    if isinstance(given, str) and given.isascii() and given.isdigit():
        given = int(given[:9])
    if isinstance(given, bool) or not isinstance(given, int) or given < 0:
        raise bad("The setting `limit` of a property is a whole number from 0.")
    return given


def _body() -> Any:
    if not request.is_json:
        raise Problem(415, "Unsupported media type", "Send a body of the type application/json.")
    try:
        return json.loads(request.get_data())
    except (ValueError, RecursionError):
        raise bad("The body is not JSON.") from None


def _reply(told: dict[str, Any]) -> Response:
    return Response(json.dumps(told) + "\n", mimetype="application/json")
