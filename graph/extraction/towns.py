"""Towns that stand for a plant ("Debrecen will start in 2026"), and plants that a state tells apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from graph.extraction.annotate import Annotated
from graph.extraction.lexicon import any_of, table
from graph.extraction.plants import PlantFinder
from graph.extraction.plantwords import PlantMention, plants
from graph.extraction.readings import Reading, expand
from graph.extraction.subjects import Discourse


@lru_cache(maxsize=1)
def acting() -> re.Pattern[str]:
    """A town that opens a clause and does or gets what only a plant does or gets."""
    aside = (
        r"(?: \([^)]{1,60}\)|,? (?:near|in|on|outside|north of|south of|east of|west of) (?:the )?"
        r"(?:{place}|[A-Z][\w-]+),?|, {place},?| in {place}"
        r"|, (?!with |where |which |who )[^,;.]{3,60},|, where [^,;.]{3,60},)*"
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


# a plant that is none of those spoken of
ANOTHER = re.compile(r"\b(?:second|third|fourth|another|new|further|other)\b|‹ordinal#")


class Towns(PlantFinder):
    """The plants that phrases name, and those that towns stand for."""

    def __init__(self, reading: Reading, discourse: Discourse) -> None:
        """Find them all, in order."""
        super().__init__(reading, discourse)
        more: list[PlantMention] = []
        if self.found or any(plants().search(a.text) for a in reading.annotated):
            for index, sentence in reading.telling():
                more += self.towns(index, sentence)
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

    def town_owner(self, index: int, sentence: Annotated, match: re.Match[str]) -> str | None:
        """Whose plant a town stands for: whom the apposition names, else whom the text is about there."""
        if match.group("owner"):
            return self.owners.company(sentence.mentions(*match.span("owner"))[-1].name)
        owner = self.owners.before(index, match.start("town"))
        town = sentence.mentions(*match.span("town"))[0].name
        return self.owners.at_home(owner, town, (index, match.start()), passive=False) if owner else None

    def at(self, town: str) -> PlantMention | None:
        """The one plant that the text has in a town."""
        there = [p for p in self.found if town in p.places]
        return there[0] if len({p.name for p in there}) == 1 else None

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
