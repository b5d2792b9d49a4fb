"""Who we are, told to a server with the request itself: one that is refused first may lose its body on the way.

A server that wants a digest is asked for its challenge beforehand, without a body; every other gets Basic.
"""

from __future__ import annotations

import threading
from base64 import b64encode
from urllib.error import HTTPError
from urllib.request import (
    HTTPDigestAuthHandler,
    HTTPPasswordMgrWithDefaultRealm,
    Request,
    parse_http_list,
    parse_keqv_list,
    urlopen,
)


class Login:
    """A user's name and password. Safe to use from several threads."""

    def __init__(self, user: str, password: str) -> None:
        self._basic = "Basic " + b64encode(f"{user}:{password}".encode()).decode()
        self._known = HTTPPasswordMgrWithDefaultRealm()
        self._user, self._password = user, password
        self._digest = HTTPDigestAuthHandler(self._known)
        self._challenges: dict[str, dict[str, str] | None] = {}
        self._lock = threading.Lock()

    def sign(self, request: Request, seconds: float) -> None:
        """Put the `Authorization` on a request. Raises OSError where the server cannot be asked for its challenge."""
        place = request.full_url.partition("?")[0]
        with self._lock:
            if place not in self._challenges:
                self._challenges[place] = self._challenge(request, seconds)
            challenge = self._challenges[place]
            signed = self._digest.get_authorization(request, challenge) if challenge else None
        request.add_unredirected_header("Authorization", f"Digest {signed}" if signed else self._basic)

    def forget(self, request: Request) -> None:
        """Ask for the challenge anew: the last one is no longer taken."""
        with self._lock:
            self._challenges.pop(request.full_url.partition("?")[0], None)

    def _challenge(self, request: Request, seconds: float) -> dict[str, str] | None:
        """The parts of a digest challenge, None where the server asks for none."""
        try:
            urlopen(Request(request.full_url), timeout=seconds).close()  # noqa: S310 the operator's own address
        except HTTPError as error:
            with error:
                offered = error.headers.get_all("WWW-Authenticate") or []
            for one in offered:
                scheme, _, parts = one.partition(" ")
                if scheme.casefold() == "digest":
                    challenge = parse_keqv_list(parse_http_list(parts))
                    self._known.add_password(challenge.get("realm"), request.full_url, self._user, self._password)
                    return challenge
        return None
