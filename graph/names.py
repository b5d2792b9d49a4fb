"""From canonical names to IRIs. A name that the register does not know becomes a candidate entity."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from pyoxigraph import NamedNode

from graph.namespaces import Namespace, slug
from graph.register import Register
from graph.terms import digest
from graph.vocabulary import Kinds, Vocabulary, vocabulary


@dataclass(slots=True)
class CandidateEntity:
    """A name outside the register: the spellings found, and for each document how it uses the name."""

    spellings: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    uses: dict[str, set[Kinds]] = field(default_factory=lambda: defaultdict(set))


class NameResolver:
    """Resolves names of many documents against one register, and remembers what the register did not know.

    A candidate's IRI depends on its name and the register alone, so it is the same in whatever order documents come.
    """

    def __init__(self, register: Register, namespace: Namespace, known: Vocabulary | None = None) -> None:
        self.register = register
        self.namespace = namespace
        self.vocabulary = known or vocabulary()
        self.candidates: dict[str, CandidateEntity] = defaultdict(CandidateEntity)
        self.roles: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))

    def entity(self, name: str, document: str, kinds: Kinds) -> NamedNode:
        """The IRI of the entity of that name, which `document` uses as one of `kinds`."""
        entity = self.register.resolve(name)
        if entity:
            return NamedNode(self.namespace.entity(entity.slug))
        key = self._slug(name)
        self.candidates[key].spellings[document].add(name)
        self.candidates[key].uses[document].add(kinds)
        return NamedNode(self.namespace.entity(key))

    def knows(self, name: str) -> bool:
        return self.register.resolve(name) is not None

    def role(self, title: str, document: str) -> NamedNode:
        """The concept of a role; one that the code list does not have is remembered."""
        iri = self.vocabulary.code("role", title)
        if ("role", title) not in self.vocabulary.codes:
            self.roles[iri][document].add(title)
        return NamedNode(iri)

    def forget(self, document: str) -> None:
        """Drop what only this document named, because it does not enter the dataset."""
        for candidate in self.candidates.values():
            candidate.spellings.pop(document, None)
            candidate.uses.pop(document, None)
        for titles in self.roles.values():
            titles.pop(document, None)
        self.candidates = defaultdict(CandidateEntity, {k: c for k, c in self.candidates.items() if c.uses})
        kept = {iri: titles for iri, titles in self.roles.items() if titles}
        self.roles.clear()
        self.roles.update(kept)

    def _slug(self, name: str) -> str:
        """A slug that no entity of the register has; the name itself is not in the register."""
        plain = slug(name) or f"name-{digest(name)}"
        taken = self.register.entities
        if plain not in taken:
            return plain
        number = 2
        while f"{plain}-{number}" in taken:
            number += 1
        return f"{plain}-{number}"
