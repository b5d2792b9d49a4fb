"""A small published build and the application over it, for the tests of this room."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from flask import Flask
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, serialize

from graph.namespaces import DEFAULT_BASE, EV, SKOS, Namespace
from graph.store.embedded import write_store
from service.app import create_app
from service.settings import Settings

NAMES = Namespace()
FACTS, REGISTER = NAMES.graph("facts"), NAMES.graph("register")
THINGS = 60


def quads() -> list[Quad]:
    """A chain of things in one graph, their labels in another."""
    chain = [(f"thing-{i}", f"thing-{i + 1}") for i in range(THINGS)]
    facts = [
        Quad(NamedNode(NAMES.entity(a)), NamedNode(EV + "parent"), NamedNode(NAMES.entity(b)), NamedNode(FACTS))
        for a, b in chain
    ]
    label = NamedNode(SKOS + "prefLabel")
    labels = [
        Quad(NamedNode(NAMES.entity(a)), label, Literal(f"Thing, {a}", language="en"), NamedNode(REGISTER))
        for a, _ in chain
    ]
    return facts + labels


LARGE = 10**12  # quads: more than any machine has memory for


def make_build(data: Path, build: str, content: list[Quad], large: bool = False) -> None:
    """Write a build and make it the current one; one that is read from the disk if it is said to be `large`."""
    home = data / "builds" / build
    (home / "dumps").mkdir(parents=True)
    write_store(home / "store", content)
    (home / "dumps" / "all.nq.gz").write_bytes(gzip.compress(serialize(content, format=RdfFormat.N_QUADS) or b""))
    graphs = {str(q.graph_name).strip("<>") for q in content}
    sizes = {g: sum(str(q.graph_name) == f"<{g}>" for q in content) for g in graphs}
    manifest = {
        "build": build,
        "base": DEFAULT_BASE,
        "graphs": {g: {"quads": LARGE if large else size} for g, size in sizes.items()},
        "counts": {"quads": len(content)},
    }
    (home / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    link = data / "next"
    link.symlink_to(Path("builds") / build)
    link.rename(data / "current")


def make_app(data: Path, **settings: str) -> Flask:
    """The application over a data folder."""
    return create_app(Settings.read({"EVPLANS_DATA": str(data), "EVPLANS_QUERY_TIMEOUT": "5"} | settings))
