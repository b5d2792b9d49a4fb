"""One document made ready for a dataset: read, extracted, reviewed, turned into RDF and checked by itself.

Everything here depends on the document, its review and the house's sources alone, never on other documents. So it can
be done in any process and in any order, and what was done once is remembered under a digest of what it was done from.
"""

from __future__ import annotations

import gc
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pyoxigraph import Quad, RdfFormat, Store, parse

from graph import derive, paths, rdf, validation
from graph.copies import Signature, signatures
from graph.extraction.pipeline import JudgedExtractor
from graph.gate import Gate
from graph.names import NameResolver, Use
from graph.namespaces import Namespace, slug
from graph.reading import Document, UnreadableDocument, read_document
from graph.register import load_register
from graph.review import SUFFIX, Reviewed, ReviewError, apply, read_review
from graph.statements import Statement, Witness, witnesses
from graph.validation import Report, Result

TOGETHER = 40  # documents that pass the gate together; more gain nothing
_SOURCES = {".py", ".toml", ".rq", ".ttl", ".gz"}


@dataclass(frozen=True, slots=True)
class SetAside:
    """A document that does not enter the dataset, and why."""

    document: str
    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that may enter. `lines` are the canonical N-Quads of its graph, `derived` of what follows from it."""

    slug: str
    title: str
    media_type: str
    digest: str
    text: str
    lines: tuple[str, ...]
    derived: tuple[str, ...]
    uses: tuple[Use, ...]
    origins: dict[str, int]
    notes: tuple[str, ...]
    results: tuple[Result, ...]
    signatures: tuple[Signature, ...]
    witnesses: tuple[Witness, ...]

    @property
    def quads(self) -> list[Quad]:
        """The quads of the document's own graph."""
        return from_lines(self.lines)

    @property
    def derived_quads(self) -> list[Quad]:
        """What follows from this document alone, as quads of graph/derived."""
        return from_lines(self.derived)


def from_lines(lines: Iterable[str]) -> list[Quad]:
    """N-Quads lines as quads."""
    return list(parse("\n".join(lines).encode(), format=RdfFormat.N_QUADS))


def follows(quads: Iterable[Quad], namespace: Namespace) -> list[Quad]:
    """What follows from one document's claims, each by itself, as quads of graph/derived."""
    store = Store()
    store.bulk_extend(quads)
    return derive.alone(store, namespace)


@dataclass(frozen=True)
class Workshop:
    """What preparing needs besides the documents, loaded once in each process."""

    namespace: Namespace
    extractor: JudgedExtractor
    gate: Gate
    sources: str

    def prepare(self, files: Sequence[Path]) -> list[Prepared | SetAside]:
        """Prepare documents, in their order."""
        read = [self._read(path) for path in files]
        made = [one for one in read if isinstance(one, _Made)]
        reports = self.gate.documents([(one.all_quads, one.candidates) for one in made])
        passed = {id(one): one.checked(report) for one, report in zip(made, reports, strict=True)}
        return [one if isinstance(one, SetAside) else passed[id(one)] for one in read]

    def _read(self, path: Path) -> _Made | SetAside:
        try:
            document = read_document(path)
            review = read_review(path.with_name(document.slug + SUFFIX))
            extraction = self.extractor.run(document)
            outcome = apply(extraction, review)
        except (UnreadableDocument, ReviewError) as error:
            return SetAside(path.stem, (str(error),))
        names = NameResolver(self.extractor.register, self.namespace)
        quads = rdf.document_quads(document, outcome.claims, names)
        counted = _origins(outcome.claims) | {"rejected": outcome.rejected, "pending": len(outcome.pending)}
        return _Made(
            document,
            quads,
            follows(quads, self.namespace),
            names,
            counted,
            (*extraction.notes, *outcome.notes),
            signatures(document),
        )


@dataclass(frozen=True)
class _Made:
    """A document in RDF, before the gate."""

    document: Document
    quads: list[Quad]
    derived: list[Quad]
    names: NameResolver
    origins: dict[str, int]
    notes: tuple[str, ...]
    signatures: tuple[Signature, ...]

    @property
    def all_quads(self) -> list[Quad]:
        return self.quads + self.derived

    @property
    def candidates(self) -> list[Quad]:
        return rdf.candidate_quads(self.names.namespace, self.names.vocabulary, self.names.uses)

    def checked(self, report: Report) -> Prepared | SetAside:
        if not report.conforms:
            return SetAside(self.document.slug, tuple(report.lines()))
        return Prepared(
            slug=self.document.slug,
            title=self.document.title or "",
            media_type=self.document.media_type,
            digest=self.document.digest,
            text=self.document.text,
            lines=tuple(rdf.canonical_lines(self.quads)),
            derived=tuple(rdf.canonical_lines(self.derived)),
            uses=tuple(sorted(self.names.uses)),
            origins=self.origins,
            notes=self.notes,
            results=report.results,
            signatures=self.signatures,
            witnesses=tuple(witnesses(self.all_quads)),
        )


def _origins(claims: Iterable[Reviewed]) -> dict[str, int]:
    return dict(Counter(claim.origin for claim in claims))


@lru_cache(maxsize=1)
def workshop(base: str, register: Path, sources: str) -> Workshop:
    """The workshop of this process for a base and a register as they are at `sources` (see `sources_digest`)."""
    known = load_register(register, base)
    made = Workshop(Namespace(base), JudgedExtractor(known), gate(base, sources), sources)
    gc.collect()
    gc.freeze()  # all this stays; to look through it for what may go takes a third of what a change takes
    return made


@lru_cache(maxsize=1)
def gate(base: str, sources: str) -> Gate:
    """The gate of this process for a base, with ontology and register as they are at `sources`."""
    return Gate(quad for quads in rdf.ground_quads(Namespace(base)).values() for quad in quads)


def sources_digest(namespace: Namespace) -> str:
    """A digest of all that decides what a document becomes: code, rules, vocabulary, shapes, register, base."""
    seen = sha256(f"{version('evplans')} {namespace.base}".encode())
    for folder in (paths.ONTOLOGY, paths.SHAPES, paths.REGISTER, paths.HOUSE / "graph"):
        for path in sorted(p for p in folder.rglob("*") if p.suffix in _SOURCES):
            seen.update(f"{path.name} {sha256(path.read_bytes()).hexdigest()}\n".encode())
    return seen.hexdigest()


def key(path: Path, sources: str) -> str:
    """Under which name a document's preparation is remembered. Raises UnreadableDocument when it cannot be read."""
    try:
        review = path.with_name(slug(path.stem) + SUFFIX)
        parts = [sources.encode(), path.name.encode(), path.read_bytes()]
        parts.append(review.read_bytes() if review.is_file() else b"")
    except OSError as error:
        raise UnreadableDocument(f"{path}: cannot be read: {error.strerror}") from error
    return sha256(b"".join(sha256(part).digest() for part in parts)).hexdigest()[:32]


class Memory:
    """What became of documents, on disk, one file for each key. A file that cannot be read counts as missing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._used: set[str] = set()

    def __contains__(self, name: str) -> bool:
        self._used.add(name)
        return (self._folder / name).is_file()

    def get(self, name: str) -> Prepared | SetAside | None:
        """What was remembered under a key."""
        try:
            row: dict[str, Any] = json.loads(zlib.decompress((self._folder / name).read_bytes()))
            return SetAside(row["document"], tuple(row["messages"])) if "messages" in row else _prepared(row)
        except (OSError, zlib.error, ValueError, KeyError, TypeError):
            return None

    def put(self, name: str, one: Prepared | SetAside) -> None:
        """Remember what became of a document; what was half written is never seen."""
        row = _row(one) if isinstance(one, Prepared) else {"document": one.document, "messages": one.messages}
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._folder / f".{name}"
        draft.write_bytes(zlib.compress(json.dumps(row).encode(), 1))
        draft.replace(self._folder / name)

    def forget_unused(self) -> None:
        """Drop what nobody has asked for since this memory was opened."""
        for path in self._folder.glob("*") if self._folder.is_dir() else ():
            if path.name not in self._used:
                path.unlink(missing_ok=True)


def _row(prepared: Prepared) -> dict[str, Any]:
    row = {name: getattr(prepared, name) for name in Prepared.__slots__}
    row["uses"] = [[*use] for use in prepared.uses]
    row["results"] = [validation.result_row(result) for result in prepared.results]
    return row


def _prepared(row: dict[str, Any]) -> Prepared:
    row |= {name: tuple(row[name]) for name in ("lines", "derived", "notes")}
    row["uses"] = tuple(Use(name, spelling, role, tuple(kinds)) for name, spelling, role, kinds in row["uses"])
    row["results"] = tuple(validation.result_of(result) for result in row["results"])
    row["signatures"] = tuple(map(tuple, row["signatures"]))
    row["witnesses"] = tuple(Witness(Statement(*stated), *rest) for stated, *rest in row["witnesses"])
    return Prepared(**row)
