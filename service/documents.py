"""`POST /document` and `DELETE /document/<slug>`: documents over HTTP, for those who hold the token."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from urllib.parse import unquote

from flask import Blueprint, Response, current_app, jsonify, request
from werkzeug.http import parse_options_header

from graph.namespaces import Namespace, slug
from graph.reading import ENDINGS
from graph.review import SUFFIX
from service import admission
from service.pages.filters import link
from service.problems import Problem
from service.publishing import Outcome, publish
from service.settings import Settings
from service.sparql.protocol import refuse_packed

blueprint = Blueprint("documents", __name__)
ENDING = {kind: ending for ending, kind in reversed(ENDINGS.items())}
LONGEST = 200  # bytes of a document's name


@blueprint.post("/document")
def take() -> Response:
    """Keep the document that is sent and publish the dataset with it; one of the same name is replaced.

    Its name stands in `?name=`, in Content-Disposition or in Slug. Answers 201 with its address and counts.
    """
    admission.demand()
    refuse_packed(request)
    ending = ENDING.get(request.mimetype)
    if ending is None:
        raise Problem(415, "Unknown content type", f"Send one of {', '.join(ENDING)}.", accepted=list(ENDING))
    name, body = _name(), request.get_data(cache=False)
    if not body:
        raise Problem(400, "Nothing sent", "The document is the body of the request.")
    settings = _settings()
    with tempfile.TemporaryDirectory(prefix="evplans-") as folder:
        path = Path(folder) / f"{name}{ending}"
        path.write_bytes(body)
        known = settings.data / "documents" / f"{name}{SUFFIX}"
        if known.is_file():
            shutil.copyfile(known, path.with_name(known.name))  # decisions survive where the new text has the quotes
        outcome = publish(settings, "keep", str(path))
    reasons = [reason.replace(f"{folder}/", "") for reason in outcome.refused]
    if reasons:
        detail = f"{name} was set aside and is not kept: {'; '.join(reasons)}."
        raise Problem(422, "The document cannot enter", detail, reasons=reasons)
    _check(outcome)
    iri = Namespace(settings.base).document(name)
    told = {"document": iri, "claims": outcome.claims, "notes": outcome.notes}
    answer = jsonify(told | {"build": outcome.build, "counts": outcome.counts})
    answer.status_code = 201
    answer.headers["Location"] = link(iri)
    return answer


@blueprint.delete("/document/<name>")
def withdraw(name: str) -> Response:
    """Withdraw a document that was ingested and publish the dataset without it. Answers 204."""
    admission.demand()
    if slug(name) != name:
        raise Problem(404, "No such document", "No document of this name was ingested.")
    outcome = publish(_settings(), "leave", name)
    if outcome.missing:
        detail = f"No document {name} was ingested; those that come with evplans stay."
        raise Problem(404, "No such document", detail)
    _check(outcome)
    return Response(status=204)


def _check(outcome: Outcome) -> None:
    if outcome.failed:
        raise Problem(503, "Not published", f"The last build stays: {outcome.failed}.")


def _name() -> str:
    """The slug under which the document that is sent is kept. Raises Problem (400)."""
    _, options = parse_options_header(request.headers.get("Content-Disposition"))
    given = request.args.get("name") or options.get("filename") or unquote(request.headers.get("Slug", ""))
    stem = Path(given.replace("\\", "/")).name
    for ending in ENDINGS:
        if stem.lower().endswith(ending):
            stem = stem[: -len(ending)]
            break
    name = slug(stem)
    if not name or len(name.encode()) > LONGEST:
        detail = f"Name the document with `?name=`, Content-Disposition or Slug, in at most {LONGEST} bytes."
        raise Problem(400, "No name", detail)
    return name


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
