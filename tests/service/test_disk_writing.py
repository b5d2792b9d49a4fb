"""Users' graphs beside a build that is read from the disk: what holds for one in memory, and no copy is left."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from pathlib import Path

import pytest

from service.sparql import replica
from tests.graph.test_faults import mounted
from tests.service.published import FACTS, make_build, quads
from tests.service.test_user_graphs import HELD, MINE, User, served, user

__all__ = ["user"]

FIRST = f"INSERT DATA {{ GRAPH <{MINE}> {{ <http://x> <http://p> 1 }} }}"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    make_build(tmp_path, "first", quads(), large=True)
    return tmp_path


def copies(data: Path) -> list[Path]:
    return list((data / "user").glob(replica.FOLDER + "*"))


def test_one_query_joins_both_and_an_update_reads_both(user: User) -> None:
    held = user.count()
    assert user.update(f"INSERT DATA {{ GRAPH <{MINE}> {{ id:thing-1 <http://note> 'ask' }} }}").status_code == 204
    assert user.count() == held + 1
    assert user.ask(f"?s ev:parent id:thing-2 . GRAPH <{MINE}> {{ ?s <http://note> ?n }}")
    copied = f"INSERT {{ GRAPH <{MINE}> {{ ?o <http://after> ?s }} }} WHERE {{ GRAPH ?g {{ ?s ev:parent ?o }} }}"
    assert user.update(copied).status_code == 204
    assert user.count(f"GRAPH <{MINE}> {{ ?s <http://after> ?o . }} GRAPH <{FACTS}> {{ ?o ev:parent ?s }}") == 60
    assert user.update(f"DELETE WHERE {{ GRAPH <{MINE}> {{ ?s <http://after> ?o }} }}").status_code == 204
    assert user.count() == held + 1
    assert user.update(f"CLEAR GRAPH <{FACTS}>").status_code == 403
    assert user.put("", method="DELETE").status_code == 204
    assert user.count() == held


def test_a_triple_of_the_build_counts_once_and_is_there_after_a_restart(data: Path, user: User) -> None:
    held = user.count()
    assert user.update(f"INSERT DATA {{ GRAPH <{MINE}> {{ {HELD} . <http://x> <http://p> 1 }} }}").status_code == 204
    assert (user.count(), user.count(f"GRAPH <{MINE}> {{ ?s ?p ?o }}")) == (held + 1, 1)
    whole = user.get().text
    user.leave()
    again = served(data)
    assert (again.count(), again.get().text, again.revision) == (held + 1, whole, "first.1")
    assert again.update(f"DELETE DATA {{ GRAPH <{MINE}> {{ {HELD} }} }}").status_code == 204
    assert again.get().text.count("\n") < whole.count("\n")
    again.leave()


def test_another_build_takes_over_with_them(data: Path, user: User) -> None:
    user.update(FIRST)
    make_build(data, "second", quads()[1:], large=True)
    for _ in range(600):
        if user.revision == "second.1" and len(copies(data)) == 1:
            break
        time.sleep(0.05)
    assert user.count() == len(quads())
    assert user.ask("<http://x> ?p ?o")
    assert len(copies(data)) == 1


def test_a_query_that_lasts_keeps_what_it_began_with(user: User) -> None:
    user.update(FIRST)
    seen: list[int] = []
    square = f"GRAPH <{FACTS}> {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }} GRAPH <{MINE}> {{ ?s ?p ?o }}"
    long = threading.Thread(target=lambda: seen.append(user.count(square)))
    long.start()
    while long.is_alive() and len(seen) == 0:
        user.update(f"INSERT DATA {{ GRAPH <{MINE}> {{ [] <http://p> 1 }} }}")
    long.join()
    things = 60**3
    assert seen
    assert seen[0] % things == 0


def test_copies_are_removed_when_no_longer_read_and_at_the_end(data: Path, user: User) -> None:
    for number in range(5):
        user.update(f"INSERT DATA {{ <http://x> <http://p> {number} }}")
    assert user.ask("?s ?p ?o")
    (folder,) = copies(data)
    assert len([path for path in folder.iterdir() if path.is_dir()]) <= 3  # the copy, the snapshot, the last trial
    user.leave()
    assert copies(data) == []


def test_a_build_that_is_removed_while_it_is_served_is_read_on(data: Path, user: User) -> None:
    held = user.count()
    shutil.rmtree(data / "builds" / "first" / "store")
    (data / "builds" / "first" / "store").mkdir()
    user.app.extensions["evplans.engine"]._pool._idle.clear()
    assert user.count("?s ?p ?o .") == held


def test_copies_that_a_killed_server_left_are_removed_by_the_next_and_no_others(data: Path) -> None:
    first = served(data)
    first.update(FIRST)
    mine = copies(data)
    left = data / "user" / f"{replica.FOLDER}dead"
    left.mkdir()
    (left / replica.LOCK).touch()
    second = served(data)
    assert second.ask("<http://x> ?p ?o")
    assert left not in copies(data)
    assert set(mine) < set(copies(data))
    first.leave()
    second.leave()


def test_from_a_folder_that_cannot_be_written_the_build_is_read(tmp_path: Path) -> None:
    data = tmp_path / "fixed"
    with mounted(data, "size=20m"):
        make_build(data, "first", quads(), large=True)
        subprocess.run(["mount", "-o", "remount,ro", data], check=True)
        user = served(data)
        assert user.ask("?s ev:parent ?o")
        refused = user.update(FIRST)
        assert refused.status_code == 503
        assert "cannot be written" in refused.get_json()["detail"]
        assert user.ask("?s ev:parent ?a, ?b")
        user.leave()
