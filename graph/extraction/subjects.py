"""Who a statement is about: the clause's subject, pronouns and definite nouns, groups, labels, headings, the topic."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from graph.extraction.annotate import Annotated
from graph.extraction.lexicon import any_of, place_adjectives, table
from graph.extraction.mentions import ORGANIZATION_KINDS
from graph.extraction.model import Mention
from graph.extraction.readings import Reading, expand
from graph.register import Entity

OBLIQUE = re.compile(
    r"(?:according to|unlike|like|alongside|together with|along with|with|by|from|for|of|to|than|at|in|on|including|such as|against|"
    r"behind|near|between|under|beside|into|via|rival|rivals|partner|partners|about|over|after|before|as|supplier|suppliers|per|sell|buy|buys|acquire|join|joins|left)"
    r" (?:the |its |a |an |their |his |new )?(?:[\w-]+ )?$",
    re.IGNORECASE,
)
CLAUSE_START = re.compile(
    r"(?:^|[,;:–—(\"“.?!] ?|\b(?:and|but|while|that|which|said|when|where|as|because|if|whereas|meanwhile|says|so|or|whom|what|before|after|once|though|although) )"
    r"(?:the |The |both |Both |[Nn]either |[Ee]ither |now |also )?$"
)
NUMBER_WORDS = {"two": 2, "three": 3, "four": 4, "both": 2}


@cache
def anaphor() -> re.Pattern[str]:
    """Pronouns and definite nouns that stand for an organization."""
    maker = any_of(table("words")["classes"]["maker"])
    return re.compile(
        rf"(?<![\w‹#'])(?:(?P<pronoun>it|they|he|she|we)(?!\w)|(?P<noun>(?:the|this|that|both|all|its|their|his|these)\s+"
        rf"(?P<words>(?:(?!and\b|or\b|of\b)[\w'.-]+[- ]|‹[A-Z]*L[A-Z]*#\d+›(?:-based)?\s+){{0,4}}?){maker})(?!['’-]?\w))",
        re.IGNORECASE,
    )


@cache
def who() -> str:
    """The macro {who}: an organization by name, pronoun or definite noun."""
    maker = any_of(table("words")["classes"]["maker"])
    return expand(
        rf"(?:{{org}}(?:{{list}}(?:the )?{{org}})*|(?<!\w)(?:it|they)(?!\w)|(?<!\w)(?:the|this)\s+(?:(?!and\b|or\b|of\b)[\w'.-]+[- ]|{{place}}(?:-based)? ){{0,4}}?{maker}(?!\w))"
    )


@dataclass(frozen=True)
class Found:
    """A resolved subject: canonical names (several for coordination) and the step of the ladder that found them."""

    names: tuple[str, ...]
    step: str
    start: int = -1


class Discourse:
    """What has been talked about, sentence by sentence."""

    def __init__(self, reading: Reading) -> None:
        """Prepare lookups; resolution is done on demand and remembered."""
        self.reading = reading
        self.register = reading.register
        self._topics: dict[int, Found | None] = {}
        self.groups = [e for e in self.register.entities.values() if e.members]

    # --- sentences -------------------------------------------------------------------------------

    def topic(self, index: int) -> Found | None:
        """The organization that a sentence leaves in the reader's mind for the next one."""
        if index < 0:
            return self.document_topic()
        if index not in self._topics:
            self._topics[index] = None
            found = self.clause_subject(index, len(self.reading.annotated[index].text), first=True)
            self._topics[index] = found or self.before(index)
        return self._topics[index]

    def before(self, index: int) -> Found | None:
        """The topic before a sentence: list label or parent block, else the sentence before, else the document's."""
        sentence = self.reading.annotated[index].sentence
        block = self.reading.blocks[sentence.block]
        previous = index - 1
        while previous >= 0 and self.reading.silent(self.reading.sentences[previous]):
            previous -= 1
        same = previous >= 0 and self.reading.sentences[previous].block == sentence.block
        if not same and block.parent is not None:
            for other in range(index - 1, -1, -1):
                if self.reading.sentences[other].block == block.parent:
                    return self.topic(other)
        if previous >= 0 and (same or block.kind != "list-item"):
            return self.topic(previous)
        return self.topic(previous) if previous >= 0 and block.parent is None else self.document_topic()

    def document_topic(self) -> Found | None:
        """The document's topic as a subject."""
        return Found((self.reading.topic,), "document topic") if self.reading.topic else None

    # --- clauses ---------------------------------------------------------------------------------

    def clause_subject(self, index: int, position: int, *, first: bool = False) -> Found | None:
        """The subject of the clause around a position: the last one that opens a clause before it."""
        sentence = self.reading.annotated[index]
        text = sentence.text
        options: list[tuple[int, int, bool, bool]] = []
        for start, end, item in sentence.marks(0, position):
            if isinstance(item, Mention) and self.is_company(item):
                left = text[:start]
                oblique = bool(OBLIQUE.search(left)) and not re.match(r"(?:'s|') ", text[end:])
                if not oblique:
                    options.append((start, end, bool(CLAUSE_START.search(left)), True))
        for match in anaphor().finditer(text, 0, position):
            left = text[: match.start()]
            if not OBLIQUE.search(left) or match.group("pronoun"):
                options.append((match.start(), match.end(), bool(CLAUSE_START.search(left)), False))
        if not options:
            return None
        options.sort()
        opening = [o for o in options if o[2]]
        chosen = (options[0] if first else opening[-1]) if opening else options[0]
        if first and opening:
            chosen = opening[0]
        return self.resolve(index, chosen[0], chosen[1])

    def is_company(self, mention: Mention) -> bool:
        """Whether a mention can act: a company, alliance or brand, not only a publisher."""
        return bool(mention.kinds & ORGANIZATION_KINDS) and mention.kinds != {"Publisher"}

    def subject(self, index: int, position: int) -> Found | None:
        """The whole ladder for an organization."""
        return self.clause_subject(index, position) or self.label(index) or self.before(index)

    def label(self, index: int) -> Found | None:
        """The company that a list item's label names."""
        sentence = self.reading.annotated[index].sentence
        label = self.reading.blocks[sentence.block].label
        if label:
            for mention in self.reading.mentions:
                if label[0] <= mention.start < label[1] and self.is_company(mention):
                    return Found((mention.name,), "label")
        return None

    # --- noun phrases ----------------------------------------------------------------------------

    def resolve(self, index: int, start: int, end: int) -> Found | None:
        """Who a span of a marked sentence names, by name, list, pronoun or definite noun."""
        sentence = self.reading.annotated[index]
        text = sentence.text
        here = [m for m in sentence.mentions(start, end) if self.is_company(m)]
        if here:
            names = self.coordination(sentence, start, end) or [m.name for m in here]
            return Found(tuple(dict.fromkeys(names)), "named in the clause", start)
        match = anaphor().match(text, start)
        if not match:
            return None
        if match.group("pronoun"):
            return self.antecedent(index, start, None)
        return self.definite(index, start, match.group("noun"))

    def coordination(self, sentence: Annotated, start: int, end: int) -> list[str]:
        """The names of the list that a name belongs to: "Renault, Nissan and Mitsubishi"."""
        separator = re.compile(r"(?:, and |, | and | & )(?:the )?$")
        names: list[str] = []
        last_end = None
        for left, right, item in sentence.marks():
            if not isinstance(item, Mention) or not self.is_company(item):
                if left >= end:
                    break
                names, last_end = ([], None) if left < start else (names, last_end)
                continue
            joined = last_end is not None and separator.fullmatch(sentence.text[last_end:left])
            if left >= end and not joined:
                break
            names = [*names, item.name] if joined else [item.name]
            last_end = right
        return names

    def definite(self, index: int, start: int, phrase: str) -> Found | None:
        """Who "the Japanese carmaker", "the Yokohama-based company" or "the three partners" is."""
        low = phrase.lower()
        number = next((n for word, n in NUMBER_WORDS.items() if re.search(rf"\b{word}\b", low)), None)
        plural = bool(
            re.search(
                r"(?:makers|companies|partners|groups|firms|allies|manufacturers|suppliers|giants|brands|players)$", low
            )
        )
        if number or plural:
            return self.group(index, number)
        return self.antecedent(index, start, phrase)

    def group(self, index: int, number: int | None) -> Found | None:
        """A group by its number: the alliance with so many members, else the last list of so many names."""
        named = {m.name for m in self.reading.mentions}
        for alliance in self.groups:
            members = [self.register.entities[s].name for s in alliance.members if s in self.register.entities]
            present = alliance.name in named
            if (
                (number is None or number == len(members))
                and present
                and len(members) > 2
                and sum(m in named for m in members) > 1
            ):
                return Found((alliance.name,), "group by number")
        for back in range(index, max(-1, index - 4), -1):
            sentence = self.reading.annotated[back]
            for start, end, item in sentence.marks():
                if isinstance(item, Mention) and self.is_company(item):
                    names = self.coordination(sentence, start, end)
                    if len(names) > 1 and number in (None, len(names)):
                        return Found(tuple(names), "group by number")
        return self.before(index) if number is None else None

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
        if re.search(r"(?:auto ?makers?|car ?maker|car manufacturer|car company)$", low):
            return bool(kinds & {"Automaker", "Brand", "Alliance"}) or not entity
        return True

    def place(self, slug: str | None) -> str | None:
        """A place's name by its slug."""
        return self.register.entities[slug].name if slug and slug in self.register.entities else slug

    def antecedent(self, index: int, start: int, phrase: str | None) -> Found | None:
        """The organization that a pronoun or definite noun goes back to."""
        sentence = self.reading.annotated[index]
        city = self.city_in(sentence, start, phrase) if phrase else None
        options: list[str] = []
        inside = [(s, m) for s, _, m in sentence.marks(0, start) if isinstance(m, Mention) and self.is_company(m)]
        plain = [m.name for s, m in inside if not OBLIQUE.search(sentence.text[:s])]
        if phrase is None or not nation_in(phrase):
            options += plain[:1]
        else:
            options += [m.name for _, m in reversed(inside)]
        before = self.before(index)
        options += (
            before.names[:1]
            if (before and len(before.names) == 1) or (before and phrase)
            else (before.names if before else ())
        )
        step = "pronoun" if phrase is None else "definite noun"
        if before and phrase is None and not options[:1]:
            return None
        if phrase is None and not plain and before:
            return Found(before.names, step)
        for back in range(index - 1, max(-1, index - 12), -1):
            options += [m.name for m in reversed(self.reading.annotated[back].mentions()) if self.is_company(m)]
        if self.reading.topic:
            options.append(self.reading.topic)
        for name in options:
            entity = self.register.resolve(name)
            if city and entity and entity.city and self.place(entity.city) == city:
                return Found((name,), step)
        for name in options:
            if self.fits(name, phrase):
                return Found((name,), step)
        return None

    def city_in(self, sentence: Annotated, start: int, phrase: str) -> str | None:
        """The city of "the Yokohama-based company" or "the Stuttgart company"."""
        places = [m.name for m in sentence.mentions(start, start + len(phrase)) if "L" in _letters(m)]
        return places[0] if places else None

    def owner(self, name: str) -> Entity | None:
        """The first owner of an entity (brand of a model, maker of a brand)."""
        entity = self.register.resolve(name)
        parents = [self.register.entities[p] for p in entity.parents if p in self.register.entities] if entity else []
        return parents[0] if parents else None


def _letters(mention: Mention) -> str:
    from graph.extraction.annotate import letters

    return letters(mention.kinds)


def nation_in(phrase: str) -> str | None:
    """The country of a nationality adjective in a phrase."""
    for adjective, country in place_adjectives().items():
        if re.search(rf"(?<!\w){re.escape(adjective)}(?!\w)", phrase):
            return country
    return None
