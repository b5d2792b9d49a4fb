"""Linking on the command line: search, decide, check and enrich, with one clear line for everything that goes wrong."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pyoxigraph import Literal, NamedNode, Quad, Store

from graph.linking.decisions import pair_id, read_decisions
from graph.linking.searches import Journal, Search
from graph.namespaces import OWL, RDFS, XSD
from service.app import create_app
from service.cli import main
from service.settings import Settings
from tests.service.standin import WD, WDT, StandIn, serving, wikidata

pytest_plugins = ("tests.service.small", "tests.service.linked")

Run = Callable[..., Result]


@pytest.fixture
def data(small_dataset: Settings, tmp_path: Path) -> Path:
    """A copy of the small dataset to write into."""
    shutil.copytree(small_dataset.data, tmp_path / "data", symlinks=True)
    return tmp_path / "data"


@pytest.fixture
def run(data: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command over that copy."""
    monkeypatch.setenv("EVPLANS_DATA", str(data))

    def runner(*arguments: str, keys: str = "") -> Result:
        result = CliRunner().invoke(main, arguments, input=keys)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return runner


def wikidata_at(standin: StandIn) -> tuple[str, ...]:
    return ("link", "--to", "wikidata", "--endpoint", standin.address, "--kind", "automaker")


def proposed(result: Result) -> list[str]:
    """The ids of the proposals that were printed."""
    return [line.split()[0] for line in result.stdout.splitlines()[1:]]


def one_line(result: Result) -> str:
    assert result.exit_code != 0
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    return lines[0]


def test_search_then_decide(run: Run, standin: StandIn, data: Path) -> None:
    first = run(*wikidata_at(standin))
    assert first.exit_code == 0
    ids = proposed(first)
    assert len(ids) > 3
    asked = len(standin.asked)
    assert proposed(run(*wikidata_at(standin))) == ids
    assert len(standin.asked) == asked, "what was searched is not asked again"
    assert "accepted:" in run("link", "--accept", ids[0], "--as", "closeMatch", "--by", "Ada").stdout
    assert "rejected:" in run("link", "--reject", ids[1][:8], "--by", "Ada").stdout
    assert proposed(run(*wikidata_at(standin), "--again")) == ids[2:], "what was decided is not proposed again"
    decisions = list(read_decisions(data).values())
    assert [(d.decision, d.relation, d.by) for d in decisions] == [
        ("accept", "closeMatch", "Ada"),
        ("reject", "exactMatch", "Ada"),
    ]
    turtle = (data / "links" / "register.ttl").read_text(encoding="utf-8")
    assert f"<id/{decisions[0].entity}> skos:closeMatch <{decisions[0].target}> ." in turtle
    assert decisions[1].target not in turtle


def test_review_shows_the_evidence_and_asks(run: Run, standin: StandIn, data: Path) -> None:
    ids = proposed(run(*wikidata_at(standin)))
    seen = run("link", "--review", "--by", "Ada", keys="a\nr\ns\nq\n")
    assert seen.exit_code == 0
    for part in (ids[0], "score 0.", "proper confirmed", "exactMatch", "found 20"):
        assert part in seen.stdout
    assert [d.decision for d in read_decisions(data).values()] == ["accept", "reject"]
    assert run("link", "--review", keys="q\n").stdout.count("score 0.") == 1


def test_decisions_that_cannot_be_taken_are_told(run: Run, standin: StandIn, data: Path) -> None:
    ids = proposed(run(*wikidata_at(standin)))
    assert "no proposal begins so" in one_line(run("link", "--accept", "zzzz"))
    run("link", "--accept", ids[0], "--by", "Ada")
    kept = next(iter(read_decisions(data).values()))
    journal = Journal.open(data / "links" / "wikidata.search.jsonl")
    search = next(s for s in journal.searches.values() if s.entity.endswith("/" + kept.entity))
    row = json.loads((data / "links" / "wikidata.search.jsonl").read_text(encoding="utf-8").splitlines()[0])
    row |= {"entity": search.entity, "found": [{**row_of(search), "iri": WD + "Q1"}]}
    with (data / "links" / "wikidata.search.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
    told = one_line(run("link", "--accept", pair(kept.entity, WD + "Q1")))
    assert "accept" in told
    assert "closeMatch or broadMatch" in told
    assert "accepted" in run("link", "--accept", pair(kept.entity, WD + "Q1"), "--as", "broadMatch").stdout


def row_of(search: Search) -> dict[str, object]:
    found: dict[str, object] = asdict(search)["found"][0]
    return found


def pair(entity: str, target: str) -> str:
    return pair_id(entity, target)


def test_bad_input_gets_one_line(run: Run, standin: StandIn, data: Path) -> None:
    assert "give one of dbpedia, geonames, wikidata" in one_line(run("link", "--to", "wikipedia"))
    assert "no such kind" in one_line(run("link", "--to", "wikidata", "--kind", "planet"))
    assert "no address of an endpoint" in one_line(run("link", "--to", "http://a b/"))
    assert "say what to link to" in run("link").stderr
    standin.faults = ["html"]
    assert "is it a SPARQL endpoint?" in one_line(run(*wikidata_at(standin)))
    (data / "links").mkdir(exist_ok=True)
    (data / "links" / "decisions.jsonl").write_text('{"entity": 3}\n', encoding="utf-8")
    assert "decisions.jsonl" in one_line(run(*wikidata_at(standin)))


def test_other_endpoints_and_places(run: Run) -> None:
    store, item = Store(), NamedNode("http://example.org/alliance")
    store.add(Quad(item, NamedNode(RDFS + "label"), Literal("Renault-Nissan-Mitsubishi Alliance", language="en")))
    with serving(store) as server:
        found = run("link", "--to", server.address, "--kind", "alliance", "--threshold", "0.1")
        assert "<http://example.org/alliance>" in found.stdout
    assert run("link", "--to", "geonames", "--kind", "city").exit_code == 0


@pytest.fixture
def changed() -> Store:
    """The stand-in's graph some time later: an item was deleted, one merged, one is something else now."""
    store = wikidata()
    for gone in ("Q911323", "Q6686", "Q44294"):
        for quad in list(store.quads_for_pattern(NamedNode(WD + gone), None, None)):
            store.remove(quad)
    store.add(Quad(NamedNode(WD + "Q6686"), NamedNode(OWL + "sameAs"), NamedNode(WD + "Q2")))
    store.add(Quad(NamedNode(WD + "Q44294"), NamedNode(RDFS + "label"), Literal("Fjord", language="en")))
    store.add(Quad(NamedNode(WD + "Q44294"), NamedNode(WDT + "P31"), NamedNode(WD + "Q4022")))
    return store


def test_check_reports_and_changes_nothing(run: Run, changed: Store, data: Path) -> None:
    with serving(changed) as server:
        told = run("link", "--to", "wikidata", "--endpoint", server.address, "--check")
    assert told.exit_code == 1
    lines = told.stdout.splitlines()
    assert any(line.startswith("missing  nissan-leaf ") for line in lines)
    assert any(line.startswith("moved    renault ") and "Q2>" in line for line in lines)
    assert any(line.startswith("kind     ford ") for line in lines)
    assert lines[-1].startswith("9")
    assert not (data / "links").exists()


def test_check_is_content_where_all_hold(run: Run, standin: StandIn) -> None:
    told = run("link", "--to", "geonames", "--check")
    assert told.stdout.splitlines()[-1].endswith(("all hold", "missing", "name", "kind"))
    assert told.exit_code == (0 if told.stdout.splitlines()[-1].endswith("all hold") else 1)


def test_facts_are_fetched_and_differences_shown(run: Run, data: Path) -> None:
    store, nissan = wikidata(), NamedNode(WD + "Q20165")
    for quad in list(store.quads_for_pattern(nissan, None, None)):
        store.remove(quad)
    time = NamedNode(XSD + "dateTime")
    store.add(Quad(nissan, NamedNode(WDT + "P571"), Literal("1933-12-26T00:00:00Z", datatype=time)))
    store.add(Quad(nissan, NamedNode(WDT + "P159"), NamedNode(WD + "Q1490")))
    store.add(Quad(nissan, NamedNode(WDT + "P856"), NamedNode("https://www.nissan-global.com/")))
    store.add(Quad(nissan, NamedNode(WDT + "P154"), NamedNode("http://commons.wikimedia.org/x/Nissan%20logo.svg")))
    store.add(Quad(NamedNode(WD + "Q1490"), NamedNode(RDFS + "label"), Literal("Tokyo", language="en")))
    with serving(store) as server:
        arguments = ("enrich", "--from", "wikidata", "--endpoint", server.address)
        told = run(*arguments)
        assert (
            "nissan: headquarters Tokyo by <http://www.wikidata.org/entity/Q20165>, Yokohama by the register"
            in told.stdout
        )
        asked = len(server.asked)
        assert run(*arguments).stdout == told.stdout
        assert len(server.asked) == asked, "what came today is not asked again"
    assert run("enrich", "--from", "wikidata", "--offline").stdout == told.stdout
    rows = [json.loads(line) for line in (data / "links" / "wikidata.facts.jsonl").read_text("utf-8").splitlines()]
    facts = next(row["facts"] for row in rows if row["entity"] == "nissan")
    assert {fact["value"] for fact in facts} == {
        "1933", WD + "Q1490", "https://www.nissan-global.com/", "Nissan logo.svg",
    }  # fmt: skip
    for more in ((), ("--offline",)):
        assert "no facts are chosen" in one_line(run("enrich", "--from", "dbpedia", *more))


def test_the_page_shows_proposals_and_takes_decisions_with_the_token(run: Run, standin: StandIn, data: Path) -> None:
    ids = proposed(run(*wikidata_at(standin)))
    reader = create_app(Settings.read({"EVPLANS_DATA": str(data)})).test_client()
    page = reader.get("/links")
    assert page.headers["Cache-Control"] == "no-store"
    assert all(f'id="{one}"' in page.text for one in ids)
    assert "<form method" not in page.text
    form = {"id": ids[0], "decision": "accept", "relation": "closeMatch", "by": "Ada", "token": "secret"}
    assert reader.post("/links", data=form).status_code == 403
    writer = create_app(Settings.read({"EVPLANS_DATA": str(data), "EVPLANS_TOKEN": "secret"})).test_client()
    assert writer.post("/links", data=form | {"token": "guess"}).status_code == 401
    for wrong in ({"decision": "maybe"}, {"relation": "sameAs"}, {"by": ""}, {"by": "a\nb"}, {"by": "x" * 101}):
        assert writer.post("/links", data=form | wrong).status_code == 400
    assert writer.post("/links", data=form | {"id": "zzzz"}).status_code == 409
    assert not read_decisions(data)
    assert writer.post("/links", data=form).status_code == 303
    bearer = {"Authorization": "Bearer secret"}
    rejected = {"id": ids[1], "decision": "reject", "by": "Ada"}
    assert writer.post("/links", data=rejected, headers=bearer).status_code == 303
    assert [(d.decision, d.by) for d in read_decisions(data).values()] == [("accept", "Ada"), ("reject", "Ada")]
    assert ids[0] not in writer.get("/links").text
    assert "<form method" in writer.get("/links").text


def test_what_a_target_says_is_shown_as_text(run: Run, standin: StandIn, data: Path) -> None:
    run(*wikidata_at(standin))
    path = data / "links" / "wikidata.search.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace('"label": "', '"label": "<script>'), encoding="utf-8")
    page = create_app(Settings.read({"EVPLANS_DATA": str(data)})).test_client().get("/links").text
    assert "&lt;script&gt;" in page
    assert "<script>" not in page.split("<main", 1)[1]
