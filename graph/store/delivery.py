"""A dataset brought to a SPARQL server graph by graph, only what changed, and so that it can be cut short anywhere.

The server keeps the digests of what was published there in a graph of its own. Before a graph is touched its digest is
taken out, and the new ones are written last. So whatever was under way when a delivery ended early is done again by the
next, whichever build that brings; and what nobody touched is not sent twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pyoxigraph import Literal, NamedNode, RdfFormat, Store, Triple, serialize

from graph.digests import GraphDigest
from graph.namespaces import Namespace
from graph.store.remote import Remote

UNSURE = ""  # the digest of a graph that is being touched
Progress = Callable[[str, int, int], None]


def deliver(
    remote: Remote,
    namespace: Namespace,
    graphs: Mapping[str, GraphDigest],
    store: Store,
    progress: Progress = lambda *_: None,
) -> list[str]:
    """Bring a server to what `store` holds in `graphs`; the names of those that were sent or removed.

    Every reader sees a document as it was or as it is now. Raises StoreError; then the next delivery goes on.
    """
    known = published(remote, namespace) or _found(remote, namespace)
    wanted = {graph: size.text for graph, size in graphs.items()}
    changed = sorted(graph for graph in {*known, *wanted} if known.get(graph) != wanted.get(graph))
    if not changed:
        return []
    _write(remote, namespace, known | dict.fromkeys(changed, UNSURE))
    for number, graph in enumerate(changed):
        progress("publishing graphs", number, len(changed))
        if graph in wanted:
            triples = store.dump(format=RdfFormat.N_TRIPLES, from_graph=NamedNode(graph)) or b""
            remote.put(graph, triples, new=graph not in known)
        else:
            remote.drop(graph)
    _write(remote, namespace, wanted)
    return changed


def published(remote: Remote, namespace: Namespace) -> dict[str, str]:
    """The digest of each graph on the server, empty for one whose content is unsure. Raises StoreError."""
    home = _home(namespace)
    query = f"SELECT ?graph ?digest {{ GRAPH <{home}> {{ ?graph <{home}#digest> ?digest }} }}"
    found = ((row["graph"], row["digest"]) for row in remote.select(query, {}))
    return {graph.value: digest.value for graph, digest in found}  # type: ignore[union-attr]


def _found(remote: Remote, namespace: Namespace) -> dict[str, str]:
    """Graphs of ours on a server that has no digests, or has lost them."""
    ours = " || ".join(f"STRSTARTS(STR(?graph), '{start('')}')" for start in (namespace.document, namespace.graph))
    query = f"SELECT DISTINCT ?graph {{ GRAPH ?graph {{ ?s ?p ?o }} FILTER({ours}) }}"
    graphs = (str(row["graph"].value) for row in remote.select(query, {}))  # type: ignore[union-attr]
    return dict.fromkeys(graphs, UNSURE)


def _write(remote: Remote, namespace: Namespace, digests: Mapping[str, str]) -> None:
    home = _home(namespace)
    said = NamedNode(home + "#digest")
    triples = (Triple(NamedNode(graph), said, Literal(digest)) for graph, digest in sorted(digests.items()))
    remote.put(home, serialize(triples, format=RdfFormat.N_TRIPLES) or b"", new=True)  # nobody else reads it


def _home(namespace: Namespace) -> str:
    return namespace.graph("published")
