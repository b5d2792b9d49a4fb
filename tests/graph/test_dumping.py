"""A dataset as files and back: the same build id, whichever format, and files that others can read."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store

from graph import draft as drafts
from graph.draft import as_stored, dump_name
from graph.dumping import DumpError, complete, dump, load, missing
from graph.namespaces import DEFAULT_BASE, XSD, Namespace
from graph.publish import current_build, read_manifest
from graph.store.embedded import open_store
from tests.graph.test_faults import spoil
from tests.graph.test_publish import GRAPH, published

NAMES = ("Nissan", "Škoda", "日本")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return published(tmp_path / "data", *NAMES)


@pytest.mark.parametrize("form", ["nquads", "trig"])
def test_a_dump_gives_the_same_build(home: Path, form: str, tmp_path: Path) -> None:
    files = list(dump(home, tmp_path / "out", form))
    assert files[-1].name == "SHA256SUMS"
    assert load(tmp_path / "other", Namespace(), tmp_path / "out") == home.name
    again = current_build(tmp_path / "other")
    assert again is not None
    assert set(open_store(again / "store")) == set(open_store(home / "store"))
    assert read_manifest(again) == read_manifest(home)
    assert (again / "documents" / "a.txt").read_bytes() == (home / "documents" / "a.txt").read_bytes()
    assert list(dump(again, tmp_path / "third", form))
    for path in (tmp_path / "out").rglob("*"):
        if path.is_file():
            assert (tmp_path / "third" / path.relative_to(tmp_path / "out")).read_bytes() == path.read_bytes()


def test_the_checksums_are_those_of_the_files(home: Path, tmp_path: Path) -> None:
    list(dump(home, tmp_path, "nquads"))
    lines = (tmp_path / "SHA256SUMS").read_text().splitlines()
    assert len(lines) >= 3
    for line in lines:
        digest, name = line.split("  ")
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == digest


@pytest.mark.parametrize(("form", "ending"), [("nquads", "nq"), ("trig", "trig")])
def test_others_read_a_dump(home: Path, form: str, ending: str, tmp_path: Path) -> None:
    list(dump(home, tmp_path, form))
    text = gzip.decompress((tmp_path / f"graph-register.{ending}.gz").read_bytes())
    read = rdflib.Dataset()
    read.parse(data=text, format=form)
    assert {str(o) for _, _, o, _ in read.quads((None, None, None, None))} == set(NAMES)
    store = Store()
    store.load(text, format=RdfFormat.N_QUADS if form == "nquads" else RdfFormat.TRIG)
    assert set(store) == set(open_store(home / "store"))


def test_a_single_file_is_published(home: Path, tmp_path: Path) -> None:
    list(dump(home, tmp_path, "nquads"))
    load(tmp_path / "other", Namespace(), tmp_path / "graph-register.nq.gz")
    again = current_build(tmp_path / "other")
    assert again is not None
    assert read_manifest(again)["counts"]["quads"] == len(NAMES)


def test_what_is_not_whole_is_refused_and_the_last_build_stays(home: Path, tmp_path: Path) -> None:
    data, out = tmp_path / "data", tmp_path / "out"
    list(dump(home, out, "nquads"))
    spoil(out / "graph-register.nq.gz")
    with pytest.raises(DumpError, match="checksum"):
        load(data, Namespace(), out)
    (out / "SHA256SUMS").write_text(f"{'0' * 64}  ../data/build.lock\n")
    with pytest.raises(DumpError, match="checksum"):
        load(data, Namespace(), out)
    (out / "SHA256SUMS").unlink()
    with pytest.raises(DumpError, match="SHA256SUMS"):
        load(data, Namespace(), out)
    with pytest.raises(DumpError, match="EVPLANS_BASE"):
        list(dump(home, out, "nquads"))
        load(data, Namespace("http://other/"), out)
    (tmp_path / "half.nq.gz").write_bytes((home / "dumps" / "graph-register.nq.gz").read_bytes()[:60])
    with pytest.raises(DumpError, match="cannot be read"):
        load(data, Namespace(), tmp_path / "half.nq.gz")
    (tmp_path / "bare.nq").write_text("<http://a> <http://b> <http://c> .\n")
    with pytest.raises(DumpError, match="named graph"):
        load(data, Namespace(), tmp_path / "bare.nq")
    assert current_build(data) == home.resolve()


def test_dumps_that_a_change_left_for_later_are_written(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = home / "dumps" / dump_name(GRAPH, DEFAULT_BASE)
    content = path.read_bytes()
    path.unlink()
    assert missing(home) == []
    monkeypatch.setattr("graph.dumping.LARGEST_DUMP", 1)
    assert missing(home) == [GRAPH]
    complete(home)
    assert path.read_bytes() == content
    assert drafts.LARGEST_DUMP > 1


def test_numbers_are_digested_as_a_store_gives_them_back() -> None:
    given = [Quad(NamedNode("http://a"), NamedNode("http://b"), Literal(text, datatype=NamedNode(XSD + kind)), NamedNode("http://g"))
             for text, kind in (("1.0", "decimal"), ("007", "integer"))]  # fmt: skip
    assert {quad.object.value for quad in as_stored(given)} == {"1", "7"}
