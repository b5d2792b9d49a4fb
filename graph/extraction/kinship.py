"""Who belongs to whom among the names of a document: owners, alliances, brands and bystanders, by the register."""

from __future__ import annotations

import re

from graph.extraction.annotate import Annotated
from graph.extraction.mentions import ORGANIZATION_KINDS, PLACE_KINDS
from graph.extraction.model import Mention
from graph.extraction.readings import Reading
from graph.extraction.syntax import BYSTANDERS, nation_in
from graph.register import Entity


class Kinship:
    """What the register knows of the entities that a document names."""

    def __init__(self, reading: Reading) -> None:
        """Prepare the alliances, and who owns brands."""
        self.reading = reading
        self.register = reading.register
        self.owning = {p for e in self.register.entities.values() if "Brand" in e.kinds for p in e.parents}
        self.groups = [e for e in self.register.entities.values() if e.members]

    def stands_by(self, name: str) -> bool:
        """Whether an organization makes no cars and owns nobody who does."""
        entity = self.register.resolve(name)
        return self.reading.entity_kinds(name) <= BYSTANDERS and not (entity and entity.slug in self.owning)

    def plan_owner(self, name: str) -> str | None:
        """Whose plan it is: by the register, else the document's topic."""
        owner = self.owner(name)
        return owner.name if owner else self.reading.topic

    def alliance_of(self, member: str) -> str | None:
        """The alliance of a member, where the document names it or one of its other members."""
        for alliance in self.groups:
            members = [self.register.entities[s].name for s in alliance.members if s in self.register.entities]
            if member in members and (self.reading.names(alliance.name) or sum(map(self.reading.names, members)) > 1):
                return alliance.name
        return None

    def owns(self, owner: str, brand: str | None) -> bool:
        """Whether the register does not say that a brand belongs to someone else, or is a company of its own."""
        entity, other = self.register.resolve(owner), self.register.resolve(brand or "")
        if not (entity and other) or entity.members:
            return True
        above: set[str] = set()
        todo = list(other.parents)
        while todo:
            slug = todo.pop()
            if slug not in above and slug in self.register.entities:
                above.add(slug)
                todo += self.register.entities[slug].parents
        return entity.slug in above or not (above or "Automaker" in other.kinds)

    def place(self, slug: str | None) -> str | None:
        """A place's name by its slug."""
        return self.register.entities[slug].name if slug and slug in self.register.entities else slug

    def akin(self, name: str, owner: str) -> bool:
        """Whether two names are one company's, or a company's and its owner's."""
        if name == owner:
            return True
        one, other = self.register.resolve(name), self.register.resolve(owner)
        return bool(
            one and other and (one.slug == other.slug or one.slug in other.parents or other.slug in one.parents)
        )

    def knows_city(self, name: str) -> bool:
        """Whether the register says where a company has its seat."""
        entity = self.register.resolve(name)
        return bool(entity and entity.city)

    def owner(self, name: str) -> Entity | None:
        """The first owner of an entity (brand of a model, maker of a brand)."""
        entity = self.register.resolve(name)
        parents = [self.register.entities[p] for p in entity.parents if p in self.register.entities] if entity else []
        return parents[0] if parents else None

    def is_company(self, mention: Mention) -> bool:
        """Whether a mention can act: a company, alliance or brand, not only a publisher."""
        return bool(mention.kinds & ORGANIZATION_KINDS) and mention.kinds != {"Publisher"}

    def child(self, owner: str, index: int, start: int) -> str | None:
        """The brand or division of a company that was named last before a place in the text."""
        entity = self.register.resolve(owner)
        here = self.reading.annotated[index].origin(start)
        for mention in reversed([m for m in self.reading.mentions if m.start < here and self.is_company(m)]):
            other = self.register.resolve(mention.name)
            if entity and other and entity.slug in other.parents and other.slug != entity.slug:
                return mention.name
        return None

    def acting(self, names: list[str]) -> tuple[str, ...]:
        """A list of all members of an alliance is the alliance, where the text names it; else each."""
        unique = tuple(dict.fromkeys(names))
        for alliance in self.groups:
            members = {self.register.entities[s].name for s in alliance.members if s in self.register.entities}
            if len(members) > 2 and members == set(unique) and self.reading.names(alliance.name):
                return (alliance.name,)
        return unique

    def fits(self, name: str, phrase: str | None) -> bool:
        """Whether an organization can be what a definite noun describes: nationality, city, trade."""
        if phrase is None:
            return True
        entity = self.register.resolve(name)
        wanted = nation_in(phrase)
        if wanted:
            return bool(entity and self.place(entity.country) == wanted)
        low = phrase.lower()
        kinds = self.reading.entity_kinds(name)
        if re.search(r"(?:battery|cell) \w+$|supplier$", low):
            return bool(kinds & {"BatteryMaker", "Supplier", "JointVenture"}) or not entity
        if re.search(r"(?:^|\s)group$", low) and entity:
            return bool(kinds & {"Automaker", "Alliance"}) or "group" in name.lower()
        if re.search(r"(?:auto ?makers?|car ?maker|car manufacturer|car company)$", low):
            return bool(kinds & {"Automaker", "Brand", "Alliance"}) or not entity
        return True

    def city_in(self, sentence: Annotated, start: int, phrase: str) -> str | None:
        """The city of "the Yokohama-based company" or "the Stuttgart company"."""
        places = [m.name for m in sentence.mentions(start, start + len(phrase)) if m.kinds & PLACE_KINDS]
        return places[0] if places else None

    def venture_before(self, index: int, start: int) -> str | None:
        """The joint venture that was named last before a place, in its sentence or in the two before."""
        for back in range(index, max(-1, index - 3), -1):
            named = self.reading.annotated[back].mentions(0, start if back == index else None)
            ventures = [m.name for m in named if "JointVenture" in m.kinds]
            if ventures:
                return ventures[-1]
        return None
