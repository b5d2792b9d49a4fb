"""Virtuoso: what it does otherwise than the standards say (measured with 7.2.5).

- A POST of `application/sparql-query` is never answered; a form is.
- A query without a dataset reads all graphs, its own among them.
- Rows are cut at `ResultSetMaxRows` of its configuration, which only a header tells.
- ASK answers with a table that has the row 1, or none. Booleans in tables are 1 and 0.
- DISTINCT lets rows through twice that hold texts with a language. They are taken out here; LIMIT has counted them.
- Blank nodes are IRIs, `nodeID://b10001`.
- A PUT by the Graph Store Protocol removes the graph before it fills it again, and readers see that. An update that
  drops and inserts is seen whole, but may have some five thousand triples only.

What no adapter can give back: integers above 2^31 come as decimals, decimals without their trailing zeros;
GROUP BY may give a group in parts where one of its keys is unbound (seen where all graphs had come by updates).
"""

from __future__ import annotations

import json
import re
from http.client import HTTPMessage
from typing import Any

from graph.namespaces import XSD
from graph.store.dialect import Asked, Dialect

_NODE = "nodeID://"
_NODE_IN_TRIPLES = re.compile(rb"<nodeID://(\w+)>")
_ASKED = "__ASK_RETVAL"
_BOOLEANS = {"1": "true", "0": "false"}


class Virtuoso(Dialect):
    """OpenLink Virtuoso."""

    name = "Virtuoso"
    upload = "text/turtle"
    updated = 3000

    def recognises(self, headers: HTTPMessage) -> bool:
        """It says so."""
        return headers.get("Server", "").startswith("Virtuoso")

    def cut(self, headers: HTTPMessage) -> str | None:
        """It tells how many rows it gives at most where there were more."""
        limit = headers.get("X-SPARQL-MaxRows")
        return f"the answer was cut at {limit} rows; raise ResultSetMaxRows there" if limit else None

    def triples(self, body: bytes) -> bytes:
        """Blank nodes as N-Triples has them; nothing where it says in words that there is nothing."""
        return b"" if body.startswith(b"# Empty") else _NODE_IN_TRIPLES.sub(rb"_:\1", body)

    def table(self, body: bytes, asked: Asked) -> bytes:
        """Truth, blank nodes and distinct rows as the standard has them."""
        told: dict[str, Any] = json.loads(body)
        found = told["results"]["bindings"]
        if asked.form == "ASK":
            return json.dumps({"head": {}, "boolean": any(row[_ASKED]["value"] == "1" for row in found)}).encode()
        for term in (term for row in found for term in row.values()):
            if term.get("datatype") == XSD + "boolean":
                term["value"] = _BOOLEANS.get(term["value"], term["value"])
            elif term["value"].startswith(_NODE) and term["type"] in {"uri", "bnode"}:
                term |= {"type": "bnode", "value": term["value"].removeprefix(_NODE)}
        if asked.form == "SELECT DISTINCT":
            told["results"]["bindings"] = list({json.dumps(row, sort_keys=True): row for row in found}.values())
        return json.dumps(told).encode()
