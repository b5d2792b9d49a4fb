"""The sites of a document as what its sentences go back to: which plant a figure belongs to.

A plant is introduced by a phrase that gives its place (plants.py) or by its town (towns.py). Whatever else speaks of a
plant goes back to one of these: "the factory", "its Hungarian site", "there", "Debrecen", "it". A document has one main
plant, or none; where a new paragraph says "the factory", the main one is meant.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from graph.extraction.annotate import Annotated
from graph.extraction.frame import Frame
from graph.extraction.lexicon import any_of, place_adjectives, table
from graph.extraction.mentions import PLACE_KINDS
from graph.extraction.model import Mention
from graph.extraction.owners import behind
from graph.extraction.plants import PlantMention, anaphora, plants
from graph.extraction.readings import Reading, expand
from graph.extraction.settings import Settings
from graph.extraction.subjects import LONGEST_SENTENCE, Discourse

# what a city does that stands for its plant
CITY_ACTS = re.compile(r" (?:now |already |also |still )*(?:[a-z]+s|will|can|could|has|had|is|was)\b")
# what stands after this is about another thing
ELSEWHERE = re.compile(r", (?:which|where|while|whereas|and (?:it|the))\b")
# before a plant that the sentence is not about
BY_THE_WAY = re.compile(
    r"(?:\b(?:supply|supplies|supplying|serve|serves|feeds?|like|unlike|than|beside|next to|for|as) (?:the )?)$"
)
# a plant that is none of those spoken of
ANOTHER = re.compile(
    r"\b(?:second|third|fourth|fifth|another|new|further|other|next|sister|rival|every|each|all|both|any|no|old|former)\b"
    r"|‹(?:ordinal|n)#"
)
ANOTHER_ONE = re.compile(r"^an? (?:second|third|fourth|fifth|further|new|sister)\b|^an? ‹ordinal#", re.IGNORECASE)
SEVERAL = re.compile(r"(?:plants|factories|gigafactories|sites|facilities|lines|buildings|halls)$", re.IGNORECASE)
CELLS = re.compile(r"\b(?:battery|cell|giga|cathode)", re.IGNORECASE)
CARS = re.compile(r"\b(?:car|vehicle|assembly|truck|auto|EV)\b", re.IGNORECASE)


@lru_cache(maxsize=1)
def overall() -> re.Pattern[str]:
    """Words by which a figure is the whole company's, or an office's, and no plant's."""
    return re.compile("|".join(table("plants")["words"]["overall"]), re.IGNORECASE)


@lru_cache(maxsize=1)
def spoken_of() -> re.Pattern[str]:
    """A plant without a place: "the factory", "its Hungarian battery plant", "the building", "a plant"."""
    words = any_of(table("plants")["words"]["whole"])
    small = r"(?!(?:of|in|at|and|for|to|with|from|on|by)\b)"
    return re.compile(
        expand(
            r"(?<![\w'])(?P<by>the|this|that|an?|its|their|our|whose|{org}'s?) "
            rf"(?P<words>(?:{small}(?:[\w'-]+|‹[a-zA-Z]+#\d+›)(?:'s)? ){{0,4}}?)"
            rf"(?P<noun>{{plantnoun}}|{words})"
        ),
        re.IGNORECASE,
    )


@lru_cache(maxsize=1)
def said_of_it() -> re.Pattern[str]:
    """ "It" with a verb that is said of plants ("It will employ", "It is to open")."""
    spoken = table("syntax")["plants"]
    intends = any_of(table("syntax")["intends"])
    return re.compile(
        expand(
            rf"(?:(?:[A-Z][a-z]+ (?:[a-z]+,? ){{0,3}}?)?[Ii]t (?:{spoken['it']}|(?!{intends})[^.;]*?‹(?:GWh|n)#)"
            rf"|(?:Its|The) {spoken['part']}|(?:That|This) one "
            r"|(?:A|The) (?:second|third|other|first)(?: one)?,? (?![a-z-]+ (?:car|model|SUV)))"
        )
    )


@lru_cache(maxsize=1)
def one_of_nation() -> re.Pattern[str]:
    """The plant that a nationality tells from others."""
    return re.compile(
        expand(r"(?:[Tt]he|[Ii]ts) (?P<nation>{nation}) (?:one|‹n#\d+›|(?:[a-z]+ )?{plantnoun})(?! in\b| at\b| near\b)")
    )


class Plants(Settings):
    """The plants of a document, and which of them a sentence speaks of."""

    def __init__(self, reading: Reading, discourse: Discourse) -> None:
        """Find what introduces plants, then what goes back to them, in order."""
        super().__init__(reading, discourse)
        self.here: dict[int, list[PlantMention]] = defaultdict(list)
        for plant in self.found:
            self.here[plant.index].append(plant)
        self.chief = self.main_plant()
        self.back: dict[int, list[PlantMention | None]] = {}
        for index, sentence in enumerate(reading.annotated):
            if not reading.silent(sentence.sentence) and len(sentence.text) <= LONGEST_SENTENCE:
                self.gone_back(index, sentence)
        self.found.sort(key=lambda p: (p.index, p.start))

    def main_plant(self) -> PlantMention | None:
        """The plant that the document is about: told of first or most, by far."""
        told: dict[str, float] = defaultdict(float)
        set_in = {m.name for m in [*self.dateline_places[:1], *([self.title_town] if self.title_town else [])]}
        for plant in self.found:
            told[plant.name] += 3 if plant.index < 3 or {*plant.places[:1]} & set_in else 1
        ranked = sorted(told.values(), reverse=True)
        if not ranked or (len(ranked) > 1 and ranked[0] < ranked[1] + 2):
            return None
        name = max(told, key=told.__getitem__)
        return next(p for p in self.found if p.name == name)

    # --- noun phrases ----------------------------------------------------------------------------

    def gone_back(self, index: int, sentence: Annotated) -> None:
        """Note the noun phrases of a sentence that go back to a plant, or introduce the one where the text is set."""
        for match in spoken_of().finditer(sentence.text):
            if any(p.start < match.end() and match.start() < p.end for p in self.here[index]):
                continue
            definite = match.group("by").lower() not in {"a", "an"}
            if self.reading.blocks[sentence.sentence.block].kind == "heading":
                continue
            labelled = sentence.sentence.block in self.labelled
            plant = self.antecedent(index, sentence, match) if definite or labelled else None
            if plant:
                plant = PlantMention(index, *match.span(), plant.name, plant.owner, (), "plant.back")
            elif (
                (definite or plants().fullmatch(match.group("noun")))
                and not SEVERAL.search(match.group("noun"))
                and not any(m.kinds & PLACE_KINDS for m in sentence.mentions(*match.span()))
            ):
                plant = self.set_here(index, sentence, match.span(), self.possessor(index, match), definite=definite)
                if plant and plant.rule == "plant.set-here":
                    self.found.append(plant)
                    self.chief = self.main_plant()
            if plant:
                self.here[index].append(plant)
        for match in one_of_nation().finditer(sentence.text):
            plant = self.in_nation(place_adjectives()[match["nation"]], index)
            if plant and not any(p.start < match.end() and match.start() < p.end for p in self.here[index]):
                self.here[index].append(replace(plant, index=index, start=match.start(), end=match.end(), places=()))
        self.here[index].sort(key=lambda p: p.start)

    def possessor(self, index: int, match: re.Match[str]) -> str | None:
        """Whose plant a noun phrase says that it is."""
        sentence = self.reading.annotated[index]
        if after := behind().match(sentence.text, match.end()):
            return self.owners.company(sentence.mentions(*after.span("owner"))[0].name)
        if match.group("by").lower() in {"a", "an", "the", "this", "that"}:
            return None
        found = self.discourse.resolve(index, *match.span("by"))
        named = [m.name for m in sentence.mentions(0, match.start()) if self.discourse.is_company(m)]
        return self.owners.company(found.names[0] if found else named[-1]) if found or named else None

    def antecedent(self, index: int, sentence: Annotated, match: re.Match[str]) -> PlantMention | None:
        """The plant that a noun phrase goes back to: of those that agree with it the one spoken of last."""
        labelled = self.labelled.get(sentence.sentence.block)
        if SEVERAL.search(match.group("noun")):
            return None
        if labelled and self.agrees(labelled, index, sentence, match):
            return labelled
        told = self.setting(index, sentence, match.start(), definite=True) if match.start() == 0 else []
        just_told = match.group("by") == "That" and told and not self.at(told[0].name)
        if just_told or ANOTHER.search(match.group("words")):
            return None
        agreeing = [p for p in self.found if self.agrees(p, index, sentence, match)]
        before = [p for p in agreeing if (p.index, p.start) < (index, match.start())]
        if before:
            return self.spoken_of_last(before, index, match.start())
        owned = match.group("by").lower() not in {"the", "this", "that"}  # "its cell plant", told more of further down
        return agreeing[0] if owned and len({p.name for p in agreeing}) == 1 else None

    def spoken_of_last(self, agreeing: list[PlantMention], index: int, position: int) -> PlantMention | None:
        """Of some plants the one that the paragraph spoke of last; at its beginning the only one of the paragraph
        before, or the document's main one."""
        names = {p.name for p in agreeing}
        block = self.reading.sentences[index].block
        for back in range(index, max(-1, index - 6), -1):
            if self.reading.sentences[back].block != block:
                break
            here = {p.name for p in self.here[back] if (p.index, p.start) < (index, position)} & names
            if len(here) == 1:
                return next(p for p in reversed(agreeing) if p.name in here)
            if here:
                return self.chief if self.chief and self.chief.name in here else self.opening_in(back, here)
        lately = {p.name for p in self.above(index)}
        if len(lately) == 1 and lately <= names:
            return next(p for p in reversed(agreeing) if p.name in lately)
        if self.chief and self.chief.name in names:
            return self.chief
        return agreeing[-1] if len(names) == 1 or self.near(agreeing[-1].index, index) else None

    def opening_in(self, index: int, names: set[str]) -> PlantMention | None:
        """Of the plants of a sentence the one that it opens with."""
        first = next((p for p in self.here[index] if p.name in names), None)
        return first if first and first.start < 40 else None

    def above(self, index: int) -> list[PlantMention]:
        """The plants of the block before that of a sentence."""
        block, found = self.reading.sentences[index].block, []
        for back in range(index - 1, max(-1, index - 12), -1):
            apart = block - self.reading.sentences[back].block
            if apart > 1:
                break
            found += self.here[back] if apart == 1 else []
        return found

    def agrees(self, plant: PlantMention, index: int, sentence: Annotated, match: re.Match[str]) -> bool:
        """Whether a noun phrase may mean a plant: whose it is, where, and what it makes do not speak against it."""
        words = match.group("words")
        owner = self.possessor(index, match)
        if owner and not self.discourse.akin(owner, plant.owner):
            return False
        acts = None if owner else self.discourse.clause_subject(index, match.start())
        if (
            acts
            and acts.step == "named in the clause"
            and not any(self.discourse.akin(n, plant.owner) for n in acts.names)
        ):
            return False
        named = sentence.mentions(*match.span("words"))
        if any(m.kinds & PLACE_KINDS and m.name not in (*plant.places, *plant.area) for m in named):
            return False
        if any(self.discourse.is_company(m) and not self.discourse.akin(m.name, plant.owner) for m in named):
            return False
        nations = [c for a, c in place_adjectives().items() if re.search(rf"(?<!\w){re.escape(a)}(?!\w)", words)]
        if nations and not any(c in plant.places or self.inside(plant, c) for c in nations):
            return False
        told = self.reading.annotated[plant.index].text[plant.start : plant.end]
        cells, cars = CELLS.search(match.group()), CARS.search(match.group())
        return not (cells and CARS.search(told) and not CELLS.search(told)) and not (
            cars and not cells and CELLS.search(told) and not CARS.search(told)
        )

    # --- figures ---------------------------------------------------------------------------------

    def in_scope(self, index: int, position: int, *, alone: bool = False) -> PlantMention | None:
        """The plant that a number belongs to: in the sentence, or the last one where the sentence goes back to it.

        With `alone` it may also be the only one that was spoken of, where a sentence names nobody.
        """
        sentence = self.reading.annotated[index]
        if overall().search(sentence.text, 0, position):
            return None
        here = self.here[index]
        before = [p for p in here if p.start < position]
        if len([p for p in before if p.start == before[-1].start]) > 1:  # a total of several
            return None
        if before:
            told = [p for p in before if not BY_THE_WAY.search(sentence.text[: p.start])]
            return told[-1] if told else before[-1]
        if here and not ELSEWHERE.search(sentence.text, position, here[0].start):
            return here[0]
        if any(ANOTHER_ONE.search(m.group()) for m in spoken_of().finditer(sentence.text, 0, position)):
            return None
        return self.known_by(index, sentence, position) or self.carried_on(index, sentence, position, alone=alone)

    def known_by(self, index: int, sentence: Annotated, position: int) -> PlantMention | None:
        """The plant that a sentence means by its town, by "it", or by the label or the list that it stands under."""
        if city := self.acting_city(sentence, position) or self.named_again(index, sentence, position):
            return city
        if said_of_it().match(sentence.text) and (focus := self.focus(index - 1, index) or self.main(index)):
            return focus
        if site := self.labelled_with(index, position):
            return site
        listed = self.reading.blocks[sentence.sentence.block].kind == "list-item"
        return self.listed_under(index) if listed else None

    def carried_on(self, index: int, sentence: Annotated, position: int, *, alone: bool) -> PlantMention | None:
        """The plant of the sentences before that a sentence goes on about, without a subject of its own."""
        back = bool(anaphora().search(sentence.text))
        acts = self.discourse.clause_subject(index, position)
        if acts and not back:
            return None
        earlier = self.between(index - 3 if back else index - 2, index, same=not back)
        earlier = [p for p in earlier if acts and p.owner in acts.names] or earlier
        if earlier:
            return self.spoken_of_last(earlier, index, 0)
        known = sentence.text.startswith("The ") and plants().search(sentence.text, 0, 40)
        return self.only(index) if alone or known else self.main(index) if back else None

    def labelled_with(self, index: int, position: int) -> PlantMention | None:
        """The plant of the place that labels a paragraph or an item, where no other company acts in the sentence."""
        site = self.labelled.get(self.reading.sentences[index].block)
        acts = self.discourse.clause_subject(index, position) if site else None
        if site and acts and acts.step == "named in the clause":
            return site if any(self.discourse.akin(name, site.owner) for name in acts.names) else None
        return site

    def between(self, first: int, index: int, *, same: bool = False) -> list[PlantMention]:
        """The plants of the sentences from one to before another, in its block or the one before."""
        sentences = range(max(0, first), index)
        return [p for back in sentences if self.near(back, index, same=same) for p in self.here[back]]

    def acting_city(self, sentence: Annotated, position: int) -> PlantMention | None:
        """The plant of a city that stands for it: "Lansing employs 100 people"."""
        for start, end, item in sentence.marks(0, position):
            if isinstance(item, Mention) and "City" in item.kinds and self.discourse.opens(sentence, start):
                there = [p for p in self.found if item.name in p.places]
                if there and CITY_ACTS.match(sentence.text, end):
                    return there[-1]
        return None

    def acting_town(self, index: int, position: int) -> PlantMention | None:
        """The town before a position that stands for its plant."""
        here = [p for p in self.here[index] if p.rule == "plant.town" and p.start < position]
        return here[-1] if here else None

    def named_again(self, index: int, sentence: Annotated, position: int) -> PlantMention | None:
        """The plant of the place that stands nearest before a figure, where no other company acts in between."""
        places = [m.name for m in sentence.mentions(0, position) if m.kinds & PLACE_KINDS]
        if not places:
            return None
        last = places[-1]
        subject = self.discourse.clause_subject(index, position)
        there = [p for p in self.found if last in (p.places[:1] or p.area) or last in p.area]
        there = [p for p in there if not subject or p.owner in subject.names]
        return there[-1] if len({p.name for p in there}) == 1 else None

    def listed_under(self, index: int) -> PlantMention | None:
        """The plant that a list of facts is about: its items name nobody and no place, and the text has one plant."""
        named = self.reading.annotated[index].mentions()
        if any(m.kinds & PLACE_KINDS or self.discourse.is_company(m) for m in named):
            return None
        first = index
        while first and self.reading.blocks[self.reading.sentences[first].block].kind != "heading":
            first -= 1
        section = [p for p in self.found if first <= p.index < index]
        if first and not section:
            return None
        return section[-1] if len({p.name for p in section}) == 1 else self.main(index)

    def in_nation(self, country: str, index: int) -> PlantMention | None:
        """The plant of a country that was spoken of: "the Hungarian one"."""
        there = [p for p in self.found if p.index <= index and (country in p.places or self.inside(p, country))]
        return there[-1] if len({p.name for p in there}) == 1 else None

    def inside(self, plant: PlantMention, country: str) -> bool:
        """Whether a plant's town lies in a country, by the register."""
        state = self.reading.register.resolve(country)
        town = self.reading.register.resolve(plant.places[0]) if plant.places else None
        return bool(state and town and state.slug in town.within)

    def focus(self, index: int, after: int) -> PlantMention | None:
        """The plant that a sentence is about: its subject, what it builds, or what it goes back to."""
        if index < 0 or not self.near(index, after):
            return None
        sentence = self.reading.annotated[index]
        here = self.here[index]
        if here:
            one = len({p.name for p in here}) == 1
            return here[-1] if here[0].start < 40 or one else None
        if anaphora().search(sentence.text):
            earlier = self.between(index - 4, index)
            named_here = {m.name for m in sentence.mentions() if self.discourse.is_company(m)}
            return next(iter([p for p in reversed(earlier) if p.owner in named_here] or earlier[-1:]), None)
        return self.focus(index - 1, index) if said_of_it().match(sentence.text) else None

    def only(self, index: int) -> PlantMention | None:
        """The one plant that the last sentences and the paragraph before speak of."""
        recent = self.between(index - 6, index)
        if len({p.name for p in recent}) == 1:
            return recent[-1]
        return self.main(index) if not recent else None

    def main(self, index: int) -> PlantMention | None:
        """The plant that a text is about up to a sentence: the only one so far, told of in its opening."""
        earlier = [p for p in self.found if p.index < index]
        one = len({p.name for p in earlier}) == 1 and earlier[0].index < 6
        if not one:
            return None
        topic = self.discourse.before(index)
        spoken = {name.split()[0] for name in topic.names} if topic else set()
        return earlier[0] if earlier[0].owner.split()[0] in spoken else None

    def of_row(self, index: int, frames: Iterator[Frame]) -> Iterator[Frame]:
        """The frames of a table's row, with the plant that the row or the text is about for what plants have."""
        row = self.here[index][:1]
        for frame in frames:
            main = [self.chief] if self.chief and self.discourse.akin(frame.subject, self.chief.owner) else []
            plant = next(iter(row or main), None)
            if plant and frame.property in {"productionCapacity", "jobs", "employeeCount"}:
                yield replace(frame, subject=plant.name) if row or frame.property != "employeeCount" else frame
            else:
                yield replace(frame, subject=row[0].owner) if row and frame.property == "investment" else frame

    def lately(self, index: int) -> tuple[str, ...]:
        """The plants of a sentence, else those of the ones before."""
        for back in (index, index - 1, index - 2):
            if names := tuple(dict.fromkeys(p.name for p in self.found if p.index == back)):
                return names
        return ()

    def owner_in_scope(self, index: int) -> str | None:
        """The owner of the plant that was named last before a sentence or in it."""
        earlier = [p.owner for p in self.found if index - 6 <= p.index <= index]
        return earlier[-1] if earlier else None

    def frames_of(self, index: int) -> Iterator[Frame]:
        """operatesPlant and locatedIn of the plants of a sentence."""
        for plant in self.found:
            if plant.index == index:
                for owner in (plant.owner, *plant.partners):
                    yield Frame(
                        plant.rule, "operatesPlant", index, plant.start, plant.end, plant.start, owner, plant.name,
                        modality="negated" if plant.denied else None,
                    )  # fmt: skip
                for place in () if plant.denied else plant.places:
                    yield Frame(plant.rule, "locatedIn", index, plant.start, plant.end, plant.start, plant.name, place)
