"""A build on disk: written beside the current one, made current by one rename, removed when it is old."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any

from graph import soundness
from graph.digests import GraphDigest
from graph.draft import LINKED, Draft, link_all
from graph.namespaces import Namespace
from graph.soundness import damage

KEPT_BUILDS = 2
SPARES = ("spare", *(f"spare-{number}" for number in range(1, KEPT_BUILDS)))  # links for the next drafts, in turn


class PublishError(RuntimeError):
    """A build that could not be written; what was published before stays. The message says where and why."""


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


class Written(str):
    """A part of a manifest that is JSON already: that of ten thousand documents takes long to make anew."""

    __slots__ = ()


@contextmanager
def exclusive(data: Path) -> Iterator[None]:
    """Hold the data folder's build lock; a second build says for whom it waits. Raises PublishError."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        (data / "builds").mkdir(exist_ok=True)
        lock = (data / "build.lock").open("a+")
    except OSError as error:
        raise PublishError(
            f"{data}: cannot be written ({error.strerror}); set EVPLANS_DATA to another folder"
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            logging.getLogger(__name__).warning("%s: waiting for another build (process %s)", data, holder)
            fcntl.flock(lock, fcntl.LOCK_EX)
        with suppress(OSError):  # a full disk is told of where it hurts
            lock.truncate(0)
            lock.write(f"{os.getpid()}\n")
            lock.flush()
        yield


@contextmanager
def drafted(data: Path, namespace: Namespace, origin: Path | None = None) -> Iterator[Draft]:
    """A new draft, empty or beginning as the build at `origin`; the caller holds the lock.

    What is not published when the block ends is removed. Raises PublishError where it cannot be written.
    """
    builds = data / "builds"
    for leftover in builds.glob(".draft*"):
        shutil.rmtree(leftover, ignore_errors=True)
    folder = builds / ".draft"
    try:
        if origin is not None:
            _take_spare(data, folder)
        with Draft(folder, namespace, origin, graph_digests(read_manifest(origin)) if origin else None) as draft:
            yield draft
    except OSError as error:
        raise PublishError(f"{builds}: cannot be written ({error.strerror or error}); the last build stays") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def graph_digests(manifest: Mapping[str, Any]) -> dict[str, GraphDigest]:
    """Size and digest of each graph, as a manifest has them."""
    return {name: GraphDigest.read(told["quads"], told["digest"]) for name, told in manifest["graphs"].items()}


def publish(data: Path, draft: Draft, report: str, manifest: Mapping[str, Any]) -> Path:
    """Make a draft the current build; the caller holds the lock. `report` is the SHACL report in Turtle.

    A build with the same id replaces the old one of that name; the current one stays and gets the new manifest, since
    it holds the same.
    """
    builds, build = data / "builds", str(manifest["build"])
    draft.finish()
    draft.close()
    (draft.folder / "report.ttl").write_text(report, encoding="utf-8")
    (draft.folder / "manifest.json").write_text(_as_lines(manifest), encoding="utf-8")
    soundness.note(draft.folder, draft.origin)
    for path in (draft.folder / "manifest.json", draft.folder / soundness.FILE, draft.folder / "dumps", draft.folder):
        _sync(path)
    home = builds / build
    damaged = None
    if home.exists():
        if current_build(data) == home.resolve() and damage(home) is None:
            (draft.folder / "manifest.json").replace(home / "manifest.json")
            return home
        damaged = home.rename(builds / ".draft-damaged")
    draft.folder.rename(home)
    _make_current(data, build)
    if draft.fresh:
        _leave_spares(data, home)
    if damaged is not None:
        shutil.rmtree(damaged, ignore_errors=True)
    _remove_old(data, keep=build)
    return home


def _as_lines(manifest: Mapping[str, Any]) -> str:
    """JSON with a line for each key: more lines would take a second where there are ten thousand documents."""
    rows = (f" {json.dumps(key)}: {_as_json(told)}" for key, told in manifest.items())
    return "{\n" + ",\n".join(rows) + "\n}\n"


def _as_json(told: object) -> str:
    return told if isinstance(told, Written) else json.dumps(told, ensure_ascii=False)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


def _make_current(data: Path, build: str) -> None:
    link = data / ".current"
    link.unlink(missing_ok=True)
    link.symlink_to(Path("builds") / build)
    link.replace(data / "current")
    _sync(data)


def _leave_spares(data: Path, home: Path) -> None:
    """Link the files of a build from nothing for the changes that come before an old build can be spared: ten thousands
    of links take longer than the rest of a change."""
    for name in SPARES:
        shutil.rmtree(data / name, ignore_errors=True)
        with suppress(OSError):  # what is missing there is linked by the change that takes it
            for folder in LINKED:
                (data / name / folder).mkdir(parents=True)
                link_all(home / folder, data / name / folder)


def _remove_old(data: Path, keep: str) -> None:
    """Remove old builds. The folders of links of one are spared: the next draft begins with them, and so neither links
    nor removes thousands of files that both have. What else it held goes after this build is current, not before."""
    builds, spare = data / "builds", data / SPARES[0]
    homes = sorted((p for p in builds.iterdir() if p.is_dir() and p.name != keep), key=lambda p: p.stat().st_mtime)
    for home in homes[: max(0, len(homes) - KEPT_BUILDS + 1)]:
        if _spared(data):
            shutil.rmtree(home, ignore_errors=True)
        else:
            home.rename(spare)
            Thread(target=_strip, args=(spare,)).start()


def _strip(spare: Path) -> None:
    """Leave of an old build what the next draft begins with; a draft that begins meanwhile removes the rest itself."""
    for path in spare.glob("*"):
        if path.is_dir() and path.name not in LINKED:
            shutil.rmtree(path, ignore_errors=True)
        elif path.is_file():
            path.unlink(missing_ok=True)


def _spared(data: Path) -> list[Path]:
    return [data / name for name in SPARES if (data / name).is_dir()]


def _take_spare(data: Path, folder: Path) -> None:
    """Begin a draft with the folders of links of an old build, where there is one."""
    for spare in _spared(data)[:1]:
        folder.mkdir()
        for name in LINKED:
            with suppress(FileNotFoundError):
                (spare / name).rename(folder / name)
        shutil.rmtree(spare, ignore_errors=True)
