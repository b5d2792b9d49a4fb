"""Errors as answers: `application/problem+json` (RFC 9457) for programs, a short page for people."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

from flask import Flask, Response, json, render_template, request
from werkzeug.exceptions import HTTPException

from service.negotiation import Offer, choose

PROBLEM = Offer("json", "application/problem+json", ("application/json",))
PAGE = Offer("html", "text/html", ("application/xhtml+xml",))


class Problem(Exception):
    """A request that cannot be answered: HTTP status, a title for its kind, what is wrong here, and further members."""

    def __init__(
        self, status: int, title: str, detail: str, headers: dict[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail
        self.headers = headers or {}
        self.more = more

    def response(self) -> Response:
        """The answer, as JSON unless the client prefers a page."""
        members = {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            **self.more,
        }
        choice = choose(request.headers.get("Accept"), (PROBLEM, PAGE))
        if choice and choice.offer is PAGE:
            body, media_type = render_template("problem.html", problem=members), "text/html"
        else:
            body, media_type = json.dumps(members, ensure_ascii=False) + "\n", PROBLEM.media_type
        answer = Response(body, status=self.status, mimetype=media_type)
        answer.headers.update(self.headers)
        answer.headers.add("Vary", "Accept")
        return answer


def problem(status: int, detail: str, headers: dict[str, str] | None = None, **more: Any) -> Response:
    """The answer of a Problem whose title is the status's own name."""
    return Problem(status, HTTPStatus(status).phrase, detail, headers, **more).response()


def not_acceptable(offers: tuple[Offer, ...]) -> Problem:
    """406 with the list of what there is."""
    names = [offer.media_type for offer in offers]
    return Problem(406, "Not acceptable", f"This address gives {', '.join(names)}.", offers=names)


def install(app: Flask) -> None:
    """Turn Problems, Flask's own HTTP errors and faults of ours into answers."""

    @app.errorhandler(Problem)
    def told(problem: Problem) -> Response:
        return problem.response()

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        if error.response is not None or error.code is None or error.code < 400:
            return cast(Response, Response.force_type(error.get_response(), request.environ))
        headers = {k: v for k, v in error.get_headers(request.environ) if k in {"Allow", "Retry-After"}}
        return Problem(error.code, error.name, error.description or error.name, headers).response()

    @app.errorhandler(Exception)
    def fault(error: Exception) -> Response:
        app.logger.error("%s %s failed", request.method, request.path, exc_info=error)
        return Problem(500, "Internal error", "The server failed to answer; the cause is in its log.").response()
