"""Our register seen from a stand-in for Wikidata, for the tests of linking."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pyoxigraph import Store

from graph.linking.things import Things, read_things
from graph.rdf import ground_quads
from tests.service.sessions import NAMES
from tests.service.standin import StandIn, serving, wikidata


@pytest.fixture(scope="session")
def ground() -> Store:
    """Ontology and register in a store."""
    store = Store()
    store.bulk_extend(quad for quads in ground_quads(NAMES).values() for quad in quads)
    return store


@pytest.fixture(scope="session")
def register_things(ground: Store) -> Things:
    """The register's things, as they are matched."""
    return read_things(ground, NAMES)


@pytest.fixture(scope="session")
def wikidata_store() -> Store:
    """The stand-in's graph."""
    return wikidata()


@pytest.fixture
def standin(wikidata_store: Store) -> Iterator[StandIn]:
    """The stand-in's server."""
    with serving(wikidata_store) as server:
        yield server
