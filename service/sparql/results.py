"""The formats of answers: for each its media type, suffix and the engine's name for it."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import QueryResultsFormat, RdfFormat


@dataclass(frozen=True, slots=True)
class Format:
    """One format. `cut_unseen`: an answer that stops early still looks whole, so its length is told beforehand."""

    name: str
    media_type: str
    engine: QueryResultsFormat | RdfFormat
    aliases: tuple[str, ...] = ()
    cut_unseen: bool = False


TABLES = (
    Format("json", "application/sparql-results+json", QueryResultsFormat.JSON, ("application/json",)),
    Format("xml", "application/sparql-results+xml", QueryResultsFormat.XML, ("application/xml", "text/xml")),
    Format("csv", "text/csv", QueryResultsFormat.CSV, cut_unseen=True),
    Format("tsv", "text/tab-separated-values", QueryResultsFormat.TSV, cut_unseen=True),
)

GRAPHS = (
    Format("ttl", "text/turtle", RdfFormat.TURTLE, ("application/x-turtle",), cut_unseen=True),
    Format("nt", "application/n-triples", RdfFormat.N_TRIPLES, ("text/plain",), cut_unseen=True),
    Format("rdf", "application/rdf+xml", RdfFormat.RDF_XML, ("application/xml", "text/xml")),
    Format("jsonld", "application/ld+json", RdfFormat.JSON_LD, ("application/json",)),
    Format("trig", "application/trig", RdfFormat.TRIG, cut_unseen=True),
    Format("nq", "application/n-quads", RdfFormat.N_QUADS, cut_unseen=True),
    Format("n3", "text/n3", RdfFormat.N3, cut_unseen=True),
)

PAGE = "page"  # rows for an HTML table: no format of the engine

BY_NAME = {format_.name: format_ for format_ in TABLES + GRAPHS}
