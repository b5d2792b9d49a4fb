"""From an IRI of another dataset to ours, by the register's reviewed links; and all links with a dataset as a file."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from flask import Blueprint, Response, request
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from graph.linking.targets import known_targets, load_target
from graph.linking.things import Thing, Things
from graph.namespaces import SKOS
from service.dataset import current
from service.negotiation import Offer, choose
from service.pages.filters import link
from service.problems import Problem, not_acceptable
from service.reconcile.things import things

blueprint = Blueprint("sameas", __name__)
OFFERS = (
    Offer("json", "application/json"),
    Offer("html", "text/html", ("application/xhtml+xml",)),
    Offer("ttl", "text/turtle", ("application/x-turtle",)),
)
RELATIONS = ("exactMatch", "closeMatch", "broadMatch")  # the closest first
MOST = 10_000  # IRIs in a batch
LONGEST = 2000  # characters of an IRI
IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20]+")
FORMS = (  # other addresses of what a link names: they are pages about it, or older spellings
    (re.compile(r"^(?:www\.|m\.)?wikidata\.org/(?:wiki|entity|wiki/Special:EntityData)/([QPL]\d+)(?:[.#].*)?$"),
     r"www.wikidata.org/entity/\1"),
    (re.compile(r"^dbpedia\.org/(?:page|resource|data)/(.+)$"), r"dbpedia.org/resource/\1"),
    (re.compile(r"^en\.(?:m\.)?wikipedia\.org/wiki/(.+)$"), r"dbpedia.org/resource/\1"),
    (re.compile(r"^(?:www|sws)\.geonames\.org/(\d+)(?:/.*)?$"), r"sws.geonames.org/\1"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Match:
    """One of our things that is linked with an IRI, and how: the name of a SKOS property."""

    iri: str
    relation: str
    thing: Thing


class NotAnIri(ValueError):
    """A text that is no absolute IRI; the message says so."""


def key(iri: str) -> str:
    """What two spellings of one external IRI have in common. Raises NotAnIri."""
    text = iri.strip()
    if len(text) > LONGEST or not IRI.fullmatch(text):
        raise NotAnIri(f"{text[:80]!r} is not an absolute IRI, such as http://www.wikidata.org/entity/Q1.")
    scheme, _, rest = text.partition(":")
    if scheme.lower() not in {"http", "https"} or not rest.startswith("//"):
        return text
    host, slash, path = rest.removeprefix("//").partition("/")
    plain = f"{host.lower()}{slash}{unquote(path)}".rstrip("/").replace(" ", "_")
    for form, replaced in FORMS:
        if form.match(plain):
            return form.sub(replaced, plain)
    return plain


@lru_cache(maxsize=2)
def links(known: Things) -> dict[str, list[Match]]:
    """The matches of every linked IRI by its key, the closest first."""
    found: dict[str, list[Match]] = defaultdict(list)
    for relation in RELATIONS:
        for thing in known.by_slug.values():
            for iri in thing.values.get(relation, ()):
                found[key(iri)].append(Match(iri, relation, thing))
    return dict(found)


@blueprint.get("/sameas")
def one() -> Response:
    """What the IRI `uri` is here: a redirect to its page for people, JSON or Turtle for programs."""
    choice = choose(request.headers.get("Accept"), OFFERS)
    if choice is None:
        raise not_acceptable(OFFERS)
    known, uri = things(), request.args.get("uri", "").strip()
    try:
        found = links(known).get(key(uri), [])
    except NotAnIri as error:
        raise Problem(400, "Not an IRI", f"The parameter `uri`: {error}") from None
    if not found:
        raise Problem(404, "No link", "Nothing here is linked with this IRI.", uri=uri)
    if choice.offer.name == "html":
        page = link(known.space + found[0].thing.slug)
        return Response(status=303, headers={"Location": page, "Vary": "Accept"})
    return _answer(choice.offer.name, [_members(known, match) for match in found], {uri: found}, known)


@blueprint.post("/sameas")
def many() -> Response:
    """The same for a JSON list of IRIs: an answer for each, in their order."""
    choice = choose(request.headers.get("Accept"), (OFFERS[0], OFFERS[2]))
    if choice is None:
        raise not_acceptable((OFFERS[0], OFFERS[2]))
    known = things()
    found: dict[str, list[Match]] = {}
    answers: list[dict[str, Any]] = []
    for uri in _batch():
        try:
            found[uri] = links(known).get(key(uri), [])
        except NotAnIri as error:
            answers.append({"uri": uri, "matches": [], "error": str(error)})
        else:
            answers.append({"uri": uri, "matches": [_members(known, match) for match in found[uri]]})
    return _answer(choice.offer.name, answers, found, known)


@blueprint.get("/sameas/<name>.<any(ttl, csv):form>")
def linkset(name: str, form: str) -> Response:
    """All reviewed links with one dataset, as Turtle or as a table of both sides."""
    if name not in known_targets():
        raise Problem(404, "Unknown dataset", f"There are links with {', '.join(known_targets())}.")
    known, target = things(), load_target(name)
    found = [(m.thing, m.relation, m.iri) for many in links(known).values() for m in many if target.holds(m.iri)]
    rows = sorted((known.space + thing.slug, thing.name, relation, iri) for thing, relation, iri in found)
    if form == "csv":
        body = io.StringIO()
        csv.writer(body).writerows([("entity", "label", "relation", "target"), *rows])
        response = Response(body.getvalue(), content_type="text/csv; charset=utf-8; header=present")
    else:
        triples = [Triple(NamedNode(s), NamedNode(SKOS + p), NamedNode(o)) for s, _, p, o in rows]
        text = serialize(triples, format=RdfFormat.TURTLE, prefixes=current().prefixes)
        response = Response(text, content_type="text/turtle; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="evplans-{name}.{form}"'
    return response


def _batch() -> list[str]:
    try:
        given = json.loads(request.get_data())
    except (ValueError, RecursionError):
        raise Problem(400, "Malformed batch", "The body is not JSON: send a list of IRIs.") from None
    if not isinstance(given, list) or not all(isinstance(uri, str) for uri in given):
        raise Problem(400, "Malformed batch", "The body is JSON but not a list of IRIs.")
    if len(given) > MOST:
        raise Problem(413, "Batch too large", f"There are {len(given)} IRIs; send at most {MOST:,} at a time.")
    return given


def _members(known: Things, match: Match) -> dict[str, str]:
    return {
        "iri": known.space + match.thing.slug,
        "label": match.thing.name,
        "relation": match.relation,
        "page": request.url_root.rstrip("/") + "/id/" + match.thing.slug,
    }


def _answer(form: str, answers: list[Any], found: dict[str, list[Match]], known: Things) -> Response:
    if form == "ttl":
        body = serialize(_triples(found, known), format=RdfFormat.TURTLE, prefixes=current().prefixes)
        response = Response(body, content_type="text/turtle; charset=utf-8")
    else:
        response = Response(json.dumps(answers) + "\n", mimetype="application/json")
    response.vary.add("Accept")
    return response


def _triples(found: dict[str, list[Match]], known: Things) -> list[Triple]:
    made = set()
    for matches in found.values():
        for match in matches:
            ours = NamedNode(known.space + match.thing.slug)
            made.add(Triple(ours, NamedNode(SKOS + "prefLabel"), Literal(match.thing.name, language="en")))
            made.add(Triple(ours, NamedNode(SKOS + match.relation), NamedNode(match.iri)))
    return sorted(made, key=str)
