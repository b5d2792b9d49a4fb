"""From canonical names to IRIs. A name that the register does not know becomes a candidate entity."""

from __future__ import annotations

from typing import NamedTuple

from pyoxigraph import NamedNode

from graph.namespaces import Namespace, slug
from graph.register import Register
from graph.terms import digest
from graph.vocabulary import Kinds, Vocabulary, vocabulary


class Use(NamedTuple):
    """How a document uses a name that the house does not know: its spelling, and the kinds that fit there, sorted.

    `role` tells the title of a role from the name of an entity.
    """

    iri: str
    spelling: str
    role: bool
    kinds: tuple[str, ...]


class NameResolver:
    """Resolves names against one register, and remembers what the register did not know.

    A candidate's IRI depends on its name and the register alone, so it is the same in whatever order documents come.
    """

    def __init__(self, register: Register, namespace: Namespace, known: Vocabulary | None = None) -> None:
        self.register = register
        self.namespace = namespace
        self.vocabulary = known or vocabulary()
        self.uses: set[Use] = set()

    def entity(self, name: str, kinds: Kinds) -> NamedNode:
        """The IRI of the entity of that name, which is used as one of `kinds`."""
        entity = self.register.resolve(name)
        if entity:
            return NamedNode(self.namespace.entity(entity.slug))
        iri = self.namespace.entity(self._slug(name))
        self.uses.add(Use(iri, name, False, tuple(sorted(kinds))))
        return NamedNode(iri)

    def knows(self, name: str) -> bool:
        return self.register.resolve(name) is not None

    def role(self, title: str) -> NamedNode:
        """The concept of a role; one that the code list does not have is remembered."""
        iri = self.vocabulary.code("role", title)
        if ("role", title) not in self.vocabulary.codes:
            self.uses.add(Use(iri, title, True, ()))
        return NamedNode(iri)

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
