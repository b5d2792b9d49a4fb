"""Names in the text: the register as a trie over folded tokens, with case rules and guards for ordinary words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from graph.extraction.choosing import Choice, Match, Words
from graph.extraction.lexicon import ORGANIZATION_KINDS, PLACE_KINDS, table
from graph.extraction.model import Mention
from graph.extraction.people import people
from graph.extraction.variants import Variants
from graph.register import Entity, Register, fold

__all__ = ["ORGANIZATION_KINDS", "PLACE_KINDS", "Gazetteer", "Token", "fold_token", "tokens"]
TOKEN = re.compile(r"[^\W_]+")
JOIN = re.compile(r"(?:[ \u00a0\-–‑—./'’&+#:]{0,3}|\n)\Z")
ABBREVIATED = re.compile(r"\b(?:Co|Corp|Inc|Ltd)$")
STOP = re.compile(r"\.(?!\n|$| [A-Z])")
# what a battery may be called instead of by its kind's last word
CELLS = {
    last: [
        "battery",
        "batteries",
        *(noun + ending for noun in ("cell", "battery cell", "battery pack") for ending in ("", "s")),
    ]
    for last in ("battery", "cell")
}
# a company's legal form after its name
FORM = re.compile(
    r",? (?:Co|Corp|Inc|Ltd|Corporation|Company|Limited|Holdings|AG|SE|N\.?V|S\.?p\.?A|plc|PLC|LLC|Bhd)\b"
    r"(?:\.(?!\n|$| [A-Z])|\. Ltd\b)?"
)
LEGAL = re.compile(FORM.pattern + "$")
CAPITALS_ONLY = frozenset(table("names")["capitals_only"])


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the text: its span, as written, and folded."""

    start: int
    end: int
    text: str
    key: str


@dataclass(slots=True)
class Node:
    """A node of the trie; `ends` holds what may end here."""

    next: dict[str, Node] = field(default_factory=dict)
    ends: list[tuple[str, tuple[str, ...], bool]] = field(default_factory=list)


@lru_cache(maxsize=65536)
def fold_token(text: str) -> str:
    """A word without case and accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(c))


def tokens(text: str) -> list[Token]:
    """The words of a text."""
    return [Token(m.start(), m.end(), m.group(), fold_token(m.group())) for m in TOKEN.finditer(text)]


def short_names(entity: Entity, register: Register) -> Iterator[str]:
    """The names of a model without its brand, usable where the brand is in the text."""
    if "VehicleModel" not in entity.kinds:
        return
    for parent in (register.entities[p] for p in entity.parents if p in register.entities):
        for lead in {parent.name, parent.name.split()[0], *parent.aliases}:
            for name in (entity.name, *entity.aliases):
                if name.startswith(lead + " "):
                    yield name[len(lead) + 1 :]


def other_orders(entity: Entity) -> Iterator[str]:
    """How else a Korean name is written: "Kwon Young-soo" as "Young-soo Kwon", "Youngsoo Kwon"."""
    parts = re.fullmatch(r"(\w+) (\w+)-(\w+)", entity.name) if "Person" in entity.kinds else None
    if parts:
        family, one, two = parts.groups()
        yield from (f"{one}-{two} {family}", f"{one}{two} {family}", f"{one}-{two.title()} {family}")


def usable_short(name: str) -> bool:
    """Whether a name without its brand says enough: no bare number, no single letter, no plain class word."""
    words = TOKEN.findall(name)
    return bool(words) and not name.isdigit() and len(fold(name)) > 1 and not (len(words) == 1 and len(name) < 2)


def fits_case(written: tuple[str, ...], name: tuple[str, ...], *, strict: bool) -> bool:
    """Capitals of the name must be capitals in the text; short all-capital names must be written so (`strict`: all)."""
    for have, want in zip(written, name, strict=True):
        if want[0].isupper() and not have[0].isupper():
            return False
        written_so = have.isupper() or (len(want) > 2 and want not in CAPITALS_ONLY and not strict)
        if want[-1] == "s" and have[-1] == "S" and not have.isalpha():  # "R1S" is no plural
            return False
        if want.isupper() and want.isalpha() and len(want) <= 4 and not written_so:
            return False
    return True


class Gazetteer:
    """The register's names, ready to be found in a text."""

    def __init__(self, register: Register, beyond: frozenset[str] = frozenset()) -> None:
        """Index every name and alias, and models' names without their brand; `beyond` are slugs of candidates only."""
        self.register = register
        self.beyond = beyond
        self.variants = Variants(register)
        self.root = Node()
        self.words = Words(register)
        self.skipped = skipped = set(table("names")["skipped"])
        whole = set(table("names")["whole_only"])
        for entity in register.entities.values():
            if entity.name in skipped:
                continue
            for name in {entity.name, *entity.aliases, *other_orders(entity)} - skipped:
                self._add(name, entity.slug, short=not self._branded(entity, name))
            for name in set(short_names(entity, register)):
                if not usable_short(name):  # "GAC Aion S"
                    for lead in (a for p in entity.parents if p in register.entities for a in register[p].aliases):
                        self._add(f"{lead} {name}", entity.slug, short=False)
                if usable_short(name) and name not in skipped and not (name in whole and entity.slug in self.beyond):
                    self._add(name, entity.slug, short=True)

    def _branded(self, entity: Entity, name: str) -> bool:
        """Whether a model's name begins with its brand; other kinds need none."""
        if "VehicleModel" not in entity.kinds or name == entity.name:
            return True
        owners = [self.register.entities[p] for p in entity.parents if p in self.register.entities]
        return any(name.startswith(n.split()[0]) for o in owners for n in (o.name, *o.aliases))

    def _add(self, name: str, slug: str, *, short: bool) -> None:
        if name.endswith("+") and self.register.resolve(name[:-1]):  # its plus is no word: `Variants` sees to it
            return
        article = len(name) > 8 and slug not in self.beyond  # "The Verge" is no "Verge"
        words = TOKEN.findall(name.removeprefix("The ") if article else name)
        if not words or (len(words) == 1 and len(words[0]) < 2):
            return
        variants = [words]
        if words[-1].isalpha() and words[-1].islower() and len(words[-1]) > 3 and len(words) > 1:
            last = words[-1]
            plural = last[:-1] + "ies" if last.endswith("y") else last + "s"
            variants.append([*words[:-1], plural])
        generic = len(words) > 1 and not words[0][0].isupper()
        if generic and (others := CELLS.get(words[-1])):  # "sodium-ion cells" are such batteries
            variants += [[*words[:-1], *other.split()] for other in others]
        if "VehicleModel" in self.register.entities[slug].kinds and (len(words[-1]) > 2 or len(words) > 1):
            variants.append([*words[:-1], words[-1] + "s"])  # "Golfs", "FF 91s", "F-150 Lightnings"
        variants = [v for v in variants if " ".join(v) not in self.skipped]
        for variant in variants:
            node = self.root
            for word in variant:
                node = node.next.setdefault(fold_token(word), Node())
            node.ends.append((slug, tuple(variant), short))

    def raw(self, text: str, words: list[Token]) -> list[Match]:
        """Longest matches, left to right: span and the entities that bear the name (with: is it a short name?)."""
        found: list[Match] = []
        i = 0
        while i < len(words):
            node, j, best = self.root, i, None
            while j < len(words) and words[j].key in node.next:
                if j > i and not JOIN.match(text[words[j - 1].end : words[j].start]):
                    break
                node = node.next[words[j].key]
                j += 1
                written = tuple(t.text for t in words[i:j])
                fitting = [
                    (slug, short)
                    for slug, name, short in node.ends
                    if fits_case(written, name, strict=slug in self.beyond)
                ]
                if fitting:
                    best = (j, fitting)
            if best:
                found.append((words[i].start, words[best[0] - 1].end, best[1]))
                i = best[0]
            else:
                i += 1
        return found

    def mentions(self, text: str) -> list[Mention]:
        """The known names in a text (a mask of the document), in order."""
        words = tokens(text)
        matches = self.raw(text, words)
        persons = people(text, words, self._sure_words(text, words, matches))
        matches = [m for m in matches if not any(p.start < m[1] and m[0] < p.end for p in persons)]
        choice = Choice(text, matches, self.words)
        chosen = [(match, entity) for match in matches if (entity := choice.of(match))]
        called = self._called(text, chosen)
        found: list[Mention] = []
        for (start, end, _), entity in chosen:
            if found and start < found[-1].end:  # a name that went on: "BMW UK" names no country
                continue
            form = FORM.match(text, end) if entity.kinds & ORGANIZATION_KINDS else None
            form = form or (STOP.match(text, end) if ABBREVIATED.search(text[start:end]) else None)
            mention = Mention(start, form.end() if form else end, called.get(entity.slug, entity.name), entity.kinds)
            found.append(self.variants.gone_on(text, mention))
        found += [self._registered(person) for person in persons]
        found += self.variants.alone(text, choice.present, list(found))
        found += self.variants.listed(text, sorted(found, key=lambda m: m.start))
        found += self.variants.shortened(text, words, found, ORGANIZATION_KINDS)
        return sorted(found, key=lambda m: m.start)

    def _called(self, text: str, chosen: list[tuple[Match, Entity]]) -> dict[str, str]:
        """What a text calls the companies that no register holds, where it never uses their common name."""
        forms: dict[str, Counter[str]] = {}
        for (start, end, _), entity in chosen:
            if entity.slug in self.beyond and entity.kinds & ORGANIZATION_KINDS:
                form = text[start:end]
                plain = LEGAL.sub("", form)
                known = fold(plain) in {fold(n) for n in (entity.name, *entity.aliases)}
                forms.setdefault(entity.slug, Counter())[plain if known else form] += 1
        names = self.register.entities
        return {
            slug: " ".join(max(used, key=lambda form: (used[form], len(form))).split())
            for slug, used in forms.items()
            if fold(names[slug].name) not in {fold(form) for form in used}
        }

    def _registered(self, person: Mention) -> Mention:
        """A person by the name that the register has for him."""
        entity = self.register.resolve(person.name)
        known = entity if entity and "Person" in entity.kinds else None
        return replace(person, name=known.name if known else person.name, known=known is not None)

    def _sure_words(self, text: str, words: list[Token], matches: list[Match]) -> set[int]:
        """Where words start that are no person's: those of whole names, but not those of a car without its brand."""
        entities = self.register.entities
        spans = [
            (start, end) for start, end, options in matches
            if " " in text[start:end]
            or any(not s and not entities[slug].kinds & {"Person", "City"} for slug, s in options)
        ]  # fmt: skip
        ends = dict(spans)
        sure: set[int] = set()
        last = 0
        for word in words:
            last = max(last, ends.get(word.start, 0))
            if word.start < last:
                sure.add(word.start)
        return sure
