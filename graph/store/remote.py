"""The other home of a dataset: any server that speaks SPARQL 1.1, asked and changed over HTTP.

What it answers is read whole, within a deadline and a limit, and given on as the plain objects or the engine's results
that an embedded store gives too, so that nobody can tell the difference.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http.client import HTTPException, HTTPMessage
from urllib.error import HTTPError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import Request, urlopen

from pyoxigraph import (
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)

from graph.store import Row, StoreError
from graph.store.dialect import TABLE, TRIPLES, Asked, Dialect
from graph.store.embedded import rows
from graph.store.login import Login
from graph.store.oxigraph import Oxigraph
from graph.store.virtuoso import Virtuoso

DIALECTS = (Virtuoso(), Oxigraph(), Dialect())
LARGEST = 256 << 20  # bytes of an answer
PIECE = 1 << 16
WRITING = 600.0  # seconds that putting one graph may take
_DECLARED = re.compile(r"\bPREFIX\s+([^\s:]*):", re.IGNORECASE)


class RemoteError(StoreError):
    """A store that gave no usable answer; the message has its address, `reason` has none."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.reason = reason


class Late(RemoteError):
    """A store that did not answer in time."""


class TooLarge(RemoteError):
    """An answer that is larger than one may be, or that the store has cut."""


class Refused(RemoteError):
    """A request that the store understood and refused, with the HTTP `status`."""

    def __init__(self, place: str, reason: str, status: int) -> None:
        super().__init__(place, reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server takes queries, and where it takes changes: by the Graph Store Protocol, or else as updates."""

    query: str
    update: str | None = None
    graphs: str | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)


class Remote:
    """A SPARQL server. Safe to use from several threads."""

    def __init__(self, address: Address, seconds: float = 30.0) -> None:
        """`seconds` is what a query may take unless it says otherwise. Nothing is asked yet."""
        self.address = address
        self.seconds = seconds

    @cached_property
    def dialect(self) -> Dialect:
        """How the server is spoken to, by what it says of itself. Raises RemoteError."""
        request = Request(f"{self.address.query}?{urlencode({'query': 'ASK {}'})}", headers={"Accept": TABLE})  # noqa: S310
        headers, _ = self._send(request, self.seconds)
        return next(one for one in DIALECTS if one.recognises(headers))

    def select(self, query: str, prefixes: Mapping[str, str]) -> list[Row]:
        """The rows of a SELECT; an unbound variable is absent from its row."""
        found = self.answer(Asked(declared(query, prefixes)), self.seconds)
        if not isinstance(found, QuerySolutions):
            raise TypeError("select() takes a SELECT query")
        return rows(found)

    def construct(self, query: str, prefixes: Mapping[str, str]) -> list[Triple]:
        """The triples of a CONSTRUCT or DESCRIBE, each once."""
        found = self.answer(Asked(declared(query, prefixes)), self.seconds)
        if not isinstance(found, list):
            raise TypeError("construct() takes a CONSTRUCT or DESCRIBE query")
        return found

    def ask(self, query: str, prefixes: Mapping[str, str]) -> bool:
        """The answer of an ASK."""
        found = self.answer(Asked(declared(query, prefixes)), self.seconds)
        if not isinstance(found, QueryBoolean):
            raise TypeError("ask() takes an ASK query")
        return bool(found)

    def answer(self, asked: Asked, seconds: float) -> QuerySolutions | QueryBoolean | list[Triple]:
        """What the server answers within `seconds`. Raises RemoteError."""
        graph = asked.form in {"CONSTRUCT", "DESCRIBE"}
        body = urlencode(self.dialect.fields(asked)).encode()
        sent = {"Content-Type": "application/x-www-form-urlencoded", "Accept": TRIPLES if graph else TABLE}
        headers, answer = self._send(Request(self.address.query, body, sent), seconds)  # noqa: S310
        if reason := self.dialect.cut(headers):
            raise TooLarge(self.address.query, reason)
        try:
            if graph:
                read = parse(self.dialect.triples(answer), format=RdfFormat.N_TRIPLES)
                return list(dict.fromkeys(quad.triple for quad in read))
            return parse_query_results(self.dialect.table(answer, asked), QueryResultsFormat.JSON)
        except (SyntaxError, ValueError) as error:
            raise RemoteError(self.address.query, f"the answer cannot be read ({error})") from error

    def put(self, graph: str, triples: bytes, new: bool = False) -> None:
        """Replace a graph by N-Triples, one a line; readers see it as it was or as it is now. Raises RemoteError.

        `new`: there is no such graph yet.
        """
        small = self.address.update and not new and triples.count(b"\n") <= self.dialect.updated
        if self.address.graphs and not small:
            sent = {"Content-Type": self.dialect.upload}
            self._send(Request(self._graph(graph), triples, sent, method="PUT"), WRITING)  # noqa: S310
        else:
            data = f" ;\nINSERT DATA {{ GRAPH <{graph}> {{\n{triples.decode()}}} }}" if triples else ""
            self._update(f"DROP SILENT GRAPH <{graph}>{data}")

    def drop(self, graph: str) -> None:
        """Remove a graph; nothing happens where there is none. Raises RemoteError."""
        if not self.address.graphs:
            self._update(f"DROP SILENT GRAPH <{graph}>")
            return
        try:
            self._send(Request(self._graph(graph), method="DELETE"), WRITING)  # noqa: S310
        except Refused as error:
            if error.status != 404:
                raise

    def _graph(self, graph: str) -> str:
        return f"{self.address.graphs}?graph={quote(graph, safe='')}"

    def _update(self, text: str) -> None:
        if not self.address.update:
            reason = "set EVPLANS_STORE_GRAPHS or EVPLANS_STORE_UPDATE to publish there"
            raise RemoteError(self.address.query, f"no address for changes; {reason}")
        sent = {"Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode({"update": text}).encode()
        self._send(Request(self.address.update, body, sent), WRITING)  # noqa: S310

    @cached_property
    def _login(self) -> Login | None:
        return Login(self.address.user, self.address.password or "") if self.address.user else None

    def _send(self, request: Request, seconds: float, again: bool = True) -> tuple[HTTPMessage, bytes]:
        """Headers and body of the answer. Raises RemoteError."""
        place, deadline = request.full_url.partition("?")[0], time.monotonic() + seconds
        try:
            if self._login:
                self._login.sign(request, seconds)
            with urlopen(request, timeout=max(seconds, 0.001)) as answer:  # noqa: S310 the operator's own address
                return answer.headers, _read(answer, place, deadline)
        except HTTPError as error:
            with error:
                said = " ".join(error.read(2000).decode(errors="replace").split())[:300]
            if error.code == 401 and self._login and again:
                self._login.forget(request)
                return self._send(request, seconds, again=False)
            raise Refused(place, f"{error.code} {error.reason}: {said}", error.code) from error
        except (OSError, HTTPException, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            if isinstance(reason, TimeoutError):
                raise Late(place, f"no answer within {seconds:g} seconds") from error
            raise RemoteError(place, f"cannot be asked ({reason})") from error


def _read(answer: object, place: str, deadline: float) -> bytes:
    whole = bytearray()
    while piece := answer.read1(PIECE):  # type: ignore[attr-defined]
        whole += piece
        if time.monotonic() > deadline:
            raise TimeoutError
        if len(whole) > LARGEST:
            raise TooLarge(place, f"an answer of more than {LARGEST} bytes; ask for a part of it")
    expected = answer.headers.get("Content-Length")  # type: ignore[attr-defined]
    if expected is not None and expected.isdigit() and int(expected) != len(whole):
        raise RemoteError(place, f"the answer ended early, after {len(whole)} of {expected} bytes")
    return bytes(whole)


def declared(query: str, prefixes: Mapping[str, str]) -> str:
    """A query with the prefixes that it uses and does not declare."""
    own = set(_DECLARED.findall(query))
    needed = (f"PREFIX {name}: <{iri}>\n" for name, iri in prefixes.items() if name not in own and f"{name}:" in query)
    return "".join(needed) + query


def check_address(text: str) -> str | None:
    """Why this is no address of a server, or None."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return "give an http(s) address"
    return None
