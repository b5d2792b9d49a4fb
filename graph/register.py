"""The register: entities that we know, with names, kinds, parents and reviewed links. The extractor's gazetteer.

Its source is a folder of Turtle files (`graph/register/`), kept by hand. They are checked on loading, since a name that
leads nowhere or twice would surface far from its cause.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox

from graph.namespaces import DCT, DEFAULT_BASE, EV, RDF, SKOS
from graph.paths import REGISTER

LINKS = {SKOS + name: name for name in ("exactMatch", "closeMatch", "broadMatch")}
SUCCESSOR = DCT + "isReplacedBy"  # all that is said of an entity that was merged into another, or renamed
RELATIONS = {EV + name: name for name in ("parent", "homeCountry", "headquarters", "hasMember", "withinPlace")}


class RegisterError(ValueError):
    """The register's files are at fault; the message is one line, `file:line: what`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """An entity of the register. `kinds` are class names of the ontology; relations hold slugs of other entities.

    `links` are pairs of a SKOS property's name (`exactMatch`) and the IRI of the same thing in another dataset.
    """

    slug: str
    name: str
    kinds: frozenset[str]
    aliases: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    country: str | None = None
    city: str | None = None
    members: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()


@lru_cache(maxsize=65_536)
def fold(name: str) -> str:
    """A name reduced to what counts in comparison: no case, accents, dashes, punctuation, spaces or leading "the"."""
    text = unicodedata.normalize("NFKD", name.replace("+", "plus")).casefold()
    key = "".join(c for c in text.removeprefix("the ") if c.isalnum())
    return key or text


@dataclass(frozen=True)
class Register:
    """All entities by slug, and the way from a name to its entity."""

    entities: Mapping[str, Entity]
    names: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(cls, entities: Iterable[Entity]) -> Register:
        """A register of these entities. A canonical name wins over an alias; an ambiguous alias leads nowhere."""
        by_slug = {e.slug: e for e in entities}
        names = {fold(e.name): e.slug for e in by_slug.values()}
        owners: dict[str, set[str]] = {}
        for entity in by_slug.values():
            for alias in entity.aliases:
                owners.setdefault(fold(alias), set()).add(entity.slug)
        for alias, slugs in owners.items():
            if len(slugs) == 1 and alias not in names:
                names[alias] = next(iter(slugs))
        return cls(by_slug, names)

    def resolve(self, name: str) -> Entity | None:
        """The entity of that name or alias, or None."""
        slug = self.names.get(fold(name))
        return self.entities[slug] if slug else None

    def __getitem__(self, slug: str) -> Entity:
        return self.entities[slug]


@dataclass(slots=True)
class _Draft:
    """What the files say about one entity, before it is known to be whole."""

    slug: str
    path: Path
    names: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    relations: dict[str, list[str]] = field(default_factory=dict)
    successors: list[str] = field(default_factory=list)

    def related(self, relation: str) -> tuple[str, ...]:
        return tuple(self.relations.get(relation, ()))

    def error(self, what: str) -> RegisterError:
        """The error at the line where this entity's description begins."""
        subject = re.compile(rf"\s*(?:\w*:|<(?:[^>]*/)?){re.escape(self.slug)}[\s>]")
        lines = self.path.read_text(encoding="utf-8").splitlines()
        line = next((number for number, text in enumerate(lines, 1) if subject.match(text)), 1)
        return RegisterError(f"{self.path}:{line}: {self.slug} {what}")

    def entity(self) -> Entity:
        """The finished entity; RegisterError where label or kind is missing or there are several labels or homes."""
        if len(self.names) != 1:
            found = " and ".join(f'"{name}"' for name in self.names)
            raise self.error(
                f"has several labels, {found}; keep one skos:prefLabel" if found else "has no skos:prefLabel"
            )
        if not self.kinds:
            raise self.error("has no kind; say what it is (a ev:Automaker)")
        for relation in ("homeCountry", "headquarters"):
            if len(self.related(relation)) > 1:
                raise self.error(f"has more than one ev:{relation}")
        return Entity(
            slug=self.slug,
            name=self.names[0],
            kinds=frozenset(self.kinds),
            aliases=tuple(dict.fromkeys(self.aliases)),
            parents=self.related("parent"),
            country=next(iter(self.related("homeCountry")), None),
            city=next(iter(self.related("headquarters")), None),
            members=self.related("hasMember"),
            within=self.related("withinPlace"),
            links=tuple(self.links),
        )


def register_files(folder: Path = REGISTER) -> list[Path]:
    """The register's Turtle files, sorted by name."""
    return sorted(folder.glob("*.ttl"))


def load_register(folder: Path = REGISTER, base: str = DEFAULT_BASE) -> Register:
    """The register of a folder; `base` is what its relative IRIs stand on. RegisterError where a file is at fault."""
    files = register_files(folder)
    if not files:
        raise RegisterError(f"{folder}: there is no Turtle file here (*.ttl), so no entity is known")
    drafts: dict[str, _Draft] = {}
    for path in files:
        for triple in _triples(path, base):
            _note(triple, path, base + "id/", drafts)
    entities = [draft.entity() for draft in drafts.values() if not draft.successors]
    _check_successors(drafts)
    _check_names(entities, drafts)
    _check_relations(drafts)
    return Register.of(entities)


def _triples(path: Path, base: str) -> Iterator[ox.Quad]:
    try:
        yield from ox.parse(path=path, format=ox.RdfFormat.TURTLE, base_iri=base)
    except SyntaxError as error:
        raise RegisterError(f"{path}:{error.lineno or 1}: invalid Turtle: {' '.join(error.msg.split())}") from None
    except OSError as error:
        raise RegisterError(f"{path}:1: cannot be read: {error.strerror or error}") from None


def _note(triple: ox.Quad, path: Path, ids: str, drafts: dict[str, _Draft]) -> None:
    """Add a triple to the draft of its entity. What the register does not use itself (sources, notes) passes."""
    subject = _slug(triple.subject, ids)
    if subject is None:
        raise RegisterError(f"{path}:1: {triple.subject} is no entity; subjects are id:<slug>")
    draft = drafts.setdefault(subject, _Draft(subject, path))
    predicate, value = triple.predicate.value, triple.object
    if isinstance(value, ox.Literal):
        if predicate == SKOS + "prefLabel":
            draft.names.append(value.value)
        elif predicate == SKOS + "altLabel":
            draft.aliases.append(value.value)
    elif isinstance(value, ox.NamedNode):
        if predicate == RDF + "type" and value.value.startswith(EV):
            draft.kinds.append(value.value.removeprefix(EV))
        elif predicate in LINKS:
            draft.links.append((LINKS[predicate], value.value))
        elif predicate == SUCCESSOR:
            draft.successors.append(_slug(value, ids) or value.value)
        elif predicate in RELATIONS:
            target = _slug(value, ids)
            if target is None:
                raise draft.error(f"has an ev:{RELATIONS[predicate]} outside the register, {value.value}")
            draft.relations.setdefault(RELATIONS[predicate], []).append(target)


def _slug(term: object, ids: str) -> str | None:
    if isinstance(term, ox.NamedNode) and term.value.startswith(ids):
        return term.value.removeprefix(ids) or None
    return None


def _check_successors(drafts: Mapping[str, _Draft]) -> None:
    """What was replaced has one successor, which is an entity, and nothing else."""
    for draft in drafts.values():
        if not draft.successors:
            continue
        if len(draft.successors) > 1 or draft.names or draft.kinds or draft.relations:
            raise draft.error("is replaced; keep its dct:isReplacedBy alone, and its names as the successor's aliases")
        successor = drafts.get(draft.successors[0])
        if successor is None or successor.successors:
            raise draft.error(f"is replaced by {draft.successors[0]}, which is no entity of the register")


def _check_names(entities: Iterable[Entity], drafts: Mapping[str, _Draft]) -> None:
    """Two entities of one name could not be told apart."""
    owners: dict[str, Entity] = {}
    for entity in entities:
        other = owners.setdefault(fold(entity.name), entity)
        if other is not entity:
            raise drafts[entity.slug].error(f'has the label "{entity.name}" that {other.slug} bears already')


def _check_relations(drafts: Mapping[str, _Draft]) -> None:
    """Every relation leads to another entity of the register."""
    for draft in drafts.values():
        for relation, targets in draft.relations.items():
            for target in targets:
                if target not in drafts or drafts[target].successors:
                    raise draft.error(f"has an unknown ev:{relation}, {target}")
                if target == draft.slug:
                    raise draft.error(f"is its own ev:{relation}")
