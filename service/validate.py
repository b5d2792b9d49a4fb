"""`/validate`: RDF in, a SHACL report out. Nothing is stored and nothing is fetched."""

from __future__ import annotations

import json
import subprocess
import sys
from threading import BoundedSemaphore
from typing import Any

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from service.negotiation import Offer, choose
from service.problems import Problem, not_acceptable

blueprint = Blueprint("validate", __name__)
LARGEST = 1 << 20  # bytes of RDF
SECONDS = 30.0  # that a check may take
PATIENCE = 2.0  # seconds to wait for a place; requests that wait hold threads of the server
AT_ONCE = 2  # checks, each on a processor of its own
ACCEPTED = ("text/turtle", "application/n-triples", "application/ld+json")
OFFERS = (
    Offer("json", "application/json"),
    Offer("turtle", "text/turtle", ("application/x-turtle",)),
    Offer("text", "text/plain"),
)
_places = BoundedSemaphore(AT_ONCE)


@blueprint.post("/validate")
def validate() -> Response:
    """The SHACL report on the RDF of the request, as JSON, Turtle or text; 200 whether it conforms or not."""
    choice = choose(request.headers.get("Accept"), OFFERS)
    if choice is None:
        raise not_acceptable(OFFERS)
    report = _checked(_body(), request.mimetype)[choice.offer.name]
    text = json.dumps(report, ensure_ascii=False, indent=1) if choice.offer.name == "json" else str(report)
    answer = Response(text.rstrip("\n") + "\n", content_type=f"{choice.media_type}; charset=utf-8")
    answer.headers["Cache-Control"] = "no-store"
    answer.vary.add("Accept")
    return answer


def _body() -> bytes:
    """The RDF of the request. Raises Problem (400, 413, 415)."""
    if request.mimetype not in ACCEPTED or request.content_encoding not in (None, "identity"):
        names = ", ".join(ACCEPTED)
        raise Problem(415, "Unknown content type", f"Send {names}, not compressed.", accepted=list(ACCEPTED))
    request.max_content_length = LARGEST
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge as error:
        raise Problem(413, "Too large", f"At most {LARGEST} bytes can be checked at once.", limit=LARGEST) from error
    if not body.strip():
        raise Problem(400, "Nothing to check", "The request has no body; send RDF as its content.")
    return body


def _checked(body: bytes, media_type: str) -> dict[str, Any]:
    """What the checker's process answers. Raises Problem: 400 unreadable, 422 too intricate, 503 too slow."""
    job = json.dumps({"type": media_type, "base": current_app.config["SETTINGS"].base}).encode() + b"\n" + body
    if not _places.acquire(timeout=PATIENCE):
        raise Problem(503, "Too many checks", "Other checks are under way; try again.", {"Retry-After": "5"})
    try:
        done = subprocess.run(
            [sys.executable, "-m", "service.checker"], input=job, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        detail = f"The check was stopped after {SECONDS:g} seconds, the limit; send less at once."
        raise Problem(503, "Check timed out", detail, limit=SECONDS) from error
    finally:
        _places.release()
    if done.returncode:
        current_app.logger.error("a check failed: %s", done.stderr.decode(errors="replace")[-2000:])
        raise Problem(500, "Check failed", "The check broke off; the cause is in the server's log.")
    answer: dict[str, Any] = json.loads(done.stdout)
    if "exhausted" in answer:
        raise Problem(422, "Too intricate", f"{answer['exhausted']} Send less at once.")
    if "error" in answer:
        raise Problem(400, "RDF that cannot be read", f"{media_type}: {answer['error']}")
    return answer
