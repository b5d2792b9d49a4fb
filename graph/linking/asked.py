"""What is asked of the matcher: a name, and what is known of the thing that bears it."""

from __future__ import annotations

from dataclasses import dataclass

from graph.namespaces import EV

LONGEST = 200  # characters of a text that count
LIMIT = 10
STRICT = ("any", "should", "all")


@dataclass(frozen=True, slots=True)
class Value:
    """A value to compare with: a text, or an entity that is known already by its id."""

    text: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Property:
    """A property, by the local name of its IRI, with the values that the thing meant has."""

    id: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """One name to find. `strict` says how several types go together; without it near kinds are let in."""

    text: str
    types: tuple[str, ...] = ()
    strict: str | None = None
    properties: tuple[Property, ...] = ()
    limit: int = LIMIT


def local(identifier: str) -> str:
    """The id of a class or property as we give it, from that id, its IRI or its prefixed name."""
    return identifier.strip().removeprefix(EV).removeprefix("ev:")
