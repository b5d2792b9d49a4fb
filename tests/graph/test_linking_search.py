"""Searching a target: whatever the endpoint does, what was found is found, kept whole, and never asked twice."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from graph.linking.asking import Endpoint, EndpointError
from graph.linking.described import Described
from graph.linking.finding import EndpointFinder, lookups
from graph.linking.places import PlaceFinder
from graph.linking.proposals import propose
from graph.linking.scoring import weights
from graph.linking.searches import Journal, JournalError, Search, append_lines, read_lines, search
from graph.linking.targets import TargetError, iris, known_targets, load_target, read_target
from graph.linking.things import Things
from graph.namespaces import RDFS, SKOS
from tests.service.sessions import TODAY, as_wikidata, finder, session
from tests.service.standin import WD, WDT, StandIn, serving

pytest_plugins = ("tests.service.linked",)

SOME = ("nissan", "nissan-leaf", "renault", "renault-zoe", "ford", "toyota-prius", "yokohama", "japan", "carlos-ghosn")
PASSING = ("429", "503", "500", "cut", "slow")
LASTING = ("html", "type", "redirect", "boolean", "429-long")


@pytest.fixture
def some(tmp_path: Path, ground: Store, register_things: Things, standin: StandIn) -> list[Described]:
    """A few of our things, as if they had no links."""
    ours = session(tmp_path, ground, register_things, as_wikidata(standin), hidden=True).ours
    return [ours.described(register_things.by_slug[slug]) for slug in SOME]


def run(standin: StandIn, things: list[Described], path: Path, seconds: float = 20.0) -> tuple[Journal, list[float]]:
    """Search with small batches."""
    target = replace(as_wikidata(standin), names_at_once=120)
    found, waits = finder(standin, target, seconds)
    journal = Journal.open(path)
    search(things, found, target.features, weights(), journal, TODAY)
    return journal, waits


def lines(path: Path) -> list[str]:
    return sorted(path.read_text(encoding="utf-8").splitlines())


def test_each_thing_is_searched_and_its_item_found(standin: StandIn, some: list[Described], tmp_path: Path) -> None:
    journal, waits = run(standin, some, tmp_path / "links" / "x.jsonl")
    assert set(journal.searches) == {thing.iri for thing in some}
    best = {p.entity.rpartition("/")[2]: p.target.iri for p in propose(journal.searches.values(), weights())}
    assert best["nissan-leaf"] == WD + "Q911323"
    assert best["japan"] == WD + "Q17"
    assert waits == []
    assert all(agent.startswith("evplans/") and "https://" in agent for agent in standin.agents)
    asked = len(standin.asked)
    run(standin, some, tmp_path / "links" / "x.jsonl")
    assert len(standin.asked) == asked, "what was searched is not asked again"


@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("at", [0, 3])
def test_a_passing_fault_is_waited_out(
    standin: StandIn, some: list[Described], tmp_path: Path, fault: str, at: int
) -> None:
    run(standin, some, tmp_path / "clean.jsonl")
    standin.faults, standin.patience = [""] * at + [fault], 1.5
    _, waits = run(standin, some, tmp_path / "faulty.jsonl", seconds=1.0)
    assert lines(tmp_path / "faulty.jsonl") == lines(tmp_path / "clean.jsonl")
    assert waits == [7.0 if fault in {"429", "503"} else 1.0]


@pytest.mark.parametrize("fault", LASTING)
def test_a_lasting_fault_is_told_in_one_line_and_nothing_is_lost(
    standin: StandIn, some: list[Described], tmp_path: Path, fault: str
) -> None:
    run(standin, some, tmp_path / "clean.jsonl")
    standin.asked.clear()
    standin.faults = ["", "", "", "", "", fault]
    with pytest.raises(EndpointError) as told:
        run(standin, some, tmp_path / "cut.jsonl")
    assert str(told.value).startswith(standin.address)
    assert "\n" not in str(told.value)
    before = lines(tmp_path / "cut.jsonl")
    assert 0 < len(before) < len(some)
    assert set(before) < set(lines(tmp_path / "clean.jsonl")), "what is kept is whole"
    run(standin, some, tmp_path / "cut.jsonl")
    assert lines(tmp_path / "cut.jsonl") == lines(tmp_path / "clean.jsonl")


def test_an_endpoint_that_stays_busy_is_left_alone(standin: StandIn, some: list[Described], tmp_path: Path) -> None:
    standin.faults = ["429"] * 9
    with pytest.raises(EndpointError, match=r"is busy \(HTTP 429\), 4 times"):
        run(standin, some, tmp_path / "x.jsonl")
    assert len(standin.faults) == 5
    assert not (tmp_path / "x.jsonl").exists()


def test_what_is_too_much_at_once_is_asked_in_halves(standin: StandIn, some: list[Described], tmp_path: Path) -> None:
    run(standin, some, tmp_path / "clean.jsonl")
    standin.most = 2_500
    run(standin, some, tmp_path / "halves.jsonl")
    assert lines(tmp_path / "halves.jsonl") == lines(tmp_path / "clean.jsonl")
    standin.most = 100
    with pytest.raises(EndpointError, match="cut off or no JSON, 4 times"):
        run(standin, some, tmp_path / "never.jsonl")


@pytest.mark.parametrize("address", ["", "ftp://x/", "http://", "http://a b/", "wikidata", "file:///etc/passwd"])
def test_what_is_no_address_is_not_asked(address: str) -> None:
    with pytest.raises(EndpointError, match="no address of an endpoint"):
        Endpoint(address)


def test_an_endpoint_that_is_down_or_elsewhere(standin: StandIn) -> None:
    with pytest.raises(EndpointError, match="cannot be reached"):
        Endpoint("http://127.0.0.1:9/sparql", sleep=lambda _: None).select("SELECT * { }")
    with pytest.raises(EndpointError, match="does not exist"):
        Endpoint(standin.address + "x").select("SELECT * { }")
    with pytest.raises(EndpointError, match="malformed"):
        Endpoint(standin.address).select("SELECT")


@given(st.lists(st.sampled_from(["", "", *PASSING[:4], *LASTING]), max_size=12))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_link_is_lost_whatever_the_endpoint_does(
    standin: StandIn, some: list[Described], tmp_path: Path, faults: list[str]
) -> None:
    run(standin, some, tmp_path / "clean.jsonl")
    path = tmp_path / "faulty.jsonl"
    path.unlink(missing_ok=True)
    standin.faults = list(faults)
    while True:
        try:
            run(standin, some, path)
        except EndpointError:
            continue
        break
    standin.faults = []
    assert lines(path) == lines(tmp_path / "clean.jsonl")


def test_a_journal_that_was_cut_off_goes_on(standin: StandIn, some: list[Described], tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    run(standin, some, path)
    clean, content = lines(path), path.read_bytes()
    for cut in (1, 40, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:cut])
        run(standin, some, path)
        assert lines(path) == clean
    path.write_text('{"entity": "x"}\n{nonsense\n{}\n', encoding="utf-8")
    with pytest.raises(JournalError, match=r"x\.jsonl"):
        Journal.open(path)


def test_a_thing_that_is_named_anew_is_searched_anew(some: list[Described], tmp_path: Path) -> None:
    journal = Journal(tmp_path / "x.jsonl")
    journal.add([Search(some[0].iri, some[0].label, "another digest", TODAY)])
    assert journal.lacks(some[0])


def test_searching_again_asks_what_was_not_asked_today(standin: StandIn, some: list[Described], tmp_path: Path) -> None:
    target, path = as_wikidata(standin), tmp_path / "x.jsonl"
    found, _ = finder(standin, target)

    def asked_on(day: str, again: bool) -> int:
        before = len(standin.asked)
        search(some, found, target.features, weights(), Journal.open(path), day, again=again)
        return len(standin.asked) - before

    assert asked_on("2026-11-24", False)
    assert not asked_on(TODAY, False)
    assert asked_on(TODAY, True)
    assert not asked_on(TODAY, True)
    assert {s.date for s in Journal.open(path).searches.values()} == {TODAY}


@given(st.lists(st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=3), max_size=4))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_lines_come_back_as_they_were_written(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    path = tmp_path / "rows.jsonl"
    path.unlink(missing_ok=True)
    append_lines(path, rows[:1])
    append_lines(path, rows[1:])
    assert read_lines(path) == rows


# ---- Names and targets

NASTY = [
    'a" } DROP',
    "a\\",
    "{}",
    "$names $items",
    "x'y",
    "line\nbreak",
    "日産",
    "Škoda",
    "?item",
    "\u202egnissiN",
    "<i>",
]


@pytest.mark.parametrize("name", NASTY)
def test_names_cannot_change_the_query(name: str) -> None:
    store, item = Store(), NamedNode(WD + "Q1")
    for tag in ("en", "ja", "zh"):
        store.add(Quad(item, NamedNode(RDFS + "label"), Literal(name, language=tag)))
    store.add(Quad(NamedNode(WD + "Q2"), NamedNode(RDFS + "label"), Literal("other", language="en")))
    with serving(store) as server:
        found, _ = finder(server, as_wikidata(server))
        thing = Described(iri="http://example.org/x", names=(name,))
        assert [d.iri for d in found.find([thing])[thing.iri]] == [item.value]
        assert all(q.count("SELECT") == 1 for q in server.asked)


def test_iris_with_spaces_or_braces_are_not_asked() -> None:
    assert iris(["http://a/b", "http://a b", "http://a/{b}", "", "x", 'http://a/"']) == ["<http://a/b>"]


def test_duplicates_in_the_target_are_left_to_people(some: list[Described], tmp_path: Path) -> None:
    store, journal = Store(), Journal(tmp_path / "x.jsonl")
    for number in (1, 2):
        item = NamedNode(f"{WD}Q{number}")
        store.add(Quad(item, NamedNode(RDFS + "label"), Literal("Nissan Leaf", language="en")))
        store.add(Quad(item, NamedNode(WDT + "P31"), NamedNode(WD + "Q3231690")))
    leaf = next(thing for thing in some if thing.label == "Nissan Leaf")
    with serving(store) as server:
        found, _ = finder(server, as_wikidata(server))
        described = found.find([leaf])[leaf.iri]
        assert len(described) == 2
        search([leaf], found, as_wikidata(server).features, weights(), journal, TODAY)
        proposal = propose(journal.searches.values(), weights())[0]
        assert proposal.score < weights().threshold
        assert len(proposal.rivals) == 1


def test_any_endpoint_with_common_vocabularies_can_be_asked(some: list[Described]) -> None:
    store, item = Store(), NamedNode("http://example.org/cars/leaf")
    store.add(Quad(item, NamedNode(SKOS + "prefLabel"), Literal("Leaf")))
    store.add(Quad(item, NamedNode(SKOS + "altLabel"), Literal("Nissan Leaf", language="en")))
    with serving(store) as server:
        target = load_target(server.address)
        found = EndpointFinder(target, Endpoint(server.address))
        leaf = next(thing for thing in some if thing.label == "Nissan Leaf")
        described = found.find([leaf])[leaf.iri]
        assert [(d.iri, set(d.names)) for d in described] == [(item.value, {"Leaf", "Nissan Leaf"})]


def test_what_cannot_be_a_thing_of_the_target_is_left_out(some: list[Described]) -> None:
    leaf = next(thing for thing in some if thing.label == "Nissan Leaf")
    store = Store()
    for iri in ("javascript:alert(1)", "urn:x:leaf", "http://example.org/leaf"):
        store.add(Quad(NamedNode(iri), NamedNode(RDFS + "label"), Literal("Nissan Leaf", language="en")))
    with serving(store) as server:
        anywhere = EndpointFinder(load_target(server.address), Endpoint(server.address))
        assert [d.iri for d in anywhere.find([leaf])[leaf.iri]] == ["http://example.org/leaf"]
        assert not finder(server, as_wikidata(server))[0].find([leaf])[leaf.iri]


def test_places_are_found_offline(register_things: Things, tmp_path: Path, ground: Store) -> None:
    target = load_target("geonames")
    ours = session(tmp_path, ground, register_things, target, hidden=True).ours
    found = PlaceFinder(target).find(
        [ours.described(register_things.by_slug[s]) for s in ("yokohama", "japan", "ford")]
    )
    first = {iri.rpartition("/")[2]: [d.iri for d in places[:1]] for iri, places in found.items()}
    assert first["yokohama"] == ["https://sws.geonames.org/1848354/"]
    assert first["japan"] == ["https://sws.geonames.org/1861060/"]


def test_targets_are_files(tmp_path: Path) -> None:
    assert known_targets() == ["dbpedia", "geonames", "wikidata"]
    with pytest.raises(TargetError, match="give one of dbpedia, geonames, wikidata"):
        load_target("wikipedia")
    with pytest.raises(TargetError, match="no endpoint"):
        load_target("geonames", "http://x/")
    for text in (
        "name = 3 4",
        'name = "x"',
        'surprise = "x"',
        'name="x"\nstarts=[]\nfeatures=[]\n[kinds]\n[queries]\nfind="x"',
    ):
        path = tmp_path / "t.toml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(TargetError, match=r"t\.toml") as told:
            read_target(path)
        assert "\n" not in str(told.value)


def test_look_ups_begin_with_the_names_themselves(some: list[Described]) -> None:
    for thing in some:
        names = lookups(thing)
        assert set(thing.names) <= set(names) or len(names) == 60
        assert len(set(names)) == len(names)
    assert all(a != b for a, b in pairwise(sorted(lookups(some[0]))))
    assert "Nissan Motor Corporation" in lookups(some[0])


def test_a_line_of_the_journal_is_plain_json(standin: StandIn, some: list[Described], tmp_path: Path) -> None:
    run(standin, some[:1], tmp_path / "x.jsonl")
    row = json.loads((tmp_path / "x.jsonl").read_text(encoding="utf-8"))
    assert set(row) == {"entity", "label", "asked", "date", "found"}
    assert set(row["found"][0]) == {"iri", "label", "features", "kinds", "description"}
