"""`/sparql/terms`: the classes and properties that the data uses, for completion in editors."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, jsonify, request
from pyoxigraph import Literal, NamedNode

from service.dataset import Dataset, current

blueprint = Blueprint("terms", __name__)
USED = Path(__file__).parent / "queries" / "terms.rq"
_counted: dict[str, dict[str, list[str]]] = {}


@blueprint.get("/sparql/terms")
def terms() -> Response:
    """IRIs under `classes` and `properties`, the most used first."""
    dataset = current()
    response = Response(status=304) if request.if_none_match.contains(dataset.revision) else jsonify(used(dataset))
    response.set_etag(dataset.revision)
    response.headers["Cache-Control"] = "public, max-age=60"
    return response


def used(dataset: Dataset) -> dict[str, list[str]]:
    """The terms that a build uses, counted once for each build."""
    known = _counted.get(dataset.revision)
    if known is None:
        known = {"classes": [], "properties": []}
        for row in dataset.select(_query()):
            kind, term = row["kind"], row["term"]
            if isinstance(kind, Literal) and isinstance(term, NamedNode):
                known[kind.value].append(term.value)
        _counted.clear()
        _counted[dataset.revision] = known
    return known


@lru_cache(maxsize=1)
def _query() -> str:
    return USED.read_text(encoding="utf-8")
