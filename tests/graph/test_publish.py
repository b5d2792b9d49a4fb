"""Publishing: a build becomes current by one rename, and one that fails changes nothing."""

from __future__ import annotations

import gzip
import sqlite3
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from graph.digests import build_id
from graph.draft import Draft, dump_name
from graph.namespaces import DEFAULT_BASE, SKOS, Namespace
from graph.publish import PublishError, current_build, drafted, exclusive, publish, read_manifest
from graph.store.embedded import open_store
from tests.graph.asking import rows

GRAPH = DEFAULT_BASE + "graph/register"


def quads(*names: str) -> list[Quad]:
    return [
        Quad(
            NamedNode(f"{DEFAULT_BASE}id/{name}"),
            NamedNode(SKOS + "prefLabel"),
            Literal(name, language="en"),
            NamedNode(GRAPH),
        )
        for name in names
    ]


def published(data: Path, *names: str) -> Path:
    with exclusive(data), drafted(data, Namespace()) as draft:
        draft.change(GRAPH, added=quads(*names))
        draft.text("a", "Nissan\r\nLeaf")
        draft.write_dumps()
        return publish(data, draft, "", told(draft))


def told(draft: Draft) -> dict[str, object]:
    graphs = {name: {"quads": size.quads, "digest": size.text} for name, size in draft.graphs.items()}
    return {"build": build_id(draft.graphs), "base": DEFAULT_BASE, "graphs": graphs}


def labels(build: Path) -> set[str | None]:
    return {row[0] for row in rows(open_store(build / "store"), f"SELECT ?l {{ ?s <{SKOS}prefLabel> ?l }}")}


def test_a_build_becomes_current_and_holds_everything(tmp_path: Path) -> None:
    home = published(tmp_path, "Nissan")
    assert current_build(tmp_path) == home.resolve()
    assert labels(home) == {"Nissan"}
    assert (home / "documents" / "a.txt").read_bytes() == b"Nissan\r\nLeaf"
    dump = gzip.decompress((home / "dumps" / "graph-register.nq.gz").read_bytes()).decode()
    assert dump.startswith(f"<{DEFAULT_BASE}id/Nissan>")
    index = sqlite3.connect(home / "search.sqlite")
    assert index.execute("SELECT iri FROM entry WHERE entry MATCH 'nissan'").fetchall() == [
        (DEFAULT_BASE + "id/Nissan",)
    ]


def test_the_same_input_gives_the_same_build_and_the_same_bytes(tmp_path: Path) -> None:
    first, second = published(tmp_path / "a", "Nissan", "Kia"), published(tmp_path / "b", "Nissan", "Kia")
    assert first.name == second.name
    name = dump_name(GRAPH, DEFAULT_BASE)
    assert (first / "dumps" / name).read_bytes() == (second / "dumps" / name).read_bytes()


def test_building_again_keeps_the_current_build(tmp_path: Path) -> None:
    first = published(tmp_path, "Nissan")
    assert published(tmp_path, "Nissan") == first
    assert labels(first) == {"Nissan"}
    assert not list((tmp_path / "builds").glob(".draft*"))


def test_building_again_mends_a_broken_manifest(tmp_path: Path) -> None:
    home = published(tmp_path, "Nissan")
    (home / "manifest.json").write_text("{", encoding="utf-8")
    assert read_manifest(published(tmp_path, "Nissan"))["build"] == home.name


def test_old_builds_are_removed_but_for_the_last(tmp_path: Path) -> None:
    homes = [published(tmp_path, name) for name in ("Nissan", "Kia", "BYD", "Tesla")]
    assert current_build(tmp_path) == homes[-1].resolve()
    assert homes[-1].is_dir()
    assert sum(home.is_dir() for home in homes) == 2


def followed(data: Path, *names: str, text: str | None = None) -> Path:
    """Publish a build that begins as the last one and has other names, and if need be another text."""
    with exclusive(data), drafted(data, Namespace(), current_build(data)) as draft:
        draft.change(GRAPH, removed=draft.quads(GRAPH), added=quads(*names))
        if text is not None:
            draft.text(text, text)
        draft.write_dumps()
        return publish(data, draft, "", told(draft))


def files(home: Path) -> dict[str, bytes]:
    return {f"{path.parent.name}/{path.name}": path.read_bytes() for path in home.glob("d*/*")}


def test_a_draft_that_begins_with_the_links_of_an_old_build_holds_what_the_last_one_does(tmp_path: Path) -> None:
    published(tmp_path, "Nissan")
    followed(tmp_path, "Kia", text="kia")
    third = followed(tmp_path, "BYD", text="byd")
    assert {path.name for path in (tmp_path / "spare").iterdir()} >= {"documents", "dumps"}  # the rest is being removed
    before = files(third)
    fourth = followed(tmp_path, "Tesla", text="byd")
    assert files(third) == before
    assert [path.name for path in sorted((fourth / "documents").iterdir())] == ["a.txt", "byd.txt", "kia.txt"]
    assert (fourth / "documents" / "kia.txt").samefile(third / "documents" / "kia.txt")
    assert not (fourth / "documents" / "byd.txt").samefile(third / "documents" / "byd.txt")
    with exclusive(tmp_path), drafted(tmp_path, Namespace(), fourth) as draft:
        assert files(draft.folder) == files(fourth)


def test_the_first_changes_after_a_build_from_nothing_find_its_files_linked(tmp_path: Path) -> None:
    home = published(tmp_path, "Nissan")
    spares = sorted(tmp_path.glob("spare*"))
    assert all((spare / "documents" / "a.txt").samefile(home / "documents" / "a.txt") for spare in spares)
    left = [len(spares)]
    for name in ("Kia", "BYD", "Tesla"):
        followed(tmp_path, name)
        left.append(len(list(tmp_path.glob("spare*"))))
    assert left == [2, 1, 1, 1]


def test_what_a_killed_build_left_in_the_spare_folder_is_no_part_of_the_next(tmp_path: Path) -> None:
    home = published(tmp_path, "Nissan")
    for name in ("documents", "store"):
        (tmp_path / "spare" / name).mkdir(parents=True, exist_ok=True)
        (tmp_path / "spare" / name / "left.txt").write_text("left", encoding="utf-8")
    with exclusive(tmp_path), drafted(tmp_path, Namespace(), home) as draft:
        assert files(draft.folder) == files(home)
        assert not (draft.folder / "store" / "left.txt").exists()
    assert not (tmp_path / "spare").exists()


def test_a_build_that_cannot_be_written_leaves_the_last_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = published(tmp_path, "Nissan")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("graph.draft.write_dump", full)
    with pytest.raises(PublishError, match="No space left on device"):
        published(tmp_path, "Kia")
    assert current_build(tmp_path) == home.resolve()
    assert labels(home) == {"Nissan"}
    assert not list((tmp_path / "builds").glob(".draft*"))


def test_a_draft_left_by_a_killed_build_is_removed(tmp_path: Path) -> None:
    (tmp_path / "builds" / ".draft-dead" / "store").mkdir(parents=True)
    published(tmp_path, "Nissan")
    assert not (tmp_path / "builds" / ".draft-dead").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PublishError, match=r"file.*EVPLANS_DATA"), exclusive(tmp_path / "file"):
        pass


def test_a_broken_manifest_is_named(tmp_path: Path) -> None:
    home = published(tmp_path, "Nissan")
    assert read_manifest(home)["build"] == home.name
    (home / "manifest.json").write_text("{")
    with pytest.raises(PublishError, match=r"manifest\.json"):
        read_manifest(home)


@pytest.mark.parametrize(
    ("graph", "name"),
    [
        ("graph/facts", "graph-facts.nq.gz"),
        ("document/nissan-the-arc", "document-nissan-the-arc.nq.gz"),
    ],
)
def test_dumps_are_named_after_their_graphs(graph: str, name: str) -> None:
    assert dump_name(DEFAULT_BASE + graph, DEFAULT_BASE) == name
