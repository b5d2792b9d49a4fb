"""What a build makes of searches and decisions: proposals in a graph of their own, accepted links in the register's."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from pyoxigraph import NamedNode, Quad

from graph.assembly import Assembly
from graph.draft import Draft
from graph.gate import Gate
from graph.linking.decisions import Decision, decisions_file, pair_id, write_register
from graph.linking.enriching import Enriched, Fact, facts_file
from graph.linking.publishing import settle_links
from graph.linking.searches import Found, Search, append_lines
from graph.namespaces import EV, SKOS, VOID
from graph.publish import drafted
from graph.rdf import ground_quads
from graph.register import load_register
from graph.terms import iri
from tests.service.sessions import NAMES, TODAY
from tests.service.standin import WD, WDT

SURE = {"name": 1.0, "proper": 1.0, "kind": 1.0, "country": 1.0, "parent": 1.0, "year": 0.0, "context": 1.0}
ARIYA, UNKNOWN = NAMES.entity("nissan-ariya"), NAMES.entity("no-such-thing")


def searched(data: Path, entity: str, target: str, **features: float) -> None:
    found = Found(WD + target, "a thing", SURE | features)
    append_lines(data / "links" / "wikidata.search.jsonl", [asdict(Search(entity, "A", "", TODAY, (found,)))])


def decided(data: Path, decision: str, target: str) -> None:
    row = Decision(
        entity="nissan-ariya", target=WD + target, decision=decision, relation="closeMatch", by="Ada", date=TODAY,
        label="A", score=0.9,
    )  # fmt: skip
    append_lines(decisions_file(data), [asdict(row)])


def settled(data: Path) -> tuple[list[Quad], list[Quad], list[str]]:
    """graph/links, the links of one entity, and what shapes say, in a draft of the register alone."""
    ground = ground_quads(NAMES)
    with drafted(data, NAMES) as draft:
        for graph, quads in ground.items():
            draft.change(graph, added=quads)
        work = Assembly(draft, Gate(quad for quads in ground.values() for quad in quads))
        settle_links(data, work)
        first = _state(draft)
        settle_links(data, work)
        assert _state(draft) == first, "settling again changes nothing"
        assert not list(draft.triples_in_two_graphs())
        said = [f"{r.severity} {r.message}" for r in draft.ledger.results()]
        return first[0], first[1], said


def _state(draft: Draft) -> tuple[list[Quad], list[Quad]]:
    about = draft.about(NAMES.graph("register"), [ARIYA])
    return (
        sorted(draft.quads(NAMES.graph("links")), key=str),
        sorted((q for q in about if q.predicate.value.startswith(SKOS) and isinstance(q.object, NamedNode)), key=str),
    )


def values(quads: list[Quad], node: str, name: str) -> list[str]:
    return [q.object.value for q in quads if iri(q.subject) == node and q.predicate.value == name]  # type: ignore[union-attr]


def node_of(target: str) -> str:
    return f"{NAMES.graph('links')}#{pair_id('nissan-ariya', WD + target)}"


def test_proposals_stand_apart_and_assert_nothing(tmp_path: Path) -> None:
    (tmp_path / "builds").mkdir()
    searched(tmp_path, ARIYA, "Q900000001")
    searched(tmp_path, UNKNOWN, "Q900000002")
    searched(tmp_path, NAMES.entity("renault-zoe"), "Q900000003", name=0.5, proper=0.0, kind=-1.0)
    links, own, said = settled(tmp_path)
    assert values(links, node_of("Q900000001"), EV + "linkTarget") == [WD + "Q900000001"]
    assert values(links, node_of("Q900000001"), EV + "linkState")[0].endswith("/proposed")
    assert not [q for q in links if "Q900000002" in str(q) or "Q900000003" in str(q)], "unknown, or too unsure"
    assert not [q for q in own if "Q900000001" in str(q)]
    assert not [line for line in said if line.startswith("Violation")]
    linksets = [q for q in links if q.object == NamedNode(VOID + "Linkset")]
    assert len(linksets) == 3
    linked = sum(i.startswith(WD) for e in load_register().entities.values() for _, i in e.links)
    assert values(links, NAMES.graph("links") + "#wikidata", VOID + "triples") == [str(linked)]


def test_accepted_links_enter_the_register_and_rejected_ones_do_not(tmp_path: Path) -> None:
    (tmp_path / "builds").mkdir()
    for target in ("Q900000001", "Q900000002"):
        searched(tmp_path, ARIYA, target)
    decided(tmp_path, "accept", "Q900000001")
    decided(tmp_path, "reject", "Q900000002")
    links, own, _ = settled(tmp_path)
    assert [q.object.value for q in own if q.predicate.value == SKOS + "closeMatch"] == [WD + "Q900000001"]  # type: ignore[union-attr]
    assert values(links, node_of("Q900000001"), EV + "linkState")[0].endswith("/accepted")
    assert values(links, node_of("Q900000002"), EV + "linkState")[0].endswith("/rejected")
    assert not [q for q in own if "Q900000002" in str(q)]
    assert load_register_with(write_register(tmp_path, NAMES)).endswith("Q900000001")
    decided(tmp_path, "reject", "Q900000001")
    assert not [q for q in settled(tmp_path)[1] if "Q900000001" in str(q)], "the last decision counts"


def load_register_with(path: Path) -> str:
    """The one link of a file in the register's form, as the register's own reader takes it."""
    folder = path.parent / "register"
    folder.mkdir(exist_ok=True)
    (folder / "links.ttl").write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    said = f'<id/nissan-ariya> a <{EV}VehicleModel> ; <{SKOS}prefLabel> "Nissan Ariya"@en .'
    (folder / "one.ttl").write_text(said, encoding="utf-8")
    return load_register(folder)["nissan-ariya"].links[0][1]


def test_fetched_facts_keep_their_own_properties(tmp_path: Path) -> None:
    (tmp_path / "builds").mkdir()
    facts = (Fact(WDT + "P571", "2022"), Fact(WDT + "P159", WD + "Q38283", "Yokohama"))
    for slug in ("nissan-ariya", "no-such-thing"):
        append_lines(facts_file(tmp_path, "wikidata"), [asdict(Enriched(slug, WD + "Q1", TODAY, facts))])
    ground = ground_quads(NAMES)
    with drafted(tmp_path, NAMES) as draft:
        for graph, quads in ground.items():
            draft.change(graph, added=quads)
        settle_links(tmp_path, Assembly(draft, Gate(quad for quads in ground.values() for quad in quads)))
        found = draft.quads(NAMES.graph("enrichment-wikidata"))
    assert {iri(q.subject) for q in found if q.predicate.value.startswith(WDT)} == {ARIYA}
    assert not [q for q in found if q.predicate.value.startswith(EV)]
    assert any(q.object == NamedNode(WD + "Q1") for q in found)
