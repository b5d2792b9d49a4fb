"""The published dataset as files, and back: a folder that holds all of a build, from which the same build is made.

<graph>.nq.gz or <graph>.trig.gz   one for each named graph
documents/<slug>.txt               the texts that the claims' evidence counts into
manifest.json  report.ttl          what the build says of itself
SHA256SUMS                         for `sha256sum --check`
"""

from __future__ import annotations

import gzip
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any, cast

from pyoxigraph import NamedNode, Quad, RdfFormat, parse, serialize

from graph.digests import GraphDigest, build_id
from graph.draft import LARGEST_DUMP, Draft, dump_name, write_dump
from graph.namespaces import EV, Namespace
from graph.publish import PublishError, drafted, exclusive, publish, read_manifest
from graph.store.embedded import open_store

SUMS = "SHA256SUMS"
FORMATS = {"nquads": (".nq.gz", RdfFormat.N_QUADS), "trig": (".trig.gz", RdfFormat.TRIG)}
PLAIN = {".nq": RdfFormat.N_QUADS, ".trig": RdfFormat.TRIG}


class DumpError(PublishError):
    """Files that cannot be loaded; nothing was published. The message says which and why."""


def missing(home: Path) -> list[str]:
    """The graphs whose dumps a change has left for later, since they are large."""
    manifest = read_manifest(home)
    large = (graph for graph, told in manifest["graphs"].items() if told["quads"] > LARGEST_DUMP)
    return [graph for graph in large if not (home / "dumps" / dump_name(graph, manifest["base"])).is_file()]


def complete(home: Path) -> None:
    """Write the dumps that are missing. Raises StoreError or OSError."""
    base = read_manifest(home)["base"]
    for graph in missing(home):
        write_dump(home / "dumps" / dump_name(graph, base), open_store(home / "store"), graph)


def dump(home: Path, folder: Path, form: str) -> Iterator[Path]:
    """Write a build into a folder, graph by graph; each file once it is there. Raises StoreError or OSError."""
    manifest, (ending, _) = read_manifest(home), FORMATS[form]
    folder.mkdir(parents=True, exist_ok=True)
    store, written = open_store(home / "store"), []
    for graph in sorted(manifest["graphs"]):
        name = dump_name(graph, manifest["base"])
        path = folder / (name.removesuffix(".nq.gz") + ending)
        ready = home / "dumps" / name
        if form == "nquads" and ready.is_file():
            shutil.copyfile(ready, path)
        elif form == "nquads":
            write_dump(path, store, graph)
        else:
            quads = sorted(store.quads_for_pattern(None, None, None, NamedNode(graph)), key=str)
            path.write_bytes(gzip.compress(serialize(quads, format=RdfFormat.TRIG) or b"", mtime=0))
        written.append(path)
        yield path
    (folder / "documents").mkdir(exist_ok=True)
    beside = (*sorted((home / "documents").glob("*.txt")), home / "manifest.json", home / "report.ttl")
    written += [Path(shutil.copyfile(path, folder / path.relative_to(home))) for path in beside if path.is_file()]
    sums = folder / SUMS
    sums.write_text("".join(f"{_sha256(path)}  {path.relative_to(folder)}\n" for path in written), encoding="utf-8")
    yield sums


def load(data: Path, namespace: Namespace, source: Path) -> str:
    """Publish the build that a dumped folder holds, or the quads of one file; its id.

    Documents are not read again. Raises DumpError or PublishError; then what was published before stays current.
    """
    told: dict[str, Any] = {}
    if source.is_dir():
        _check_sums(source)
        told = read_manifest(source)
        if told["base"] != namespace.base:
            raise DumpError(f"{source}: made for base {told['base']}; set EVPLANS_BASE to it")
        files = [path for path in sorted(source.iterdir()) if path.name.endswith((".nq.gz", ".trig.gz"))]
    else:
        files = [source]
    with exclusive(data), drafted(data, namespace) as draft:
        empty = (graph for graph, of in told.get("graphs", {}).items() if not of["quads"])
        draft.graphs |= dict.fromkeys(empty, GraphDigest())
        for path in files:
            _enter(draft, _read(path))
        for path in source.glob("documents/*.txt"):
            draft.text(path.stem, path.read_bytes().decode())
        draft.write_dumps()
        build = build_id(draft.graphs)
        if build != told.get("build", build):
            raise DumpError(f"{source}: holds build {build} and says that it is {told['build']}; a file is missing")
        report = source / "report.ttl"
        publish(data, draft, report.read_text("utf-8") if report.is_file() else "", told or _manifest(draft, build))
        return build


def _enter(draft: Draft, quads: Iterable[Quad]) -> None:
    """Put quads into a draft, graph by graph."""
    graphs: dict[str, dict[Quad, None]] = defaultdict(dict)
    for quad in quads:
        if not isinstance(quad.graph_name, NamedNode):
            raise DumpError(f"a triple outside every named graph: {quad.triple}; a dataset of evplans has none")
        graphs[quad.graph_name.value][quad] = None
    for graph, found in graphs.items():
        known = set(draft.quads(graph)) if graph in draft.graphs else set()
        draft.change(graph, added=[quad for quad in found if quad not in known])


def _read(path: Path) -> Iterator[Quad]:
    """The quads of a file. Raises DumpError."""
    packed = path.suffix == ".gz"
    form = PLAIN.get(path.with_suffix("").suffix if packed else path.suffix)
    if form is None:
        raise DumpError(f"{path}: give a dumped folder, or N-Quads or TriG (.nq .trig .nq.gz .trig.gz)")
    try:
        with gzip.open(path) if packed else path.open("rb") as file:
            yield from parse(cast(IO[bytes], file), format=form)
    except (OSError, EOFError, SyntaxError, ValueError) as error:
        raise DumpError(f"{path}: cannot be read ({error})") from error


def _check_sums(folder: Path) -> None:
    """Raise DumpError for a file that is not what was dumped."""
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise DumpError(f"{folder / SUMS}: cannot be read ({error.strerror}); `evplans dump` writes it") from error
    for line in lines:
        digest, _, name = line.partition("  ")
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file() or _sha256(path) != digest:
            raise DumpError(f"{path}: is not what was dumped; its checksum in {SUMS} is another")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        digest = sha256()
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def _manifest(draft: Draft, build: str) -> dict[str, Any]:
    """What can be told of quads without their documents."""
    classes = draft.ledger.counts("class")
    facts = draft.graphs.get(draft.namespace.graph("facts"))
    counts = {"documents": "Document", "claims": "Claim", "disagreements": "Disagreement", "revisions": "Revision"}
    return {
        "build": build,
        "version": version("evplans"),
        "base": draft.namespace.base,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "graphs": {name: {"quads": g.quads, "digest": g.text} for name, g in sorted(draft.graphs.items())},
        "counts": {name: classes[EV + kind] for name, kind in counts.items()}
        | {
            "facts": facts.quads if facts else 0,
            "entities": classes[EV + "CandidateEntity"],
            "quads": sum(g.quads for g in draft.graphs.values()),
        },
        "origins": {},
        "set_aside": [],
        "documents": {},
    }


if __name__ == "__main__":
    complete(Path(sys.argv[1]))
