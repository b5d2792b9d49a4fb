"""The dataset as files and as a whole: `/dumps/`, `/.well-known/void`, and what crawlers may read.

A dump's ETag is its SHA-256, so a client that has it learns so without loading it; with `?build=` of the current build
an address names one content for ever and may be kept as long.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, send_file, url_for
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from graph.draft import dump_name
from graph.namespaces import DCAT, DCT, RDF, VOID, XSD
from service.completing import completed
from service.dataset import Dataset, current
from service.negotiation import Offer, choose
from service.problems import Problem, not_acceptable

blueprint = Blueprint("data", __name__)
WHOLE = "all.nq.gz"
GZIP = "application/gzip"
N_QUADS = "application/n-quads"
SPDX = "http://spdx.org/rdf/terms#"
IANA = "https://www.iana.org/assignments/media-types/"
PIECE = 1 << 16  # bytes
LISTING = (Offer("html", "text/html", ("application/xhtml+xml",)), Offer("json", "application/json"))
DESCRIPTION = (
    Offer("ttl", "text/turtle", ("application/x-turtle",)),
    Offer("jsonld", "application/ld+json", ("application/json",)),
    Offer("nt", "application/n-triples", ("text/plain",)),
    Offer("rdf", "application/rdf+xml", ("application/xml", "text/xml")),
    LISTING[0],
)
SERIALISED = {
    "ttl": RdfFormat.TURTLE,
    "jsonld": RdfFormat.JSON_LD,
    "nt": RdfFormat.N_TRIPLES,
    "rdf": RdfFormat.RDF_XML,
}
DESCRIBED = Path(__file__).parent / "queries" / "description.rq"
UNCRAWLED = (
    "/sparql",
    "/update",
    "/graph-store",
    "/search",
    "/suggest",
    "/reconcile",
    "/links",
    "/validate",
    "/metrics",
)


@dataclass(frozen=True, slots=True)
class Dump:
    """A file of the current build that holds one named graph, or all. `size` is in bytes."""

    name: str
    graph: str | None
    size: int
    quads: int
    sha256: str


def listed(dataset: Dataset) -> list[Dump]:
    """The dumps of a build by name; what a manifest names and the disk does not have is left out."""
    completed(dataset.home)
    found = []
    for graph, facts in dataset.manifest["graphs"].items():
        name = dump_name(graph, dataset.manifest["base"])
        path = dataset.home / "dumps" / name
        if path.is_file():
            found.append(Dump(name, graph, path.stat().st_size, facts["quads"], _sha256((path,), _version(path))))
    return sorted(found, key=lambda dump: dump.name)


def whole(dataset: Dataset, dumps: list[Dump]) -> Dump:
    """All dumps as one: gzip members one after the other are again a gzip file."""
    paths = tuple(_path(dataset, dump) for dump in dumps)
    digest = _sha256(paths, sum(_version(path) for path in paths))
    return Dump(WHOLE, None, sum(d.size for d in dumps), sum(d.quads for d in dumps), digest)


@blueprint.get("/dumps/")
def dumps() -> Response:
    """What can be downloaded, with checksums, as a page or as JSON."""
    dataset = current()
    choice = choose(request.headers.get("Accept"), LISTING)
    if choice is None:
        raise not_acceptable(LISTING)
    found = listed(dataset)
    everything = whole(dataset, found)
    if choice.offer.name == "html":
        counts = dataset.manifest["counts"]
        answer = Response(render_template("dumps.html", dumps=found, everything=everything, counts=counts))
    else:
        rows = [_row(dump, dataset) for dump in found]
        answer = jsonify({"build": dataset.revision, "all": _row(everything, dataset), "dumps": rows})
    answer.vary.add("Accept")
    return _tagged(answer)


@blueprint.get("/dumps/<name>")
def dump(name: str) -> Response:
    """One dump, or all of them in one."""
    dataset = current()
    asked = request.args.get("build")
    if asked not in (None, dataset.revision):
        raise Problem(404, "Not the current build", f"Build {asked[:64]} is not served; {dataset.revision} is.")
    found = listed(dataset)
    if name == WHOLE:
        chosen = whole(dataset, found)
        answer = Response(_joined([_path(dataset, d) for d in found]), mimetype=GZIP)
        answer.headers["Content-Length"] = str(chosen.size)
        answer.headers["Content-Disposition"] = f"attachment; filename=evplans-{dataset.revision}.nq.gz"
        answer.set_etag(chosen.sha256)
        answer.make_conditional(request)
    else:
        matching = [d for d in found if d.name == name]
        if not matching:
            where = url_for("data.dumps")
            raise Problem(404, "No such dump", f"There is no dump of this name; {where} lists those there are.")
        chosen = matching[0]
        path = _path(dataset, chosen)
        answer = send_file(path, GZIP, as_attachment=True, etag=chosen.sha256, last_modified=path.stat().st_mtime)
    kept = "public, max-age=31536000, immutable" if asked else "public, max-age=300"
    answer.headers["Cache-Control"] = kept
    return answer


@blueprint.get("/.well-known/void")
def void() -> Response:
    """What the dataset is, holds and where its files are, in VoID and DCAT; for a browser, the page about it."""
    dataset = current()
    choice = choose(request.headers.get("Accept"), DESCRIPTION)
    if choice is None:
        raise not_acceptable(DESCRIPTION)
    if choice.offer.name == "html":
        answer = Response(status=302, headers={"Location": url_for("pages.thing", room="graph", name="provenance")})
        answer.vary.add("Accept")
        return answer
    form = SERIALISED[choice.offer.name]
    triples = sorted({*_stored_description(dataset), *_distributions(dataset)}, key=str)
    prefixes = {**dataset.prefixes, "spdx": SPDX} if choice.offer.name in {"ttl", "rdf"} else None
    answer = Response(
        serialize(triples, format=form, prefixes=prefixes), content_type=f"{choice.media_type}; charset=utf-8"
    )
    answer.headers["Link"] = f'<{dataset.namespace.graph("provenance")}>; rel="describedby"'
    answer.vary.add("Accept")
    return _tagged(answer)


@blueprint.get("/robots.txt")
def robots() -> Response:
    """What crawlers are asked to leave alone, and where the list of pages is."""
    lines = ["User-agent: *", *(f"Disallow: {request.script_root}{path}" for path in UNCRAWLED)]
    lines += ["", f"Sitemap: {url_for('pages.sitemap', _external=True)}"]
    return _tagged(Response("\n".join(lines) + "\n", mimetype="text/plain"))


def _stored_description(dataset: Dataset) -> list[Triple]:
    return dataset.construct(DESCRIBED.read_text(encoding="utf-8"))


def _distributions(dataset: Dataset) -> Iterator[Triple]:
    """Each dump as a DCAT distribution of the dataset, with its size and checksum."""
    home = dataset.namespace.graph("provenance")
    whole_set = NamedNode(home + "#dataset")
    found = listed(dataset)
    for each in (whole(dataset, found), *found):
        address = NamedNode(f"{dataset.namespace.base}dumps/{each.name}")
        part, checksum = NamedNode(f"{home}#dump-{each.sha256[:20]}"), NamedNode(f"{home}#sum-{each.sha256[:20]}")
        said = (
            (whole_set, VOID + "dataDump", address),
            (whole_set, DCAT + "distribution", part),
            (part, RDF + "type", NamedNode(DCAT + "Distribution")),
            (part, DCT + "title", Literal(each.name)),
            (part, DCAT + "downloadURL", address),
            (part, DCAT + "mediaType", NamedNode(IANA + N_QUADS)),
            (part, DCAT + "compressFormat", NamedNode(IANA + GZIP)),
            (part, DCAT + "byteSize", Literal(str(each.size), datatype=NamedNode(XSD + "nonNegativeInteger"))),
            (part, SPDX + "checksum", checksum),
            (checksum, RDF + "type", NamedNode(SPDX + "Checksum")),
            (checksum, SPDX + "algorithm", NamedNode(SPDX + "checksumAlgorithm_sha256")),
            (checksum, SPDX + "checksumValue", Literal(each.sha256, datatype=NamedNode(XSD + "hexBinary"))),
        )
        yield from (Triple(subject, NamedNode(predicate), value) for subject, predicate, value in said)


def _row(dump: Dump, dataset: Dataset) -> dict[str, Any]:
    href = url_for("data.dump", name=dump.name, build=dataset.revision)
    graph = {} if dump.graph is None else {"graph": dump.graph}
    return {"name": dump.name, **graph, "href": href, "bytes": dump.size, "quads": dump.quads, "sha256": dump.sha256}


def _path(dataset: Dataset, dump: Dump) -> Path:
    return dataset.home / "dumps" / dump.name


def _joined(paths: list[Path]) -> Iterator[bytes]:
    for path in paths:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece


def _version(path: Path) -> int:
    """What changes when a build of the same name replaces the file."""
    return path.stat().st_mtime_ns


@lru_cache(maxsize=4096)
def _sha256(paths: tuple[Path, ...], version: int) -> str:
    digest = hashlib.sha256()
    for piece in _joined(list(paths)):
        digest.update(piece)
    return digest.hexdigest()


def _tagged(answer: Response) -> Response:
    """The answer with an ETag of its content; 304 for a client that has it."""
    answer.add_etag()
    answer.headers["Cache-Control"] = "public, max-age=60"
    answer.make_conditional(request)
    return answer
