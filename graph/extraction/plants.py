"""Plants: found by the word and the place, named `<organization> <place> plant`, and remembered for what follows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from graph.extraction.annotate import Annotated, mark_of
from graph.extraction.known_sites import owners_at
from graph.extraction.lexicon import place_adjectives
from graph.extraction.mentions import PLACE_KINDS
from graph.extraction.model import Mention
from graph.extraction.owners import Owners
from graph.extraction.plantwords import (
    CHRISTENED,
    CONTINENTS,
    COUNTED,
    COUNTED_LAST,
    DATED,
    FRONTED,
    LIES_NEAR,
    NONE_THERE,
    POINTS,
    PlantMention,
    PlantRule,
    christened,
    made_things,
    national,
    plant_rules,
    plants,
    seated,
)
from graph.extraction.readings import Reading
from graph.extraction.subjects import Discourse


class PlantFinder:
    """The plants that a document's phrases name, in order."""

    def __init__(self, reading: Reading, discourse: Discourse) -> None:
        """Find them all."""
        self.reading = reading
        self.discourse = discourse
        self.owners = Owners(reading, discourse)
        self.found: list[PlantMention] = []
        for index, sentence in reading.telling():
            self.found += sorted(self.in_sentence(index, sentence), key=lambda p: p.start)
        self.found = [self.owned_by_another(self.narrowed(p)) for p in self.found]

    def narrowed(self, plant: PlantMention) -> PlantMention:
        """A plant of a country that turns out to be the one in a city there: "a plant in Mexico", then Monterrey."""
        wide = self.reading.register.resolve(plant.places[0]) if len(plant.places) == 1 else None
        if not wide or "Country" not in wide.kinds:
            return plant
        closer = [p for p in self.found if p.owner == plant.owner and p.places[:1] != (wide.name,)]
        inside = {p.name: p for p in closer if self.lies_in(p, wide.name)}
        if len(inside) != 1:
            return plant
        [city] = inside.values()
        return replace(plant, name=city.name)

    def owned_by_another(self, plant: PlantMention) -> PlantMention:
        """A plant whose phrase does not say whose it is, under the one owner that another phrase gives it there."""
        if plant.sure or not plant.places or plant.rule == "plant.named":
            return plant
        sure = {p.name: p for p in self.found if p.sure and p.places[:1] == plant.places[:1]}
        known = owners_at(plant.places[0])
        builds = any(self.discourse.akin(plant.owner, name) for name in known)
        if len(sure) != 1 or builds or any(p.owner == plant.owner for p in sure.values()):
            return plant
        [other] = sure.values()
        return replace(plant, name=other.name, owner=other.owner)

    def lies_in(self, plant: PlantMention, country: str) -> bool:
        """Whether a plant is said to be in a country, or stands in a town of it by the register."""
        state = self.reading.register.resolve(country)
        town = self.reading.register.resolve(plant.places[0]) if plant.places else None
        return country in plant.places or bool(state and town and state.slug in town.within)

    def in_sentence(self, index: int, sentence: Annotated) -> Iterator[PlantMention]:
        """The plants of a sentence: registered names, then patterns."""
        taken: list[tuple[int, int]] = []
        for plant in self.named(index, sentence):
            taken.append((plant.start, plant.end))
            yield plant
        if not any(m.kinds & PLACE_KINDS for m in sentence.mentions()) and not POINTS.search(sentence.text):
            return
        low = sentence.text.lower()
        for rule in plant_rules():
            if not any(hint in low for hint in rule.hints):
                continue
            if rule.needs_plant and not self.spoken_of(index):
                continue
            if rule.listed and self.reading.blocks[sentence.sentence.block].kind != "list-item":
                continue
            for match in rule.pattern.finditer(sentence.text):
                if rule.passive and not made_things().search(sentence.text, 0, match.end()):
                    continue
                if any(match.start() < e and s < match.end() for s, e in taken):
                    continue
                for plant in self.matched(rule, index, sentence, match):
                    taken.append(match.span())
                    yield plant

    def named(self, index: int, sentence: Annotated) -> Iterator[PlantMention]:
        """The plants that a sentence calls by a name of their own."""
        for start, end, item in sentence.marks():
            if not isinstance(item, Mention) or "F" not in mark_of(item):
                continue
            entity = self.reading.register.resolve(item.name)
            entities = self.reading.register.entities
            owners = [entities[p].name for p in entity.parents if p in entities] if entity else []
            owner = owners[0] if owners else self.owners.before(index, start)
            if owner:
                places = (*self.named_places(sentence, start, end, item), *self.label_country(sentence))
                yield PlantMention(index, start, end, item.name, owner, places, "plant.named")

    def matched(self, rule: PlantRule, index: int, sentence: Annotated, match: re.Match[str]) -> Iterator[PlantMention]:
        """The plants of one match of a rule: one for each place of a list, else one."""
        places = self.places_of(sentence, match) or self.pointed_at(index, sentence, match)
        if not places or self.too_wide(sentence.text, rule, match, places):
            return
        listed = match.groupdict().get("places") is not None
        if rule.id == "plant.list" and len(places) < 2:  # "works at Lordstown, Ohio"
            return
        for place in [p for p in places if self.stands_alone(p, places)] if listed else places[:1]:
            owner = self.owners.of(index, sentence, match)
            sure = any(match.groupdict().get(group) for group in ("owner", "owner2", "owner3"))
            if owner and rule.joint and "JointVenture" not in self.reading.entity_kinds(owner):
                continue
            acts = None if rule.passive else self.discourse.clause_subject(index, match.start())
            if owner and acts and acts.step == "named in the clause" and owner in map(self.owners.company, acts.names):
                sure = True
            if owner and not sure:
                owner = self.owners.at_home(owner, place.name, (index, match.start()), passive=rule.passive)
            if owner:
                rest = places[places.index(place) + 1 :]
                wider = self.wider([place, *rest[:1]] if listed else places) or self.country_of(sentence, match, place)
                seat = place
                if rest and not listed and "Country" not in rest[0].kinds:
                    within = plants().search(self.reading.mask, place.end, rest[0].start)  # "the Yajima plant in Ota"
                    seat = rest[0] if within else place
                name = self.same(index, match) or self.plant_name(owner, place.name)
                if place.name in CONTINENTS and not self.reading.register.resolve(name):
                    continue
                area = self.states(sentence, match, place)
                yield PlantMention(
                    index,
                    match.start(),
                    match.end(),
                    name,
                    owner,
                    (seat.name, *wider[:1]),
                    rule.id,
                    area,
                    () if rule.passive else self.owners.partners(index, sentence, match, owner),
                    self.is_denied(sentence, match),
                    sure,
                )

    def is_denied(self, sentence: Annotated, match: re.Match[str]) -> bool:
        """Whether a phrase says that there is no such plant: "has no factory in Mexico"."""
        noun = plants().search(sentence.text, match.start())
        return bool(noun and NONE_THERE.search(f"{sentence.text[: noun.start()].rstrip()} "))

    def pointed_at(self, index: int, sentence: Annotated, match: re.Match[str]) -> list[Mention]:
        """The place of a plant that stands "there", "next door" or beside another plant."""
        there = match.groupdict().get("there")
        if not there or re.search(r"(?:plants|factories|works|sites) there$", match.group()):
            return []
        beside = [p for p in sentence.mentions(match.start(), match.end()) if "Plant" in p.kinds]
        near = self.reading.register.resolve(beside[0].name) if beside else None
        city = self.discourse.place(near.city) if near else None
        if not city and there.lower() not in {"there", "here", "city", "town", "place"}:  # next door to a plant
            city = next((p.places[0] for p in reversed(self.found) if p.places and p.index >= index - 6), None)
        return [Mention(0, 0, city, frozenset({"City"}))] if city else self.last_place(index, match.start())

    def same(self, index: int, match: re.Match[str]) -> str | None:
        """The name of a plant that has one of its own and that "the factory near Austin" goes back to."""
        if not re.match(r"(?:the|that|this) ", match.group(), re.IGNORECASE) or not self.found:
            return None
        last = self.found[-1]
        own = last.rule == "plant.named" and last.index == index - 1 and self.near(last.index, index)
        return last.name if own and not last.name.endswith(" plant") else None

    def plant_name(self, owner: str, place: str) -> str:
        """The canonical name of a plant without one of its own; the register may have it under a short name."""
        company = self.reading.register.resolve(owner)
        names = dict.fromkeys((owner, *(company.aliases if company else ()), owner.removesuffix(" Group")))
        called = (f"{name} {place} plant" for name in names)
        known = next((e for name in called if (e := self.reading.register.resolve(name)) and "Plant" in e.kinds), None)
        return known.name if known else f"{owner} {place} plant"

    def spoken_of(self, index: int) -> bool:
        """Whether this sentence or one of those before speaks of plants."""
        lately = any(p.index >= index - 4 for p in self.found)
        spoken = (plants().search(self.reading.annotated[back].text) for back in range(max(0, index - 4), index + 1))
        return lately or any(spoken)

    def named_places(self, sentence: Annotated, start: int, end: int, item: Mention) -> tuple[str, ...]:
        """The place in or right after a plant's own name."""
        before = christened().search(sentence.text[:start])
        found = seated().match(sentence.text, end) or before
        if found:
            places = self.places_of(sentence, found)
            return (places[0].name, *self.wider(places)[:1]) if places else ()
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
        cities = [p for p in found if "City" in p.kinds]
        apart = cities and re.search(
            r",? (?:at|near|in|outside|close to|on the edge of) $", self.reading.mask[: cities[0].start]
        )
        wide = found and (found[0].kinds & {"Country", "Market"} or ("Region" in found[0].kinds and apart))
        if cities and wide and "places" not in match.re.groupindex:
            found.remove(cities[0])  # "in Germany, at Arnstadt"
            found.insert(0, cities[0])
        return found

    def too_wide(self, text: str, rule: PlantRule, match: re.Match[str], places: list[Mention]) -> bool:
        """Several plants in one country or continent, or a counted one ("the second in Europe"), have no name."""
        if re.search(
            r"‹[A-Z]*F[A-Z]*#\d+›,? ?(?:(?:the|its|an?) (?:(?:[a-z-]+|‹[a-z]+#\d+›) ){0,3})?$", text[: match.start()]
        ):
            return True
        if CHRISTENED.match(text, match.end()):
            return True
        if rule.cities:
            listed = places if "places" in match.re.groupindex else places[:1]
            return not all(
                "City" in p.kinds or p.name.endswith(" County")
                for p in listed
                if p is places[0] or "Country" not in p.kinds
            )
        wide = places[0].kinds & {"Country", "Market"} or places[0].name in {"Europe", "Asia", "North America"}
        if wide and (COUNTED.search(match.group()) or COUNTED_LAST.search(text[: match.start()])):
            return True
        several = re.search(
            r"‹n#\d+› ?(?:(?!its |the |an? |at |in |for |jobs )[a-z-]+ ){0,3}$", text[: match.start()]
        ) or re.search(r"‹n#", match.group())
        plural = re.search(r"\b(?:plants|factories|gigafactories|sites|facilities|works)\b", match.group())
        if several and plural and "places" not in match.groupdict():
            return True
        wide = bool(places[0].kinds & {"Country", "Market"})
        return bool(plural) and wide and "places" not in match.groupdict()

    def stands_alone(self, place: Mention, places: list[Mention]) -> bool:
        """Whether a place of a list has a plant of its own: no country, nor what only says where another one lies."""
        left = self.reading.mask[max(0, place.start - 9) : place.start]
        lies = LIES_NEAR.search(left) or ("Region" in place.kinds and left.endswith(" in "))
        return "Country" not in place.kinds and (place is places[0] or not lies)

    def states(self, sentence: Annotated, match: re.Match[str], place: Mention) -> tuple[str, ...]:
        """The states and provinces that follow a place in a match."""
        inside = sentence.mentions(match.start(), match.end())
        after = inside[inside.index(place) + 1 :] if place in inside else []
        return tuple(m.name for m in after[:1] if "Region" in m.kinds)

    def wider(self, places: list[Mention]) -> list[str]:
        """Countries among the places after the first."""
        return [m.name for m in places[1:] if "Country" in m.kinds]

    def country_of(self, sentence: Annotated, match: re.Match[str], place: Mention) -> list[str]:
        """The country of a plant by what opens its sentence, its list item, or an adjective ("a British factory")."""
        found = self.fronted(sentence, match) or self.label_country(sentence)
        first = [m for m in sentence.mentions()[:2] if DATED.match(sentence.text)]
        if len(first) == 2 and first[0].name == place.name and "Country" in first[1].kinds:
            return [first[1].name]
        adjective = None if found else national().search(sentence.text[: match.end()], max(0, match.start() - 25))
        if not adjective or (
            adjective["of"] and match.groupdict().get("places") and not self.is_called(place, adjective)
        ):
            return found
        return [place_adjectives()[adjective["nation"]]]

    def is_called(self, place: Mention, adjective: re.Match[str]) -> bool:
        """Whether the words before a place are those of an adjective's phrase: "the Belgian city of Ghent"."""
        return self.reading.mask[: place.start].endswith(adjective.group())

    def fronted(self, sentence: Annotated, match: re.Match[str]) -> list[str]:
        """The country that opens a sentence, before the plant there: "In Hungary a second plant, at Szeged,"."""
        opening = FRONTED.match(sentence.text)
        place = sentence.mentions(*opening.span("place"))[0] if opening and opening.end() <= match.start() else None
        return [place.name] if place and "Country" in place.kinds else []

    def label_country(self, sentence: Annotated) -> list[str]:
        """The country that a list item's label names."""
        label = self.reading.blocks[sentence.sentence.block].label
        inside = [m for m in sentence.mentions() if label and label[0] <= m.start < label[1] and "Country" in m.kinds]
        return [m.name for m in inside]

    def last_place(self, index: int, position: int) -> list[Mention]:
        """The place that "there" goes back to, or that of a plant that is named there."""
        for back in range(index, max(-1, index - 5), -1):
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

    def near(self, earlier: int, index: int, *, same: bool = False) -> bool:
        """Whether an earlier sentence stands in the same block or, without `same`, in the one before."""
        apart = self.reading.sentences[index].block - self.reading.sentences[earlier].block
        return apart <= (0 if same else 1)
