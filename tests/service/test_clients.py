"""Real clients against a real server: they read, they write with the token, and one server asks another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError

import pytest
from rdflib import Dataset, Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from SPARQLWrapper import JSON, POST, POSTDIRECTLY, TURTLE, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import Unauthorized

from graph.namespaces import EV
from tests.service.published import NAMES, THINGS, make_build, quads
from tests.service.test_server import running

AUTHORIZATION = {"Authorization": "Bearer secret"}
MINE = URIRef("http://example.org/mine")
KNOWS = URIRef("http://xmlns.com/foaf/0.1/knows")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data = tmp_path_factory.mktemp("data")
    make_build(data, "first", quads())
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("EVPLANS_TOKEN", "secret")
        with running(data) as (found, _):
            yield found


def update_store(address: str) -> SPARQLUpdateStore:
    return SPARQLUpdateStore(address + "/sparql", address + "/update", headers=dict(AUTHORIZATION), autocommit=True)


def wrapper(address: str, text: str, token: bool = True) -> SPARQLWrapper:
    client = SPARQLWrapper(address + "/sparql", address + "/update", returnFormat=JSON)
    client.setMethod(POST)
    if token:
        client.addCustomHttpHeader(*next(iter(AUTHORIZATION.items())))
    client.setQuery(text)
    return client


def test_rdflib_reads(address: str) -> None:
    for method in ("GET", "POST", "POST_FORM"):
        graph = Graph(SPARQLStore(address + "/sparql", method=method))
        assert len(list(graph.triples((None, URIRef(EV + "parent"), None)))) == THINGS
        [row] = graph.query("SELECT (COUNT(*) AS ?n) { ?s ev:parent ?o }", initNs={"ev": EV})
        assert row[0] == Literal(THINGS)
        assert graph.query("ASK { ?s ev:parent ?o }", initNs={"ev": EV}).askAnswer
        assert len(graph.query("CONSTRUCT WHERE { ?s ev:parent ?o }", initNs={"ev": EV}).graph or ()) == THINGS


def test_rdflib_writes_and_reads_its_own_writes(address: str) -> None:
    dataset = Dataset(update_store(address))
    graph = dataset.graph(MINE)
    for number in range(3):
        graph.add((URIRef(f"http://x/{number}"), KNOWS, Literal(f'"{number}"\n\\ é', lang="en")))
    assert len(list(graph.triples((None, KNOWS, None)))) == 3
    graph.remove((URIRef("http://x/0"), KNOWS, None))
    graph.update("INSERT { ?s <http://p> ?o } WHERE { ?s ?p ?o }")
    assert len(list(graph)) == 4
    assert MINE in {found.identifier for found in dataset.graphs()}
    dataset.remove_graph(graph)
    assert not list(graph)


def test_rdflib_is_told_what_it_may_not(address: str) -> None:
    with pytest.raises(HTTPError, match="403"):
        Graph(update_store(address), URIRef(NAMES.graph("facts"))).add((MINE, KNOWS, MINE))
    stranger = SPARQLUpdateStore(address + "/sparql", address + "/update", autocommit=True)
    with pytest.raises(HTTPError, match="401"):
        Graph(stranger, MINE).add((MINE, KNOWS, MINE))


@pytest.mark.parametrize("direct", [False, True])
def test_sparqlwrapper_writes_and_reads_its_own_writes(address: str, direct: bool) -> None:
    text = f"INSERT DATA {{ GRAPH <{MINE}> {{ <http://y/{direct}> <{KNOWS}> 1 , 'é' }} }}"
    client = wrapper(address, text)
    if direct:
        client.setRequestMethod(POSTDIRECTLY)
    assert client.query().response.status == 204
    found = wrapper(address, f"SELECT ?o {{ <http://y/{direct}> <{KNOWS}> ?o }}", token=False).queryAndConvert()
    assert {row["o"]["value"] for row in found["results"]["bindings"]} == {"1", "é"}
    described = wrapper(address, f"DESCRIBE <http://y/{direct}>", token=False)
    described.setReturnFormat(TURTLE)
    assert b"knows" in described.queryAndConvert()
    assert wrapper(address, f"DROP GRAPH <{MINE}>").query().response.status == 204


def test_sparqlwrapper_is_told_what_it_may_not(address: str) -> None:
    with pytest.raises(Unauthorized, match="Bearer"):
        wrapper(address, "CLEAR DEFAULT", token=False).query()
    with pytest.raises(HTTPError, match="403"):
        wrapper(address, "CLEAR ALL").query()


def test_one_server_asks_another(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert wrapper(address, f"INSERT DATA {{ <http://z> <{KNOWS}> 'far away' }}").query().response.status == 204
    make_build(tmp_path, "other", quads()[:1])
    monkeypatch.setenv("EVPLANS_SERVICE_ALLOW", address + "/sparql")
    with running(tmp_path) as (asking, _):
        text = f"SELECT ?o {{ ?s ev:parent ?x SERVICE <{address}/sparql> {{ <http://z> <{KNOWS}> ?o }} }}"
        [row] = wrapper(asking, text, token=False).queryAndConvert()["results"]["bindings"]
        assert row["o"]["value"] == "far away"
        for refused in (f"<{address}/update>", f"<{address}/sparql?query=x>", "?x", "<http://localhost/sparql>"):
            with pytest.raises(HTTPError, match="403"):
                wrapper(asking, f"SELECT * {{ ?s ?p ?x SERVICE {refused} {{ ?a ?b ?c }} }}", token=False).query()
