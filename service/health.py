"""Is the server alive, can it answer, and what has it answered so far."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, current_app

from service.dataset import current
from service.settings import Settings
from service.sparql.engine import Engine
from service.sparql.protocol import Query

blueprint = Blueprint("health", __name__)
PROBE = 5.0  # seconds that the readiness query may take


@blueprint.get("/health/live")
def live() -> Response:
    """The process answers."""
    return Response("alive\n", mimetype="text/plain")


@blueprint.get("/health/ready")
def ready() -> Response:
    """A worker answers a query over the dataset; otherwise a problem with status 503."""
    settings = cast(Settings, current_app.config["SETTINGS"])
    answer = _engine().run(Query("ASK {}", None, None, PROBE).job(settings.base, "json", None, network=False))
    for _ in answer.pieces:
        pass
    return Response(f"ready with build {current().revision}\n", mimetype="text/plain")


@blueprint.get("/metrics")
def metrics() -> Response:
    """Queries by outcome, in the text format of Prometheus."""
    lines = ["# HELP evplans_queries_total Queries by outcome.", "# TYPE evplans_queries_total counter"]
    lines += [f'evplans_queries_total{{outcome="{k}"}} {n}' for k, n in sorted(_engine().outcomes.items())]
    return Response("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")


def _engine() -> Engine:
    return cast(Engine, current_app.extensions["evplans.engine"])
