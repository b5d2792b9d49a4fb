"""Who may write: programs send the token with each request, people sign in once and carry a cookie.

The cookie holds what only the token's holder can have made, not the token. It goes to no other site (SameSite), and
since a cookie is shared by all ports of a host, each form carries a second proof that this server gave it out.
"""

from __future__ import annotations

import hmac
from hashlib import sha256

from flask import Response, current_app, request

from service.problems import Problem
from service.settings import Settings

COOKIE = "evplans-review"
SECONDS = 12 * 3600  # that a sign-in lasts
OFF = "Writing is off: the server was started without EVPLANS_TOKEN."


def signed_in() -> bool:
    """Does this request carry the token or the cookie of a sign-in? Raises Problem (403) where there is no token."""
    return bearer() or _same(request.cookies.get(COOKIE, ""), _proof("cookie"))


def demand() -> None:
    """Let only those go on who may write. Raises Problem: 403 without a token here, 401 without one there."""
    if bearer():
        return
    if not signed_in():
        raise token_needed("Send the token as `Authorization: Bearer …`.")
    if not _same(request.form.get("proof", ""), form_proof()):
        raise Problem(403, "Not from this page", "The form is not one of this server's; load the page again.")


def sign_in(answer: Response) -> Response:
    """Give the cookie with an answer if the form's `token` is the token. Raises Problem (401, 403)."""
    if not in_form():
        raise Problem(401, "Wrong token", "That is not the token of this server.")
    answer.set_cookie(
        COOKIE,
        _proof("cookie"),
        max_age=SECONDS,
        path=request.script_root + "/",
        secure=request.is_secure,
        httponly=True,
        samesite="Strict",
    )
    return answer


def sign_out(answer: Response) -> Response:
    """Take the cookie back."""
    answer.delete_cookie(COOKIE, path=request.script_root + "/", httponly=True, samesite="Strict")
    return answer


def form_proof() -> str:
    """What a form of this server carries, to be told from one of another page."""
    return _proof("form")


def bearer() -> bool:
    """Does this request carry the token as a bearer? Raises Problem (403) where there is no token."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return _same(given.strip(), _token()) and scheme.lower() == "bearer"


def in_form() -> bool:
    """Does the form of this request have the token? Raises Problem (403) where there is no token."""
    return _same(request.form.get("token", ""), _token())


def token_needed(how: str) -> Problem:
    """What to tell those who lack the token, and how to give it."""
    return Problem(401, "Token needed", how, {"WWW-Authenticate": "Bearer"})


def _proof(purpose: str) -> str:
    return hmac.new(_token().encode(), purpose.encode(), sha256).hexdigest()


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), wanted.encode())


def _token() -> str:
    settings: Settings = current_app.config["SETTINGS"]
    if settings.token is None:
        raise Problem(403, "Read-only", OFF)
    return settings.token
