"""Our register seen from a stand-in for Wikidata, for the tests of linking."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Store

from graph.linking.asking import Endpoint
from graph.linking.described import Ours
from graph.linking.finding import EndpointFinder
from graph.linking.session import Session
from graph.linking.targets import Target, load_target
from graph.linking.things import Things, read_things
from graph.namespaces import Namespace
from graph.rdf import ground_quads
from tests.service.standin import StandIn, serving, wikidata

NAMES = Namespace()
TODAY = "2026-11-25"


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


class Waits(list[float]):
    """Instead of sleeping: the seconds that were to be waited."""

    def __call__(self, seconds: float) -> None:
        if seconds:
            self.append(seconds)


def finder(standin: StandIn, target: Target, seconds: float = 20.0) -> tuple[EndpointFinder, Waits]:
    """A finder that asks the stand-in and does not really wait."""
    waits = Waits()
    return EndpointFinder(target, Endpoint(standin.address, seconds, 0.0, waits)), waits


def session(data: Path, ground: Store, things: Things, target: Target, hidden: bool = False) -> Session:
    """A session over the register alone."""
    return Session(data, NAMES, target, Ours(things, hidden=hidden), ground)


def as_wikidata(standin: StandIn) -> Target:
    """The target file for Wikidata, asked of the stand-in."""
    return load_target("wikidata", standin.address)
