"""The whole pipeline: same input same bytes, bad documents set aside, a killed build changes nothing."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from graph import crew, paths
from graph.build import Summary, build, change, needs_build
from graph.namespaces import Namespace
from graph.publish import current_build, read_manifest
from graph.register import RegisterError
from graph.store.embedded import open_store
from tests.graph.asking import rows

DOCUMENTS = ("nissan-the-arc", "alliance-2030-announcement")
ORGANISATIONS = """
@prefix id: <id/> .
@prefix ev: <https://w3id.org/evplans/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
id:nissan a ev:Automaker, ev:Brand ; skos:prefLabel "Nissan"@en ; ev:homeCountry id:japan .
id:renault a ev:Automaker, ev:Brand ; skos:prefLabel "Renault"@en .
id:japan a ev:Country ; skos:prefLabel "Japan"@en .
"""


@pytest.fixture(autouse=True)
def small_house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Two of the shipped documents and a register of three entities, so that a build takes a second or two."""
    documents, register = tmp_path / "documents", tmp_path / "register"
    documents.mkdir()
    register.mkdir()
    (register / "all.ttl").write_text(ORGANISATIONS, encoding="utf-8")
    for name in DOCUMENTS:
        for path in paths.DOCUMENTS.glob(f"{name}.*"):
            shutil.copy(path, documents)
    monkeypatch.setattr(paths, "DOCUMENTS", documents)
    monkeypatch.setattr(paths, "REGISTER", register)
    yield tmp_path


def built(data: Path) -> Summary:
    return build(data, Namespace())


def dumps(home: Path | None) -> dict[str, bytes]:
    assert home is not None
    return {path.name: path.read_bytes() for path in (home / "dumps").iterdir()}


def heard(home: Path | None) -> list[list[tuple[object, ...]]]:
    """The statements that a build's ledger knows, and who makes them."""
    assert home is not None
    with closing(sqlite3.connect(home / "ledger.sqlite")) as ledger:
        return [sorted(ledger.execute(f"SELECT * FROM {table}")) for table in ("statement", "witness")]


def test_the_same_documents_give_the_same_build_and_the_same_bytes(tmp_path: Path) -> None:
    first, second = built(tmp_path / "a"), built(tmp_path / "b")
    assert first.build == second.build
    assert dumps(first.home) == dumps(second.home)
    assert first.counts["documents"] == len(DOCUMENTS)
    assert first.counts["claims"] > 60
    assert first.counts["violations"] == 0


def test_findings_are_the_same_when_processes_share_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = built(tmp_path / "a")
    monkeypatch.setattr(crew, "FEW_QUADS", 0)
    shared = built(tmp_path / "b")
    assert shared.build == alone.build
    assert shared.counts["facts"] > 0
    assert alone.home is not None and shared.home is not None
    assert (shared.home / "report.ttl").read_bytes() == (alone.home / "report.ttl").read_bytes()


def test_a_build_is_needed_when_a_source_is_newer(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert needs_build(data)
    built(data)
    later = time.time() + 5
    manifest = data / "current" / "manifest.json"
    os.utime(manifest, (later, later))
    assert not needs_build(data)
    os.utime(paths.DOCUMENTS / "nissan-the-arc.md", (later + 5, later + 5))
    assert needs_build(data)


def test_documents_that_cannot_enter_are_set_aside_and_the_others_go_through(tmp_path: Path) -> None:
    bad = {
        "empty.md": b"",
        "binary.txt": bytes(range(256)) * 8,
        "front.md": b"---\ntitle: [\n---\nNissan will launch 15 EVs by 2030.\n",
        "review.md": b"Nissan will launch 15 electric models by 2030.\n",
    }
    for name, content in bad.items():
        (paths.DOCUMENTS / name).write_bytes(content)
    (paths.DOCUMENTS / "review.review.jsonl").write_text("{", encoding="utf-8")
    summary = built(tmp_path / "data")
    aside = {s.document: s.messages for s in summary.set_aside}
    assert set(aside) == {"empty", "binary", "front", "review"}
    assert all(len(messages) == 1 and "\n" not in messages[0] for messages in aside.values())
    assert "review.review.jsonl:1" in aside["review"][0]
    assert summary.counts["documents"] == len(DOCUMENTS)


def test_claims_that_violate_a_shape_keep_their_document_out(tmp_path: Path) -> None:
    text = "Nissan will launch 15 electric models by 2030."
    (paths.DOCUMENTS / "percent.md").write_text(text, encoding="utf-8")
    row = (
        '{"decision": "add", "claim": {"document": "percent", "subject": "Nissan", "property": "salesShare", '
        '"value": 150, "unit": "percent", "modality": "plan", "quote": "Nissan", "start_char": 0, "end_char": 6}}'
    )
    (paths.DOCUMENTS / "percent.review.jsonl").write_text(
        '{"document": "percent", "complete": true, "reviewed": "2026-11-25"}\n' + row + "\n", encoding="utf-8"
    )
    summary = built(tmp_path / "data")
    assert [s.document for s in summary.set_aside] == ["percent"]
    assert "150" in " ".join(summary.set_aside[0].messages)
    assert summary.counts["documents"] == len(DOCUMENTS)


def test_a_document_without_review_is_published_as_unreviewed(tmp_path: Path) -> None:
    (paths.DOCUMENTS / "new.md").write_text(
        "Nissan will launch 15 electric models by 2030. Nissan aims to be carbon neutral by 2050.", encoding="utf-8"
    )
    summary = built(tmp_path / "data")
    assert [s.messages for s in summary.set_aside] == []
    home = current_build(tmp_path / "data")
    assert home
    states = rows(
        open_store(home / "store"),
        "PREFIX ev: <https://w3id.org/evplans/ontology#> PREFIX prov: <http://www.w3.org/ns/prov#> "
        "SELECT DISTINCT ?state WHERE { ?c ev:reviewState ?state ; "
        "prov:wasDerivedFrom <https://w3id.org/evplans/document/new> }",
    )
    assert [row[0] for row in states] == ["https://w3id.org/evplans/code/review-state/unreviewed"]


def test_a_change_gives_the_build_that_all_documents_give(tmp_path: Path) -> None:
    """Entering, replacing and withdrawing documents one by one leads to the very dataset that a whole build makes."""
    data, later = tmp_path / "data", tmp_path / "later"
    later.mkdir()
    whole = built(tmp_path / "whole")
    for path in paths.DOCUMENTS.glob("alliance-2030-announcement.*"):
        path.rename(later / path.name)
    without = built(data)
    assert without.build != whole.build
    for path in later.iterdir():
        path.rename(paths.DOCUMENTS / path.name)
    announcement = paths.DOCUMENTS / "alliance-2030-announcement.md"
    entered = change(data, Namespace(), enter=[announcement])
    assert (entered.build, entered.counts, entered.origins) == (whole.build, whole.counts, whole.origins)
    assert dumps(entered.home) == dumps(whole.home)
    assert change(data, Namespace(), enter=[announcement]).build == whole.build
    for path in paths.DOCUMENTS.glob("alliance-2030-announcement.*"):
        path.rename(later / path.name)
    assert change(data, Namespace(), leave=["alliance-2030-announcement"]).build == without.build
    (later / announcement.name).rename(announcement)
    text = announcement.read_text(encoding="utf-8").replace("35", "36")
    announcement.write_text(text, encoding="utf-8")
    assert change(data, Namespace(), enter=[announcement]).build == built(tmp_path / "other").build


def test_a_figure_that_is_replaced_takes_its_disagreement_along(tmp_path: Path) -> None:
    data, path = tmp_path / "data", paths.DOCUMENTS / "news.md"
    text = "---\npublisher: Nissan\ndate: 2024-03\n---\n\nNissan will launch 15 electric models by 2030.\n"
    (paths.DOCUMENTS / "older.md").write_text(text.replace("15", "12"), encoding="utf-8")
    built(data)
    for figure in ("15", "16"):
        path.write_text(text.replace("15", figure), encoding="utf-8")
        changed = change(data, Namespace(), enter=[path])
    assert changed.build == built(tmp_path / "other").build


def test_any_changes_in_any_order_give_the_build_that_all_documents_give(tmp_path: Path) -> None:
    """Many papers that say one thing or another, of which some come, some go and some correct themselves."""
    data, dice = tmp_path / "data", random.Random(7)
    papers = [paths.DOCUMENTS / f"paper-{number}.md" for number in range(14)]

    def write(path: Path) -> None:
        year, figure, late = dice.randint(2019, 2022), dice.choice([12, 12, 15]), dice.choice([2030, 2030, 2028])
        paper = dice.choice(["Nissan", "Reuters", "Kyodo"])
        said = dice.choice(
            [f"Nissan will launch {figure} electric models by {late}.", f"Nissan sold {figure},000 vehicles in {year}."]
        )
        path.write_text(
            f"---\npublisher: {paper}\ndate: {year}-0{dice.randint(1, 9)}\n---\n\n{said}\n", encoding="utf-8"
        )

    for path in papers[:9]:
        write(path)
    assert built(data).counts["disagreements"]
    for _ in range(8):
        touched = dice.sample(papers, dice.choice([1, 1, 2]))
        if dice.random() < 0.4:
            for path in touched:
                path.unlink(missing_ok=True)
            changed = change(data, Namespace(), leave=[path.stem for path in touched])
        else:
            for path in touched:
                write(path)
            changed = change(data, Namespace(), enter=touched)
    whole = built(tmp_path / "whole")
    assert (changed.build, changed.counts) == (whole.build, whole.counts)
    assert dumps(changed.home) == dumps(whole.home)
    assert heard(changed.home) == heard(whole.home)


def test_a_document_whose_new_text_violates_a_shape_is_withdrawn_and_named(tmp_path: Path) -> None:
    data, path = tmp_path / "data", paths.DOCUMENTS / "nissan-the-arc.md"
    built(data)
    path.write_bytes(bytes(range(256)) * 8)
    summary = change(data, Namespace(), enter=[path])
    assert [aside.document for aside in summary.set_aside] == ["nissan-the-arc"]
    assert summary.counts["documents"] == 1


def test_what_changes_of_the_sources_makes_a_change_a_whole_build(tmp_path: Path) -> None:
    data = tmp_path / "data"
    built(data)
    (paths.REGISTER / "all.ttl").write_text(
        ORGANISATIONS + 'id:kia a ev:Brand ; skos:prefLabel "Kia"@en .\n', encoding="utf-8"
    )
    change(data, Namespace(), leave=["nothing"])
    assert built(tmp_path / "other").build == change(data, Namespace(), leave=["nothing"]).build


def test_a_broken_register_stops_the_build_with_file_and_line_and_keeps_the_last(tmp_path: Path) -> None:
    first = built(tmp_path / "data")
    (paths.REGISTER / "all.ttl").write_text(ORGANISATIONS + "id:kia a ev:Brand\n", encoding="utf-8")
    with pytest.raises(RegisterError, match=r"all\.ttl:\d+"):
        built(tmp_path / "data")
    assert current_build(tmp_path / "data") == first.home


def test_a_build_that_is_killed_at_any_moment_leaves_the_last_dataset(tmp_path: Path) -> None:
    data = tmp_path / "data"
    first = built(data)
    seconds = first.seconds
    for seed in range(4):
        (paths.DOCUMENTS / "nissan-the-arc.md").open("a", encoding="utf-8").write(f"\n\nNote {seed}.\n")
        process = multiprocessing.get_context("fork").Process(target=built, args=(data,))
        process.start()
        time.sleep(random.Random(7).uniform(0.1, 1.0) * seconds)
        assert process.pid
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        home = current_build(data)
        assert home
        assert read_manifest(home)["build"] == home.name
        assert list(rows(open_store(home / "store"), "SELECT ?s WHERE { ?s ?p ?o } LIMIT 1"))
    built(data)
    assert not list((data / "builds").glob(".draft*"))


def test_a_read_only_data_folder_is_named(tmp_path: Path) -> None:
    from graph.publish import PublishError

    (tmp_path / "data").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(PublishError, match=r"data.*EVPLANS_DATA"):
        built(tmp_path / "data")
