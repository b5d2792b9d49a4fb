"""Is the service alive, and can it answer?"""

from __future__ import annotations

from flask import Blueprint, Response

from service.dataset import current

blueprint = Blueprint("health", __name__, url_prefix="/health")


@blueprint.get("/live")
def live() -> Response:
    """The process answers."""
    return Response("alive\n", mimetype="text/plain")


@blueprint.get("/ready")
def ready() -> Response:
    """The dataset is open and has claims."""
    dataset = current()
    dataset.select("SELECT ?claim WHERE { ?claim a ev:Claim } LIMIT 1")
    return Response(f"ready: build {dataset.revision}\n", mimetype="text/plain")
