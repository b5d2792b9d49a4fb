"""The pipeline: documents are read, extracted, reviewed, turned into RDF, validated, derived from and published.

`build` makes a dataset from all documents, `change` the next one from the last and a few documents; both give the same.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from graph import crew, neighbourhood, paths, rdf
from graph.assembly import Assembly
from graph.digests import build_id, sizes
from graph.draft import LARGEST_DUMP, Draft, as_stored
from graph.ledger import FILE as LEDGER
from graph.ledger import Ledger
from graph.linking.decisions import links_folder
from graph.linking.publishing import settle_links
from graph.means import Means
from graph.namespaces import EV, Namespace, slug
from graph.preparing import Memory, Prepared, SetAside, Workshop, key, sources_digest, workshop
from graph.publish import Written, current_build, drafted, exclusive, publish
from graph.reading import UnreadableDocument, find_documents
from graph.store.delivery import deliver
from graph.validation import Report, result_of, result_row
from graph.withdrawn import note_withdrawn

LOCAL = Means()
CACHE = "cache"

Progress = Callable[[str, int, int], None]


class BuildError(RuntimeError):
    """A build that could not be made; nothing was published. The message says what is wrong and where."""


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
    folders = [paths.ONTOLOGY, paths.SHAPES, paths.HOUSE / "graph", *source_folders(data), links_folder(data)]
    return any(p.stat().st_mtime > built for f in folders for p in f.rglob("*") if "__pycache__" not in p.parts)


def build(data: Path, namespace: Namespace, progress: Progress = lambda *_: None, means: Means = LOCAL) -> Summary:
    """Make a dataset of all documents and publish it under `data`.

    Documents that cannot be read or that violate a shape are set aside; the others go through. Raises BuildError,
    RegisterError, PublishError or StoreError; then what was published before stays current.
    """
    with exclusive(data):
        return _build(data, _workshop(namespace), progress, means)


def change(
    data: Path,
    namespace: Namespace,
    enter: Sequence[Path] = (),
    leave: Sequence[str] = (),
    progress: Progress = lambda *_: None,
    means: Means = LOCAL,
) -> Summary:
    """Publish the next build: documents at `enter` are added or replaced, those named in `leave` withdrawn.

    What it costs follows the change, not the dataset. Where there is no build to begin from, or the house's sources
    have changed since, everything is built. Raises as `build` does.
    """
    with exclusive(data):
        begun, summary = time.monotonic(), Summary()
        place = _workshop(namespace)
        origin = _origin(data, place)
        if origin is None:
            return _build(data, place, progress, means)
        with drafted(data, namespace, origin) as draft:
            made = list(_prepared(enter, Memory(data / CACHE), place, summary, progress, means))
            work, touched = Assembly(draft, place.gate), {*leave, *(slug(path.stem) for path in enter)}
            work.change(touched, made)
            note_withdrawn(draft, origin, map(namespace.document, sorted(touched)))
            _finish(data, work, summary, LARGEST_DUMP, means)
        summary.seconds = time.monotonic() - begun
        return summary


def _build(data: Path, place: Workshop, progress: Progress, means: Means) -> Summary:
    begun, summary, namespace = time.monotonic(), Summary(), place.namespace
    files = [path for folder in source_folders(data) for path in find_documents(folder)]
    with drafted(data, namespace) as draft:
        ground = rdf.ground_quads(namespace)
        for graph, quads in ground.items():
            draft.change(graph, added=as_stored(quads))
        draft.ledger.note("sources", place.sources)
        draft.ledger.note("entities", str(rdf.count_entities(ground[namespace.graph("register")])))
        work = Assembly(draft, place.gate)
        draft.ledger.add_results("ground", _ground_report(data, place).results)
        memory = Memory(data / CACHE)
        for one in _prepared(files, memory, place, summary, progress, means):
            work.enter(one)
        work.settle_names()
        work.settle_copies()
        draft.flush()
        _derive(work, place, progress)
        note_withdrawn(draft, current_build(data))
        _finish(data, work, summary, None, means)
    memory.forget_unused()
    summary.seconds = time.monotonic() - begun
    return summary


def _derive(work: Assembly, place: Workshop, progress: Progress) -> None:
    """Work out what follows from all claims of each property together."""
    wanted = neighbourhood.properties(work.draft.store)
    for number, (found, results) in enumerate(crew.derived(work.draft, place, wanted), 1):
        progress("deriving", number, len(wanted))
        work.settle_findings((), found, results)


def _origin(data: Path, place: Workshop) -> Path | None:
    """The current build, if the next one can begin from it: it is whole, and of the house's sources as they are."""
    home = current_build(data)
    if home is None or not (home / LEDGER).is_file():
        return None
    ledger = Ledger(home / LEDGER)
    same = ledger.note("sources") == place.sources
    ledger.close()
    return home if same else None


def _workshop(namespace: Namespace) -> Workshop:
    return workshop(namespace.base, paths.REGISTER, sources_digest(namespace))


def _ground_report(data: Path, place: Workshop) -> Report:
    """What the shapes say of ontology and register; remembered, since it is the same until they change."""
    path = data / f"ground-{place.sources[:32]}.json"
    try:
        return Report.of(map(result_of, json.loads(path.read_text(encoding="utf-8"))))
    except (OSError, ValueError):
        report = place.gate.ground()
    if not report.conforms:
        raise BuildError("the register or the ontology violates its shapes:\n" + report.as_text())
    for other in data.glob("ground-*.json"):
        other.unlink()
    path.write_text(json.dumps(list(map(result_row, report.results))), encoding="utf-8")
    return report


def _prepared(
    files: Sequence[Path], memory: Memory, place: Workshop, summary: Summary, progress: Progress, means: Means
) -> Iterator[Prepared]:
    """The documents that may enter; the others are set aside in the summary."""
    keys: dict[Path, str] = {}
    slugs: dict[str, Path] = {}
    for path in files:
        try:
            keys[path] = key(path, place.sources)
        except UnreadableDocument as error:
            summary.set_aside.append(SetAside(path.stem, (str(error),)))
    unknown = [path for path, name in keys.items() if name not in memory]
    made = crew.prepared(unknown, place, means)
    new = set(unknown)
    for number, (path, name) in enumerate(keys.items()):
        progress("reading documents", number, len(keys))
        one = next(made) if path in new else memory.get(name) or place.prepare([path])[0]
        if path in new:
            memory.put(name, one)
        if isinstance(one, SetAside):
            summary.set_aside.append(one)
        elif one.slug in slugs:
            reason = f"{path}: {slugs[one.slug]} has the same name; rename one of them"
            summary.set_aside.append(SetAside(path.stem, (reason,)))
        else:
            slugs[one.slug] = path
            summary.notes += one.notes
            yield one


def _finish(data: Path, work: Assembly, summary: Summary, largest_dump: int | None, means: Means) -> None:
    """Describe, check, number and publish what was assembled."""
    draft = work.draft
    settle_links(data, work)
    report = work.describe()
    if not report.conforms:
        raise BuildError("the dataset violates its shapes:\n" + report.as_text())
    for line in draft.triples_in_two_graphs():
        raise BuildError(f"a triple stands in two graphs: {line}")
    draft.write_dumps(largest_dump)
    _count(summary, draft, report)
    summary.build = build_id(draft.graphs)
    if means.remote is not None:  # before the build is current here: a delivery that was cut short is taken up again
        deliver(means.remote, draft.namespace, draft.graphs, draft.store)
    summary.home = publish(data, draft, report.as_turtle(), _manifest(summary, draft))


def _count(summary: Summary, draft: Draft, report: Report) -> None:
    ledger, classes, namespace = draft.ledger, draft.ledger.counts("class"), draft.namespace
    facts = draft.graphs.get(namespace.graph("facts"))
    summary.origins = dict(ledger.counts("origin").items())
    summary.counts = {
        "documents": classes[EV + "Document"],
        "claims": classes[EV + "Claim"],
        "facts": facts.quads if facts else 0,
        "disagreements": classes[EV + "Disagreement"],
        "revisions": classes[EV + "Revision"],
        "entities": int(ledger.note("entities") or 0) + classes[EV + "CandidateEntity"],
        "violations": report.counts["Violation"],
        "warnings": report.counts["Warning"],
        "quads": sum(graph.quads for graph in draft.graphs.values()),
    }


def _manifest(summary: Summary, draft: Draft) -> dict[str, Any]:
    return {
        "build": summary.build,
        "version": version("evplans"),
        "base": draft.namespace.base,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "graphs": Written(sizes(draft.graphs)),
        "counts": summary.counts,
        "origins": summary.origins,
        "set_aside": [{"document": s.document, "messages": list(s.messages)} for s in summary.set_aside],
        "documents": Written(draft.ledger.documents()),
    }
