"""Plants: found by the word and the place, named `<organization> <place> plant`, and remembered for what follows."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graph.extraction.annotate import Annotated, mark_of
from graph.extraction.lexicon import RULES
from graph.extraction.mentions import PLACE_KINDS
from graph.extraction.model import Mention
from graph.extraction.readings import Reading, expand
from graph.extraction.subjects import Discourse


@dataclass(frozen=True)
class PlantMention:
    """A plant in the text; `places` are narrowest first: the one that names it and the country where it is given."""

    index: int
    start: int
    end: int
    name: str
    owner: str
    places: tuple[str, ...]
    rule: str


@lru_cache(maxsize=1)
def plant_rules() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The patterns of rules/plants.toml."""
    rows = tomllib.loads((RULES / "plants.toml").read_text(encoding="utf-8"))["plant"]
    return tuple((row["id"], re.compile(expand(row["pattern"]), re.IGNORECASE)) for row in rows)


@lru_cache(maxsize=1)
def anaphora() -> re.Pattern[str]:
    """Words that go back to a plant."""
    return re.compile(
        expand(
            r"(?<!\w)(?:(?:the|this|that|its|a) (?:new |same |[\w-]+ )?{plantnoun}|there|at the site|on the site)(?!\w)"
        ),
        re.IGNORECASE,
    )


AHEAD = re.compile(r"(?:At|In|Near) [^,;.]{5,90}?,? (‹[A-Z]*O[A-Z]*#\d+›) (?:will|has|is|plans|makes|builds|wants)")


class Plants:
    """The plants of a document, in order."""

    def __init__(self, reading: Reading, discourse: Discourse) -> None:
        """Find them all."""
        self.reading = reading
        self.discourse = discourse
        self.found: list[PlantMention] = []
        for index, sentence in enumerate(reading.annotated):
            if not reading.silent(sentence.sentence) and len(sentence.text) <= 4000:
                self.found += sorted(self.in_sentence(index, sentence), key=lambda p: p.start)

    def in_sentence(self, index: int, sentence: Annotated) -> Iterator[PlantMention]:
        """The plants of a sentence: registered names, then patterns."""
        taken: list[tuple[int, int]] = []
        for start, end, item in sentence.marks():
            if isinstance(item, Mention) and "F" in mark_of(item):
                entity = self.reading.register.resolve(item.name)
                owners = (
                    [
                        self.reading.register.entities[p].name
                        for p in entity.parents
                        if p in self.reading.register.entities
                    ]
                    if entity
                    else []
                )
                owner = owners[0] if owners else self.owner_before(index, start)
                if owner:
                    taken.append((start, end))
                    yield PlantMention(
                        index,
                        start,
                        end,
                        item.name,
                        owner,
                        (*self.named_places(sentence, end, item), *self.label_country(sentence)),
                        "plant.named",
                    )
        for rule, pattern in plant_rules():
            for match in pattern.finditer(sentence.text):
                places = self.places_of(sentence, match)
                if not places and match.groupdict().get("there"):
                    places = self.last_place(index, match.start())
                    beside = [p for p in sentence.mentions(match.start(), match.end()) if "Plant" in p.kinds]
                    near = self.reading.register.resolve(beside[0].name) if beside else None
                    if near and (city := self.discourse.place(near.city)):
                        places = [Mention(beside[0].start, beside[0].end, city, frozenset({"City"}))]
                if not places or any(match.start() < e and s < match.end() for s, e in taken):
                    continue
                if self.too_wide(sentence.text, rule, match, places):
                    continue
                listed = match.groupdict().get("places") is not None
                for place in [p for p in places if "Country" not in p.kinds] if listed else places[:1]:
                    owner = self.owner_of(index, sentence, match)
                    if not owner:
                        continue
                    taken.append(match.span())
                    wider = [] if listed else self.wider(places) or self.label_country(sentence)
                    yield PlantMention(
                        index,
                        match.start(),
                        match.end(),
                        plant_name(owner, place.name),
                        owner,
                        (place.name, *wider[:1]),
                        rule,
                    )

    def named_places(self, sentence: Annotated, end: int, item: Mention) -> tuple[str, ...]:
        """The place in or right after a plant's own name."""
        after = re.compile(expand(r" (?:complex |site |plant |cluster )?in (?:[a-z]+ )?{place}")).match(
            sentence.text, end
        )
        if after:
            return tuple(m.name for m in sentence.mentions(end, after.end()))
        words = item.name.split()
        for name in (words[-1], words[0], " ".join(words[1:-1]), words[-2] if len(words) > 1 else ""):
            entity = self.reading.register.resolve(name) if name else None
            if entity and entity.kinds & PLACE_KINDS:
                return (entity.name,)
        return ()

    def places_of(self, sentence: Annotated, match: re.Match[str]) -> list[Mention]:
        """The places of a match, without the state that follows a city and without a company's own country."""
        found: list[Mention] = []
        end = -1
        first = match.start("place") if match.groupdict().get("place") else match.start()
        for start, stop, item in sentence.marks(first, match.end()):
            if not isinstance(item, Mention) or not item.kinds & PLACE_KINDS:
                continue
            state = (
                found
                and "City" in found[-1].kinds
                and not item.kinds & {"Country", "City"}
                and sentence.text[end:start] == ", "
            )
            origin = re.match(r"'s (?:[a-z-]+ ){0,2}‹[A-Z]*O", sentence.text[stop:])
            if not state and not origin:
                found.append(item)
            end = stop
        return found

    def too_wide(self, text: str, rule: str, match: re.Match[str], places: list[Mention]) -> bool:
        """Several plants in one country or continent, or a counted one ("the second in Europe"), have no name."""
        if re.search(r"‹[A-Z]*F[A-Z]*#\d+› ?$", text[: match.start()]):
            return True
        if rule in {"plant.makes-in", "plant.participle"}:
            return not all("City" in p.kinds for p in places)
        wide = places[0].kinds & {"Country", "Market"} or places[0].name in {"Europe", "Asia", "North America"}
        counted = r"\b(?:second|first|third|fourth|only|biggest|largest|every|other) (?:[a-z-]+ )?"
        if wide and (re.search(counted, match.group()) or re.search(counted + "$", text[: match.start()])):
            return True
        plural = re.search(r"\b(?:plants|factories|gigafactories|sites|facilities|works)\b", match.group())
        return bool(plural) and bool(places[0].kinds & {"Country", "Market"}) and "places" not in match.groupdict()

    def wider(self, places: list[Mention]) -> list[str]:
        """Countries among the places after the first."""
        return [m.name for m in places[1:] if "Country" in m.kinds]

    def label_country(self, sentence: Annotated) -> list[str]:
        """The country that a list item's label names."""
        label = self.reading.blocks[sentence.sentence.block].label
        inside = [m for m in sentence.mentions() if label and label[0] <= m.start < label[1] and "Country" in m.kinds]
        return [m.name for m in inside]

    def last_place(self, index: int, position: int) -> list[Mention]:
        """The place that "there" goes back to, or that of a plant that is named there."""
        for back in range(index, max(-1, index - 3), -1):
            sentence = self.reading.annotated[back]
            end = position if back == index else len(sentence.text)
            places = [
                m for _, stop, m in sentence.marks(0, end)
                if isinstance(m, Mention) and m.kinds & PLACE_KINDS and not re.match(r"'s ", sentence.text[stop:])
            ]  # fmt: skip
            cities = [m for m in places if "City" in m.kinds]
            if places:
                first = (cities or places)[-1]
                return [first, *[m for m in places if m.start > first.start]]
        return []

    def owner_of(self, index: int, sentence: Annotated, match: re.Match[str]) -> str | None:
        """Who runs a plant: named in the phrase, by "of" or "by" after it, else the clause's subject."""
        groups = match.groupdict()
        models = [m for m in sentence.mentions(match.start(), match.end()) if "VehicleModel" in m.kinds]
        maker = self.discourse.owner(models[0].name) if models else None
        if maker:
            return self.company(maker.name)
        if groups.get("owner"):
            found = self.discourse.resolve(index, match.start("owner"), match.end("owner"))
            if found:
                return self.company(found.names[-1])
        whose = re.compile(r"(‹[A-Z]*[OB][A-Z]*#\d+›), whose ").search(
            sentence.text, max(0, match.start() - 30), match.end()
        )
        if whose:
            return self.company(sentence.mentions(whose.start(1), whose.end(1))[0].name)
        after = re.compile(
            expand(
                r",? (?:(?:that|which) is )?(?:(?:owned|run|operated|built|to be built) )?"
                r"(?:of|by|from) (?P<owner>{org})"
            )
        ).match(sentence.text, match.end())
        if after:
            return self.company(sentence.mentions(after.start("owner"), after.end("owner"))[0].name)
        return self.owner_before(index, match.start())

    def owner_before(self, index: int, position: int) -> str | None:
        """The clause's subject as owner."""
        found = self.discourse.clause_subject(index, position)
        if not found and (ahead := AHEAD.match(self.reading.annotated[index].text)):
            named = self.reading.annotated[index].mentions(ahead.start(1), ahead.end(1))
            return self.company(named[0].name)
        found = found or self.discourse.subject(index, position)
        return self.company(found.names[0]) if found and found.names else None

    def company(self, name: str) -> str:
        """A brand's company where the brand alone is no company ("Volkswagen" -> "Volkswagen Group")."""
        return company_of(self.reading, self.discourse, name)

    def in_scope(self, index: int, position: int) -> PlantMention | None:
        """The plant that a number belongs to: in the sentence, or the last one where the sentence goes back to it."""
        here = [p for p in self.found if p.index == index]
        if here:
            before = [p for p in here if p.start < position]
            return before[-1] if before else here[0]
        sentence = self.reading.annotated[index]
        last = [p for p in self.found if p.index == index - 1 and p.start < 40]
        if last and re.match(r"It ", sentence.text) and self.near(index - 1, index):
            return last[0]
        back = bool(anaphora().search(sentence.text))
        if back or not self.discourse.clause_subject(index, position):
            reach = index - 3 if back else index - 2
            earlier = [p for p in self.found if reach <= p.index < index and self.near(p.index, index, same=not back)]
            return earlier[-1] if earlier else None
        return None

    def owner_in_scope(self, index: int) -> str | None:
        """The owner of the plant that was named last before a sentence or in it."""
        earlier = [p.owner for p in self.found if index - 6 <= p.index <= index]
        return earlier[-1] if earlier else None

    def near(self, earlier: int, index: int, *, same: bool = False) -> bool:
        """Whether an earlier sentence stands in the same block or, without `same`, in the one before."""
        apart = self.reading.sentences[index].block - self.reading.sentences[earlier].block
        return apart <= (0 if same else 1)

    def frames_of(self, index: int, frame: Any) -> Iterator[Any]:
        """operatesPlant and locatedIn of the plants of a sentence."""
        for plant in self.found:
            if plant.index == index:
                yield frame(
                    plant.rule, "operatesPlant", index, plant.start, plant.end, plant.start, plant.owner, plant.name
                )
                for place in plant.places:
                    yield frame(plant.rule, "locatedIn", index, plant.start, plant.end, plant.start, plant.name, place)


def plant_name(owner: str, place: str) -> str:
    """The canonical name of a plant without one of its own."""
    return f"{owner} {place} plant"


def company_of(reading: Reading, discourse: Discourse, name: str) -> str:
    """The company behind a brand that is no company itself and whose owner bears its name."""
    entity = reading.register.resolve(name)
    if entity and entity.kinds == {"Brand"}:
        owner = discourse.owner(name)
        if owner and owner.name.startswith(name.split(maxsplit=1)[0]):
            return owner.name
    return name
