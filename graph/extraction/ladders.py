"""Who or what a frame is about where its phrase does not say: ladders of what may be meant, tried step by step."""

from __future__ import annotations

import re

from graph.extraction.annotate import Annotated, mark_of
from graph.extraction.cars import Cars, names_car
from graph.extraction.lexicon import any_of, table
from graph.extraction.model import Mention
from graph.extraction.plantwords import anaphora
from graph.extraction.readings import Reading
from graph.extraction.sites import Plants
from graph.extraction.subjects import Discourse, Found
from graph.register import Entity

LETTERS = {
    "organization": "OB", "model": "V", "platform": "P", "battery": "T", "plant": "F", "plan": "S", "brand": "B",
    "person": "H",
}  # fmt: skip
# "The cheapest, a small car, is to cost ...": a thing that has no name yet, not the one of the sentence before
NEW_THING = re.compile(
    rf"(?:the|an?|another|its|one|two) {any_of(table('syntax')['new_things'])}"
    r"(?! (?:of (?:the |its )?‹n#\d+› )?(?:batter(?:y|ies)|packs?|motors?|one\b|‹n#\d+›|screen|wheels)\b)",
    re.IGNORECASE,
)
# "With 400 km of range, the Ariya ...": the figure comes before the name
FRONTED = re.compile(
    r"(?:with|from|at|for|priced|good for|thanks to|boasting|offering|up to|range|price|power) ", re.IGNORECASE
)
# "It wants to build 20 million": only a company wants anything
INTENDS = re.compile(rf"it {any_of(table('syntax')['intends'])}", re.IGNORECASE)
# "Horse, which employs ...": a subject that no list knows; its figures are nobody's
UNKNOWN_SUBJECT = re.compile(r"(?<![.!?] )(?<!^)\b[A-Z][a-z]+,? which (?:(?!‹[A-Z]*[OBF])[^,;.]){0,70}$")


# a figure of each of several
EACH = re.compile(
    r"\beach (?:of (?:them|these|which|us|the ‹n#\d+›) )?(?:is|has|will|can|with|to|should)\b[^.;]*$", re.IGNORECASE
)
# a figure that is each one's
APIECE = re.compile(r"‹[a-zA-Z]+#\d+›(?: [a-z]+){0,2}? (?:each|apiece)\b")
# "Norway sold", "Thailand aims": what a country does is no company's
PLACE_ACTS = re.compile(
    r"(?:^|[.;,] |‹when#\d+›,? )(?:the )?‹[A-Z]*L[A-Z]*#\d+› "
    r"(?:sold|sells|registered|has|had|will|plans|wants|aims|produced|made|spent|spends|offers|gives|gave|bought)\b[^.;]*$"
)
# cars that act together
CAR = r"‹(?-i:[A-Z]*V[A-Z]*)#\d+›"
TOGETHER = ["use", "share", "sit", "ride", "rest", "cost", "offer", "get", "charge", *table("syntax")["verbs"]]
MODEL_LIST = re.compile(
    rf"{CAR}(?:, (?:the )?{CAR})*,? (?:and|or) (?:the )?{CAR}(?= (?:both |each |also |all )*{any_of(TOGETHER)})",
    re.IGNORECASE,
)
# what goes back to a model, a platform or a battery that was named before
GONE_BACK = re.compile(r"(?:it|(?P<one>(?:that|this) one)|the car|the model|the vehicle)\b", re.IGNORECASE)
# models that a sentence speaks of without a name
OTHERS = re.compile(r"\b(?:models|platform|newcomers|of them|successor|others?)\b", re.IGNORECASE)


class Ladders:
    """The ladders of a document."""

    def __init__(self, reading: Reading, discourse: Discourse, plants: Plants) -> None:
        """Keep what the steps look at."""
        self.reading = reading
        self.discourse = discourse
        self.plants = plants
        self.cars = Cars(reading)

    def find(self, wanted: str, index: int, position: int) -> Found | None:
        """The first kind of `wanted` (words, in order of preference) that is in reach."""
        if UNKNOWN_SUBJECT.search(self.reading.annotated[index].text[:position]):
            return None
        words = wanted.split()
        for word in words:
            if word.startswith("opener:"):
                found = self.opener(index, position, word[7:])
            elif word.startswith("next:"):
                after = self.of_kind(self.reading.annotated[index], position, position + 60, word[5:])
                found = Found((after[0].name,), "counted") if after else None
            elif word in LETTERS and word not in {"organization", "plant"}:
                found = self.nearest(index, position, LETTERS[word], ahead=word == words[-1])
            elif word in {"plant", "onlyplant"}:
                written = self.reading.annotated[index].text
                if EACH.search(written[:position]) or APIECE.match(written, position):
                    return self.each_plant(index)
                found = self.plant(index, position, alone=word == "onlyplant")
            elif PLACE_ACTS.search(self.reading.annotated[index].text[:position]):
                return None
            else:
                found = self.step(word, index, position)
            if found:
                return found
        return None

    def step(self, word: str, index: int, position: int) -> Found | None:
        """One step of a ladder that leads to companies, or to the models of the sentence before."""
        match word:
            case "organization":
                return self.discourse.subject(index, position)
            case "plantowner":
                owner = self.plants.owner_in_scope(index)
                return Found((owner,), "owner of the plant") if owner else None
            case "document":
                return self.discourse.document_topic()
            case "dominant":
                return self.discourse.document_topic() if self.reading.dominant else None
            case "topic":
                return self.discourse.before(index)
            case "mentioned":
                named = filter(self.discourse.is_company, reversed(self.reading.annotated[index].mentions(0, position)))
                return next((Found((m.name,), "named in the sentence") for m in named), None)
            case "models" | "siblings":
                return self.several(word, index)
            case "parents":
                return self.parents(index, position)
        raise ValueError(f"no step {word} in a ladder")

    def several(self, word: str, index: int) -> Found | None:
        """The cars that label the list items before, or (as `models`) the two or three of the sentence before."""
        beside = self.cars.siblings(index)
        if word == "siblings":
            return Found(tuple(beside), "the list") if beside else None
        earlier = beside or self.earlier(index, "V")
        if len(set(earlier)) < 2:  # "both" are the only two that the text has spoken of lately
            named = [m.name for a in self.reading.annotated[max(0, index - 8) : index] for m in a.mentions()]
            earlier = [n for n in dict.fromkeys(named) if "VehicleModel" in self.reading.entity_kinds(n)]
            earlier = earlier if len(earlier) == 2 else []
        return Found(tuple(dict.fromkeys(earlier)), "gone back to") if 1 < len(earlier) < 4 else None

    def plant(self, index: int, position: int, *, alone: bool) -> Found | None:
        """The plant that a figure belongs to."""
        plant = self.plants.in_scope(index, position, alone=alone)
        return Found((plant.name,), "plant in scope") if plant else None

    def each_plant(self, index: int) -> Found | None:
        """The plants that "each" goes through."""
        names = self.plants.lately(index)
        return Found(names, "each of the plants") if len(names) > 1 else None

    def parents(self, index: int, position: int) -> Found | None:
        """Who shares a venture: the companies before it and the one joined by "with", else the last two."""
        sentence = self.reading.annotated[index]
        named = [m.name for m in sentence.mentions(0, position) if self.discourse.is_company(m)]
        beside = re.search(r"[Ww]ith (?:[a-z-]+ ){0,3}?(‹(?-i:[A-Z]*O[A-Z]*)#\d+›)", sentence.text)
        if beside:
            named += [sentence.mentions(*beside.span(1))[0].name]
            subject = self.discourse.subject(index, position)
            named += subject.names if subject else ()
        names = tuple(dict.fromkeys(named))
        if len(names) == 2:
            return Found(names, "parents of the venture")
        return None if names else self.discourse.group(index, 2)

    def opener(self, index: int, position: int, letters: str) -> Found | None:
        """A model, platform or battery that opens the clause, carries a relative clause, is the label, or "it"."""
        sentence = self.reading.annotated[index]
        text = sentence.text
        mark = rf"‹(?-i:[A-Z]*[{letters}][A-Z]*)#\d+›"
        opening = re.compile(
            rf"(?:^|[,;:.] |\b(?:and|but|that|while) )(?:(?:the|its|a|an) )?(?:[a-z-]+ ){{0,2}}({mark})"
            rf"|({mark})(?: \w+)?, which",
            re.IGNORECASE,
        )
        found = list(opening.finditer(text, 0, position))
        if found:
            group = 1 if found[-1].group(1) else 2
            later = self.of_kind(sentence, found[-1].end(), position, "OB")
            name = sentence.mentions(found[-1].start(group), found[-1].end(group))[0].name
            if not later:
                return Found((name,), "opens the clause")
        earlier = self.earlier(index, letters)
        if (
            earlier
            and not INTENDS.match(text)
            and self.led_by(index - 1, letters)
            and re.search(r"(?:^|\bwhen )it\b", text[:position], re.IGNORECASE)
            and not self.of_kind(sentence, 0, position, "OB")
        ):
            return Found((earlier[-1],), "gone back to")
        return None

    def nearest(self, index: int, position: int, letters: str, *, ahead: bool = True) -> Found | None:
        """The name of a kind that a figure is about: it opens the clause, is gone back to, or stands nearest."""
        sentence = self.reading.annotated[index]
        before = [
            (s, m)
            for s, _, m in sentence.marks(0, position)
            if isinstance(m, Mention) and set(mark_of(m)) & set(letters)
        ]
        earlier = self.earlier(index, letters)
        if earlier and (match := re.search(r"\bthe (latter|former)\b", sentence.text[:position], re.IGNORECASE)):
            return Found((earlier[-1 if match.group(1).lower() == "latter" else 0],), "the latter")
        opening = [(s, m.name) for s, m in before if self.discourse.opens(sentence, s)]
        if opening:
            figures = [s for s, _, item in sentence.marks(opening[-1][0], position) if isinstance(item, tuple)]
            later = [m.name for s, m in before if figures and s > figures[0]]  # "A costs 20 and the larger B 30"
            listed = self.listed(sentence, opening[-1][0], position) if letters == "V" and not later else ()
            return Found(listed or (later[-1] if later else opening[-1][1],), "opens the clause")
        back = GONE_BACK.match(sentence.text) if earlier else None
        if back:
            return Found((earlier[-1 if back.group("one") else 0],), "gone back to")
        car = self.goes_back(index, position) if letters == "V" else None
        if car or before:
            return car or Found((before[-1][1].name,), "nearest before")
        if earlier and not (letters == "V" and (NEW_THING.match(sentence.text) or self.of_another(index, position))):
            return Found((earlier[0],), "sentence before")
        lead = "PT" if FRONTED.match(sentence.text) else "PTOBF"
        fronted = letters == "V" and not self.of_kind(sentence, 0, position, lead)
        fronted = fronted and (lead == "PT" or not self.earlier(index, "PT"))
        after = self.of_kind(sentence, position, len(sentence.text), letters) if ahead or fronted else []
        if after:
            return Found((after[0].name,), "nearest after")
        return self.main_car(index, position) if letters == "V" else None

    def listed(self, sentence: Annotated, start: int, position: int) -> tuple[str, ...]:
        """The cars of a list that opens a clause and acts together ("the EV6 and the EV9 have"); else none."""
        for match in MODEL_LIST.finditer(sentence.text, 0, position):
            if match.start() <= start < match.end():
                return tuple(dict.fromkeys(m.name for m in sentence.mentions(*match.span())))
        return ()

    def goes_back(self, index: int, position: int) -> Found | None:
        """The car of the sentences before, or of the document, where "the car" opens the clause before a position."""
        at = names_car(self.reading.annotated[index].text, position)
        if at is None or self.of_kind(self.reading.annotated[index], at, position, "V"):
            return None
        named = self.earlier(index, "V")[:1] or self.cars.lately(index)
        return Found(tuple(named), "the car") if named else None

    def main_car(self, index: int, position: int) -> Found | None:
        """The car that the document is about, where a sentence is about no other car and no other company."""
        sentence = self.reading.annotated[index]
        main = next(iter(self.cars.lately(index)), None)
        if not main or not self.cars.alone(sentence) or NEW_THING.search(sentence.text):
            return None
        if any(m.name == main for a in self.reading.annotated[:index] for m in a.mentions()):
            maker = self.discourse.owner(main)
            others = [m.name for m in self.of_kind(sentence, 0, position, "B")]
            if maker is None or all(self.akin(name, maker) for name in others):
                return Found((main,), "the document's car")
        return None

    def car(self, index: int, position: int, written: str) -> Found | None:
        """Whom "it", "both" or "the car" at a position goes back to."""
        low = written.lower()
        earlier = self.earlier(index, "V")
        if low.startswith(("both", "they", "all")):
            found = self.step("models", index, position)
            return found if found and (not low.startswith("both") or len(found.names) == 2) else None
        if low == "it":
            sentence = self.reading.annotated[index]
            led = bool(earlier) and index > 0 and self.led_by(index - 1, "V")
            within = self.of_kind(sentence, 0, position, "V")
            if within or self.of_kind(sentence, 0, position, "OB") or INTENDS.match(sentence.text, position):
                return (
                    Found((within[-1].name,), "it") if within and not INTENDS.match(sentence.text, position) else None
                )
            if (
                not earlier
                and index
                and not any(map(self.discourse.is_company, self.reading.annotated[index - 1].mentions()))
            ):
                earlier, led = self.cars.lately(index), True
            return Found((earlier[0],), "it") if led and earlier else None
        named = earlier[:1] or self.cars.lately(index)
        return Found(tuple(named), "the car") if named else None

    def of_another(self, index: int, position: int) -> bool:
        """Whether a sentence is about a company that does not make the models of the sentence before."""
        earlier = self.earlier(index, "V")
        maker = self.discourse.owner(earlier[0]) if earlier else None
        opening = self.of_kind(self.reading.annotated[index], 0, position, "OB")[:1]
        return bool(maker and opening) and maker is not None and not self.akin(opening[0].name, maker)

    def akin(self, name: str, maker: Entity) -> bool:
        """Whether a company is a model's maker, or its owner."""
        entity = self.reading.register.resolve(name)
        return entity is not None and (entity.slug == maker.slug or entity.slug in maker.parents)

    def led_by(self, index: int, letters: str) -> bool:
        """Whether a sentence is about a name of a kind: it comes first, or no company is named."""
        named = self.reading.annotated[index].mentions()
        return (
            not named or bool(set(mark_of(named[0])) & set(letters)) or not any(map(self.discourse.is_company, named))
        )

    def earlier(self, index: int, letters: str) -> list[str]:
        """The names of a kind in the sentence before that has one, in the same block or what it stands under."""
        block = self.reading.sentences[index].block
        for back in range(index - 1, max(-1, index - 4), -1):
            other = self.reading.annotated[back]
            parent = self.reading.blocks[block].parent
            beside = parent is not None and self.reading.blocks[other.sentence.block].parent == parent
            if other.sentence.block not in {block, parent} and not beside:
                return []
            names = [m.name for m in self.of_kind(other, other.text.rfind("; ") + 1, len(other.text), letters)]
            names = names or [m.name for m in self.of_kind(other, 0, len(other.text), letters)]
            if names:
                return names
            if letters == "V" and NEW_THING.search(other.text):
                return []
        over = self.reading.over(index) if self.reading.blocks[block].kind == "list-item" else []
        above = [self.of_kind(line, 0, len(line.text), letters) for line in over if line.sentence.block == parent]
        return [m.name for m in above[0]] if above and len(above[0]) == 1 else []

    def of_kind(self, sentence: Annotated, start: int, end: int, letters: str) -> list[Mention]:
        """The mentions of a kind in a span."""
        return [
            item for _, _, item in sentence.marks(start, end)
            if isinstance(item, Mention) and set(mark_of(item)) & set(letters)
        ]  # fmt: skip

    def builder(self, index: int, position: int) -> Found | None:
        """Whose money goes into a plant or "the site": its owner's, where it follows or no company is named."""
        sentence = self.reading.annotated[index]
        follows = [
            p for p in self.plants.found if p.index == index and p.start <= sentence.text.find("›", position) + 2
        ]
        if follows and follows[-1].end > position:
            return Found((follows[-1].owner,), "owner of the plant")
        if any(map(self.discourse.is_company, sentence.mentions())) or not anaphora().search(sentence.text):
            return None
        plant = self.plants.in_scope(index, position)
        return Found((plant.owner,), "owner of the plant") if plant else None
