"""Where a text is set: the town of its title, dateline, label or last sentence, in which "the plant" stands that no
phrase introduces: "Nothing moves in Trollheim. The factory ...".
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from graph.extraction.annotate import Annotated
from graph.extraction.hometowns import Hometowns
from graph.extraction.known_sites import owners_at
from graph.extraction.lexicon import any_of, table
from graph.extraction.mentions import PLACE_KINDS
from graph.extraction.model import Mention
from graph.extraction.plantwords import PlantMention, plants
from graph.extraction.readings import BOLD, Reading, expand
from graph.extraction.subjects import Discourse
from graph.extraction.tables import cells, is_row, table_top

# what is said of a place that has a plant
MADE = re.compile(r"‹GWh#|\b(?:produc(?:e|es|ed|ing|tion)|assembl(?:e|es|ed|ing|y)|build(?:s|ing)?|lines?)\b")
CAPACITY = re.compile(r"\b(?:capacity|GWh|a year)\b", re.IGNORECASE)
OPENING = 14  # sentences within which a text says what it is about
# a town that only says where somebody comes from or is going
PASSING = re.compile(r"(?:'s\b|-based|-headquartered| (?:company|firm|group|maker|carmaker)\b)")
DATELINE_END = re.compile(r"‹[A-Z]*L[A-Z]*#\d+›[^.;‹]{0,30}?(?:‹[A-Za-z]+#\d+›[^.;‹]{0,12}?)?(?: [-–—]{1,2} |: )")
AWAY = re.compile(r"\b(?:from|of|to|told|than|unlike|between|with) (?:the )?$")


@lru_cache(maxsize=1)
def dateline() -> re.Pattern[str]:
    """Where a report was written: "QUEEN CREEK, Ariz., June 18 - "."""
    return re.compile(
        r"(?P<town>‹[A-Z]*L[A-Z]*#\d+›)"
        r"(?:(?:[^‹.]|‹(?:when|[A-Z]*L[A-Z]*)#\d+›|\.(?=,? )){0,30}? (?:[-–—]|--) |, [A-Z][A-Za-z]*\.$)"
    )


@lru_cache(maxsize=1)
def celebrated() -> re.Pattern[str]:
    """A plant whose opening or start is the news of the day."""
    return re.compile(expand(any_of(table("syntax")["plants"]["news"])), re.IGNORECASE)


class Settings(Hometowns):
    """The plants that a text introduces, and those that stand where it is set."""

    def __init__(self, reading: Reading, discourse: Discourse) -> None:
        """Find what introduces plants, then where the text is set."""
        super().__init__(reading, discourse)
        self.title_town = self.in_title()
        self.dateline_places = self.written_from()
        self.labelled: dict[int, PlantMention] = {}  # by block
        self.read_labels()
        self.found += self.rows()
        self.found += self.hometowns()
        self.found = [self.with_country(p) for p in sorted(self.found, key=lambda p: (p.index, p.start))]

    def in_title(self) -> Mention | None:
        """The one town of the title that the text names too."""
        title = (self.reading.document.title or "").lower()
        opening = [m for a in self.reading.annotated[:OPENING] for m in a.mentions()]
        towns = {m.name: m for m in opening if self.is_town(m) and m.name.lower() in title}
        return next(iter(towns.values())) if len(towns) == 1 else None

    def written_from(self) -> list[Mention]:
        """The places of the dateline, unless newspapers write from there about everything."""
        for sentence in self.reading.annotated[:8]:
            match = dateline().match(sentence.text)
            if match:
                places = sentence.mentions(0, match.end())
                desk = places[0].name in table("places")["desks"]["cities"]
                return [] if desk else [m for m in places if m is places[0] or "Country" in m.kinds]
        return []

    def read_labels(self) -> None:
        """Find the plants that stand for items of a list of places: "**Big Rapids, Michigan.** A works for cells"."""
        for index, line in enumerate(self.reading.annotated):
            first = index == 0 or self.reading.annotated[index - 1].sentence.block != line.sentence.block
            places = self.label_places(index) if first and not self.reading.silent(line.sentence) else []
            if not places or not self.is_town(places[0]):
                continue
            if known := self.at(places[0].name):
                self.labelled[line.sentence.block] = known
                continue
            end = bisect_right(self.reading.sentences, line.sentence.block, key=lambda s: s.block)
            rest = self.reading.annotated[index:end]
            owner = self.label_owner(index, rest, places[0].name)
            if any(p.places and index <= p.index < end for p in self.found):
                continue
            if owner and any(plants().search(a.text) or MADE.search(a.text) for a in rest):
                over = next(a for a in [line, *self.reading.over(index)] if places[0] in a.mentions())
                town, wider = places[0].name, [m.name for m in places[1:] if "Country" in m.kinds][:1]
                plant = PlantMention(
                    self.reading.annotated.index(over), 0, over.position(places[0].start) + 6,
                    self.plant_name(owner, town), owner, (town, *wider), "plant.labelled",
                )  # fmt: skip
                self.labelled[line.sentence.block] = plant
                self.found.append(plant)

    def rows(self) -> Iterator[PlantMention]:
        """The plants of a table that has one in each row: a town first, and whose it is in another cell."""
        for index, row in enumerate(self.reading.annotated):
            own = cells(row) if is_row(self.reading, index) else []
            lead = [m for _, _, m in own[0].items if isinstance(m, Mention)] if len(own) > 2 else []
            if not lead or not self.is_town(lead[0]) or any(p.index == index for p in self.found):
                continue
            top = self.reading.annotated[table_top(self.reading, index)].text
            named = [
                m.name
                for c in own[1:]
                for _, _, m in c.items
                if isinstance(m, Mention) and self.discourse.is_company(m)
            ]
            if named and (plants().search(top) or CAPACITY.search(top)):
                town, wider = lead[0].name, [m.name for m in lead[1:] if "Country" in m.kinds][:1]
                owner, *partners = dict.fromkeys(map(self.owners.company, named))
                yield PlantMention(
                    index, own[0].start, own[0].end, self.plant_name(owner, town), owner, (town, *wider), "plant.row",
                    partners=tuple(partners), sure=True,
                )  # fmt: skip

    def label_owner(self, index: int, lines: list[Annotated], town: str) -> str | None:
        """Whose plant a labelled item tells of: of the companies in it who is known to build there or makes something
        there, or the only one; else whom the list is about."""
        named = [m.name for line in lines for m in line.mentions() if self.discourse.is_company(m)]
        known = owners_at(town)
        about = [self.reading.topic] if self.reading.topic and self.reading.dominant else []
        ventures = [name for name in named if "JointVenture" in self.reading.entity_kinds(name)]
        found = next(
            (n for n in [*ventures, *about, *named] if any(self.discourse.akin(n, other) for other in known)), None
        )
        if not found:
            for number, line in enumerate(lines[:2]):
                acts = self.discourse.clause_subject(index + number, len(line.text), first=True)
                if acts and acts.step == "named in the clause" and MADE.search(line.text, max(acts.start, 0)):
                    found = found or acts.names[0]
        if not found and len(set(named)) == 1 and named[0] not in (self.reading.topic or ""):
            found = named[0] if not self.reading.dominant else None
        topic = self.discourse.before(index)
        found = found or (topic.names[0] if topic else None)
        return self.owners.company(found) if found else None

    def label_places(self, index: int) -> list[Mention]:
        """The places that make up the label of a sentence's block, or the heading over it: "**Thailand.**"."""
        at: int | None = self.reading.sentences[index].block
        while at is not None:
            block = self.reading.blocks[at]
            bold = BOLD.match(self.reading.document.text, block.start)
            label = block.label or (bold.span() if bold else None)
            if block.kind == "heading" and block.level > 1:
                label = (block.start, block.end)
            inside = [m for m in self.reading.mentions if label and label[0] <= m.start < label[1]]
            if inside and label:
                rest = label[1] - label[0] - sum(m.end - m.start for m in inside)
                return inside if all(m.kinds & PLACE_KINDS for m in inside) and rest < 14 else []
            at = block.parent
        return []

    def with_country(self, plant: PlantMention) -> PlantMention:
        """A plant with the country that labels its paragraph, where its own phrase names none."""
        if len(plant.places) != 1 or plant.index >= len(self.reading.sentences):
            return plant
        countries = [m.name for m in self.label_places(plant.index) if "Country" in m.kinds]
        return (
            replace(plant, places=(*plant.places, countries[0]))
            if len(countries) == 1 and countries[0] not in plant.places
            else plant
        )

    def is_town(self, mention: Mention) -> bool:
        """Whether a place is small enough to hold one plant of a company."""
        return "City" in mention.kinds or mention.name.endswith((" County", " Township", " Parish"))

    def setting(self, index: int, sentence: Annotated, start: int, *, definite: bool) -> list[Mention]:
        """Where a plant stands that a noun phrase at a position speaks of without a place: the place and its country.

        A plant that is not told of as known can only be the one of the title or of the dateline.
        """
        if definite:
            block = sentence.sentence.block
            for back in (index, index - 1):
                line = self.reading.annotated[back] if back >= 0 else sentence
                kind = self.reading.blocks[line.sentence.block].kind
                if back < 0 or (line.sentence.block != block and kind != "heading"):
                    break
                towns = self.towns_of(line, start if back == index else len(line.text))
                if len({m.name for m in towns}) == 1:
                    end = towns[0].end
                    wider = [m for m in line.mentions() if "Country" in m.kinds and 0 < m.start - end < 40]
                    return [towns[0], *wider[:1]]
                if towns:
                    return []
        if index >= OPENING:
            return []
        if self.title_town:
            return [self.title_town]
        news = celebrated().search(sentence.text)
        return self.dateline_places if news and news.start() <= start <= news.end() else []

    def towns_of(self, line: Annotated, end: int) -> list[Mention]:
        """The towns that a sentence is set in, up to a position."""
        opening = DATELINE_END.match(line.text)
        return [
            m for first, last, m in line.marks(opening.end() if opening else 0, end)
            if isinstance(m, Mention) and self.is_town(m)
            and not PASSING.match(line.text, last) and not AWAY.search(line.text[:first])
        ]  # fmt: skip

    def set_here(
        self, index: int, sentence: Annotated, span: tuple[int, int], owner: str | None, *, definite: bool
    ) -> PlantMention | None:
        """The plant where the text is set, for a noun phrase that nothing introduces."""
        places = self.setting(index, sentence, span[0], definite=definite)
        owner = owner or self.owners.before(index, span[0])
        if owner and places:
            owner = self.owners.at_home(owner, places[0].name, (index, span[0]), passive=False)
        if not places or not owner:
            return None
        town = places[0].name
        known = self.at(town)
        if known:
            return PlantMention(index, *span, known.name, known.owner, (), "plant.back")
        seat = self.reading.register.resolve(owner)
        if seat and self.discourse.place(seat.city) == town:
            return None
        wider = [m.name for m in places[1:]]
        return PlantMention(index, *span, self.plant_name(owner, town), owner, (town, *wider), "plant.set-here")
