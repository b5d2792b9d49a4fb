"""Is the server alive, can it answer, and what has it answered so far."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, current_app

from service.cache import Kept
from service.dataset import current
from service.settings import Settings
from service.sparql.engine import Engine
from service.sparql.protocol import Query

blueprint = Blueprint("health", __name__)
FRESH = {"Cache-Control": "no-store"}
PROBE = 5.0  # seconds that the readiness query may take


@blueprint.get("/health/live")
def live() -> Response:
    """The process answers."""
    return Response("alive\n", mimetype="text/plain", headers=FRESH)


@blueprint.get("/health/ready")
def ready() -> Response:
    """A worker answers a query over the dataset; otherwise a problem with status 503."""
    settings = cast(Settings, current_app.config["SETTINGS"])
    answer = _engine().run(Query("ASK {}", None, None, PROBE).job(settings.base, "json", None, network=False))
    for _ in answer.pieces:
        pass
    return Response(f"ready with build {current().revision}\n", mimetype="text/plain", headers=FRESH)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Queries by outcome and the use of the cache, in the text format of Prometheus."""
    lines = ["# HELP evplans_queries_total Queries by outcome.", "# TYPE evplans_queries_total counter"]
    lines += [f'evplans_queries_total{{outcome="{k}"}} {n}' for k, n in sorted(_engine().outcomes.items())]
    kept = cast(Kept, current_app.extensions["evplans.cache"])
    lines += [
        "# HELP evplans_cache_requests_total Requests by whether the cache had their answer.",
        "# TYPE evplans_cache_requests_total counter",
        f'evplans_cache_requests_total{{result="hit"}} {kept.hits}',
        f'evplans_cache_requests_total{{result="miss"}} {kept.misses}',
        "# HELP evplans_cache_bytes Bytes that the cache holds.",
        "# TYPE evplans_cache_bytes gauge",
        f"evplans_cache_bytes {kept.size}",
    ]
    content_type = "text/plain; version=0.0.4; charset=utf-8"
    return Response("\n".join(lines) + "\n", content_type=content_type, headers=FRESH)


def _engine() -> Engine:
    return cast(Engine, current_app.extensions["evplans.engine"])
