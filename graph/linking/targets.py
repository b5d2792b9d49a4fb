"""What is linked to: one file for each target says how it is asked and what its answers mean."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pyoxigraph import Literal, NamedNode

from graph.linking import LinkingError
from graph.namespaces import slug

TARGETS = Path(__file__).parent / "targets"
GENERIC = "generic"
QUERIES = {"find": "$names", "describe": "$items", "above": "$classes", "check": "$items"}  # and what each must hold
OPTIONAL = {"above"}
PLACE = re.compile(r"\$(names|items|classes|known|languages)\b")
SCRIPTS = (("kana", 0x3040, 0x30FF), ("hangul", 0xAC00, 0xD7AF), ("han", 0x4E00, 0x9FFF), ("cyrillic", 0x400, 0x4FF))


class TargetError(LinkingError):
    """A target that is unknown, or whose file is at fault; the message says which and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A dataset that we link to. `kinds` leads from its classes to ours, `languages` from a script to language tags.

    `starts` are the beginnings of its IRIs; `seconds` is how long one query may take, `pause` the rest after each.
    `queries` are SPARQL with places for what is asked; `offline` names a package that holds the data instead.
    """

    key: str
    name: str
    starts: tuple[str, ...]
    features: tuple[str, ...]
    kinds: Mapping[str, str] = field(repr=False)
    endpoint: str = ""
    offline: str = ""
    names_at_once: int = 100
    things_at_once: int = 40
    seconds: float = 60.0
    pause: float = 0.0
    languages: Mapping[str, list[str]] = field(default_factory=dict, repr=False)
    queries: Mapping[str, str] = field(default_factory=dict, repr=False)

    def holds(self, iri: str) -> bool:
        """Is this the IRI of a thing of this target?"""
        return iri.startswith(self.starts) if self.starts else urlsplit(iri).netloc == urlsplit(self.endpoint).netloc

    def literals(self, name: str) -> list[str]:
        """A name as SPARQL literals, escaped, one for each language in which it may stand there."""
        tags = self.languages.get(_script(name), self.languages.get("latin", [""]))
        return [str(Literal(name, language=tag) if tag else Literal(name)) for tag in tags]

    def query(self, kind: str, **given: Iterable[str]) -> str:
        """One of the target's queries with its places filled; terms are written by the caller as SPARQL."""
        tags = sorted({tag for tags in self.languages.values() for tag in tags})
        places = {name: " ".join(terms) for name, terms in given.items()}
        places["languages"] = ", ".join(str(Literal(tag)) for tag in tags)
        return PLACE.sub(lambda found: places[found[1]], self.queries[kind])


def iris(found: Iterable[str]) -> list[str]:
    """IRIs as SPARQL terms; those that are none (a space, a brace) are left out."""
    terms = []
    for iri in found:
        try:
            terms.append(str(NamedNode(iri)))
        except ValueError:
            continue
    return terms


def known_targets() -> list[str]:
    """The names by which targets are chosen."""
    return sorted(path.stem for path in TARGETS.glob("*.toml") if path.stem != GENERIC)


def load_target(chosen: str, endpoint: str = "") -> Target:
    """The target of that name, or of an endpoint's address; `endpoint` is asked instead of its own. TargetError."""
    if chosen.startswith(("http://", "https://")):
        return replace(read_target(TARGETS / f"{GENERIC}.toml"), key=slug(chosen), name=chosen, endpoint=chosen)
    if chosen not in known_targets():
        listed = ", ".join(known_targets())
        raise TargetError(f"{chosen}: no such target; give one of {listed}, or the address of a SPARQL endpoint")
    target = read_target(TARGETS / f"{chosen}.toml")
    if endpoint and target.offline:
        raise TargetError(f"{chosen} is read from the package {target.offline}: it has no endpoint")
    return replace(target, endpoint=endpoint, pause=0.0) if endpoint else target  # a mirror of one's own needs no rest


def read_target(path: Path) -> Target:
    """The target that a file describes. Raises TargetError."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
        fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in given.items()}
        target = Target(key=path.stem, **fields)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, TypeError) as error:
        raise TargetError(f"{path}: not a target that can be read: {error}") from None
    needed = {} if target.offline else {k: v for k, v in QUERIES.items() if k in target.queries or k not in OPTIONAL}
    for kind, place in needed.items():
        if place not in target.queries.get(kind, ""):
            raise TargetError(f"{path}: the query `{kind}` is missing, or has no place for {place}")
    return target


def _script(name: str) -> str:
    for script, first, last in SCRIPTS:
        if any(first <= ord(c) <= last for c in name):
            return script
    return "latin"
