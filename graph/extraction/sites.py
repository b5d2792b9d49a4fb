"""The sites of a document as what its sentences go back to: which plant a figure belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from graph.extraction.annotate import Annotated
from graph.extraction.lexicon import any_of, cue, place_adjectives, table
from graph.extraction.mentions import PLACE_KINDS
from graph.extraction.model import Mention
from graph.extraction.plants import PlantMention, anaphora, plants
from graph.extraction.readings import expand
from graph.extraction.towns import Towns

# what a city does that stands for its plant
CITY_ACTS = re.compile(r" (?:now |already |also |still )*(?:[a-z]+s|will|can|could|has|had|is|was)\b")
# what stands after this is about another thing
ELSEWHERE = re.compile(r", (?:which|where|while|whereas|and (?:it|the))\b")
# output of the whole company
OVERALL = re.compile(
    r"\b(?:total|domestic|overall|joint|global|worldwide|combined|group-wide|company-wide|annual group) "
    r"(?:[a-z]+ ){0,2}?(?:capacity|output|production)\b"
    r"|\b(?:group|company|firm|carmaker|automaker|maker)'s (?:[a-z]+ ){0,2}?(?:capacity|output)\b",
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


class Plants(Towns):
    """The plants of a document, and which of them a sentence speaks of."""

    def in_scope(self, index: int, position: int, *, alone: bool = False) -> PlantMention | None:
        """The plant that a number belongs to: in the sentence, or the last one where the sentence goes back to it.

        With `alone` it may also be the only one that was spoken of, where a sentence names nobody.
        """
        here = [p for p in self.found if p.index == index]
        if OVERALL.search(self.reading.annotated[index].text, 0, position):
            return None
        sentence = self.reading.annotated[index]
        before = [p for p in here if p.start < position]
        if len([p for p in before if p.start == before[-1].start]) > 1:  # a total of several
            return None
        if here and (before or not ELSEWHERE.search(sentence.text, position, here[0].start)):
            return before[-1] if before else here[0]
        city = self.acting_city(sentence, position) or self.named_again(index, sentence, position)
        if city:
            return city
        if said_of_it().match(sentence.text) and (focus := self.focus(index - 1, index) or self.main(index)):
            return focus
        if self.reading.blocks[sentence.sentence.block].kind == "list-item" and (site := self.listed_under(index)):
            return site
        back = bool(anaphora().search(sentence.text))
        if back or not self.discourse.clause_subject(index, position):
            reach = index - 3 if back else index - 2
            earlier = [p for p in self.found if reach <= p.index < index and self.near(p.index, index, same=not back)]
            acts = self.discourse.clause_subject(index, position)
            earlier = [p for p in earlier if acts and p.owner in acts.names] or earlier
            if sentence.text.startswith("The ") and plants().search(sentence.text, 0, 40):
                alone = True
            return earlier[-1] if earlier else self.only(index) if alone else self.main(index) if back else None
        return None

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
        here = [p for p in self.found if p.index == index and p.rule == "plant.town" and p.start < position]
        return here[-1] if here else None

    def named_again(self, index: int, sentence: Annotated, position: int) -> PlantMention | None:
        """The plant of the place that stands nearest before a figure, where no other company acts in between."""
        places = [m.name for m in sentence.mentions(0, position) if m.kinds & PLACE_KINDS]
        national = list(one_of_nation().finditer(sentence.text, 0, position))
        if national:
            return self.in_nation(place_adjectives()[national[-1]["nation"]], index)
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

    def focus(self, index: int, after: int, *, named: bool = False) -> PlantMention | None:
        """The plant that a sentence is about: its subject, what it builds, or what it goes back to."""
        if index < 0 or not self.near(index, after):
            return None
        sentence = self.reading.annotated[index]
        here = [p for p in self.found if p.index == index]
        if here:
            built = cue("building").search(sentence.text[: here[-1].start + 20])
            one = len({p.name for p in here}) == 1
            return here[-1] if here[0].start < 40 or (one and (built or named)) else None
        named = bool(anaphora().match(sentence.text))
        if named or anaphora().search(sentence.text):
            earlier = [p for p in self.found if index - 4 <= p.index < index and self.near(p.index, index)]
            named_here = {m.name for m in sentence.mentions() if self.discourse.is_company(m)}
            return next(iter([p for p in reversed(earlier) if p.owner in named_here] or earlier[-1:]), None)
        return self.focus(index - 1, index) if said_of_it().match(sentence.text) else None

    def only(self, index: int) -> PlantMention | None:
        """The one plant that the last sentences and the paragraph before speak of."""
        recent = [p for p in self.found if index - 6 <= p.index < index and self.near(p.index, index)]
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

    def frames_of(self, index: int, frame: Any) -> Iterator[Any]:
        """operatesPlant and locatedIn of the plants of a sentence."""
        for plant in self.found:
            if plant.index == index:
                yield frame(
                    plant.rule, "operatesPlant", index, plant.start, plant.end, plant.start, plant.owner, plant.name
                )
                for place in plant.places:
                    yield frame(plant.rule, "locatedIn", index, plant.start, plant.end, plant.start, plant.name, place)
