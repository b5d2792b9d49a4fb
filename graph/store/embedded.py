"""The embedded home of a dataset: an Oxigraph store in a build's directory, opened read-only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Quad, QueryBoolean, QuerySolutions, QueryTriples, Store, Triple

from graph.store import Row, StoreError

__all__ = ["Embedded", "StoreError", "open_store", "write_store"]


@dataclass(frozen=True, slots=True)
class Embedded:
    """A store in this process. Safe to use from several threads."""

    store: Store

    def select(self, query: str, prefixes: Mapping[str, str]) -> list[Row]:
        """The rows of a SELECT; an unbound variable is absent from its row."""
        found = self._query(query, prefixes)
        if not isinstance(found, QuerySolutions):
            raise TypeError("select() takes a SELECT query")
        return rows(found)

    def construct(self, query: str, prefixes: Mapping[str, str]) -> list[Triple]:
        """The triples of a CONSTRUCT or DESCRIBE, each once."""
        found = self._query(query, prefixes)
        if not isinstance(found, QueryTriples):
            raise TypeError("construct() takes a CONSTRUCT or DESCRIBE query")
        return list(dict.fromkeys(found))

    def ask(self, query: str, prefixes: Mapping[str, str]) -> bool:
        """The answer of an ASK."""
        found = self._query(query, prefixes)
        if not isinstance(found, QueryBoolean):
            raise TypeError("ask() takes an ASK query")
        return bool(found)

    def _query(self, query: str, prefixes: Mapping[str, str]) -> QuerySolutions | QueryBoolean | QueryTriples:
        return self.store.query(query, prefixes=dict(prefixes), use_default_graph_as_union=True)


def rows(found: QuerySolutions) -> list[Row]:
    """Solutions as plain objects."""
    names = [variable.value for variable in found.variables]
    return [{n: term for n, term in zip(names, row, strict=True) if term is not None} for row in found]


def write_store(path: Path, quads: Iterable[Quad]) -> None:
    """Make a compacted store of these quads in a new directory."""
    store = Store(str(path))
    store.bulk_extend(quads)
    store.optimize()
    store.flush()


def open_store(path: Path) -> Store:
    """Open the store of a finished build for reading. Raises StoreError when it is missing or damaged."""
    if not path.is_dir():
        raise StoreError(f"{path}: no store there; run `evplans build`")
    try:
        return Store.read_only(str(path))
    except (OSError, RuntimeError) as error:  # the engine has one for what it cannot read, the other for what is wrong
        raise StoreError(f"{path}: the store cannot be read ({error}); run `evplans build` again") from error
