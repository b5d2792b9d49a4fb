"""The log of users' graphs: what was written is read, a cut end is dropped, damage is told, a rewrite loses nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Store

from service.sparql import overlay, userlog
from service.sparql.overlay import Overlay, Owned, compacted
from service.sparql.userlog import Record, UserLog, UserLogError, read_records

ONE = '<http://x/s> <http://x/p> "a\\nb \u2028 \u00e9" <http://x/g> .\n'
RECORDS = [
    Record(make=["http://x/g"], add=ONE, revision=1),
    Record(add="_:b <http://x/p> _:c .\n", revision=2),
    Record(remove=ONE, clear=[None], make=["http://x/empty"], revision=3),
    Record(drop=["http://x/g"], add="<http://x/s> <http://x/p> <<( <http://a> <http://b> _:c )>> .\n", revision=4),
]


def written(folder: Path) -> UserLog:
    log = UserLog(folder / "user", compacted)
    for record in RECORDS:
        log.append(record)
    return log


def content(path: Path) -> tuple[set[str], set[str], int]:
    whole = Overlay(Store(), Owned())
    for record in read_records(path):
        whole.apply(record)
    return {str(quad) for quad in whole.store}, {str(graph) for graph in whole.store.named_graphs()}, whole.revision


def test_records_come_back_as_they_were(tmp_path: Path) -> None:
    log = written(tmp_path)
    assert list(read_records(log.path)) == RECORDS
    assert list(read_records(tmp_path / "nothing")) == []


def test_a_log_that_was_cut_anywhere_holds_what_was_whole(tmp_path: Path) -> None:
    log = written(tmp_path)
    log.close()
    whole = log.path.read_bytes()
    ends = [0]
    for line in whole.splitlines(keepends=True):
        ends.append(ends[-1] + len(line))
    for size in range(len(whole)):
        log.path.write_bytes(whole[:size])
        left = sum(end <= size for end in ends) - 1
        assert list(read_records(log.path)) == RECORDS[:left]
        if size % 7 == 0:
            again = UserLog(tmp_path / "user", compacted)
            again.append(Record(make=["http://x/new"], revision=left + 1))
            again.close()
            assert [r.revision for r in read_records(log.path)] == list(range(1, left + 2))


def test_damage_that_no_crash_leaves_is_told(tmp_path: Path) -> None:
    log = written(tmp_path)
    whole = bytearray(log.path.read_bytes())
    whole[12] ^= 1
    log.path.write_bytes(whole)
    with pytest.raises(UserLogError, match="line 1 is damaged"):
        list(read_records(log.path))
    log.close()
    with pytest.raises(UserLogError, match="line 1 is damaged"):
        log.append(Record(revision=5))
    assert log.path.read_bytes() == whole


def test_a_rewrite_keeps_content_graphs_and_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = written(tmp_path)
    before = content(log.path)
    monkeypatch.setattr(overlay, "CHUNK", 1)
    log.compact()
    assert content(log.path) == before
    log.append(Record(clear=[None], revision=5))
    assert content(log.path) == (set(), {"<http://x/empty>"}, 5)
    log.compact()
    assert content(log.path)[2] == 5
    again = UserLog(tmp_path / "user", compacted)
    log.close()
    again.append(Record(revision=6))


def test_a_log_is_rewritten_when_it_has_grown_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(userlog, "SLACK", 1000)
    log = UserLog(tmp_path, compacted)
    sizes = []
    for revision in range(1, 200):
        quad = f"<http://x/{revision % 3}> <http://x/p> 1 .\n".replace(" 1 ", ' "1" ')
        log.append(Record(add=quad, revision=revision))
        if log.grown:
            log.compact()
        sizes.append(log.path.stat().st_size)
    assert max(sizes) < 3000
    assert content(log.path)[2] == 199


def test_a_crash_during_a_rewrite_costs_nothing(tmp_path: Path) -> None:
    log = written(tmp_path)
    before = content(log.path)
    (tmp_path / "user" / "log.draft").write_bytes(b"0000")
    log.compact()
    assert content(log.path) == before


def test_one_process_writes(tmp_path: Path) -> None:
    log = written(tmp_path)
    program = (
        "import sys; from pathlib import Path; from service.sparql.userlog import *\n"
        "try: UserLog(Path(sys.argv[1]), iter).append(Record(revision=5))\n"
        "except UserLogError as error: sys.exit(str(error))"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "user")]
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "another server writes there" in refused.stderr
    log.close()
    assert subprocess.run(command, check=False).returncode == 0
    with pytest.raises(UserLogError, match="another server has changed"):
        log.append(Record(revision=5))
    log.append(Record(revision=6))


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "user").write_text("in the way")
    with pytest.raises(UserLogError, match="user: cannot be written"):
        UserLog(tmp_path / "user", compacted).append(Record(revision=1))


def test_a_full_disk_leaves_the_log_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = written(tmp_path)
    before = log.path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(userlog.os, "fsync", full)
        with pytest.raises(UserLogError, match="No space left on device"):
            log.append(Record(add=ONE, revision=5))
        assert log.path.read_bytes() == before
    log.append(Record(add=ONE, revision=5))
    assert len(list(read_records(log.path))) == 5


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.builds(Record, st.lists(st.text()), st.just([None]), st.lists(st.text()), st.text(), st.text())))
def test_any_text_survives(tmp_path: Path, records: list[Record]) -> None:
    path = tmp_path / "log"
    path.unlink(missing_ok=True)
    log = UserLog(tmp_path, compacted)
    numbered = [Record(**{**vars(record), "revision": n}) for n, record in enumerate(records, 1)]
    for record in numbered:
        log.append(record)
    log.close()
    assert list(read_records(path)) == numbered
