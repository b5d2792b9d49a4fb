"""One address, several forms: the page for people, RDF for machines, by suffix or by Accept, with one ETag for each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib.metadata import version

from flask import Response, request
from pyoxigraph import NamedNode, RdfFormat, serialize

from service.dataset import Dataset
from service.negotiation import choose
from service.pages.filters import link
from service.pages.model import stored
from service.problems import problem

TYPES = {
    "html": "text/html",
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "json": "application/json",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
}
SERIALISED = {
    "ttl": RdfFormat.TURTLE,
    "jsonld": RdfFormat.JSON_LD,
    "json": RdfFormat.JSON_LD,
    "nt": RdfFormat.N_TRIPLES,
    "rdf": RdfFormat.RDF_XML,
}
FORMATS = [("ttl", "Turtle"), ("jsonld", "JSON-LD"), ("nt", "N-Triples"), ("rdf", "RDF/XML")]


def answer(
    dataset: Dataset, iri: str, query: str, suffix: str | None, page: Callable[[], str | None]
) -> Response | None:
    """What the request asks for of `iri`: its page, or the triples of a stored query. None when there is neither."""
    if suffix is None:
        media = choose(request.headers.get("Accept"), list(TYPES.values()))
        if media is None:
            return problem(406, "None of the types in Accept can be served here.", offers=list(TYPES.values()))
        form = next(s for s, t in TYPES.items() if t == media)
    else:
        form = suffix
    try:
        NamedNode(iri)
    except ValueError:
        return None
    tag = _etag(dataset.revision, request.path, form)
    if request.if_none_match.contains(tag):
        return _headed(Response(status=304), dataset, iri, tag, suffix)
    body = page() if form == "html" else _data(dataset, iri, query, form)
    if body is None:
        return None
    return _headed(Response(body, content_type=f"{TYPES[form]}; charset=utf-8"), dataset, iri, tag, suffix)


def _data(dataset: Dataset, iri: str, query: str, form: str) -> bytes | None:
    triples = dataset.construct(stored(query), this=NamedNode(iri))
    prefixes = dataset.namespace.prefixes if form in {"ttl", "rdf"} else None
    return serialize(triples, format=SERIALISED[form], prefixes=prefixes) if triples else None


def _headed(response: Response, dataset: Dataset, iri: str, tag: str, suffix: str | None) -> Response:
    response.set_etag(tag)
    response.headers["X-Dataset-Build"] = dataset.revision
    response.headers["Cache-Control"] = "public, max-age=60"
    links = [f'<{link(iri)}.{s}>; rel="alternate"; type="{t}"' for s, t in TYPES.items()]
    response.headers["Link"] = ", ".join([f'<{iri}>; rel="canonical"', *links])
    if suffix is None:
        response.vary.add("Accept")
    return response


def _etag(revision: str, path: str, form: str) -> str:
    return hashlib.sha256(f"{version('evplans')} {revision} {path} {form}".encode()).hexdigest()[:32]
