"""Oxigraph's server: its default graph is the union of all graphs only for a query that asks for it."""

from __future__ import annotations

from http.client import HTTPMessage

from graph.store.dialect import Asked, Dialect


class Oxigraph(Dialect):
    """`oxigraph serve`."""

    name = "Oxigraph"

    def recognises(self, headers: HTTPMessage) -> bool:
        """It says so."""
        return headers.get("Server", "").startswith("Oxigraph")

    def fields(self, asked: Asked) -> list[tuple[str, str]]:
        """What is said of the union here would override the dataset that a query names."""
        return [*super().fields(asked), *([("union-default-graph", "true")] if asked.union else [])]
