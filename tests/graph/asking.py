"""Asking a store what it holds, for tests."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import QuerySolutions, Store


def rows(store: Store, query: str) -> Iterator[tuple[str | None, ...]]:
    """The solutions of a SELECT over the union of all graphs, as tuples of plain strings."""
    solutions = store.query(query, use_default_graph_as_union=True)
    if not isinstance(solutions, QuerySolutions):
        raise TypeError("only SELECT queries have rows")
    for solution in solutions:
        yield tuple(None if term is None else getattr(term, "value", str(term)) for term in solution)
