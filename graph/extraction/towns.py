"""Towns that stand for a plant ("Debrecen will start in 2026"), and plants that a state or a dateline tells apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from graph.extraction.annotate import Annotated
from graph.extraction.lexicon import any_of, table
from graph.extraction.mentions import PLACE_KINDS
from graph.extraction.plants import PlantFinder, PlantMention, plants
from graph.extraction.readings import Reading, expand
from graph.extraction.subjects import LONGEST_SENTENCE, Discourse


@lru_cache(maxsize=1)
def acting() -> re.Pattern[str]:
    """A town that opens a clause and does or gets what only a plant does or gets."""
    aside = (
        r"(?: \([^)]{1,60}\)|,? (?:near|in|on|outside|north of|south of|east of|west of) (?:the )?"
        r"(?:{place}|[A-Z][\w-]+),?|, {place},?|, (?!with |where |which |who )[^,;.]{3,60},|, where [^,;.]{3,60},)*"
    )
    role = any_of(table("syntax")["plants"]["town"])
    apposed = r", (?:the|its|their|one of|(?P<owner>{org})'s) (?:[a-z'-]+ |‹ordinal#\d+› ){0,4}{plantnoun}"
    return re.compile(
        expand(
            rf"(?:^|[;:.] |, (?:and|but|while) |[–—] )(?P<town>‹[A-Z]*L[A-Z]*#\d+›)"
            rf"(?:{apposed}|{aside},? ?{role}|, which (?:employs|builds|makes|produces|assembles|can (?:build|make))"
            r"| \((?=(?:up to |about |some )?‹(?:GWh|n)#\d+›))"
        )
    )


@lru_cache(maxsize=1)
def dateline() -> re.Pattern[str]:
    """Where a report was written: "QUEEN CREEK, Ariz., June 18 - "."""
    return re.compile(
        r"(?P<town>‹[A-Z]*L[A-Z]*#\d+›)"
        r"(?:(?:[^‹.]|‹(?:when|[A-Z]*L[A-Z]*)#\d+›|\.(?=,? )){0,30}? (?:[-–—]|--) |, [A-Z][A-Za-z]*\.$)"
    )


@lru_cache(maxsize=1)
def possessed() -> re.Pattern[str]:
    """Somebody's plant at the opening of a sentence."""
    return re.compile(
        expand(
            r"(?:(?P<owner>{org}|[Tt]he (?:[\w-]+ ){0,3}?{maker}|Its|Their|Our)(?:'s?)? )"
            r"(?:(?!plans?|planned)(?:[\w'-]+|‹(?:money|when|n|GWh)#\d+›) ){0,4}?{plantnoun}"
        )
    )


@lru_cache(maxsize=1)
def celebrated() -> re.Pattern[str]:
    """A plant whose opening or start is the news of the day."""
    return re.compile(expand(any_of(table("syntax")["plants"]["news"])), re.IGNORECASE)


# a plant that is none of those spoken of
ANOTHER = re.compile(r"\b(?:second|third|fourth|another|new|further|other)\b|‹ordinal#")


class Towns(PlantFinder):
    """The plants that phrases name, and those that towns stand for."""

    def __init__(self, reading: Reading, discourse: Discourse) -> None:
        """Find them all, in order."""
        super().__init__(reading, discourse)
        more = list(self.written_from()) or list(self.titled())
        if self.found or any(plants().search(a.text) for a in reading.annotated):
            for index, sentence in enumerate(reading.annotated):
                if not reading.silent(sentence.sentence) and len(sentence.text) <= LONGEST_SENTENCE:
                    more += self.towns(index, sentence)
                    more += self.bridged(index, sentence)
        self.found = sorted([*self.found, *more], key=lambda p: (p.index, p.start))
        self.found = [self.told_apart(p) for p in self.found]

    def towns(self, index: int, sentence: Annotated) -> Iterator[PlantMention]:
        """The towns of a sentence that stand for a plant."""
        here = [p for p in self.found if p.index == index]
        for match in acting().finditer(sentence.text):
            town = sentence.mentions(*match.span("town"))[0]
            start, end = match.start("town"), match.end()
            if "City" not in town.kinds or any(p.start < end and start < p.end for p in here):
                continue
            known = self.at(town.name)
            owner = known.owner if known else self.town_owner(index, sentence, match)
            if owner:
                after = sentence.mentions(match.end("town"), end)
                wider = [m.name for m in after if "Country" in m.kinds][:1]
                name = known.name if known else self.plant_name(owner, town.name)
                yield PlantMention(index, start, end, name, owner, (town.name, *wider), "plant.town")

    def bridged(self, index: int, sentence: Annotated) -> Iterator[PlantMention]:
        """The plant that someone has in the one town named before: "Nothing moves in Trollheim. Its plant"."""
        before = self.reading.annotated[index - 1] if index else sentence
        above = self.reading.blocks[before.sentence.block].kind == "heading"
        if not index or (before.sentence.block != sentence.sentence.block and not above):
            return
        towns = {m.name for m in before.mentions() if "City" in m.kinds}
        match = possessed().match(sentence.text)
        if not match or len(towns) != 1 or any(p.index in {index, index - 1} for p in self.found):
            return
        town = towns.pop()
        places = sentence.mentions(match.end(), match.end() + 30)
        if self.at(town) or any(m.kinds & PLACE_KINDS for m in places):
            return
        found = self.discourse.resolve(index, *match.span("owner"))
        if found:
            owner = self.owners.company(found.names[0])
            yield PlantMention(index, *match.span(), self.plant_name(owner, town), owner, (town,), "plant.bridged")

    def town_owner(self, index: int, sentence: Annotated, match: re.Match[str]) -> str | None:
        """Whose plant a town stands for: whom the apposition names, else whom the text is about there."""
        if match.group("owner"):
            return self.owners.company(sentence.mentions(*match.span("owner"))[-1].name)
        return self.owners.before(index, match.start("town"))

    def at(self, town: str) -> PlantMention | None:
        """The one plant that the text has in a town."""
        there = [p for p in self.found if town in p.places]
        return there[0] if len({p.name for p in there}) == 1 else None

    def written_from(self) -> Iterator[PlantMention]:
        """The plant in the town of the dateline, where the report is about what happened at the plant."""
        for index, sentence in enumerate(self.reading.annotated[:8]):
            match = dateline().match(sentence.text)
            town = sentence.mentions(*match.span("town"))[0] if match else None
            if not match or not town or town.name in table("places")["desks"]["cities"] or self.at(town.name):
                continue
            for later in range(index, min(index + 3, len(self.reading.annotated))):
                text = self.reading.annotated[later].text
                news = celebrated().search(text, match.end() if later == index else 0)
                if not news or any(p.index == later and p.start < news.end() for p in self.found):
                    continue
                owner = self.owners.before(later, news.end())
                seat = self.reading.register.resolve(owner) if owner else None
                if owner and not (seat and self.discourse.place(seat.city) == town.name):
                    name = self.plant_name(owner, town.name)
                    wider = [m.name for m in sentence.mentions(0, match.end()) if "Country" in m.kinds][:1]
                    places = (town.name, *wider)
                    yield PlantMention(later, news.start(), news.end(), name, owner, places, "plant.dateline")
                    break
            return

    def titled(self) -> Iterator[PlantMention]:
        """The plant in the one town of the title or the dateline, at the first sentence that speaks of "the plant"."""
        title = self.reading.document.title or ""
        opening = self.reading.annotated[:8]
        towns = {m.name for a in opening for m in a.mentions() if "City" in m.kinds and m.name.lower() in title.lower()}
        towns -= set(table("places")["desks"]["cities"])
        if len(towns) != 1 or self.at(town := towns.pop()):
            return
        for index, sentence in enumerate(opening):
            spoken = re.search(expand(r"(?<!\w)(?:the|its|this) (?:[a-z-]+ ){0,2}?{plantnoun}"), sentence.text)
            if any(p.index == index for p in self.found):
                return
            if spoken and not self.reading.silent(sentence.sentence):
                owner = self.owners.before(index, spoken.start())
                seat = self.reading.register.resolve(owner) if owner else None
                if owner and not (seat and self.discourse.place(seat.city) == town):
                    name = self.plant_name(owner, town)
                    yield PlantMention(index, *spoken.span(), name, owner, (town,), "plant.title")
                return

    def told_apart(self, plant: PlantMention) -> PlantMention:
        """A plant of a state that goes back to one of its towns: "in Holland, Michigan", then "the Michigan plant"."""
        wide = self.reading.register.resolve(plant.places[0]) if len(plant.places) == 1 else None
        if not wide or "Region" not in wide.kinds or plant.rule == "plant.named":
            return plant
        text = self.reading.annotated[plant.index].text
        if ANOTHER.search(text, max(0, plant.start - 20), plant.end):
            return plant
        inside = [p for p in self.found if p.owner == plant.owner and self.in_state(p, plant.places[0], wide.slug)]
        before = [p for p in inside if (p.index, p.start) < (plant.index, plant.start)]
        if not inside or (not before and len({p.name for p in inside}) > 1):
            return plant
        return replace(plant, name=(before or inside)[-1].name, places=())

    def in_state(self, plant: PlantMention, state: str, slug: str) -> bool:
        """Whether a plant stands in a town of a state, by the text or by the register."""
        if not plant.places or plant.places[0] == state:
            return False
        town = self.reading.register.resolve(plant.places[0])
        return state in plant.area or bool(town and slug in town.within)
