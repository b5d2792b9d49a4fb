"""One address, several forms: the page for people, RDF for machines, by suffix or by Accept, with one ETag for each."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from flask import Response, request
from pyoxigraph import NamedNode, RdfFormat, serialize

from service.cache import code_version
from service.dataset import Dataset
from service.negotiation import Offer, choose
from service.pages.filters import link
from service.pages.localised import wanted
from service.pages.model import stored
from service.problems import PAGE, not_acceptable

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
KEPT = 256  # answers
LARGEST_KEPT = 256 << 10  # bytes
Body = str | bytes
_answers: OrderedDict[tuple[str, str], Body] = OrderedDict()
_lock = Lock()
FORMATS = [("ttl", "Turtle"), ("jsonld", "JSON-LD"), ("nt", "N-Triples"), ("rdf", "RDF/XML")]


def answer(
    dataset: Dataset, iri: str, query: str, suffix: str | None, page: Callable[[], str | None]
) -> Response | None:
    """What the request asks for of `iri`: its page, or the triples of a stored query. None when there is neither."""
    form = suffix or _chosen()
    if form not in TYPES:
        return None
    try:
        NamedNode(iri)
    except ValueError:
        return None
    tag = _etag(dataset.revision, request.path, form, *(wanted(dataset) if form == "html" else ()))
    if request.if_none_match.contains(tag):
        return _headed(Response(status=304), dataset, iri, tag, suffix)
    body = _kept(tag, page if form == "html" else lambda: _data(dataset, iri, query, form))
    if body is None:
        return None
    return _headed(Response(body, content_type=f"{TYPES[form]}; charset=utf-8"), dataset, iri, tag, suffix)


def plain(dataset: Dataset, page: Callable[[], str], media_type: str = "text/html") -> Response:
    """A page that is no one thing's: a list, or what was found. Its query is part of its ETag.

    Raises Problem (406) for a page that the client cannot read.
    """
    if media_type == PAGE.media_type and choose(request.headers.get("Accept"), (PAGE,)) is None:
        raise not_acceptable((PAGE,))
    tag = _etag(dataset.revision, request.full_path, media_type, *wanted(dataset))
    known = request.if_none_match.contains(tag)
    response = Response(status=304) if known else Response(_kept(tag, page), mimetype=media_type)
    response.set_etag(tag)
    response.headers["Cache-Control"] = "public, max-age=60"
    response.vary.add("Accept-Language")
    return response


def _kept(tag: str, make: Callable[[], Body | None]) -> Body | None:
    """What `make` makes, kept under its ETag: the newest answers are given again without asking the dataset."""
    key = (request.root_url, tag)
    with _lock:
        if (kept := _answers.get(key)) is not None:
            _answers.move_to_end(key)
            return kept
    body = make()
    if body is not None and len(body) <= LARGEST_KEPT:
        with _lock:
            _answers[key] = body
            while len(_answers) > KEPT:
                _answers.popitem(last=False)
    return body


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
    if suffix in {None, "html"}:
        response.vary.add("Accept-Language")
    return response


def _etag(revision: str, path: str, form: str, *languages: str) -> str:
    return hashlib.sha256(f"{code_version()} {revision} {path} {form} {languages}".encode()).hexdigest()[:32]
