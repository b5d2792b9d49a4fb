"""Near-duplicates: what counts as a copy, whatever the order, and that copies are one witness."""

from __future__ import annotations

import random
import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import copies, paths
from graph.build import build, change
from graph.namespaces import Namespace
from graph.reading import Document
from graph.store.embedded import open_store
from tests.graph.asking import rows

WORDS = "alpha bravo cargo delta eagle fable giant hotel igloo joker kayak lemon mango noble ocean piano quiet".split()


def prose(seed: int, sentences: int = 30) -> list[str]:
    """Sentences of a made-up report."""
    dice = random.Random(seed)
    return [" ".join(f"{dice.choice(WORDS)}{dice.randrange(40)}" for _ in range(12)) + "." for _ in range(sentences)]


def document(text: str) -> Document:
    return Document(slug="x", text=text, media_type="text/markdown", digest="")


def signed(sentences: list[str], heading: str = "A heading") -> tuple[copies.Signature, ...]:
    return copies.signatures(document(f"# {heading}\n\n" + " ".join(sentences)))


def test_an_edited_and_a_shortened_print_of_a_report_are_copies_of_it() -> None:
    report = prose(1)
    edited = [s.replace(s.split()[3], "other") if n % 3 == 0 else s for n, s in enumerate(report)]
    first = signed(report)
    assert copies.alike(first, signed(report, "Another paper's heading"))
    assert copies.alike(first, signed(edited))
    assert copies.alike(first, signed(report[:14]))
    assert copies.alike(first, signed(["Our reporter adds words of her own here.", *report]))


def test_other_reports_that_share_a_closing_paragraph_and_short_notes_are_none() -> None:
    closing = prose(99, 4)
    assert not copies.alike(signed(prose(1) + closing), signed(prose(2) + closing))
    assert signed(["Ford will invest five billion dollars."]) == ()


def test_what_is_the_readers_guidance_and_not_the_report_does_not_count() -> None:
    head = "---\ntitle: One\npublisher: Someone\n---\n\n"
    body = " ".join(prose(3))
    assert copies.signatures(document(head + body)) == copies.signatures(document(body))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 29)), min_size=1, max_size=40), st.randoms())
def test_groups_depend_on_the_documents_and_not_on_who_came_first(
    made: list[tuple[int, int]], dice: random.Random
) -> None:
    """Asked of one document after the other or of all at once, in whichever order, the groups are the same."""
    known = {f"d{n}": signed(prose(s)[: 30 - cut // 2] + prose(100 + n, cut // 3)) for n, (s, cut) in enumerate(made)}
    bands: dict[int, set[str]] = defaultdict(set)
    for name, parts in known.items():
        for part in parts:
            for key in copies.keys(part):
                bands[key].add(name)

    def asked(touched: list[str]) -> set[frozenset[str]]:
        return {frozenset(g) for g in copies.groups(touched, lambda d: known[d], lambda k: sorted(bands[k]))}

    names = list(known)
    dice.shuffle(names)
    whole = asked(names)
    assert {group for name in names for group in asked([name])} == whole
    assert sum(map(len, whole)) == len(known)


def test_the_work_grows_with_the_number_of_copies_and_not_with_its_square() -> None:
    """Each key's documents are looked up once, and a hundred prints of one report are not all compared in pairs."""
    part = signed(prose(5))
    names = [f"d{n:03}" for n in range(100)]
    asked: list[int] = []

    def bearing(key: int) -> list[str]:
        asked.append(key)
        return names

    assert copies.groups(names, lambda _: part, bearing) == [set(names)]
    assert len(asked) == len(set(asked)) <= copies.BANDS * len(part)


# --- in a dataset

ENTITIES = """
@prefix id: <id/> .
@prefix ev: <https://w3id.org/evplans/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
id:kia a ev:Automaker, ev:Brand ; skos:prefLabel "Kia"@en .
id:kia-ev9 a ev:VehicleModel ; skos:prefLabel "Kia EV9"@en ; ev:parent id:kia .
id:kyodo a ev:Publisher ; skos:prefLabel "Kyodo"@en .
id:courier a ev:Publisher ; skos:prefLabel "Courier"@en .
id:herald a ev:Publisher ; skos:prefLabel "Herald"@en .
"""
REPORT = "The Kia EV9 is on sale in Korea. " + " ".join(
    f"The plan names {word} as step {number} of the work that lies before its engineers and suppliers this year."
    for number, word in enumerate(WORDS)
)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A report, two prints of it and a story of another paper's own."""
    documents, register = tmp_path / "documents", tmp_path / "register"
    documents.mkdir()
    register.mkdir()
    (register / "all.ttl").write_text(ENTITIES, encoding="utf-8")
    own = "The Kia EV9 is on sale in Korea, as its engineers told us in a talk of some hours. "
    for name, publisher, day, body in (
        ("wire", "Kyodo", "2024-03-01", REPORT),
        ("print", "Courier", "2024-03-02", REPORT[: len(REPORT) * 2 // 3]),
        ("archive", "Courier", "2024-03-05", REPORT.replace("work", "task")),
        (
            "own",
            "Herald",
            "2024-03-03",
            own + " ".join(f"They were asked of {word} and said that it is for the board to say." for word in WORDS),
        ),
    ):
        head = f"---\ntitle: {name}\npublisher: {publisher}\ndate: {day}\nlanguage: en\n---\n\n"
        (documents / f"{name}.md").write_text(head + body + "\n", encoding="utf-8")
    monkeypatch.setattr(paths, "DOCUMENTS", documents)
    monkeypatch.setattr(paths, "REGISTER", register)
    yield tmp_path


def published(home: Path | None) -> set[tuple[str, str]]:
    assert home
    asked = "SELECT ?a ?b { GRAPH ?g { ?a <https://w3id.org/evplans/ontology#nearDuplicateOf> ?b } }"
    return {(str(a).rpartition("/")[2], str(b).rpartition("/")[2]) for a, b in rows(open_store(home / "store"), asked)}


def test_copies_name_the_first_print_and_a_change_gives_what_all_documents_give(house: Path) -> None:
    data, wire = house / "data", paths.DOCUMENTS / "wire.md"
    whole = build(house / "whole", Namespace())
    assert published(whole.home) == {("print", "wire"), ("archive", "wire")}
    shutil.move(wire, house / "wire.md")
    without = build(data, Namespace())
    assert published(without.home) == {("archive", "print")}
    shutil.move(house / "wire.md", wire)
    entered = change(data, Namespace(), enter=[wire])
    assert (entered.build, entered.counts) == (whole.build, whole.counts)
    wire.rename(house / "wire.md")
    assert change(data, Namespace(), leave=["wire"]).build == without.build
    (house / "wire.md").rename(wire)
    wire.write_text(wire.read_text(encoding="utf-8").replace("2024-03-01", "2024-03-09"), encoding="utf-8")
    later = change(data, Namespace(), enter=[wire])
    assert later.build == build(house / "other", Namespace()).build
    assert published(later.home) == {("archive", "print"), ("wire", "print")}


def test_a_report_and_its_prints_are_one_witness_and_another_story_a_second(house: Path) -> None:
    from graph.questions import questions
    from service.pages.statements import Statement

    home = build(house / "data", Namespace()).home
    assert home
    [several] = [question for question in questions() if question.name == "12-several-witnesses"]
    stated = list(rows(open_store(home / "store"), several.text))
    assert ("Kia", "makes model", "Kia EV9", "2") in stated
    wire = {"document": "d/wire", "publisherLabel": "Kyodo"}
    prints = [{"document": f"d/{n}", "publisherLabel": n, "copied": "d/wire", "agency": "Kyodo"} for n in "ab"]
    nameless = [{"document": "d/x"}, {"document": "d/y", "copied": "d/x", "publisherLabel": "Courier"}]
    assert Statement([wire, *prints]).sources == 1
    assert Statement([wire, *prints, *nameless, {"document": "d/own", "publisherLabel": "Herald"}]).sources == 3
