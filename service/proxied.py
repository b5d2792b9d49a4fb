"""Behind a proxy that shows the service under a path, or over https: what its headers say becomes the request's own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
_PREFIX = re.compile(r"(?:/[\w.~-]+)+")  # so that no header can turn a link into one to another host


class Proxied:
    """A WSGI application in front of another. It believes only proxies of this machine or of its private networks."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        prefix, scheme = environ.get("HTTP_X_FORWARDED_PREFIX"), environ.get("HTTP_X_FORWARDED_PROTO")
        if (prefix or scheme) and _near(environ.get("REMOTE_ADDR", "")):
            prefix = (prefix or "").rstrip("/")
            if _PREFIX.fullmatch(prefix):
                environ["SCRIPT_NAME"] = prefix
                path = environ["PATH_INFO"]
                if path == prefix or path.startswith(prefix + "/"):
                    environ["PATH_INFO"] = path[len(prefix) :] or "/"
            if scheme in {"http", "https"}:
                environ["wsgi.url_scheme"] = scheme
        return self._application(environ, start_response)


def _near(address: str) -> bool:
    """Is this a peer of the same machine or a private network? A socket of the file system has no address."""
    try:
        return not address or ip_address(address).is_private
    except ValueError:
        return False
