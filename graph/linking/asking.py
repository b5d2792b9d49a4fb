"""Asks a SPARQL endpoint, and takes it as it is: busy, slow, cut off, moved, or no SPARQL endpoint at all.

SPARQLWrapper sends the query; what it leaves open is done here: a deadline by the clock (its own is one of the socket,
which an answer that drips in never meets), waiting as the endpoint asks, and checking that the answer is one.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from importlib.metadata import version
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from SPARQLWrapper import JSON, POST, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import (
    EndPointInternalError,
    EndPointNotFound,
    QueryBadFormed,
    SPARQLWrapperException,
    Unauthorized,
)

from graph.linking import LinkingError
from graph.namespaces import DEFAULT_BASE

AGENT = f"evplans/{version('evplans')} ({DEFAULT_BASE})"
ATTEMPTS = 4
FIRST_WAIT = 1.0  # seconds; doubled at each attempt
LONGEST_WAIT = 300.0  # seconds; who asks for more is left for another day
LARGEST = 64 << 20  # bytes of an answer
BUSY = {429, 502, 503, 504}
Row = dict[str, str]


class EndpointError(LinkingError):
    """An endpoint that gave no usable answer; the message is one line with its address and the reason."""


class TooMuch(EndpointError):
    """A query that the endpoint tried and did not finish: half of it may do."""


class _TryAgain(Exception):
    """A fault that may pass, and how many seconds the endpoint wants us to wait (0: it did not say).

    `unfinished`: the endpoint worked on the query, which may have been too much for it.
    """

    def __init__(self, reason: str, wait: float = 0.0, unfinished: bool = False) -> None:
        super().__init__(reason)
        self.wait = wait
        self.unfinished = unfinished


@dataclass(slots=True)
class Endpoint:
    """A SPARQL endpoint, asked one query at a time. `seconds` is the deadline of one, `pause` the rest after it."""

    address: str
    seconds: float = 60.0
    pause: float = 0.0
    sleep: Callable[[float], None] = time.sleep

    def __post_init__(self) -> None:
        parts = urlsplit(self.address)
        if parts.scheme not in {"http", "https"} or not parts.netloc or any(c.isspace() for c in self.address):
            raise EndpointError(f"{self.address!r} is no address of an endpoint: give one that begins with http(s)://")

    def select(self, query: str) -> list[Row]:
        """The rows of a SELECT, as texts. Raises EndpointError, or TooMuch, when several attempts gave none."""
        for attempt in range(ATTEMPTS):
            try:
                rows = self._attempt(query)
            except _TryAgain as fault:
                wait = fault.wait or FIRST_WAIT * 2**attempt
                if wait > LONGEST_WAIT:
                    raise self._error(f"{fault}, and wants {wait:.0f} seconds of rest; run this again later") from None
                if attempt + 1 == ATTEMPTS:
                    kind = TooMuch if fault.unfinished else EndpointError
                    raise kind(f"{self.address} {fault}, {ATTEMPTS} times; run this again later") from None
                self.sleep(wait)
            else:
                self.sleep(self.pause)
                return rows
        raise AssertionError("the last attempt returns or raises")

    def _attempt(self, query: str) -> list[Row]:
        try:
            content, headers = self._sent(query)
        except HTTPError as error:
            if error.code in BUSY:
                raise _TryAgain(f"is busy (HTTP {error.code})", _retry_after(error.headers)) from None
            if location := error.headers.get("Location"):
                raise self._error(f"has moved to {location}; ask that address") from None
            raise self._error(f"answers HTTP {error.code}") from None
        except EndPointInternalError:
            raise _TryAgain("fails with HTTP 500", unfinished=True) from None
        except (EndPointNotFound, Unauthorized, QueryBadFormed) as error:
            raise self._error(_REFUSED[type(error)]) from None
        except TimeoutError:
            raise _TryAgain(f"gives no answer within {self.seconds:g} seconds", unfinished=True) from None
        except (URLError, HTTPException, OSError, SPARQLWrapperException) as error:
            reason = getattr(error, "reason", None) or error
            if isinstance(reason, TimeoutError):
                raise _TryAgain(f"gives no answer within {self.seconds:g} seconds", unfinished=True) from None
            raise _TryAgain(f"cannot be reached ({' '.join(str(reason).split())[:120]})") from None
        return self._rows(content, headers)

    def _sent(self, query: str) -> tuple[bytes, Message]:
        wrapper = SPARQLWrapper(self.address, agent=AGENT)
        wrapper.setMethod(POST)  # a list of names soon exceeds what an address may hold
        wrapper.setReturnFormat(JSON)
        wrapper.setOnlyConneg(True)
        wrapper.setTimeout(max(1, round(self.seconds)))
        wrapper.setQuery(query)
        end, parts, size = time.monotonic() + self.seconds, [], 0
        with wrapper.query().response as response:
            if response.geturl() != self.address:
                raise self._error(f"has moved to {response.geturl()}; ask that address")
            while part := response.read1(1 << 16):
                parts.append(part)
                size += len(part)
                if size > LARGEST:
                    raise self._error(f"sends more than {LARGEST >> 20} MB for one query")
                if time.monotonic() > end:
                    raise TimeoutError
            return b"".join(parts), response.headers

    def _rows(self, content: bytes, headers: Message) -> list[Row]:
        kind = headers.get_content_type()
        if "json" not in kind:
            raise self._error(f"answers with {kind} where SPARQL results in JSON are due; is it a SPARQL endpoint?")
        try:
            bindings = json.loads(content)["results"]["bindings"]
            return [{name: str(term["value"]) for name, term in row.items()} for row in bindings]
        except (ValueError, RecursionError):
            raise _TryAgain("sends an answer that is cut off or no JSON", unfinished=True) from None
        except (KeyError, TypeError, AttributeError):
            raise self._error("answers with JSON that is no result of a SELECT; is it a SPARQL endpoint?") from None

    def _error(self, reason: str) -> EndpointError:
        return EndpointError(f"{self.address} {reason}")


_REFUSED: dict[type[Any], str] = {
    EndPointNotFound: "does not exist (HTTP 404)",
    Unauthorized: "asks for a login (HTTP 401)",
    QueryBadFormed: "takes the query for malformed (HTTP 400); does it speak SPARQL 1.1?",
}


def _retry_after(headers: Message) -> float:
    """The seconds of a Retry-After header, which may be a number or a date; 0 for none."""
    said = str(headers.get("Retry-After", "")).strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        return max(0.0, (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return 0.0
