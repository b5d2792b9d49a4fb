"""Which entity a name of the gazetteer stands for in a text, or whether it is an ordinary word there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from graph.extraction.lexicon import ORGANIZATION_KINDS, table
from graph.extraction.people import unnamed
from graph.register import Entity, Register, fold

# a span of the text and the entities that bear the name there, each with: is it a short name?
Match = tuple[int, int, list[tuple[str, bool]]]
CODE_AFTER = re.compile(r"-[A-Z\d]")
COMPOUND = re.compile(r"\w[-‑]$")
CODE_BEFORE = re.compile(r"(?<!\w)[A-Z]+\d\w* $")
FIRST_NAME = re.compile(r"(?<![\w.])([A-ZÀ-Ž][a-zß-ž]+) $")
# before a name in the middle of a sentence, and what shows that a capitalised word is only part of a name or a place
AMID = re.compile(r"(?<![.!?:] )(?<!\n)(?<!^)\b[a-z]+(?:,|'s|’s)? (?:the )?$")
GOES_ON = re.compile(r"[-–]\w| [A-Z]|, [A-Z][a-z]+(?:[,.]| \d)|\s+\d")
# a name that is the label of a line or an item
LABEL = re.compile(r"(?:^|\n)[-*•\s]*$")
LABELLED = re.compile(r"\s*[.:]\s| {3,}\w")  # after a bold word stand the blanks of its marks
ACTS = re.compile(r"\s+(?:[a-z]+s|is|will|has|was|and|,)\b")


class Words:
    """The ordinary words among the names of a register, and who stands together in it."""

    def __init__(self, register: Register) -> None:
        """Read the lists once."""
        names = table("names")
        self.register = register
        self.guarded = {fold(w) for w in names["guarded"]}
        self.beside = re.compile(r"\W{1,3}(?:" + "|".join(names["beside"]) + r")\b")
        self.alliances = [e for e in register.entities.values() if e.members]


class Choice:
    """What is sure to be named in a text, by which the other names in it are judged."""

    def __init__(self, text: str, matches: list[Match], words: Words) -> None:
        """Find out which entities the text names for certain."""
        self.text = text
        self.words = words
        self.entities = words.register.entities
        self.sure = Counter(
            slug for start, end, options in matches for slug, short in options
            if not short and fold(text[start:end]) not in words.guarded
        )  # fmt: skip
        self.sure.update(self.vouched(matches))
        self.sure.update(self.evident(matches))
        self.present = self.with_owners(self.sure)
        self.whole = Counter(slug for start, end, options in matches for slug, _ in options if " " in text[start:end])

    def vouched(self, matches: list[Match]) -> list[str]:
        """Makers with an ordinary word for a name ("Alpine") that the codes of their cars ("A290") speak for."""
        coded = {
            owner for start, end, options in matches if re.search(r"\d", self.text[start:end]) and len(options) == 1
            for slug, short in options if short for owner in self.entities[slug].parents
        }  # fmt: skip
        return [
            slug for start, end, options in matches
            if fold(self.text[start:end]) in self.words.guarded and not self.starts_sentence(start)
            for slug, short in options if not short and slug in coded
        ]  # fmt: skip

    def evident(self, matches: list[Match]) -> list[str]:
        """Makers named by an ordinary word that stands capitalised amid a sentence ("and Lotus had") or as a label."""
        return [
            slug for start, end, options in matches
            if fold(self.text[start:end]) in self.words.guarded and (self.amid(start, end) or self.labels(start, end))
            for slug, short in options if not short and self.entities[slug].kinds & ORGANIZATION_KINDS
        ]  # fmt: skip

    def amid(self, start: int, end: int) -> bool:
        """Whether a word stands alone with its capital in the middle of a sentence."""
        return bool(AMID.search(self.text, max(0, start - 24), start)) and not GOES_ON.match(self.text, end)

    def labels(self, start: int, end: int) -> bool:
        """Whether a word is the label of a line: "- Cruise. The subsidiary"."""
        return bool(LABEL.search(self.text, max(0, start - 8), start)) and bool(LABELLED.match(self.text, end))

    def with_owners(self, slugs: Iterable[str]) -> set[str]:
        """These entities, their owners at any distance, and alliances whose members are among them."""
        reached: set[str] = set()
        todo = list(slugs)
        while todo:
            slug = todo.pop()
            if slug not in reached and slug in self.entities:
                reached.add(slug)
                todo += self.entities[slug].parents
        return reached | {e.slug for e in self.words.alliances if reached & set(e.members)}

    def of(self, match: Match) -> Entity | None:
        """The entity that a name stands for here, or None where it is an ordinary word."""
        start, end, options = match
        written = fold(self.text[start:end])
        if self.text[end : end + 1] in {"$", "€", "£"}:
            return None
        guarded = written in self.words.guarded
        if guarded and re.match(r"\s+\d", self.text[end:]):  # "March 2027" is a date
            return None
        if guarded and self.starts_sentence(start) and not self.acts(start, end):
            return None
        allowed = []
        for slug, short in options:
            entity = self.entities[slug]
            if short and self.possessed(start, entity):
                return entity
            if self.stands(entity, match, written, short=short) and (not guarded or self.clear(entity, end)):
                known = sum(self.sure[o] for o in set(entity.parents)) + self.sure[slug]
                other = " " in self.text[start:end] and entity.name != self.text[start:end]
                allowed.append((short, other, -known, -len(entity.kinds), slug))
        return self.entities[self.namesake(self.text[start:end], min(allowed)[-1])] if allowed else None

    def stands(self, entity: Entity, match: Match, written: str, *, short: bool) -> bool:
        """Whether the words around a name leave it a name of this entity."""
        start, end, _ = match
        owners = set(entity.parents)
        if (short or ("Platform" in entity.kinds and len(written) < 4)) and owners and not self.owned(entity):
            return False
        if "VehicleModel" in entity.kinds and CODE_AFTER.match(self.text, end):  # "Lexus LF-ZX" is no "Lexus LF"
            return False
        if short and COMPOUND.search(self.text[max(0, start - 2) : start]) and written.islower():  # "sodium-ion"
            return False
        if short and CODE_BEFORE.search(self.text[max(0, start - 8) : start]):  # "Q6L e-tron" is no "e-tron"
            return False
        if "Person" in entity.kinds and len(written) == end - start and self.other_person(start):
            return False
        return not (
            entity.members and written in {"alliance", "thealliance"} and not set(entity.members) & self.present
        )

    def owned(self, entity: Entity) -> bool:
        """Whether an owner of an entity, or the owner's owner, is in the text."""
        owners = set(entity.parents)
        above = (set(self.entities[o].parents) for o in owners if o in self.entities)
        return bool(owners & self.present) or any(a & self.present for a in above)

    def clear(self, entity: Entity, end: int) -> bool:
        """Whether the text makes clear that an ordinary word is this entity's name."""
        return self.owned(entity) or entity.slug in self.sure or bool(self.words.beside.match(self.text, end))

    def namesake(self, written: str, slug: str) -> str:
        """Of two companies of one first name, the one that the text calls by its whole name ("Volvo Group")."""
        if " " in written or self.whole[slug] or not self.entities[slug].name.startswith(written + " "):
            return slug
        others = (
            s for s in self.whole
            if s != slug and self.entities[s].name.startswith(written + " ") and slug not in self.entities[s].parents
        )  # fmt: skip
        return next((s for s in others if self.entities[s].kinds & ORGANIZATION_KINDS), slug)

    def acts(self, start: int, end: int) -> bool:
        """Whether what follows an ordinary word at the start of a sentence shows that it is a name."""
        if self.text[end : end + 8].lstrip(" *")[:1] in tuple(":,'’") or self.labels(start, end):
            return True
        return bool(ACTS.match(self.text, end) or self.words.beside.match(self.text, end))

    def possessed(self, start: int, entity: Entity) -> bool:
        """Whether a maker's name stands right before a car's without its brand: "MG's Windsor"."""
        before = self.text[max(0, start - 30) : start]
        owners = (self.entities[p] for p in entity.parents if p in self.entities)
        names = [n for o in owners for n in (o.name, *o.aliases)]
        return any(before.endswith((f"{name}'s ", f"{name}’s ", f"{name} ")) for name in names)

    def other_person(self, start: int) -> bool:
        """Whether a last name follows somebody else's first name: "Takero Kato" is no Takao Kato."""
        before = FIRST_NAME.search(self.text, max(0, start - 24), start)
        return bool(before and not unnamed().fullmatch(before[1]))

    def starts_sentence(self, start: int) -> bool:
        """Whether a sentence or a line begins at a position."""
        before = self.text[max(0, start - 4) : start].rstrip(' *“"')
        return not before or before[-1] in ".!?\n"
