"""Every frame that the names, numbers and dates of a sentence allow, whatever the words between them say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from graph.claims import MONEY
from graph.extraction.annotate import Annotated
from graph.extraction.frame import Frame
from graph.extraction.learned.spots import Spot
from graph.extraction.lexicon import place_adjectives, role_name, table
from graph.extraction.model import Mention, Quantity, When

# property -> letters of the marks that its subject and its object bear
RELATED = {
    "memberOf": ("O", "A"), "subsidiaryOf": ("O", "O"), "hasBrand": ("O", "B"), "makesModel": ("OB", "V"),
    "usesPlatform": ("VOB", "P"), "developsPlatform": ("OB", "P"), "developsBattery": ("OB", "T"),
    "usesBattery": ("VP", "T"), "hasPlan": ("OB", "S"), "partnersWith": ("OB", "OB"), "holdsStakeIn": ("OB", "OB"),
    "supplies": ("OB", "OB"), "locatedIn": ("OF", "L"), "operatesPlant": ("OB", "F"), "offersTechnology": ("OB", "K"),
    "holdsRole": ("H", "OB"), "succeeds": ("VP", "VP"),
}  # fmt: skip
# what a number measures -> properties, with the letters of their subjects
MEASURED = {
    "money": (("investment", "OBS"), ("price", "V")),
    "percent": (("salesShare", "OB"), ("costReduction", "OBTP")),
    "GWh": (("productionCapacity", "OBF"),),
    "kWh": (("batteryCapacity", "VPT"),),
    "distance": (("drivingRange", "VT"),),
    "min": (("chargingTime", "VT"),),
    "kW": (("chargingPower", "VP"), ("power", "V")),
    "V": (("voltage", "VP"),),
    "rank": (("rank", "OB"),),
    "count": (
        ("salesVolume", "OBV"), ("productionVolume", "OBFVP"), ("productionCapacity", "OBF"), ("jobs", "OBF"),
        ("employeeCount", "OBF"), ("modelCount", "OBPS"), ("platformCount", "OBS"), ("operatesPlant", "OB"),
    ),
}  # fmt: skip
COUNTED = {
    "modelCount": "models", "platformCount": "platforms", "operatesPlant": "plants", "jobs": "people",
    "employeeCount": "people", "salesVolume": "vehicles", "productionVolume": "vehicles",
}  # fmt: skip
DATED = {"launch": "VPS", "foundedIn": "O", "carbonNeutrality": "OB"}
BESIDE = 60  # characters between a name and its role
NEAREST = 7  # subjects tried for one value
TAIL = re.compile(r" (?:at|in|of|for|from|with|to|on|by)$")  # what follows a role and is none of it
NATION = re.compile(r"(?<![\w‹])[A-Z][a-z]+(?: [A-Z][a-z]+)?(?![\w#])")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A frame that may be a claim, with the two places of the marked sentence that it joins, and what it takes from
    a third: a number, a date, a role."""

    frame: Frame
    one: Spot
    other: Spot
    item: Quantity | When | None = None
    third: tuple[int, int] | None = None
    rank: int = 0  # how many subjects of its kind are nearer to the value


@cache
def said(what: str) -> re.Pattern[str]:
    """The words of lexicon/proposals.toml that say something without a number."""
    return re.compile(table("proposals")[what], re.IGNORECASE)


@cache
def body_styles() -> list[tuple[re.Pattern[str], str]]:
    """Body styles in the singular and the plural."""
    return [
        (re.compile(rf"(?<!\w)(?:{row['text']})s?(?!\w)", re.IGNORECASE), row["code"])
        for row in table("bodies")["body"]
    ]


def framed(prop: str, index: int, one: Spot, other: Spot, **rest: object) -> Frame:
    """A frame of a property whose words reach from one place to the other, where the sentence names both."""
    first, last = (min(one.start, other.start), max(one.end, other.end)) if one.named else (other.start, other.end)
    return Frame(f"learned.{prop}", prop, index, first, last, other.start, one.name, **rest)  # type: ignore[arg-type]


def fit(spots: list[Spot], wanted: str, position: int) -> list[Spot]:
    """The spots of some kinds, the nearest first."""
    there = [spot for spot in spots if set(wanted) & set(spot.kinds)]
    there.sort(key=lambda s: min(abs(s.start - position), abs(s.end - position)) + (0 if s.named else 40))
    return there[:NEAREST]


def of_each(prop: str, index: int, spots: list[Spot], wanted: str, at: Spot, **rest: object) -> Iterator[Proposal]:
    """What a place in a sentence may say of each of the nearest spots of some kinds."""
    for rank, one in enumerate(fit(spots, wanted, at.start)):
        yield Proposal(framed(prop, index, one, at, **rest), one, at, rank=rank)


def relations(index: int, sentence: Annotated, spots: list[Spot]) -> Iterator[Proposal]:
    """What two spots may have to do with each other; at least one of them is named."""
    for one in spots:
        for other in spots:
            if one.name == other.name or not (one.named or other.named):
                continue
            for prop, (subjects, objects) in RELATED.items():
                if not (set(subjects) & set(one.kinds) and set(objects) & set(other.kinds)):
                    continue
                if prop == "partnersWith" and (one.start, one.name) > (other.start, other.name):
                    continue
                a, b = (one, other) if other.named else (other, one)
                plain = Proposal(replace(framed(prop, index, a, b), subject=one.name, object=other.name), one, other)
                if prop == "holdsRole":
                    yield from posts(plain, sentence)
                    continue
                if prop == "holdsStakeIn":
                    yield from stakes(plain, sentence)
                yield plain


def posts(plain: Proposal, sentence: Annotated) -> Iterator[Proposal]:
    """A person at a company in each role that the sentence speaks of near both."""
    first, last = plain.frame.start - BESIDE, plain.frame.end + BESIDE
    for start, end, role in roles_in(sentence.text):
        if start <= last and end >= first:
            yield replace(plain, frame=replace(plain.frame, value=role), third=(start, end))


def stakes(plain: Proposal, sentence: Annotated) -> Iterator[Proposal]:
    """A holding of each share that the sentence gives, or of half where it speaks of equals."""
    frame = plain.frame
    shares = [(s, e, i[0]) for s, e, i in sentence.marks() if isinstance(i, tuple) and i[0].unit == "percent"]
    for start, end, share in shares[:4]:
        wide = replace(frame, start=min(frame.start, start), end=max(frame.end, end))
        stake = replace(wide, value=share.value, unit="percent", quantity=share)
        yield replace(plain, frame=stake, item=share, third=(start, end))
    if not shares and (equal := said("equal").search(sentence.text)):
        yield replace(plain, frame=replace(frame, value=50, unit="percent"), third=equal.span())


@cache
def role_patterns() -> list[re.Pattern[str]]:
    """The roles of the lexicon, by name and by what they are made of, with the words that put them in the past."""
    written = [row["text"] for row in table("roles")["role"]]
    written.append(table("roles")["open"].replace("}?", "}"))  # as far as its words go
    return [re.compile(rf"(?<![\w-])(?:former |ex-)?(?:{text})(?![\w-])", re.IGNORECASE) for text in written]


@lru_cache(maxsize=8)
def roles_in(text: str) -> list[tuple[int, int, str]]:
    """The roles that a sentence speaks of: where, and spelled out; of those that overlap the longest."""
    if not any(hint in text.lower() for hint in table("roles")["hints"]):
        return []
    found = (match for pattern in role_patterns() for match in pattern.finditer(text))
    spans = {(m.start(), m.start() + len(TAIL.sub("", m.group()))) for m in found}
    kept: list[tuple[int, int, str]] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end, role_name(text[start:end])))
    return kept


def measured(unit: str | None, ordinal: bool) -> str:
    """What kind of number it is."""
    if ordinal:
        return "rank"
    if unit in MONEY:
        return "money"
    plain = (unit or "").removesuffix("/year")
    return {"km": "distance", "mi": "distance"}.get(plain, plain if plain in MEASURED else "count")


def measures(
    index: int, sentence: Annotated, spots: list[Spot], start: int, end: int, item: tuple[Quantity, ...]
) -> Iterator[Proposal]:
    """What a number may say, and of whom."""
    if item[0].converted:
        return
    kind = measured(item[0].unit, item[0].ordinal)
    for prop, subjects in MEASURED[kind]:
        for rank, one in enumerate(fit(spots, subjects, start)):
            for quantity in item:
                unit = COUNTED.get(prop, quantity.unit)
                if prop == "rank":
                    unit = None
                elif prop == "productionCapacity":
                    year = quantity.per == "year" or said("yearly").search(sentence.text)
                    unit = "vehicles/year" if kind != "GWh" else "GWh/year" if year else "GWh"
                at = Spot("", start, end, kind)
                frame = framed(prop, index, one, at, value=quantity.value, unit=unit, quantity=quantity)
                yield Proposal(frame, one, at, quantity, rank=rank)


def dates(index: int, spots: list[Spot], start: int, end: int, when: When) -> Iterator[Proposal]:
    """What a date may be the date of."""
    at = Spot("", start, end, "when")
    for prop, subjects in DATED.items() if when.last or when.first else ():
        for nearest in of_each(prop, index, spots, subjects, at, when=when, needs_end=True):
            yield replace(nearest, item=when)


def texts(index: int, sentence: Annotated, spots: list[Spot]) -> Iterator[Proposal]:
    """What words say without a number: a nation, a kind of body, that somebody leads, that all is electric."""
    text = sentence.text
    for at in nations(sentence):
        yield from of_each("country", index, spots, "OB", at, value=at.name)
    for pattern, code in body_styles():
        for match in pattern.finditer(text):
            yield from of_each("bodyStyle", index, spots, "V", Spot(code, *match.span(), "body"), value=code)
    for match in said("leading").finditer(text):
        yield from of_each("rank", index, spots, "OB", Spot("", *match.span(), "leading"), value=1)
    for match in said("all").finditer(text):
        at = Spot("", *match.span(), "all")
        yield from of_each("salesShare", index, spots, "OB", at, value=100, unit="percent")


def nations(sentence: Annotated) -> Iterator[Spot]:
    """The countries that a sentence speaks of, by name or by adjective."""
    adjectives = place_adjectives()
    for start, end, item in sentence.marks():
        if isinstance(item, Mention) and "Country" in item.kinds:
            yield Spot(item.name, start, end, "L")
    for match in NATION.finditer(sentence.text):
        place = adjectives.get(match.group()) or adjectives.get(match.group().split()[0])
        if place:
            yield Spot(place, *match.span(), "nation")


def proposals_of(index: int, sentence: Annotated, spots: list[Spot]) -> Iterator[Proposal]:
    """All proposals of a sentence, but for its plants."""
    yield from relations(index, sentence, spots)
    for start, end, item in sentence.marks():
        if isinstance(item, tuple):
            yield from measures(index, sentence, spots, start, end, item)
        elif isinstance(item, When):
            yield from dates(index, spots, start, end, item)
    yield from texts(index, sentence, spots)
