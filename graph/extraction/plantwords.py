"""What speaks of plants: the rules of rules/plants.toml, the words for a plant, and what stands around them."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache

from graph.extraction.lexicon import RULES, any_of, table
from graph.extraction.readings import expand
from graph.extraction.rules import pattern as phrase


@dataclass(frozen=True)
class PlantMention:
    """A plant in the text; `places` are narrowest first: the one that names it and the country where it is given."""

    index: int
    start: int
    end: int
    name: str
    owner: str
    places: tuple[str, ...]
    rule: str
    area: tuple[str, ...] = ()  # states and provinces that the text gives
    partners: tuple[str, ...] = ()  # who runs it with the owner
    denied: bool = False  # "no factory in the United States"
    sure: bool = False  # whether the phrase itself says whose it is


# a sentence that speaks of a plant holds one of these
WORDS = ("plant", "factor", "works", "line", "site", "facilit", "complex", "hub", "base")


@dataclass(frozen=True)
class PlantRule:
    """A phrase that speaks of a plant.

    `cities`: only a city tells which plant is meant; `needs_plant`: only after one was spoken of; `listed`: only in
    an item of a list, since running text opens with where it was written; `passive`: what it tells is a car's home, so
    that the owner is only supposed; `joint`: only of a joint venture, which has little else than its plant.
    """

    id: str
    pattern: re.Pattern[str]
    cities: bool
    needs_plant: bool
    listed: bool
    passive: bool
    joint: bool
    hints: tuple[str, ...]


@lru_cache(maxsize=1)
def plant_rules() -> tuple[PlantRule, ...]:
    """The patterns of rules/plants.toml."""
    rules = tomllib.loads((RULES / "plants.toml").read_text(encoding="utf-8"))
    return tuple(
        PlantRule(
            row["id"],
            re.compile(phrase(row["pattern"]), re.IGNORECASE),
            row.get("cities", False),
            row.get("needs_plant", False),
            row.get("listed", False),
            row.get("passive", False),
            row.get("joint", False),
            tuple(row.get("hints", WORDS)),
        )
        for row in rules["plant"]
    )


@lru_cache(maxsize=1)
def anaphora() -> re.Pattern[str]:
    """Words that go back to a plant."""
    return re.compile(expand(any_of(table("syntax")["plants"]["back"])), re.IGNORECASE)


@lru_cache(maxsize=1)
def plants() -> re.Pattern[str]:
    """The words for a plant."""
    return re.compile(expand("{plantnoun}"), re.IGNORECASE)


@lru_cache(maxsize=1)
def seated() -> re.Pattern[str]:
    """Where a plant with a name of its own stands: "Northvolt Ett, the plant in Skellefteå"."""
    return re.compile(
        expand(
            r"(?: (?:complex|site|plant|cluster|factory))?,? ?(?:(?:the|its|an?|their) (?:[a-z-]+ ){0,4}?{plantnoun} )?"
            r"(?:which is |that is |being built |under construction )?(?:in|near|outside|at) (?:the )?(?:[a-z]+ )?"
            r"(?:(?:city|town) of )?{place}(?:,? (?:in )?{place})*"
        ),
        re.IGNORECASE,
    )


@lru_cache(maxsize=1)
def made_things() -> re.Pattern[str]:
    """What is made in plants, or a pronoun that may stand for it."""
    return re.compile(
        expand(r"(?<!\w)(?:{product}|they|both|cars?|EVs?|ones?|vans?|trucks?|SUVs?)(?!\w)"), re.IGNORECASE
    )


# what stands for a place
POINTS = re.compile(
    r"\b(?:there|next door|nearby|the same (?:city|town|place)|There|Here"
    r"|Next door|Nearby|Next to it|Not far away|Beside it)\b|‹[A-Z]*F[A-Z]*#"
)
# before a plant that is not there
NONE_THERE = re.compile(r"\bno (?:[a-z-]+ )?$", re.IGNORECASE)
# a dateline's town and country
DATED = re.compile(r"‹[A-Z]*L[A-Z]*#\d+›, ‹[A-Z]*L")
# before a place that says where the one before it lies
LIES_NEAR = re.compile(r"(?:outside|near|close to) $")
CONTINENTS = frozenset(
    {"Europe", "European Union", "Asia", "North America", "South America", "Latin America", "Africa"}
)
# one of several plants in a country, which its name would not tell apart
ONE_OF = (
    r"(?:\b(?:second|first|third|fourth|\d+th|only|biggest|largest|every|other|another|further)|‹ordinal#\d+›)"
    r" (?:[a-z-]+ )?"
)
COUNTED, COUNTED_LAST = re.compile(ONE_OF), re.compile(ONE_OF + "$")
# a place before all else
FRONTED = re.compile(r"In (?P<place>‹[A-Z]*L[A-Z]*#\d+›)[, ]")
# a plant's own name, after its place: "a works near Montreal, known as Northvolt Six"
CHRISTENED = re.compile(r"(?:[^.;‹]|‹when#\d+›){0,40}(?:as|called|named|dubbed|christened) ‹[A-Z]*F[A-Z]*#\d+›")


@lru_cache(maxsize=1)
def christened() -> re.Pattern[str]:
    """A plant and its place, before the name that it is given."""
    return re.compile(
        expand(
            r"{plantnoun} (?:near|in|at|outside) (?:the )?{place}(?:,? {place})*"
            r"(?:[^.;‹]|‹when#\d+›){0,40}(?:as|called|named|dubbed|christened) $"
        ),
        re.IGNORECASE,
    )


@lru_cache(maxsize=1)
def national() -> re.Pattern[str]:
    """A plant that an adjective puts into a country: "its second American battery factory"."""
    return re.compile(
        expand(
            r"(?P<nation>{nation}) (?:(?:[a-z-]+ ){0,2}?{plantnoun}"
            r"|(?P<of>(?:[a-z-]+ )?(?:city|town|state|province|region|village|port|county) of (?:the )?)(?=‹[A-Z]*L))"
        )
    )
