"""Who a statement is about: the clause's subject, pronouns and definite nouns, groups, labels, headings, the topic."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from graph.extraction.annotate import Annotated
from graph.extraction.kinship import Kinship
from graph.extraction.model import Mention
from graph.extraction.readings import BOLD, LONGEST_SENTENCE, Reading
from graph.extraction.syntax import (
    ACTS,
    ANAPHOR,
    BESIDE,
    CALLED,
    CLAUSE_START,
    COMPANY_LIST,
    CONTRAST,
    DESCRIBED,
    NUMBERS,
    OBJECT,
    OBLIQUE,
    OWNS,
    POSSESSED,
    POSSESSOR,
    RELATED,
    RELATIVE,
    nation_in,
)  # fmt: skip

# those who write, where they say how they know
WRITERS = re.compile(r"we (?:hear|understand|gather|are told|learn|reported|take|think|doubt|had)\b", re.IGNORECASE)
# "With SK On it is building": who stands beside "it" is no subject
BESIDE_OTHERS = re.compile(r"(?:Together |Along)?[Ww]ith (?:the )?‹[A-Z]*[OB][A-Z]*#\d+›,? $")
# "The joint venture of Stellantis and ...": who only shares what acts
SHARED = re.compile(
    r"(?:^|[.;:,] )(?:the|this|that|an?) (?:[a-z-]+ ){0,2}?(?:venture|partnership|company) (?:of|between) (?:the )?$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Found:
    """A resolved subject: canonical names (several for coordination) and the step of the ladder that found them."""

    names: tuple[str, ...]
    step: str
    start: int = -1


class Discourse(Kinship):
    """What has been talked about, sentence by sentence."""

    def __init__(self, reading: Reading) -> None:
        """Prepare lookups; resolution is done on demand and remembered."""
        super().__init__(reading)
        self._lists: dict[int, list[tuple[int, int]]] = {}
        self._topics: dict[int, Found | None] = {}
        for index in range(len(reading.annotated)):  # in order, so that no sentence has to look far back
            self.topic(index)

    # --- sentences -------------------------------------------------------------------------------

    def topic(self, index: int) -> Found | None:
        """The organization that a sentence leaves in the reader's mind for the next one."""
        if index < 0:
            return self.document_topic()
        if index not in self._topics:
            self._topics[index] = None
            sentence = self.reading.annotated[index]
            heading = self.reading.blocks[sentence.sentence.block].kind == "heading"
            short = len(sentence.text) <= LONGEST_SENTENCE  # what is longer is no sentence, and takes long
            found = self.clause_subject(index, len(sentence.text), first=True) if short else None
            if not found and heading:
                named = [m.name for m in sentence.mentions() if self.is_company(m)]
                found = Found((named[0],), "heading") if len(set(named)) == 1 else None
                if not named and sentence.text.rstrip().endswith("?"):  # a list of questions keeps to its subject
                    found = self.heading_before(index)
            if found and self.passing(index, found):
                found = None
            if found and len(found.names) > 3:  # a list of brands is what the sentence tells, not what it is about
                found = None
            self._topics[index] = found or self.before(index)
        return self._topics[index]

    def passing(self, index: int, found: Found) -> bool:
        """Whether a sentence's subject is told of in passing: who holds a share of what the text is about, or who does
        something with "it", which then stays what the text is about."""
        text = self.reading.annotated[index].text
        before = self.before(index)
        if found.start < 0 or before is None or set(found.names) <= set(before.names):
            return False
        if OWNS.search(text, found.start) and found != self.document_topic():
            named = {m.name for m in self.reading.annotated[index].mentions(found.start) if self.is_company(m)}
            return named <= set(found.names) or bool(named & set(before.names))
        within = index > 0 and self.reading.sentences[index - 1].block == self.reading.sentences[index].block
        return within and found.step == "named in the clause" and bool(OBJECT.search(text, found.start))

    def heading_before(self, index: int) -> Found | None:
        """The company that the last heading before one named, where it named one."""
        for back in range(index - 1, -1, -1):
            if self.reading.blocks[self.reading.sentences[back].block].kind == "heading":
                found = self.topic(back)
                return found if found and found.step == "heading" else None
        return None

    def before(self, index: int) -> Found | None:
        """The topic before a sentence: what it stands under, else the sentence before, else the document's."""
        lines = self.reading.sentences
        block = lines[index].block
        previous = index - 1
        while previous >= 0 and self.reading.silent(lines[previous]):
            previous -= 1
        if previous >= 0 and lines[previous].block == block:
            return self.topic(previous)
        parent = self.reading.blocks[block].parent
        if parent is not None:
            over = [n for n in range(index) if lines[n].block == parent]
            named = self.topic(over[-1]) if over else None
            several = named is not None and len(named.names) > 1 and previous >= 0 and lines[previous].block != parent
            if named and named.step not in {"document topic", "carried over"} and not several:
                return named
        if self.reading.dominant or previous < 0:
            return self.document_topic()
        found = self.topic(previous)
        return Found(found.names, "carried over") if found else None

    def document_topic(self) -> Found | None:
        """The document's topic as a subject."""
        return Found((self.reading.topic,), "document topic") if self.reading.topic else None

    # --- clauses ---------------------------------------------------------------------------------

    def clause_subject(self, index: int, position: int, *, first: bool = False) -> Found | None:
        """The subject of the clause around a position: the last one that opens a clause before it.

        With `first` it is what the whole sentence is about: the first one that opens a clause, or none.
        """
        options = sorted(self.options(index, position))
        opening = [o for o in options if o[2]]
        if first:
            sentence = self.reading.annotated[index]
            opening = [o for o in opening if not RELATIVE.search(sentence.text[: self.list_head(sentence, o[0])])]
            return self.resolve(index, *opening[0][:2]) if opening else None
        related = RELATED.search(self.reading.annotated[index].text[:position])
        if related:  # "from Envision AESC, which makes"
            return self.resolve(index, *related.span("who"))
        for start, end, _ in [*reversed(opening), *options]:
            if self.closed(index, start, end, position):
                continue
            found = self.resolve(index, start, end)
            if found:
                return found
        return None

    def closed(self, index: int, start: int, end: int, position: int) -> bool:
        """Whether a name is the subject of a relative clause that has ended before a position."""
        text = self.reading.annotated[index].text
        relative = RELATIVE.search(text[: self.list_head(self.reading.annotated[index], start)])
        return bool(relative) and ", " in text[end:position]

    def options(self, index: int, position: int) -> Iterator[tuple[int, int, bool]]:
        """What may be a subject before a position: span, and whether it opens a clause."""
        sentence = self.reading.annotated[index]
        text = sentence.text
        for start, end, item in sentence.marks(0, position):
            if isinstance(item, Mention) and (self.is_company(item) or "Plan" in item.kinds):
                if POSSESSOR.match(text, end) or text.startswith("-", end):  # "the Volkswagen-owned maker"
                    continue
                head = self.list_head(sentence, start)
                left = text[:head]
                if described := DESCRIBED.search(left):
                    left = left[: described.start()]
                if not OBLIQUE.search(left):
                    appositive = left.endswith(", ") and text.startswith("'s ", end)
                    acts = bool(ACTS.match(text, end))
                    yield start, end, (acts or bool(CLAUSE_START.search(left))) and not appositive
        for match in ANAPHOR.finditer(text, 0, position):
            left = text[: match.start()]
            if not OBLIQUE.search(left) and not WRITERS.match(text, match.start()):
                appositive = (
                    not match.group("pronoun")
                    and bool(re.search(r"‹[A-Z]+#\d+›, $", left))
                    and text.startswith(",", match.end())
                )
                opens = CLAUSE_START.search(left) or BESIDE_OTHERS.match(left)
                yield match.start(), match.end(), bool(opens) and not appositive

    def opens(self, sentence: Annotated, start: int) -> bool:
        """Whether a name opens a clause and is not governed by a preposition."""
        left = sentence.text[:start]
        plain = re.search(r"(?:^|[,;:.] )(?:[Tt]he |[Ii]ts |[Aa]n? )?(?:[a-z-]+ ){0,2}$", left)
        return bool(CLAUSE_START.search(left) or plain) and not OBLIQUE.search(left)

    def list_span(self, sentence: Annotated, start: int) -> tuple[int, int] | None:
        """The list that a name at a position belongs to: "Renault, Nissan and Mitsubishi"."""
        key = sentence.sentence.start
        if key not in self._lists:
            self._lists[key] = [match.span() for match in COMPANY_LIST.finditer(sentence.text)]
        return next((span for span in self._lists[key] if span[0] <= start < span[1]), None)

    def list_head(self, sentence: Annotated, start: int) -> int:
        """Where the list begins that the name at a position belongs to."""
        span = self.list_span(sentence, start)
        return span[0] if span else start

    def subject(self, index: int, position: int) -> Found | None:
        """The whole ladder for an organization."""
        found = self.clause_subject(index, position) or self.label(index)
        if found:
            return found
        before = self.before(index)
        bystander = before and all(map(self.stands_by, before.names))
        return self.document_topic() or before if bystander else before

    def label(self, index: int) -> Found | None:
        """The company that a list item's or a paragraph's label names."""
        block = self.reading.blocks[self.reading.sentences[index].block]
        bold = BOLD.match(self.reading.document.text, block.start)
        label = block.label or (bold.span() if bold else None)
        if label:
            for mention in self.reading.mentions:
                if label[0] <= mention.start < label[1] and self.is_company(mention):
                    return Found((mention.name,), "label")
        return None

    # --- noun phrases ----------------------------------------------------------------------------

    def resolve(self, index: int, start: int, end: int, but: frozenset[str] = frozenset()) -> Found | None:
        """Who a span of a marked sentence names, by name, list, pronoun or definite noun; a noun is none of `but`."""
        sentence = self.reading.annotated[index]
        text = sentence.text
        inside = sentence.mentions(start, end)
        here = [m for m in inside if self.is_company(m)]
        if here and SHARED.search(text[:start]) and (venture := self.venture_before(index, start)):
            return Found((venture,), "the venture", start)
        if here:
            part = POSSESSED.match(text, end)
            if part and (child := self.child(here[-1].name, index, start)):
                return Found((child,), "possessed", start)
            names = self.coordination(sentence, start, end) or [m.name for m in here]
            return Found(self.acting(names), "named in the clause", start)
        if inside and "Plan" in inside[0].kinds:
            owner = self.plan_owner(inside[0].name)
            return Found((owner,), "plan's owner", start) if owner else None
        return self.gone_back_to(index, start, text[start:end], but)

    def gone_back_to(self, index: int, start: int, written: str, but: frozenset[str]) -> Found | None:
        """Whom a pronoun, a possessive or a definite noun at a place goes back to."""
        if written.lower() in {"our", "us", "your", "whose", "its", "their"}:
            return self.possessor(index, start, written)
        match = ANAPHOR.match(self.reading.annotated[index].text, start)
        if not match:
            return None
        if match.group("few"):
            counts = self.reading.annotated[index].marks(*match.span("few"))
            return self.group(index, next((int(i[0].value) for _, _, i in counts if isinstance(i, tuple)), 2))
        if (match.group("pronoun") or "").lower() in {"we", "you"}:  # whoever is interviewed speaks for the company
            return self.document_topic()
        if match.group("pronoun"):
            return self.one_of(self.antecedent(index, start, None), match.group("pronoun"))
        if match.group("ranked"):
            return self.antecedent(index, start, "the company")
        return self.definite(index, start, match.group("noun"), but)

    def possessor(self, index: int, start: int, written: str) -> Found | None:
        """Whose something is, by a possessive: the name before "whose", what "its" goes back to, "our" own company."""
        if written.lower() == "whose":
            named = [m.name for m in self.reading.annotated[index].mentions(0, start) if self.is_company(m)]
            return Found((named[-1],), "whose", start) if named else None
        beside = BESIDE.search(self.reading.annotated[index].text[:start])
        if written.lower() == "its" and beside:  # "Great Wall and its chairman"
            return Found((self.reading.annotated[index].mentions(*beside.span())[0].name,), "beside", beside.start())
        if written.lower() in {"its", "their"}:
            return self.one_of(self.antecedent(index, start, None), written)
        return self.document_topic()

    def one_of(self, found: Found | None, pronoun: str) -> Found | None:
        """The one of several that "it" or "he" can be: the one that the document is about, else the first."""
        if found is None or len(found.names) < 2 or pronoun.lower() in {"they", "their"}:
            return found
        topic = self.reading.topic
        return Found((topic if topic in found.names else found.names[0],), found.step, found.start)

    def coordination(self, sentence: Annotated, start: int, end: int) -> list[str]:
        """The names of the list that a name belongs to."""
        span = self.list_span(sentence, start)
        return [m.name for m in sentence.mentions(*span) if self.is_company(m)] if span and span[0] < end else []

    def definite(self, index: int, start: int, phrase: str, but: frozenset[str]) -> Found | None:
        """Who "the Japanese carmaker", "the Yokohama-based company" or "the three partners" is."""
        low = phrase.lower()
        called = CALLED.match(self.reading.annotated[index].text, start + len(phrase))
        if called:  # "the new company is called Svolt"
            return Found((self.reading.annotated[index].mentions(*called.span())[0].name,), "called", start)
        others = self.others(index, start, low) | but
        number = next((n for word, n in NUMBERS.items() if re.search(rf"\b{word}\b", low)), None)
        counts = self.reading.annotated[index].marks(start, start + len(phrase))
        number = next((int(i[0].value) for _, _, i in counts if isinstance(i, tuple)), number)
        plural = bool(
            re.search(
                r"(?:makers|companies|partners|groups|firms|allies|manufacturers|suppliers|giants|brands|players)$", low
            )
        )
        if plural and low.startswith(("its ", "their ", "his ")):
            return None
        if number or plural:
            return self.group(index, number)
        return self.antecedent(index, start, phrase, others)

    def others(self, index: int, start: int, low: str) -> frozenset[str]:
        """Whom a definite noun cannot be: "its Japanese partner", "a unit of the French carmaker" is another."""
        left = self.reading.annotated[index].text[:start].lower()
        if low.endswith(("partner", "ally", "rival")) or left.endswith(
            ("unit of ", "division of ", "subsidiary of ", "arm of ", "part of ", "brand of ")
        ):
            found = self.clause_subject(index, start) or self.before(index)
            return frozenset(found.names) if found else frozenset()
        sentence = self.reading.annotated[index]
        contrast = CONTRAST.match(sentence.text)
        if contrast and contrast.end() <= start:
            return frozenset(m.name for m in sentence.mentions(0, contrast.end()))
        return frozenset()

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
        if number == 2:
            return self.with_another(index)
        return self.before(index) if number is None else None

    def with_another(self, index: int) -> Found | None:
        """The two that a sentence joins by "with": the one after it and the document's topic."""
        topic = self.document_topic()
        sentence = self.reading.annotated[index]
        for start, _, item in sentence.marks():
            if isinstance(item, Mention) and self.is_company(item) and topic and item.name not in topic.names:
                left = DESCRIBED.sub("", sentence.text[:start])
                if re.search(r"(?<!\w)with (?:the )?(?:[\w-]+ )?$", left, re.IGNORECASE):
                    return Found((topic.names[0], item.name), "joined by with")
        return None

    def antecedent(
        self, index: int, start: int, phrase: str | None, others: frozenset[str] = frozenset()
    ) -> Found | None:
        """The organization that a pronoun or definite noun goes back to."""
        sentence = self.reading.annotated[index]
        step = "pronoun" if phrase is None else "definite noun"
        inside = [o for o in self.options(index, start) if o[1] <= start and "‹" in sentence.text[o[0] : o[1]]]
        opening = [o for o in inside if o[2]]
        near = [found for o in [*reversed(opening), *inside] if (found := self.resolve(index, o[0], o[1]))]
        before = self.before(index)
        if phrase is None:
            return Found(near[0].names, step, near[0].start) if near else Found(before.names, step) if before else None
        if phrase in {"the Group", "the Company"} and self.reading.topic:  # defined terms of a release
            return self.document_topic()
        city = self.city_in(sentence, start, phrase)
        options = [name for found in [*near, *([before] if before else [])] for name in found.names]
        if phrase.lower().startswith("that ") and index and not near:  # whom the sentence before ended with
            options = [m.name for m in self.reading.annotated[index - 1].mentions() if self.is_company(m)][
                -1:
            ] + options
        if before and len(before.names) > 1 and not near and index:  # "the company" is one that the several spoke of
            spoken = [m.name for m in self.reading.annotated[index - 1].mentions() if self.is_company(m)]
            options = [n for n in spoken if n not in before.names] + options
        options += [m.name for m in reversed(sentence.mentions(0, start)) if self.is_company(m)]
        for back in range(index - 1, max(-1, index - 12), -1):
            options += [m.name for m in reversed(self.reading.annotated[back].mentions()) if self.is_company(m)]
        options += [self.reading.topic] if self.reading.topic else []
        options += [m.name for m in self.reading.annotated[index].mentions(start) if self.is_company(m)]
        if city:
            seated = [n for n in options if (e := self.register.resolve(n)) and self.place(e.city) == city]
            options = (
                [*seated, *([n for n in options if not self.knows_city(n)])] if nation_in(phrase) is None else options
            )
        return next((Found((name,), step) for name in options if name not in others and self.fits(name, phrase)), None)
