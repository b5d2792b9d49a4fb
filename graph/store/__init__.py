"""One small interface to the published dataset, with two homes: embedded Oxigraph, or any SPARQL 1.1 server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

Term = NamedNode | BlankNode | Literal | Triple
Row = dict[str, Term]


class StoreError(RuntimeError):
    """A store that cannot be opened or asked; the message says which and what to do."""


class Home(Protocol):
    """Where a dataset lives. Its default graph is the union of all graphs; `prefixes` need no declaration in a query.

    Answers are plain objects, since an iterator of the engine must not cross threads. Raises StoreError, and TypeError
    for a query of another form.
    """

    def select(self, query: str, prefixes: Mapping[str, str]) -> list[Row]:
        """The rows of a SELECT; an unbound variable is absent from its row."""

    def construct(self, query: str, prefixes: Mapping[str, str]) -> list[Triple]:
        """The triples of a CONSTRUCT or DESCRIBE, each once."""

    def ask(self, query: str, prefixes: Mapping[str, str]) -> bool:
        """The answer of an ASK."""
