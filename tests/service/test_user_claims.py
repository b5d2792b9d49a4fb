"""What users say in our own words must keep our shapes; what they say otherwise is theirs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from pyoxigraph import RdfFormat, parse

from graph.namespaces import SH, Namespace
from service.settings import Settings
from service.sparql import loader
from service.sparql.workers import Pool
from tests.service.published import make_app
from tests.service.small import small_dataset
from tests.service.test_user_graphs import MINE, User

__all__ = ["small_dataset"]

NAMES = Namespace()
PREFIXES = """
PREFIX ev: <https://w3id.org/evplans/ontology#> PREFIX code: <https://w3id.org/evplans/code/>
PREFIX id: <https://w3id.org/evplans/id/> PREFIX doc: <https://w3id.org/evplans/document/>
PREFIX oa: <http://www.w3.org/ns/oa#> PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
CLAIM = """
<http://my/c> a ev:Claim ; rdfs:label "Nissan plans 30 models" ; ev:subject id:nissan ; ev:property ev:modelCount ;
  ev:value 30 ; ev:unit code:unit\\/models ; ev:bound code:bound\\/exact ; ev:modality code:modality\\/plan ;
  ev:reviewState code:review-state\\/unreviewed ; ev:origin code:origin\\/added ;
  prov:wasDerivedFrom doc:nissan-the-arc ; ev:evidence <http://my/e> .
<http://my/e> a ev:Evidence , oa:SpecificResource ; oa:hasSource doc:nissan-the-arc ; oa:hasSelector <http://my/q> , <http://my/p> .
<http://my/q> a oa:TextQuoteSelector ; oa:exact "30 new models" .
<http://my/p> a oa:TextPositionSelector ; oa:start 10 ; oa:end 23 .
"""  # noqa: E501


@pytest.fixture(scope="module")
def author(small_dataset: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[User]:
    data = tmp_path_factory.mktemp("data")
    for entry in small_dataset.data.iterdir():
        if entry.is_symlink() or entry.is_file():
            shutil.copy(entry, data / entry.name, follow_symlinks=False)
        else:
            shutil.copytree(entry, data / entry.name)
    found = User(make_app(data, EVPLANS_TOKEN="secret", EVPLANS_QUERY_TIMEOUT="20"))
    yield found
    found.leave()


@pytest.fixture
def user(author: User) -> Iterator[User]:
    yield author
    for graph in (MINE, "http://my/other"):
        author.update(f"DROP SILENT GRAPH <{graph}>")


def insert(text: str, graph: str = MINE) -> str:
    return f"{PREFIXES} INSERT DATA {{ GRAPH <{graph}> {{ {text} }} }}"


def broken(user: User, text: str) -> set[str]:
    """The names of the shapes that the change would break; nothing was changed."""
    before = user.revision
    refused = user.update(text)
    assert refused.status_code == 422, refused.text
    assert refused.mimetype == "application/problem+json"
    assert user.revision == before
    return {row["shape"].rpartition("#")[2] for row in refused.get_json()["results"]}


def test_a_whole_claim_is_welcome(user: User) -> None:
    assert user.update(insert(CLAIM)).status_code == 204, user.update(insert(CLAIM)).text
    assert user.ask("<http://my/c> ev:subject id:nissan")
    assert user.update(insert("<http://my/c> <http://my/note> 'mine'")).status_code == 204


@pytest.mark.parametrize(
    ("was", "instead", "shape"),
    [
        ("ev:subject id:nissan ; ", "", "ClaimHasOneSubject"),
        ("ev:subject id:nissan", "ev:subject id:nissan , id:renault", "ClaimHasOneSubject"),
        ("ev:subject id:nissan", "ev:subject <http://my/nobody>", "ClaimSubjectIsEntity"),
        ("ev:modelCount", "ev:modelCuont", "ClaimPropertyIsDeclared"),
        ("modality\\/plan", "modality\\/hope", "ClaimModalityIsKnown"),
        ("oa:start 10", "oa:start 100", None),
        ("a ev:Claim", "a <http://my/Claim>", None),
        ("oa:exact \"30 new models\"", "oa:exact \" 30 new models\"", None),
    ],
)  # fmt: skip
def test_a_broken_claim_is_refused_whole(user: User, was: str, instead: str, shape: str | None) -> None:
    assert was in CLAIM
    text = insert(CLAIM.replace(was, instead) + " <http://my/Claim> rdfs:subClassOf ev:Claim .")
    if instead == "a <http://my/Claim>":
        text = text.replace("ev:subject id:nissan ;", "")
        shape = "ClaimHasOneSubject"
    found = broken(user, text)
    assert shape is None or shape in found
    assert user.get().status_code == 404


def test_parts_that_change_later_are_checked_with_the_whole(user: User) -> None:
    assert user.update(insert(CLAIM)).status_code == 204
    away = f"{PREFIXES} DELETE WHERE {{ GRAPH <{MINE}> {{ <http://my/c> ev:subject ?o }} }}"
    assert "ClaimHasOneSubject" in broken(user, away)
    assert broken(user, f"{PREFIXES} DELETE WHERE {{ GRAPH <{MINE}> {{ <http://my/e> ?p ?o }} }}")
    assert broken(user, f"{PREFIXES} DELETE WHERE {{ GRAPH <{MINE}> {{ <http://my/q> oa:exact ?o }} }}")
    assert "ClaimHasOneSubject" in broken(user, insert("<http://my/c> ev:subject id:renault", "http://my/other"))
    assert broken(user, insert("id:nissan skos:prefLabel 'Another name'@en"))
    assert user.update(f"CLEAR GRAPH <{MINE}>").status_code == 204


def test_what_others_rest_on_is_checked_when_it_goes(user: User) -> None:
    own = 'id:my-maker a ev:Automaker ; skos:prefLabel "My maker"@en .'
    assert user.update(insert(own, "http://my/other")).status_code == 204
    assert user.update(insert(CLAIM.replace("id:nissan", "id:my-maker"))).status_code == 204
    assert "ClaimSubjectIsEntity" in broken(user, "CLEAR GRAPH <http://my/other>")
    assert user.update(f"CLEAR GRAPH <{MINE}> ; CLEAR GRAPH <http://my/other>").status_code == 204


def test_a_class_that_becomes_ours_brings_its_members(user: User) -> None:
    assert user.update(insert("<http://my/x> a <http://my/Claim>")).status_code == 204
    assert "ClaimHasOneSubject" in broken(user, insert("<http://my/Claim> rdfs:subClassOf ev:Claim", "http://my/other"))


def test_a_blank_node_of_ours_is_refused_and_others_are_welcome(user: User) -> None:
    assert "NodeHasIri" in broken(user, insert("[] a ev:Claim"))
    assert user.update(insert("[] <http://my/p> [ <http://my/q> <<( <http://a> <http://b> 1 )>> ]")).status_code == 204


def test_graphs_that_are_put_are_checked_too(user: User) -> None:
    assert user.put(PREFIXES + CLAIM).status_code == 201
    assert user.put(PREFIXES + "<http://my/c> ev:subject id:renault .", method="POST").status_code == 422
    assert user.put(PREFIXES + "<http://my/d> a ev:Claim .").status_code == 422
    assert user.put("", method="DELETE").status_code == 204


def test_the_report_comes_as_it_is_asked_for(user: User) -> None:
    text = insert("<http://my/d> a ev:Claim")
    turtle = user.update(text, Accept="text/turtle")
    assert (turtle.status_code, turtle.mimetype) == (422, "text/turtle")
    results = [t for t in parse(turtle.data, format=RdfFormat.TURTLE) if t.predicate.value == SH + "result"]
    assert len(results) == len(user.update(text).get_json()["results"])
    page = user.update(text, Accept="text/html")
    assert (page.status_code, page.mimetype) == (422, "text/html")
    assert "http://my/d" in page.text


def test_only_what_is_ours_is_checked(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds: list[bytes] = []
    ask = Pool.ask

    def noted(pool: Pool, kind: bytes, *job: Any) -> dict[str, Any]:
        kinds.append(kind)
        return ask(pool, kind, *job)

    monkeypatch.setattr(Pool, "ask", noted)
    for text in ("<http://my/x> a <http://my/Thing>", "<http://my/x> rdfs:label 'x' ; <http://my/of> id:nissan"):
        assert user.update(insert(text)).status_code == 204
    assert kinds == [loader.TRY, loader.TRY]
    assert user.update(insert("id:nissan <http://my/p> 1")).status_code == 204
    assert kinds[2:] == [loader.TRY, loader.CHECK]


def test_what_the_build_says_already_is_no_news(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds: list[bytes] = []
    ask = Pool.ask
    monkeypatch.setattr(Pool, "ask", lambda pool, kind, *job: kinds.append(kind) or ask(pool, kind, *job))  # type: ignore[func-returns-value]
    assert user.update(f"COPY <{NAMES.graph('register')}> TO <{MINE}>").status_code == 204
    assert user.update(f"DROP GRAPH <{MINE}>").status_code == 204
    assert kinds == [loader.TRY, loader.TRY]


def test_shipped_claims_pass_as_a_users_own(user: User) -> None:
    """Every claim of a document, under other names: what is looked up around them suffices to judge them."""
    graph = {"graph": NAMES.document("nissan-ambition-2030")}
    claims = user.http.get("/graph-store", query_string=graph, headers={"Accept": "application/n-triples"}).text
    assert claims.count("\n") > 1000
    mine = user.put(claims.replace(NAMES.base + "claim/", "http://my/claim/"))
    assert mine.status_code == 201, mine.text[:2000]
