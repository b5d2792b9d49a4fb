"""Answers kept under their request and the revision of the data, and given again before Flask is asked.

A request is looked up under all that its answer may depend on; the revision is read anew each time, so nothing is ever
given that the data has overtaken. An answer says of itself that it may not be kept: by `Cache-Control: no-store`, or by
a `Vary` that names more than Accept and Accept-Language.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any

from service.languages import languages

Headers = list[tuple[str, str]]
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Key = tuple[str, ...]

CAPACITY = 128 << 20  # bytes of all answers that are kept
LARGEST = 2 << 20  # bytes of one answer that is kept, and of a query in the body of a request
POSTED = {"application/sparql-query", "application/x-www-form-urlencoded"}
PERSONAL = {"HTTP_AUTHORIZATION", "HTTP_COOKIE", "HTTP_RANGE"}  # what makes an answer this client's alone
ABOUT_CONTENT = {"content-type", "content-length"}
MAKES_ANSWERS = {".py", ".rq", ".html", ".xml", ".css", ".js", ".json"}
OVERHEAD = 2048  # bytes that an answer takes beside its body and its request


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer with status 200."""

    headers: Headers
    body: bytes
    etag: str


class Kept:
    """Answers for one revision of the data, those used last; together they have at most `capacity` bytes."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._lock = Lock()
        self._entries: OrderedDict[Key, Entry] = OrderedDict()
        self._capacity = capacity
        self._revision = ""
        self.size = 0
        self.hits = 0
        self.misses = 0

    def get(self, revision: str, key: Key) -> Entry | None:
        """The answer for this request at this revision, if it is there."""
        with self._lock:
            self._follow(revision)
            entry = self._entries.get(key)
            if entry is None:
                self.misses += 1
                return None
            self._entries.move_to_end(key)
            self.hits += 1
            return entry

    def put(self, revision: str, key: Key, entry: Entry) -> None:
        """Keep an answer; those that were not used for longest make room for it."""
        with self._lock:
            self._follow(revision)
            if key in self._entries:
                return
            self._entries[key] = entry
            self.size += _weight(key, entry)
            while self.size > self._capacity:
                self.size -= _weight(*self._entries.popitem(last=False))

    def _follow(self, revision: str) -> None:
        if revision != self._revision:
            self._entries.clear()
            self._revision, self.size = revision, 0


class Cache:
    """A WSGI application in front of another: answers what it has kept, and `If-None-Match` without asking.

    `revision` tells what the data is now (cheaply: it is called for every request), `told` the `X-Dataset-Build` of a
    path; `headers` stand on every answer.
    """

    def __init__(
        self,
        application: Application,
        revision: Callable[[], str],
        told: Callable[[str], str],
        headers: Iterable[tuple[str, str]],
    ) -> None:
        self._application = application
        self._revision = revision
        self._told = told
        self._headers = list(headers)
        self._code = code_version()
        self.kept = Kept()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        key = request_key(environ)
        if key is None:
            return self._application(environ, start_response)
        method, revision = environ["REQUEST_METHOD"], self._revision()
        entry = self.kept.get(revision, key)
        wanted = environ.get("HTTP_IF_NONE_MATCH")
        if wanted and method in {"GET", "HEAD"}:
            tag = entry.etag if entry else self._etag(revision, key)
            if tag in (t.strip().removeprefix("W/") for t in wanted.split(",")):
                start_response("304 Not Modified", self._unchanged(environ["PATH_INFO"], tag, entry))
                return []
        if entry is None:
            return self._asked(environ, start_response, revision, key)
        start_response("200 OK", list(entry.headers))
        return [b"" if method == "HEAD" else entry.body]

    def _asked(
        self, environ: dict[str, Any], start_response: Callable[..., Any], revision: str, key: Key
    ) -> Iterable[bytes]:
        """The application's answer, which is kept if it may be."""
        begun: list[Any] = []
        body = self._application(environ, lambda status, headers, exc_info=None: begun.extend((status, headers)))
        status, headers = begun
        values = dict(headers)
        kept = _may_be_kept(values.get("Vary", ""), values.get("Cache-Control", ""))
        if not kept or not status.startswith("200") or self._revision() != revision:
            start_response(status, headers)
            return body
        if environ["REQUEST_METHOD"] in {"GET", "HEAD"} and "ETag" not in values:
            headers = [*headers, ("ETag", self._etag(revision, key))]
        start_response(status, headers)
        if environ["REQUEST_METHOD"] == "HEAD" or int(values.get("Content-Length", LARGEST + 1)) > LARGEST:
            return body
        try:
            whole = b"".join(body)
        finally:
            if hasattr(body, "close"):
                body.close()
        self.kept.put(revision, key, Entry(list(headers), whole, dict(headers).get("ETag", "")))
        return [whole]

    def _unchanged(self, path: str, tag: str, entry: Entry | None) -> Headers:
        if entry is not None:
            return [(name, value) for name, value in entry.headers if name.lower() not in ABOUT_CONTENT]
        return [
            *self._headers,
            ("ETag", tag),
            ("Vary", "Accept, Accept-Language"),
            ("X-Dataset-Build", self._told(path)),
        ]

    def _etag(self, revision: str, key: Key) -> str:
        made = hashlib.blake2b("\0".join((self._code, revision, *key)).encode(errors="surrogateescape"), digest_size=16)
        return f'"{made.hexdigest()}"'


def request_key(environ: dict[str, Any]) -> Key | None:
    """All that an answer may depend on, or None for a request whose answer is not kept.

    The body of a query that is posted is read for it and put back.
    """
    method = environ["REQUEST_METHOD"]
    if not PERSONAL.isdisjoint(environ) or environ["PATH_INFO"].startswith("/assets/"):
        return None
    kind = body = ""
    if method == "POST" and environ["PATH_INFO"] == "/sparql":
        length = environ.get("CONTENT_LENGTH") or ""
        kind = environ.get("CONTENT_TYPE", "")
        if kind.partition(";")[0] not in POSTED or not length.isdigit() or int(length) > LARGEST:
            return None
        sent = environ["wsgi.input"].read(int(length))
        environ["wsgi.input"] = BytesIO(sent)
        body = sent.decode("latin-1")
    elif method not in {"GET", "HEAD"}:
        return None
    return (
        environ["PATH_INFO"],
        environ.get("QUERY_STRING", ""),
        environ.get("HTTP_ACCEPT", ""),
        environ.get("HTTP_HOST", ""),
        environ["wsgi.url_scheme"],
        environ.get("SCRIPT_NAME", ""),
        "" if environ["PATH_INFO"] == "/sparql" else " ".join(languages(environ.get("HTTP_ACCEPT_LANGUAGE"))),
        kind,
        body,
    )


@cache
def code_version() -> str:
    """The version of what makes answers: an answer that would differ must not be answered with 304."""
    made = hashlib.sha256(f"{version('evplans')} {version('pyoxigraph')}".encode())
    home = Path(__file__).parent
    folders = [folder for folder in home.iterdir() if folder.is_dir() and folder.name != "frontend"]
    for path in sorted((*home.glob("*.py"), *(path for folder in folders for path in folder.rglob("*.*")))):
        if path.suffix in MAKES_ANSWERS:
            made.update(path.read_bytes())
    return made.hexdigest()


@lru_cache(maxsize=64)
def _may_be_kept(vary: str, control: str) -> bool:
    varies = {name.strip().lower() for name in vary.split(",")}
    return varies <= {"", "accept", "accept-language"} and "no-store" not in control


def _weight(key: Key, entry: Entry) -> int:
    return len(entry.body) + sum(map(len, key)) + OVERHEAD
