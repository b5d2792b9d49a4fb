"""How tests of linking look at the stand-in for Wikidata: from the register alone, and without really waiting."""

from __future__ import annotations

from pathlib import Path

from pyoxigraph import Store

from graph.linking.asking import Endpoint
from graph.linking.described import Ours
from graph.linking.finding import EndpointFinder
from graph.linking.session import Session
from graph.linking.targets import Target, load_target
from graph.linking.things import Things
from graph.namespaces import Namespace
from tests.service.standin import StandIn

NAMES = Namespace()
TODAY = "2026-11-25"


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
