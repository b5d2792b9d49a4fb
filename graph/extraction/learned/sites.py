"""Plants by where they stand: each place of a text with each company that may have a plant there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from graph.extraction.annotate import Annotated, letters
from graph.extraction.known_sites import owners_at
from graph.extraction.learned.proposals import Proposal, framed
from graph.extraction.learned.spots import Spot
from graph.extraction.model import Mention
from graph.extraction.owners import company_of
from graph.extraction.sites import Plants

OWNERS = 6  # companies tried for one place
LEAST = 0.1  # likelihood from which a site is spoken of at all
MOST = 2  # plants tried for one place


class Sites:
    """The sites of a document: who may have a plant where, and, once judged, who has."""

    def __init__(self, plants: Plants) -> None:
        self.plants = plants
        self.reading = plants.reading
        self.judged: dict[str, dict[str, float]] = {}  # place -> the plants that may stand there, each as likely as

    def proposals(self, index: int, sentence: Annotated, spots: list[Spot]) -> Iterator[Proposal]:
        """operatesPlant for each place of a sentence and each company in reach."""
        companies = [s for s in spots if set("OB") & set(s.kinds)]
        for place in self.places(sentence):
            companies.sort(key=lambda s: abs(s.start - place.start) + (0 if s.named else 60))
            tried: set[str] = set()
            for one in companies[:OWNERS]:
                owner = company_of(self.reading, self.plants.discourse, one.name)
                if owner in tried:
                    continue
                tried.add(owner)
                name = self.plants.plant_name(owner, place.name)
                frame = replace(framed("operatesPlant", index, one, place), rule="learned.site", object=name)
                yield Proposal(frame, one, place)

    def places(self, sentence: Annotated) -> list[Spot]:
        """The places of a sentence that a plant may be called by."""
        return [
            Spot(item.name, start, end, "L" if "Country" not in item.kinds else "C")
            for start, end, item in sentence.marks()
            if isinstance(item, Mention) and "L" in letters(item.kinds)
        ]

    def judge(self, proposal: Proposal, likelihood: float) -> None:
        """Keep how likely a plant stands in a place: as likely as the sentence that says so most clearly."""
        there = self.judged.setdefault(proposal.other.name, {})
        plant = proposal.frame.object or ""
        there[plant] = max(likelihood, there.get(plant, 0.0))

    def there(self, place: str) -> list[tuple[float, str]]:
        """The likeliest plants of a place, by two different owners at most."""
        found = sorted(((n, plant) for plant, n in self.judged.get(place, {}).items() if n >= LEAST), reverse=True)
        return found[:MOST]

    def acquainted(self, one: Spot, other: Spot) -> list[str]:
        """Whether a company is known to have a plant in a place."""
        owners = owners_at(other.name) if set("LC") & set(other.kinds) else frozenset()
        if not owners:
            return []
        company = company_of(self.reading, self.plants.discourse, one.name)
        return ["there"] if one.name in owners or company in owners else ["others there"]

    def spots(self, index: int, sentence: Annotated) -> Iterator[Spot]:
        """The sites that a sentence speaks of: at their places, the one spoken of last, the likeliest of the text."""
        here: set[str] = set()
        for plant in self.plants.found:
            if plant.index == index and plant.name not in here:
                here.add(plant.name)
                yield Spot(plant.name, plant.start, plant.end, "F", "plant")
        for place in self.places(sentence):
            for likelihood, name in self.there(place.name):
                if name not in here:
                    here.add(name)
                    yield Spot(name, place.start, place.end, "F", "site", likelihood)
        for step, found in (("site:last", self.last(index)), ("site:main", self.main())):
            if found and found[1] not in here:
                here.add(found[1])
                yield Spot(found[1], 0, 0, "F", step, found[0])

    def last(self, index: int) -> tuple[float, str] | None:
        """The site spoken of last before a sentence."""
        for back in range(index - 1, max(-1, index - 6), -1):
            for place in reversed(self.places(self.reading.annotated[back])):
                if found := self.there(place.name):
                    return found[0]
        return None

    def main(self) -> tuple[float, str] | None:
        """The likeliest site of the document."""
        return max((found[0] for place in self.judged if (found := self.there(place))), default=None)

    def located(self, index: int, sentence: Annotated) -> Iterator[Proposal]:
        """locatedIn for the sites of a sentence: their place, and each country or place named with it."""
        places = self.places(sentence)
        for place in places:
            for likelihood, name in self.there(place.name):
                site = Spot(name, place.start, place.end, "F", "site", likelihood)
                for other in places:
                    if other is place or other.kinds == "C":
                        frame = framed("locatedIn", index, site, other, object=other.name)
                        yield Proposal(frame, site, other)
