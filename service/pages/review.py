"""`/review`: a document's claims one by one, for those who hold the token; a button publishes what was decided."""

from __future__ import annotations

import os
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request, url_for

from graph.claims import BOUNDS, MODALITIES, POWERTRAINS, PROPERTIES
from graph.namespaces import slug
from graph.reading import UnreadableDocument
from graph.review import ReviewError
from service import admission
from service.dataset import NoDataset, current
from service.deciding import CHOICES, FIELDS, DecisionError, Sheet, decide, file_of, sheet
from service.pages.filters import local
from service.pages.model import rows
from service.problems import Problem
from service.publishing import publish
from service.settings import Settings

blueprint = Blueprint("review", __name__, url_prefix="/review")
CHOSEN_FROM = {"property": sorted(PROPERTIES), "bound": BOUNDS, "modality": MODALITIES, "powertrain": POWERTRAINS}


@blueprint.get("/sign-in")
def sign_in() -> Response:
    """Where the token is given, once for a while."""
    admission.signed_in()  # refuses where there is no token to give
    return _page("review-sign-in.html", to=_next(request.args))


@blueprint.post("/sign-in")
def signed_in() -> Response:
    """Take the token of a form."""
    to = _next(request.form)
    return admission.sign_in(_to("review.claims", name=to) if to else _to("review.documents"))


@blueprint.post("/sign-out")
def signed_out() -> Response:
    """End a sign-in."""
    admission.demand()
    return admission.sign_out(_to("pages.home"))


@blueprint.get("")
def documents() -> Response:
    """The documents, those with the most unreviewed claims first, and what was set aside."""
    if not admission.signed_in():
        return _to("review.sign_in")
    try:
        dataset = current()
        known, aside = rows(dataset, "reviewed"), dataset.manifest.get("set_aside", [])
    except NoDataset:
        known, aside = [], []
    return _page("review.html", documents=[(local(row["document"]), row) for row in known], set_aside=aside)


@blueprint.get("/<name>")
def claims(name: str) -> Response:
    """The claims of one document."""
    if not admission.signed_in():
        return _to("review.sign_in", to=name)
    path = _path(name)
    return _page("review-document.html", **_shown(name, _sheet(path)))


@blueprint.post("/<name>")
def decided(name: str) -> Response:
    """Keep the decision of a form: `claim`, `decision`, and for `amend` the claim's fields."""
    admission.demand()
    path, claim = _path(name), request.form.get("claim", "")
    choice = next((c for c in CHOICES if c == request.form.get("decision")), None)
    if choice is None:
        raise Problem(400, "Unknown decision", f"`decision` is one of {', '.join(CHOICES)}.")
    try:
        after = decide(path, claim, choice, request.form)
    except DecisionError as error:
        raise Problem(409 if choice != "amend" else 422, "The decision cannot be kept", f"{error}.") from error
    except ReviewError as error:
        raise Problem(409, "The review cannot be read", f"{error}.") from error
    except OSError as error:
        raise Problem(503, "Cannot be written", _unwritable(path, error)) from error
    return _to("review.claims", name=name, anchor=after.next_to(claim) or "publish")


@blueprint.post("/<name>/publish")
def published(name: str) -> Response:
    """Publish the dataset with what was decided, and show what came of it."""
    admission.demand()
    outcome = publish(_settings(), "enter", str(_path(name).resolve()))
    answer = _page("review-published.html", name=name, outcome=outcome)
    answer.status_code = 200 if outcome.build else 422 if outcome.refused else 503
    return answer


def _shown(name: str, known: Sheet) -> dict[str, object]:
    writable = os.access(known.path.parent, os.W_OK)
    return {
        "name": name,
        "title": known.extraction.document.title or name,
        "sheet": known,
        "fields": FIELDS,
        "chosen_from": CHOSEN_FROM,
        "folder": None if writable else known.path.parent,
    }


def _sheet(path: Path) -> Sheet:
    try:
        return sheet(path)
    except (UnreadableDocument, ReviewError) as error:
        raise Problem(409, "Cannot be reviewed", f"{error}.") from error


def _path(name: str) -> Path:
    path = file_of(_settings().data, name)
    if path is None:
        abort(404, "No document of this name is kept here.")
    return path


def _next(given: object) -> str:
    """The document that was to be reviewed, where one was named."""
    name = str(given.get("to", "")) if hasattr(given, "get") else ""
    return name if name and slug(name) == name else ""


def _unwritable(path: Path, error: OSError) -> str:
    return f"{path.parent}: the decision cannot be kept there ({error.strerror}); nothing was changed."


def _page(template: str, **shown: object) -> Response:
    page = render_template(template, proof=admission.form_proof(), **shown)
    return Response(page, mimetype="text/html", headers={"Cache-Control": "no-store"})


def _to(endpoint: str, anchor: str | None = None, **values: str) -> Response:
    answer = redirect(url_for(endpoint, _anchor=anchor, **values), 303)  # type: ignore[arg-type]
    return Response(answer.response, answer.status_code, answer.headers)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
