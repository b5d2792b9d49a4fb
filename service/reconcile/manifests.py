"""The two forms of the manifest: what the service is, what it can do and where, as 0.2 and as the 1.0 draft want it."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from flask import request

from graph.linking.things import Term, Things
from graph.namespaces import EV
from service.reconcile.queries import LARGEST_BATCH

VERSION = "1.0-draft"
KINDS = ("VehicleModel", "Brand", "Automaker", "Organization", "BatteryMaker", "Platform", "Plant", "Plan", "Place",
         "Person", "BatteryTechnology", "Technology", "Entity")  # fmt: skip
NAME = "evplans: car makers, models and electric-vehicle plans"
PREVIEW = {"width": 400, "height": 160}  # pixels
LIMIT = {
    "id": "limit",
    "name": "Limit",
    "type": "number",
    "default": 0,
    "helpText": "How many values of a row to give at most; 0 for all.",
}


def chosen(known: Things) -> dict[str, Any]:
    """The manifest in the form that the request asks for."""
    return draft(known) if _asks_for_draft() else manifest(known)


def default_types(known: Things) -> list[dict[str, str]]:
    """The kinds that tables are mostly about."""
    return [term_of(known.classes[k], short=True) for k in KINDS if k in known.classes]


def manifest(known: Things) -> dict[str, Any]:
    """The manifest in the form of 0.2."""
    home = request.url_root.rstrip("/")

    def service(kind: str) -> dict[str, str]:
        return {
            "service_url": home,
            "service_path": f"/reconcile/suggest/{kind}",
            "flyout_service_url": home,
            "flyout_service_path": f"/reconcile/flyout/{kind}?id=${{id}}",
        }

    return {
        "versions": ["0.1", "0.2", VERSION],
        "name": NAME,
        "identifierSpace": known.space,
        "schemaSpace": EV,
        "documentation": f"{home}/ontology",
        "serviceVersion": version("evplans"),
        "defaultTypes": default_types(known),
        "view": {"url": f"{home}/id/{{{{id}}}}"},
        "preview": {"url": f"{home}/reconcile/preview?id={{{{id}}}}", **PREVIEW},
        "suggest": {kind: service(kind) for kind in ("entity", "type", "property")},
        "extend": {"propose_properties": {"service_url": home, "service_path": "/reconcile/properties"}},
        "batchSize": LARGEST_BATCH,
    }


def _asks_for_draft() -> bool:
    """Does the request want the draft's form of the manifest?"""
    return any(parameters.get("version") == VERSION for _, parameters in _accepted())


def _accepted() -> list[tuple[str, dict[str, str]]]:
    found = []
    for part in request.headers.get("Accept", "").split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        pairs = (parameter.partition("=") for parameter in parameters)
        found.append((kind, {name.strip(): value.strip().strip('"') for name, _, value in pairs}))
    return found


def draft(known: Things) -> dict[str, Any]:
    """The manifest in the draft's form."""
    home = request.url_root.rstrip("/")
    return {
        "versions": ["0.1", "0.2", VERSION],
        "name": NAME,
        "lang": "en",
        "dir": "ltr",
        "documentation": f"{home}/ontology",
        "serviceVersion": version("evplans"),
        "defaultTypes": default_types(known),
        "view": {"url": f"{home}/id/{{id}}"},
        "preview": PREVIEW,
        "suggest": {"entity": True, "property": True, "type": True},
        "extend": {"proposeProperties": True, "propertySettings": [LIMIT]},
        "batchSize": LARGEST_BATCH,
        "standardizedScore": True,
    }


def term_of(term: Term, short: bool = False) -> dict[str, str]:
    """A class or property; `short` without its definition."""
    found = {"id": term.id, "name": term.label}
    return found if short or not term.definition else found | {"description": term.definition}
