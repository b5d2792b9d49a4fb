"""The names of the industry beyond the register: the reader knows them, the graph has them once a document does.

They are candidates, so that the published register holds no more than was looked into: a name that claims are about
becomes an entity of the graph like one that no list holds, under the same name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from graph.extraction.lexicon import table
from graph.namespaces import slug
from graph.register import Entity, Register, fold

FOLDER = Path(__file__).parent / "gazetteer"
Row = tuple[str, str, tuple[str, ...], str, tuple[str, ...]]


def rows() -> Iterator[Row]:
    """Kinds, name, other names, country and owners of each candidate, owners before what they own."""
    for file in ("companies", "site-owners", "bodies", "products"):
        for kinds, lines in gazetteer(file).items():
            for line in filter(None, lines.splitlines()):
                cells = [cell.strip() for cell in f"{line} | | |".split("|")]
                yield kinds, cells[0], parted(cells[1]), cells[2], parted(cells[3])
    for brand, names in gazetteer("models")["models"].items():
        for name in parted(names.replace("\n", " ")):
            bears = name.startswith((brand.split()[0], "Mercedes-Benz "))  # "Lion8", and Daimler Truck's buses
            yield "VehicleModel", name if bears else f"{brand} {name}", (), "", (brand,)


def gazetteer(file: str) -> dict[str, Any]:
    """One file of the gazetteer, by its name without the ending."""
    return tomllib.loads((FOLDER / f"{file}.toml").read_text(encoding="utf-8"))


def parted(cell: str) -> tuple[str, ...]:
    """The names of a cell, parted by commas."""
    return tuple(name for part in cell.split(",") if (name := part.strip()))


def with_industry(register: Register) -> Register:
    """A register that also knows the names of the industry; what it held before wins over them."""
    entities = dict(register.entities)
    slugs = {entity.name: key for key, entity in entities.items()}
    for kinds, name, others, country, owners in rows():
        if register.resolve(name):
            continue
        key = slug(name) if slug(name) not in entities else f"{slug(name)}-2"
        slugs[name] = key
        entities[key] = Entity(
            slug=key, name=name, kinds=frozenset(kinds.split()),
            aliases=tuple(other for other in others if not register.resolve(other)),
            parents=tuple(slugs[owner] for owner in owners if owner in slugs), country=slugs.get(country),
        )  # fmt: skip
    for country, name in unmistakable_towns():
        if not register.resolve(name):
            key = f"{slug(name)}-town"
            within = (slugs[country],) if country in slugs else ()
            entities[key] = Entity(slug=key, name=name, kinds=frozenset({"City"}), within=within)
    return Register.of(entities.values())


def unmistakable_towns() -> Iterator[tuple[str, str]]:
    """Country and name of the towns whose names are nothing else: where there are works, and all of several words."""
    for group, countries in table("towns").items():
        for country, names in countries.items():
            for name in parted(names.replace("\n", " ")):
                if group == "works" or " " in name:
                    yield country, name


@cache
def towns() -> frozenset[str]:
    """The folded names of all towns; many are something else outside of phrases about places."""
    every = (names for countries in table("towns").values() for names in countries.values())
    return frozenset(fold(name) for names in every for name in parted(names.replace("\n", " ")))
