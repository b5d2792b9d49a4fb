"""The pipeline: documents are read, extracted, reviewed, turned into RDF, validated, derived from and published."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pyoxigraph import Quad, Store

from graph import derive, paths, rdf, validation
from graph.extraction.pipeline import extract
from graph.namespaces import Namespace
from graph.publish import GraphData, build_id, current_build, exclusive, publish
from graph.reading import Document, UnreadableDocument, find_documents, read_document
from graph.register import Register, load_register
from graph.review import Reviewed, ReviewError, ReviewOutcome, apply, read_review

Progress = Callable[[str, int, int], None]


class BuildError(RuntimeError):
    """A build that could not be made; nothing was published. The message says what is wrong and where."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A document that did not enter the dataset, and why."""

    document: str
    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A document that passed the gate."""

    document: Document
    outcome: ReviewOutcome
    quads: Sequence[Quad]


@dataclass(slots=True)
class Summary:
    """What a build did, for its manifest and for the terminal."""

    build: str = ""
    home: Path | None = None
    counts: dict[str, int] = field(default_factory=dict)
    origins: dict[str, int] = field(default_factory=dict)
    set_aside: list[SetAside] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0


def source_folders(data: Path) -> list[Path]:
    """Where documents come from: those of the house, then those that were ingested into the data folder."""
    return [folder for folder in (paths.DOCUMENTS, data / "documents") if folder.is_dir()]


def needs_build(data: Path) -> bool:
    """Is there no build, or are sources or code newer than the current one?"""
    build = current_build(data)
    if build is None or not (build / "manifest.json").is_file():
        return True
    built = (build / "manifest.json").stat().st_mtime
    folders = [paths.ONTOLOGY, paths.SHAPES, paths.HOUSE / "graph", *source_folders(data)]
    return any(p.stat().st_mtime > built for f in folders for p in f.rglob("*") if "__pycache__" not in p.parts)


def build(data: Path, namespace: Namespace, progress: Progress = lambda *_: None) -> Summary:
    """Make a dataset of all documents and publish it under `data`.

    Documents that cannot be read or that violate a shape are set aside; the others go through. Raises BuildError,
    RegisterError or PublishError; then what was published before stays current.
    """
    with exclusive(data):
        return _build(data, namespace, progress)


def _build(data: Path, namespace: Namespace, progress: Progress) -> Summary:
    begun, summary = time.monotonic(), Summary()
    register = load_register(paths.REGISTER, namespace.base)
    resolver = rdf.NameResolver(register, namespace)
    ground = rdf.ground_quads(namespace)
    gate = validation.Gate(quad for quads in ground.values() for quad in quads)
    accepted = list(_documents(data, register, resolver, gate, summary, progress))
    graphs = dict(ground)
    for item in accepted:
        graphs[namespace.document(item.document.slug)] = list(item.quads)
    graphs[namespace.graph("candidates")] = rdf.candidate_quads(resolver)
    progress("deriving", 0, 1)
    store = Store()
    store.bulk_extend(quad for quads in graphs.values() for quad in quads)
    for name, quads in derive.derive(store, namespace).items():
        graphs[name] = quads
        store.bulk_extend(quads)
    progress("validating the whole", 0, 1)
    report = gate.whole(quad for quads in graphs.values() for quad in quads)
    for line in validation.triples_in_two_graphs(store):
        raise BuildError(f"a triple stands in two graphs: {line}")
    if not report.conforms:
        raise BuildError("the dataset violates its shapes:\n" + report.as_text())
    graphs[namespace.graph("provenance")] = rdf.provenance_quads(
        namespace, [a.document for a in accepted], graphs, report, version("evplans")
    )
    packed = {name: GraphData(quads, rdf.canonical_lines(quads)) for name, quads in graphs.items()}
    _count(summary, accepted, graphs, report, namespace)
    summary.build = build_id(packed)
    summary.home = publish(
        data,
        packed,
        {a.document.slug: a.document.text for a in accepted},
        report.as_turtle(),
        _manifest(summary, packed, accepted, namespace),
    )
    summary.seconds = time.monotonic() - begun
    return summary


def _documents(
    data: Path,
    register: Register,
    resolver: rdf.NameResolver,
    gate: validation.Gate,
    summary: Summary,
    progress: Progress,
) -> Iterable[Accepted]:
    found = [path for folder in source_folders(data) for path in find_documents(folder)]
    seen: dict[str, Path] = {}
    for number, path in enumerate(found):
        progress("reading documents", number, len(found))
        try:
            document = read_document(path)
            if document.slug in seen:
                raise UnreadableDocument(f"{path}: {seen[document.slug]} has the same name; rename one of them")
            seen[document.slug] = path
            review = read_review(path.with_name(f"{document.slug}.review.jsonl"))
        except (UnreadableDocument, ReviewError) as error:
            summary.set_aside.append(SetAside(path.stem, (str(error),)))
            continue
        outcome = apply(extract(document, register), review)
        summary.notes += outcome.notes
        quads = rdf.document_quads(document, outcome.claims, resolver)
        report = gate.document(quads, rdf.candidate_quads(resolver))
        if report.conforms:
            yield Accepted(document, outcome, quads)
        else:
            resolver.forget(document.slug)
            summary.set_aside.append(SetAside(document.slug, tuple(report.lines())))
    progress("reading documents", len(found), len(found))


def _count(
    summary: Summary,
    accepted: Sequence[Accepted],
    graphs: dict[str, list[Quad]],
    report: validation.Report,
    namespace: Namespace,
) -> None:
    claims: list[Reviewed] = [claim for item in accepted for claim in item.outcome.claims]
    origins: Counter[str] = Counter(claim.origin for claim in claims)
    origins["rejected"] = sum(item.outcome.rejected for item in accepted)
    origins["pending"] = sum(len(item.outcome.pending) for item in accepted)
    summary.origins = dict(origins)
    derived = rdf.count_types(graphs[namespace.graph("derived")])
    summary.counts = {
        "documents": len(accepted),
        "claims": len(claims),
        "facts": len(graphs[namespace.graph("facts")]),
        "disagreements": derived["Disagreement"],
        "revisions": derived["Revision"],
        "entities": rdf.count_entities([*graphs[namespace.graph("register")], *graphs[namespace.graph("candidates")]]),
        "violations": sum(r.severity == "Violation" for r in report.results),
        "warnings": sum(r.severity == "Warning" for r in report.results),
        "quads": sum(map(len, graphs.values())),
    }


def _manifest(
    summary: Summary, graphs: dict[str, GraphData], accepted: Sequence[Accepted], namespace: Namespace
) -> dict[str, Any]:
    return {
        "build": summary.build,
        "version": version("evplans"),
        "base": namespace.base,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "graphs": {name: {"quads": len(g.quads), "digest": g.digest} for name, g in sorted(graphs.items())},
        "counts": summary.counts,
        "origins": summary.origins,
        "set_aside": [{"document": s.document, "messages": list(s.messages)} for s in summary.set_aside],
        "documents": {
            a.document.slug: {
                "title": a.document.title,
                "media_type": a.document.media_type,
                "digest": a.document.digest,
            }
            for a in accepted
        },
    }
