"""Which plant of a document a figure belongs to: the one that its sentence speaks of, or goes on about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from graph.extraction.annotate import Annotated
from graph.extraction.frame import Frame
from graph.extraction.goingback import GoingBack, spoken_of
from graph.extraction.lexicon import any_of, table
from graph.extraction.mentions import PLACE_KINDS
from graph.extraction.model import Mention
from graph.extraction.plantwords import PlantMention, anaphora, plants
from graph.extraction.readings import expand

# what a city does that stands for its plant
CITY_ACTS = re.compile(r" (?:now |already |also |still )*(?:[a-z]+s|will|can|could|has|had|is|was)\b")
# what stands after this is about another thing
ELSEWHERE = re.compile(r", (?:which|where|while|whereas|and (?:it|the))\b")
# before a plant that the sentence is not about
BY_THE_WAY = re.compile(
    r"(?:\b(?:supply|supplies|supplying|serve|serves|feeds?|like|unlike|than|beside|next to|for|as) (?:the )?)$"
)
# "1,000 people would be employed in Fremont"
IN_TOWN = re.compile(r"‹[A-Za-z]+#\d+›[^‹.;,]{0,60}? (?:in|at) (?P<town>‹[A-Z]*L[A-Z]*#\d+›)")
ANOTHER_ONE = re.compile(r"^an? (?:second|third|fourth|fifth|further|new|sister)\b|^an? ‹ordinal#", re.IGNORECASE)


@lru_cache(maxsize=1)
def overall() -> re.Pattern[str]:
    """Words by which a figure is the whole company's, or an office's, and no plant's."""
    return re.compile("|".join(table("plants")["words"]["overall"]), re.IGNORECASE)


@lru_cache(maxsize=1)
def said_of_it() -> re.Pattern[str]:
    """ "It" with a verb that is said of plants ("It will employ", "It is to open")."""
    spoken = table("syntax")["plants"]
    intends = any_of(table("syntax")["intends"])
    return re.compile(
        expand(
            rf"(?:(?:(?:[A-Z][a-z]+ )?(?:[a-z]+,? |‹when#\d+›,? ){{0,3}}?)?[Ii]t "
            rf"(?:{spoken['it']}|(?!{intends})[^.;]*?‹(?:GWh|n)#)"
            rf"|(?:Its|The) {spoken['part']}|(?:That|This) one "
            r"|(?:A|The) (?:second|third|other|first)(?: one)?,? (?![a-z-]+ (?:car|model|SUV)))"
        )
    )


class Plants(GoingBack):
    """The plants of a document, and which of them a sentence speaks of."""

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
        if said_of_it().match(sentence.text):
            acts = self.discourse.clause_subject(index - 1, 10_000, first=True) if index else None
            company = acts is not None and acts.step == "named in the clause" and not self.here[index - 1]
            if not company and (focus := self.focus(index - 1, index) or self.main(index)):
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
        if not places and (after := IN_TOWN.match(sentence.text, position)):
            places = [sentence.mentions(*after.span("town"))[0].name]
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
