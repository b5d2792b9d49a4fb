"""One address, several forms: the page for people, RDF for machines, by suffix or by Accept, with one ETag for each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib.metadata import version

from flask import Response, request
from pyoxigraph import NamedNode, RdfFormat, serialize

from service.dataset import Dataset
from service.negotiation import Offer, choose
from service.pages.filters import link
from service.pages.model import stored
from service.problems import not_acceptable

OFFERS = (
    Offer("html", "text/html", ("application/xhtml+xml",)),
    Offer("ttl", "text/turtle", ("application/x-turtle",)),
    Offer("jsonld", "application/ld+json"),
    Offer("json", "application/json"),
    Offer("nt", "application/n-triples", ("text/plain",)),
    Offer("rdf", "application/rdf+xml", ("application/xml", "text/xml")),
)
TYPES = {offer.name: offer.media_type for offer in OFFERS}
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
    form = suffix or _chosen()
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


def _chosen() -> str:
    choice = choose(request.headers.get("Accept"), OFFERS)
    if choice is None:
        raise not_acceptable(OFFERS)
    return choice.offer.name


def _data(dataset: Dataset, iri: str, query: str, form: str) -> bytes | None:
    triples = sorted(dataset.construct(stored(query), this=iri), key=str)
    prefixes = dataset.prefixes if form in {"ttl", "rdf"} else None
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
