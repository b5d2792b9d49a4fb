"""The process that `service.publishing` starts: `python -m service.publisher enter|keep|leave NAME`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from graph import paths
from graph.build import CACHE, BuildError, change
from graph.ingest import keep, withdraw
from graph.namespaces import Namespace, slug
from graph.preparing import Memory, SetAside, key, sources_digest, workshop
from graph.publish import PublishError
from graph.reading import UnreadableDocument
from graph.register import RegisterError
from graph.store import StoreError
from service.publishing import Outcome
from service.settings import Settings


def main(action: str, name: str) -> Outcome:
    """Do it, and tell what came of it."""
    settings = Settings.read()
    outcome = Outcome(name if action == "leave" else slug(Path(name).stem))
    try:
        if action == "leave":
            _leave(outcome, settings)
        else:
            _enter(outcome, Path(name), settings, kept=action == "keep")
    except (BuildError, PublishError, RegisterError, StoreError) as error:
        outcome.failed = str(error)
    except OSError as error:
        outcome.failed = f"{error.filename or settings.data}: {error.strerror or error}"
    return outcome


def _leave(outcome: Outcome, settings: Settings) -> None:
    try:
        withdraw(outcome.document, settings.data)
    except UnreadableDocument as error:
        outcome.missing = str(error)
        return
    _change(outcome, settings, (), [outcome.document])


def _enter(outcome: Outcome, path: Path, settings: Settings, kept: bool) -> None:
    """Enter a document, unless it would be set aside: then what is published under its name stays."""
    namespace = Namespace(settings.base)
    sources = sources_digest(namespace)
    try:
        remembered = key(path, sources)
        made = workshop(namespace.base, paths.REGISTER, sources).prepare([path])[0]
        if isinstance(made, SetAside):
            outcome.refused = list(made.messages)
            return
        files = keep(str(path), settings.data) if kept else [path]
    except UnreadableDocument as error:
        outcome.refused = [str(error)]
        return
    Memory(settings.data / CACHE).put(remembered, made)
    outcome.claims = dict(made.origins)
    _change(outcome, settings, files, ())


def _change(outcome: Outcome, settings: Settings, enter: list[Path] | tuple[()], leave: list[str] | tuple[()]) -> None:
    summary = change(settings.data, Namespace(settings.base), enter, leave, means=settings.means)
    outcome.build, outcome.seconds, outcome.counts = summary.build, summary.seconds, summary.counts
    outcome.notes = summary.notes


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(main(*sys.argv[1:]))))
