"""Names in the text: the register as a trie over folded tokens, with case rules and guards for ordinary words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from graph.extraction.lexicon import table
from graph.extraction.model import Mention
from graph.extraction.people import people
from graph.extraction.variants import Variants
from graph.register import Entity, Register, fold

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
CODE_AFTER = re.compile(r"-[A-Z\d]")
COMPOUND = re.compile(r"\w[-‑]$")
# before a name in the middle of a sentence, and what shows that a capitalised word is only part of a name or a place
AMID = re.compile(r"(?<![.!?:] )(?<!\n)(?<!^)\b[a-z]+(?:,|'s|’s)? (?:the )?$")
BEFORE_MORE = re.compile(r"[-–]\w| [A-Z]|, [A-Z][a-z]+(?:[,.]| \d)|\s+\d")
CODE_BEFORE = re.compile(r"(?<!\w)[A-Z]+\d\w* $")
# a company's legal form after its name
FORM = re.compile(
    r",? (?:Co|Corp|Inc|Ltd|Corporation|Company|Limited|Holdings|AG|SE|N\.?V|S\.?p\.?A|plc|PLC|LLC|Bhd)\b"
    r"(?:\.(?!\n|$| [A-Z])|\. Ltd\b)?"
)
ORGANIZATION_KINDS = frozenset(
    "Organization Automaker Alliance BatteryMaker Supplier JointVenture Publisher TechnologyCompany Brand".split()
)
CAPITALS_ONLY = frozenset(table("names")["capitals_only"])
PLACE_KINDS = frozenset("Place Country City Region Market".split())
# a span of the text and the entities that bear the name there, each with: is it a short name?
Match = tuple[int, int, list[tuple[str, bool]]]


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


def usable_short(name: str) -> bool:
    """Whether a name without its brand says enough: no bare number, no single letter, no plain class word."""
    words = TOKEN.findall(name)
    return bool(words) and not name.isdigit() and len(fold(name)) > 1 and not (len(words) == 1 and len(name) < 2)


def fits_case(written: tuple[str, ...], name: tuple[str, ...]) -> bool:
    """Capitals of the name must be capitals in the text; short all-capital names must be written so."""
    for have, want in zip(written, name, strict=True):
        if want[0].isupper() and not have[0].isupper():
            return False
        written_so = have.isupper() or (len(want) > 2 and want not in CAPITALS_ONLY)
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
        self.guarded = {fold(w) for w in table("names")["guarded"]}
        self.beside = re.compile(r"\W{1,3}(?:" + "|".join(table("names")["beside"]) + r")\b")
        self.alliances = [e for e in register.entities.values() if e.members]
        self.skipped = skipped = set(table("names")["skipped"])
        whole = set(table("names")["whole_only"])
        for entity in register.entities.values():
            if entity.name in skipped:
                continue
            for name in {entity.name, *entity.aliases} - skipped:
                self._add(name, entity.slug, short=not self._branded(entity, name))
            for name in set(short_names(entity, register)):
                if usable_short(name) and name not in skipped and not (name in whole and entity.slug in self.beyond):
                    self._add(name, entity.slug, short=True)

    def _branded(self, entity: Entity, name: str) -> bool:
        """Whether a model's name begins with its brand; other kinds need none."""
        if "VehicleModel" not in entity.kinds or name == entity.name:
            return True
        owners = [self.register.entities[p] for p in entity.parents if p in self.register.entities]
        return any(name.startswith(n.split()[0]) for o in owners for n in (o.name, *o.aliases))

    def _add(self, name: str, slug: str, *, short: bool) -> None:
        words = TOKEN.findall(name.removeprefix("The ") if len(name) > 8 else name)
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
        if "VehicleModel" in self.register.entities[slug].kinds and re.fullmatch(r"\w*[a-zA-Z]\w", words[-1]):
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
                fitting = [(slug, short) for slug, name, short in node.ends if fits_case(written, name)]
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
        sure = Counter(
            slug
            for start, end, options in matches
            for slug, short in options
            if not short and fold(text[start:end]) not in self.guarded
        )
        sure.update(self._vouched(text, matches))
        sure.update(self._amid(text, matches))
        present = self._with_owners(sure)
        whole = Counter(slug for start, end, options in matches for slug, _ in options if " " in text[start:end])
        found = []
        for start, end, options in matches:
            slug = self._choose(text, start, end, options, present, sure)
            if slug:
                entity = self.register.entities[self._namesake(text[start:end], slug, whole)]
                form = FORM.match(text, end) if entity.kinds & ORGANIZATION_KINDS else None
                form = form or (STOP.match(text, end) if ABBREVIATED.search(text[start:end]) else None)
                found.append(
                    self.variants.gone_on(text, Mention(start, form.end() if form else end, entity.name, entity.kinds))
                )
        found += [self._registered(person) for person in persons]
        found += self.variants.alone(text, present, list(found))
        found += self.variants.listed(text, sorted(found, key=lambda m: m.start))
        found += self.variants.shortened(text, words, found, ORGANIZATION_KINDS)
        return sorted(found, key=lambda m: m.start)

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
            if " " in text[start:end] or any(not s and "Person" not in entities[slug].kinds for slug, s in options)
        ]  # fmt: skip
        ends = dict(spans)
        sure: set[int] = set()
        last = 0
        for word in words:
            last = max(last, ends.get(word.start, 0))
            if word.start < last:
                sure.add(word.start)
        return sure

    def _vouched(self, text: str, matches: list[Match]) -> list[str]:
        """Makers with an ordinary word for a name ("Alpine") that the codes of their cars ("A290") speak for."""
        entities = self.register.entities
        coded = {
            owner for start, end, options in matches if re.search(r"\d", text[start:end]) and len(options) == 1
            for slug, short in options if short for owner in entities[slug].parents
        }  # fmt: skip
        return [
            slug for start, end, options in matches
            if fold(text[start:end]) in self.guarded and not self._starts_sentence(text, start)
            for slug, short in options if not short and slug in coded
        ]  # fmt: skip

    def _amid(self, text: str, matches: list[Match]) -> list[str]:
        """Makers with an ordinary word for a name that stands capitalised amid a sentence: "and Lotus had"."""
        return [
            slug for start, end, options in matches
            if fold(text[start:end]) in self.guarded and AMID.search(text, max(0, start - 24), start)
            and not BEFORE_MORE.match(text, end)
            for slug, short in options if not short and self.register.entities[slug].kinds & ORGANIZATION_KINDS
        ]  # fmt: skip

    def _namesake(self, written: str, slug: str, whole: Counter[str]) -> str:
        """Of two companies of one first name, the one that the text calls by its whole name ("Volvo Group")."""
        entities = self.register.entities
        if " " in written or whole[slug] or not entities[slug].name.startswith(written + " "):
            return slug
        others = (
            s for s in whole
            if s != slug and entities[s].name.startswith(written + " ") and slug not in entities[s].parents
        )  # fmt: skip
        return next((s for s in others if entities[s].kinds & ORGANIZATION_KINDS), slug)

    def _with_owners(self, slugs: Iterable[str]) -> set[str]:
        """These entities, their owners at any distance, and alliances whose members are among them."""
        reached: set[str] = set()
        todo = list(slugs)
        while todo:
            slug = todo.pop()
            if slug not in reached and slug in self.register.entities:
                reached.add(slug)
                todo += self.register.entities[slug].parents
        return reached | {e.slug for e in self.alliances if reached & set(e.members)}

    def _choose(
        self, text: str, start: int, end: int, options: list[tuple[str, bool]], present: set[str], sure: Counter[str]
    ) -> str | None:
        """The entity that a name stands for here, or None where it is an ordinary word."""
        entities = self.register.entities
        written = fold(text[start:end])
        if text[end : end + 1] in {"$", "€", "£"}:
            return None
        guarded = written in self.guarded
        if guarded and re.match(r"\s+\d", text[end:]):  # "March 2027" is a date
            return None
        allowed = []
        for slug, short in options:
            entity = entities[slug]
            owners = set(entity.parents)
            owned = bool(owners & present) or any(set(entities[o].parents) & present for o in owners if o in entities)
            if (short or ("Platform" in entity.kinds and len(written) < 4)) and owners and not owned:
                continue
            if "VehicleModel" in entity.kinds and CODE_AFTER.match(text, end):  # "Lexus LF-ZX" is no "Lexus LF"
                continue
            if short and COMPOUND.search(text[max(0, start - 2) : start]) and written.islower():  # "sodium-ion"
                continue
            if short and CODE_BEFORE.search(text[max(0, start - 8) : start]):  # "Q6L e-tron" is no "e-tron"
                continue
            if guarded and not (owned or slug in sure or self.beside.match(text, end)):
                continue
            if entity.members and written in {"alliance", "thealliance"} and not (set(entity.members) & present):
                continue
            if guarded and self._starts_sentence(text, start) and not self._acts(text, end):
                continue
            allowed.append((short, -sum(sure[o] for o in owners) - sure[slug], -len(entity.kinds), slug))
        return min(allowed)[3] if allowed else None

    def _acts(self, text: str, end: int) -> bool:
        """Whether what follows an ordinary word at the start of a sentence shows that it is a name."""
        if text[end : end + 8].lstrip(" *")[:1] in tuple(":,'’"):
            return True
        return bool(re.match(r"\s+(?:[a-z]+s|is|will|has|was|and|,)\b", text[end:]) or self.beside.match(text, end))

    @staticmethod
    def _starts_sentence(text: str, start: int) -> bool:
        before = text[max(0, start - 4) : start].rstrip(' *“"')
        return not before or before[-1] in ".!?\n"
