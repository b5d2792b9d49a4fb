"""How a SPARQL server is spoken to: by the standards, and what one product does otherwise in a file of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPMessage

TABLE = "application/sparql-results+json"
TRIPLES = "application/n-triples"

_FORM = re.compile(
    r"(?:\s|#[^\n\r]*|BASE\s*<[^>]*>|PREFIX\s*[^\s:]*:\s*<[^>]*>)*(SELECT(?:\s+DISTINCT)?|ASK|CONSTRUCT|DESCRIBE)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A query and the dataset that the protocol names for it. `union`: neither it nor the query names one."""

    query: str
    default: Sequence[str] | None = None
    named: Sequence[str] | None = None
    union: bool = True

    @property
    def form(self) -> str | None:
        """`SELECT`, `SELECT DISTINCT`, `ASK`, `CONSTRUCT` or `DESCRIBE`; None where the beginning cannot be read."""
        found = _FORM.match(self.query)
        return " ".join(found[1].upper().split()) if found else None


class Dialect:
    """The standards. Query and dataset go as a form, which every server takes."""

    name = "SPARQL 1.1"
    upload = TRIPLES  # media type in which graphs are sent
    updated = 0  # triples of a graph up to which it is better replaced by an update, since readers see a PUT's middle

    def recognises(self, headers: HTTPMessage) -> bool:
        """Whether an answer with these headers is of a server that speaks so."""
        return bool(headers is not None)

    def fields(self, asked: Asked) -> list[tuple[str, str]]:
        """The form to send."""
        graphs = [("default-graph-uri", one) for one in asked.default or ()]
        return [("query", asked.query), *graphs, *(("named-graph-uri", one) for one in asked.named or ())]

    def cut(self, headers: HTTPMessage) -> str | None:
        """Why an answer with these headers is not the whole one, or None."""
        return None

    def triples(self, body: bytes) -> bytes:
        """An answer of triples as N-Triples."""
        return body

    def table(self, body: bytes, asked: Asked) -> bytes:
        """An answer of rows, or of an ASK, in SPARQL's JSON format."""
        return body
