"""The sites that lexicon/sites.toml knows: where cars, cells and their parts are or were to be made, and by whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from graph.extraction.lexicon import table
from graph.register import Entity, Register, fold


@dataclass(frozen=True, slots=True)
class Site:
    """A place with plants, or a plant with a `name`, which `aliases` then spell. Other things bear a `guarded` name."""

    place: str
    country: str
    owners: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    guarded: bool = False
    name: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """What the plant, or else the place, is called."""
        return (self.name or self.place, *self.aliases)


@cache
def known_sites() -> Mapping[str, Site]:
    """All sites, by their own name, else by place and country: "Debrecen, Hungary"."""
    return {site.name or f"{site.place}, {site.country}": site for site in map(_site, table("sites")["site"])}


def _site(row: dict[str, Any]) -> Site:
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    return Site(**values)


@cache
def _by_place() -> Mapping[str, tuple[Site, ...]]:
    found: defaultdict[str, tuple[Site, ...]] = defaultdict(tuple)
    for site in known_sites().values():
        for name in {fold(site.place), *map(fold, site.names)}:
            found[name] += (site,)
    return found


def owners_at(place: str) -> frozenset[str]:
    """The companies that have or plan a plant in a place, by their canonical names; none where it is not known."""
    return frozenset(owner for site in _by_place().get(fold(place), ()) for owner in site.owners)


def country_of(place: str) -> str | None:
    """The country of a place; None where it is not known, lies in several, or may be another of that name."""
    there = _by_place().get(fold(place), ())
    countries = {site.country for site in there}
    return countries.pop() if len(countries) == 1 and not any(site.guarded for site in there) else None


def with_known_sites(register: Register) -> Register:
    """A register that also knows the unguarded places of sites, and the plants with names; its own names go first."""
    entities, names = dict(register.entities), dict(register.names)
    for site in known_sites().values():
        known = next((e for name in site.names if (e := register.resolve(name))), None)
        if not known and (site.name or not site.guarded):
            above = [e.slug for e in map(register.resolve, site.owners if site.name else [site.country]) if e]
            parents, within = (above, []) if site.name else ([], above)
            kind = "Plant" if site.name else "Region" if site.place.endswith(" County") else "City"
            known = Entity(
                slug=f"site-{fold(site.names[0])}", name=site.names[0], parents=tuple(parents), within=tuple(within),
                kinds=frozenset({kind}),
            )  # fmt: skip
        if known and known.kinds & {"City", "Region", "Plant"}:
            entities[known.slug] = replace(known, aliases=tuple(dict.fromkeys((*known.aliases, *site.names[1:]))))
            names |= {fold(name): known.slug for name in site.names if not register.resolve(name)}
    return Register(entities, names)
