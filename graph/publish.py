"""A build on disk: written beside the current one, made current by one rename, removed when it is old."""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pyoxigraph import Quad

from graph.search import write_index
from graph.store.embedded import write_store

KEPT_BUILDS = 2


class PublishError(RuntimeError):
    """A build that could not be written; what was published before stays. The message says where and why."""


@dataclass(frozen=True)
class GraphData:
    """One named graph: its quads, and its canonical N-Quads lines in sorted order."""

    quads: Sequence[Quad]
    lines: Sequence[str]

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()


def build_id(graphs: Mapping[str, GraphData]) -> str:
    """The name of a dataset: 16 hexadecimal digits over the names and digests of its graphs."""
    rows = "".join(f"{name} {graphs[name].digest}\n" for name in sorted(graphs))
    return hashlib.sha256(rows.encode()).hexdigest()[:16]


def dump_name(graph: str, base: str) -> str:
    """The file that holds a graph's dump: `graph-facts.nq.gz`, `document-nissan-the-arc.nq.gz`."""
    return re.sub(r"[^\w.-]+", "-", graph.removeprefix(base)).strip("-") + ".nq.gz"


def current_build(data: Path) -> Path | None:
    """The directory of the build that is current, or None where nothing was published yet."""
    link = data / "current"
    return link.resolve() if link.is_dir() else None


def read_manifest(build: Path) -> dict[str, Any]:
    """The manifest of a build. Raises PublishError when it is missing or broken."""
    try:
        manifest: dict[str, Any] = json.loads((build / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PublishError(f"{build / 'manifest.json'}: cannot be read ({error}); run `evplans build` again") from error
    return manifest


@contextmanager
def exclusive(data: Path) -> Iterator[None]:
    """Hold the data folder's build lock; a second build waits for the first. Raises PublishError."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        (data / "builds").mkdir(exist_ok=True)
        lock = (data / "build.lock").open("w")
    except OSError as error:
        raise PublishError(
            f"{data}: cannot be written ({error.strerror}); set EVPLANS_DATA to another folder"
        ) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def publish(
    data: Path,
    graphs: Mapping[str, GraphData],
    texts: Mapping[str, str],
    report: str,
    manifest: Mapping[str, Any],
) -> Path:
    """Write a build and make it current; the caller holds the lock. `texts` are documents' texts by slug.

    A build with the same id replaces the old one of that name. Raises PublishError; then nothing has changed.
    """
    builds, build = data / "builds", str(manifest["build"])
    _remove_leftovers(builds)
    draft = builds / f".draft-{build}"
    try:
        _write(draft, graphs, texts, report, manifest)
        home = builds / build
        if home.exists():
            if current_build(data) == home.resolve():  # its id is the digest of its graphs, so it holds the same
                (draft / "manifest.json").replace(home / "manifest.json")
                shutil.rmtree(draft)
                return home
            shutil.rmtree(home)
        draft.rename(home)
        _make_current(data, build)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise PublishError(f"{builds}: cannot be written ({error.strerror or error}); the last build stays") from error
    _remove_old(builds, keep=build)
    return home


def _write(
    draft: Path,
    graphs: Mapping[str, GraphData],
    texts: Mapping[str, str],
    report: str,
    manifest: Mapping[str, Any],
) -> None:
    for folder in ("dumps", "documents"):
        (draft / folder).mkdir(parents=True)
    for name in sorted(graphs):
        lines = graphs[name].lines
        packed = gzip.compress("".join(line + "\n" for line in lines).encode(), mtime=0)
        (draft / "dumps" / dump_name(name, str(manifest["base"]))).write_bytes(packed)
    for slug, text in texts.items():
        (draft / "documents" / f"{slug}.txt").write_bytes(text.encode())
    write_store(draft / "store", (quad for name in sorted(graphs) for quad in graphs[name].quads))
    write_index(
        draft / "search.sqlite", (quad for data in graphs.values() for quad in data.quads), str(manifest["base"])
    )
    (draft / "report.ttl").write_text(report, encoding="utf-8")
    (draft / "manifest.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False), encoding="utf-8")
    for path in (draft / "manifest.json", draft / "dumps", draft):
        handle = os.open(path, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)


def _make_current(data: Path, build: str) -> None:
    link = data / ".current"
    link.unlink(missing_ok=True)
    link.symlink_to(Path("builds") / build)
    link.replace(data / "current")


def _remove_leftovers(builds: Path) -> None:
    for draft in builds.glob(".draft-*"):
        shutil.rmtree(draft, ignore_errors=True)


def _remove_old(builds: Path, keep: str) -> None:
    homes = sorted((p for p in builds.iterdir() if p.is_dir() and p.name != keep), key=lambda p: p.stat().st_mtime)
    for home in homes[: max(0, len(homes) - KEPT_BUILDS + 1)]:
        shutil.rmtree(home, ignore_errors=True)
