"""Other stores: the same answers from each; publishing may be cut anywhere, and no reader sees half a document."""

from __future__ import annotations

import os
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store

from graph.digests import GraphDigest
from graph.namespaces import XSD, Namespace
from graph.paths import HOUSE
from graph.publish import current_build, graph_digests, read_manifest
from graph.questions import Question, questions
from graph.store import Home, Row, Term
from graph.store.delivery import deliver, published
from graph.store.embedded import Embedded, open_store
from graph.store.remote import Address, Late, Refused, Remote, RemoteError, declared
from graph.terms import canonical_lines
from tests.graph.servers import SERVERS, server

NAMES = Namespace()
NUMBERS = {XSD + name for name in ("integer", "decimal", "double", "int", "nonNegativeInteger")}
LOCAL = [question for question in questions() if not question.needs]


@pytest.fixture(scope="module", params=SERVERS)
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    """A server that all tests of this module share, each with graphs of its own."""
    with server(request.param, tmp_path_factory.mktemp(request.param)) as address:
        yield address


@pytest.fixture(scope="module")
def built() -> tuple[Store, dict[str, GraphDigest]]:
    build = current_build(Path(os.environ.get("EVPLANS_DATA") or HOUSE / "data"))
    if build is None:
        pytest.skip("no dataset; evplans build makes one")
    return open_store(build / "store"), graph_digests(read_manifest(build))


@pytest.fixture(scope="module")
def full(address: Address, built: tuple[Store, dict[str, GraphDigest]]) -> Remote:
    """The server with the built dataset on it."""
    remote = Remote(address)
    deliver(remote, NAMES, built[1], built[0])
    return remote


@pytest.mark.parametrize("question", LOCAL, ids=lambda question: question.name)
def test_the_questions_have_the_same_answers(
    question: Question, full: Remote, built: tuple[Store, dict[str, GraphDigest]]
) -> None:
    embedded = Embedded(built[0])
    expected = answers(embedded, question)
    assert expected
    assert answers(full, question) == expected


def answers(home: Home, question: Question) -> Counter[tuple[tuple[str, object], ...]]:
    return Counter(tuple(sorted((name, value(term)) for name, term in row.items())) for row in rows(home, question))


def rows(home: Home, question: Question) -> list[Row]:
    return home.select(question.text, {})


def value(term: Term) -> tuple[str, ...]:
    """A term as a value: stores may give a number another datatype or other zeros."""
    if isinstance(term, Literal) and term.datatype.value in NUMBERS:
        return ("number", str(Decimal(term.value).normalize()))
    if isinstance(term, Literal):
        return (term.value, term.datatype.value, term.language or "")
    return (str(term),)


def test_a_graph_comes_back_as_it_was_put(address: Address) -> None:
    remote, graph = Remote(address), "http://x/round"
    texts = [' "q" \\ \n\t ', "Škoda 日本 𝄞", "", "a'b"]
    put(remote, graph, [quad(graph, str(n), Literal(text)) for n, text in enumerate(texts)])
    put_again = remote.construct(f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}", {})
    assert {triple.object.value for triple in put_again} == set(texts)  # type: ignore[union-attr]
    found = remote.select(f"SELECT ?o {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}", {})
    assert {row["o"].value for row in found} == set(texts)  # type: ignore[union-attr]
    remote.drop(graph)
    remote.drop(graph)
    assert not remote.ask(f"ASK {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}", {})


def test_literals_nodes_and_truth_are_those_of_the_standard(address: Address) -> None:
    remote, graph = Remote(address), "http://x/kinds"
    kinds = [
        ("true", "boolean"),
        ("2022", "gYear"),
        ("2022-01", "gYearMonth"),
        ("2022-01-02", "date"),
        ("7", "integer"),
    ]
    given = {Literal(text, datatype=NamedNode(XSD + kind)) for text, kind in kinds} | {Literal("ja", language="de")}
    put(remote, graph, [quad(graph, str(n), literal) for n, literal in enumerate(given)])
    found = remote.select(f"SELECT ?o {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}", {})
    assert {row["o"] for row in found} == given
    assert {
        t.object for t in remote.construct(f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}", {})
    } == given
    made = remote.construct(f"CONSTRUCT {{ _:a <http://p> ?o }} {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}", {})
    assert len(made) == len(given) == len({triple.subject for triple in made})
    assert "nodeID" not in str(made)
    assert (
        remote.select(f"SELECT ?o {{ GRAPH <{graph}> {{ ?s ?p ?o OPTIONAL {{ ?o ?p ?q }} }} FILTER(BOUND(?q)) }}", {})
        == []
    )
    assert remote.construct("CONSTRUCT WHERE { ?s <http://x/none> ?o }", {}) == []
    assert remote.ask("ASK { FILTER(1 < 2) }", {}) is True
    distinct = remote.select(f"SELECT DISTINCT ?o {{ GRAPH <{graph}> {{ ?s ?p ?o . ?t ?q ?r }} }}", {})
    assert {row["o"] for row in distinct} == given
    assert len(distinct) == len(given)


def test_the_default_graph_is_the_union(address: Address) -> None:
    remote = Remote(address)
    for name in "ab":
        put(remote, f"http://x/union-{name}", [quad(f"http://x/union-{name}", name, Literal("u"), "http://x/union")])
    assert len(remote.select("SELECT ?s { ?s <http://x/union> ?o }", {})) == 2
    assert len(remote.select("SELECT ?s FROM <http://x/union-a> { ?s <http://x/union> ?o }", {})) in {1, 2}


def test_only_what_changed_is_sent(address: Address) -> None:
    remote, space = Counting(address), Namespace("http://x/changed/")
    assert bring(remote, space, {"a": 3, "b": 2}) == names(space, "a", "b")
    assert bring(remote, space, {"a": 3, "b": 2}) == []
    assert bring(remote, space, {"a": 4, "c": 1}) == names(space, "a", "b", "c")
    assert content(remote, space) == {"a": 4, "c": 1}


@pytest.mark.parametrize("cut", range(6))
def test_a_delivery_that_was_cut_short_is_taken_up_by_the_next(address: Address, cut: int) -> None:
    remote, space = Counting(address), Namespace(f"http://x/cut-{cut}/")
    bring(remote, space, {"a": 3, "b": 2, "c": 1})
    remote.left = cut
    with pytest.raises(RemoteError):
        bring(remote, space, {"a": 4, "b": 3, "d": 2})
    remote.left = 99
    bring(remote, space, {"a": 3, "b": 3, "c": 1})  # another build than the one that was cut: a and c as before it
    assert content(remote, space) == {"a": 3, "b": 3, "c": 1}
    assert set(published(remote, space).values()) == {size(space, n, k).text for n, k in (("a", 3), ("b", 3), ("c", 1))}


def test_no_reader_sees_half_a_document(address: Address) -> None:
    remote, graph = Remote(address), "http://x/seen"
    versions = {name: [quad(graph, f"{n}", Literal(name)) for n in range(1500)] for name in "ab"}
    put(remote, graph, versions["a"])
    seen: Counter[tuple[tuple[str, str], ...]] = Counter()
    done = threading.Event()

    def read() -> None:
        own = Remote(address)
        query = f"SELECT ?o (COUNT(*) AS ?n) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }} GROUP BY ?o"
        while not done.is_set():
            found = own.select(query, {})
            seen[tuple((row["o"].value, row["n"].value) for row in found)] += 1  # type: ignore[union-attr]

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for _ in range(4):
        put(remote, graph, versions["b"])
        put(remote, graph, versions["a"])
    done.set()
    for reader in readers:
        reader.join()
    assert set(seen) <= {(("a", "1500"),), (("b", "1500"),)}
    assert sum(seen.values()) > 8


def test_what_the_server_refuses_is_told(address: Address) -> None:
    with pytest.raises(Refused, match="400"):
        Remote(address).select("SELECT FOO", {})
    wrong = Address(address.query, address.update, address.graphs, "nobody", "wrong")
    if address.user:
        with pytest.raises(Refused, match="401"):
            Remote(wrong).put("http://x/secret", b"<http://s> <http://p> <http://o> .\n")
    with pytest.raises(RemoteError, match="EVPLANS_STORE_GRAPHS"):
        Remote(Address(address.query)).put("http://x/nowhere", b"")


def test_a_server_that_is_silent_or_gone_is_told() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        place = Address(f"http://127.0.0.1:{silent.getsockname()[1]}/sparql")
        with pytest.raises(Late, match="within 0"):
            Remote(place, 0.2).ask("ASK {}", {})
    with pytest.raises(RemoteError, match="cannot be asked"):
        Remote(place, 1).ask("ASK {}", {})


def test_prefixes_are_declared_once() -> None:
    prefixes = {"ev": "http://ev/", "id": "http://id/"}
    assert declared("SELECT * { ev:a ?p ?o }", prefixes) == "PREFIX ev: <http://ev/>\nSELECT * { ev:a ?p ?o }"
    own = "prefix ev: <http://other/> SELECT * { ev:a ?p ?o }"
    assert declared(own, prefixes) == own


class Counting(Remote):
    """A server that is cut off after some changes."""

    left = 99

    def put(self, graph: str, triples: bytes, new: bool = False) -> None:
        self._spend()
        super().put(graph, triples, new)

    def drop(self, graph: str) -> None:
        self._spend()
        super().drop(graph)

    def _spend(self) -> None:
        if self.left == 0:
            raise RemoteError(self.address.query, "cut off")
        self.left -= 1


def quad(graph: str, name: str, value: Literal, predicate: str = "http://p") -> Quad:
    return Quad(NamedNode(f"http://x/{name}"), NamedNode(predicate), value, NamedNode(graph))


def put(remote: Remote, graph: str, quads: list[Quad]) -> None:
    store = Store()
    store.extend(quads)
    remote.put(graph, store.dump(format=RdfFormat.N_TRIPLES, from_graph=NamedNode(graph)) or b"")


def parts(space: Namespace, name: str, count: int) -> list[Quad]:
    return [quad(space.document(name), f"{name}-{n}", Literal("x")) for n in range(count)]


def size(space: Namespace, name: str, count: int) -> GraphDigest:
    return GraphDigest.of(canonical_lines(parts(space, name, count)))


def names(space: Namespace, *documents: str) -> list[str]:
    return [space.document(name) for name in documents]


def bring(remote: Remote, space: Namespace, counts: dict[str, int]) -> list[str]:
    store = Store()
    store.extend(q for name, count in counts.items() for q in parts(space, name, count))
    return deliver(remote, space, {space.document(n): size(space, n, k) for n, k in counts.items()}, store)


def content(remote: Remote, space: Namespace) -> dict[str, int]:
    query = (
        f"SELECT ?g (COUNT(*) AS ?n) {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), '{space.document('')}')) }}"
    )
    found = remote.select(query + " GROUP BY ?g", {})
    return {row["g"].value.removeprefix(space.document("")): int(row["n"].value) for row in found}  # type: ignore[union-attr]
