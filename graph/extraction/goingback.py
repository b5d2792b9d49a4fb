"""What goes back to the plants of a document.

A plant is introduced by a phrase that gives its place, or by the town that it stands in. Whatever else speaks of it
goes back to that: "the factory", "its Hungarian site", "the Canadian one". A document has one main plant, or
none; where a new paragraph says "the factory", the main one is meant.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from functools import lru_cache

from graph.extraction.annotate import Annotated
from graph.extraction.lexicon import any_of, place_adjectives, table
from graph.extraction.mentions import PLACE_KINDS
from graph.extraction.owners import behind
from graph.extraction.plantwords import PlantMention, plants
from graph.extraction.readings import Reading, expand
from graph.extraction.settings import Settings
from graph.extraction.subjects import Discourse

# a plant that is none of those spoken of
ANOTHER = re.compile(
    r"\b(?:second|third|fourth|fifth|another|new|further|other|next|sister|rival|every|each|all|both|any|no|old|former)\b"
    r"|‹(?:ordinal|n)#"
)

SEVERAL = re.compile(r"(?:plants|factories|gigafactories|sites|facilities|lines|buildings|halls)$", re.IGNORECASE)

CELLS = re.compile(r"\b(?:battery|cell|giga|cathode)", re.IGNORECASE)

CARS = re.compile(r"\b(?:car|vehicle|assembly|truck|auto|EV)\b", re.IGNORECASE)


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
def one_of_nation() -> re.Pattern[str]:
    """The plant that a nationality tells from others."""
    return re.compile(
        expand(r"(?:[Tt]he|[Ii]ts) (?P<nation>{nation}) (?:one|‹n#\d+›|(?:[a-z]+ )?{plantnoun})(?! in\b| at\b| near\b)")
    )


class GoingBack(Settings):
    """The plants of a document, with the noun phrases that mean one of them."""

    def __init__(self, reading: Reading, discourse: Discourse) -> None:
        """Find what introduces plants, then what goes back to them, in order."""
        super().__init__(reading, discourse)
        self.here: dict[int, list[PlantMention]] = defaultdict(list)
        for plant in self.found:
            self.here[plant.index].append(plant)
        self.chief = self.main_plant()
        self.back: dict[int, list[PlantMention | None]] = {}
        for index, sentence in reading.telling():
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
        if nations and not any(self.lies_in(plant, c) for c in nations):
            return False
        told = self.reading.annotated[plant.index].text[plant.start : plant.end]
        cells, cars = CELLS.search(match.group()), CARS.search(match.group())
        return not (cells and CARS.search(told) and not CELLS.search(told)) and not (
            cars and not cells and CELLS.search(told) and not CARS.search(told)
        )

    def in_nation(self, country: str, index: int) -> PlantMention | None:
        """The plant of a country that was spoken of: "the Hungarian one"."""
        there = [p for p in self.found if p.index <= index and self.lies_in(p, country)]
        return there[-1] if len({p.name for p in there}) == 1 else None
