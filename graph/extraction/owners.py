"""Who runs a plant: named in its phrase, by "whose", "of" or "by", by a possessive, or the clause's subject."""

from __future__ import annotations

import re
from functools import lru_cache

from graph.extraction.annotate import Annotated
from graph.extraction.known_sites import owners_at
from graph.extraction.model import Mention
from graph.extraction.readings import Reading, expand
from graph.extraction.subjects import Discourse

CELL_MAKERS = frozenset({"BatteryMaker", "JointVenture", "Supplier"})
CELL_PLANT = re.compile(r"gigafactor|batter|cell|megafactor", re.IGNORECASE)
ACTIVE = re.compile(
    r"(?:makes?|builds?|produces?|manufactures?|assembles?|making|building|producing|assembling)\b", re.I
)
FORMER = re.compile(r"\b(?:former|old|ex|disused|closed)[ -]$", re.IGNORECASE)
# "Its Slovak venture with InoBat plans a factory"
VENTURE = re.compile(r"(?:Its|The|A|Their) (?:[\w-]+ ){0,3}venture,? with ‹[A-Z]*[OB][A-Z]*#\d+›")
# whose a plant was before it changed hands
BOUGHT = re.compile(
    r"\b(?:b[uo]ys?|bought|acquir\w+|t[ao]kes? over|took over|taken over|purchase[ds]?|t[ao]king over)\b"
)
# who builds beside the owner
WITH = re.compile(r"(?<!\w)with (?:its partner |the )?(?P<other>‹[A-Z]*O[A-Z]*#\d+›)(?!'s)")
WITH_NEXT = re.compile(r",? (?:together |jointly )?with (?:its partner )?(?P<other>‹[A-Z]*O[A-Z]*#\d+›)(?!'s)")
WHOSE_BEFORE = re.compile(r"\bwhose (?:[a-z-]+ ){0,3}$")
WITH_FIRST = re.compile(r"(?:Together |Along)?[Ww]ith (?:its partner )?(?P<other>‹[A-Z]*O[A-Z]*#\d+›)(?!'s),? ")
# "a small crossover" after the name of the car that it is
DESCRIBES = re.compile(r"(?P<car>‹[A-Z]*V[A-Z]*#\d+›)(?:, (?:an?|the) [^,;.‹]{3,60}|,)?,? ?$")
IT_IS = re.compile(r"^(?:It|They|The (?:[a-z-]+ )?(?:car|SUV|truck|van|model)) (?:[a-z]+ ){0,3}$")
OWN = re.compile(r"(?:its|their) ", re.IGNORECASE)
PASSIVE = re.compile(r"(?:made|built|produced|assembled|manufactured)\b")
FORMERLY = re.compile(r"'s? (?:former|old|disused|closed|idle) ", re.IGNORECASE)


@lru_cache(maxsize=1)
def ahead() -> re.Pattern[str]:
    """A place first, then who builds there: "At Zwickau, Volkswagen makes"."""
    return re.compile(
        expand(r"(?:At|In|Near) [^,;.]{5,90}?,? (?P<owner>{org}) (?:will|has|is|plans|makes|builds|wants)")
    )


@lru_cache(maxsize=1)
def behind() -> re.Pattern[str]:
    """Who runs or builds a plant, after its phrase."""
    return re.compile(
        expand(
            r",? (?:(?:that|which) is )?(?:(?:jointly )?(?:owned|run|operated|built|to be built) )?"
            r"(?:(?:out )?of (?:the {plantnoun} of )?|by |from |belongs to )(?P<owner>{org})"
        ),
        re.IGNORECASE,
    )


@lru_cache(maxsize=1)
def whose() -> re.Pattern[str]:
    """The company before "whose", past what it is described as."""
    return re.compile(
        expand(r"(?P<owner>{org})(?:, (?:an?|the|its|like|another|one of) [^,;.]{3,70})?,? $"), re.IGNORECASE
    )


class Owners:
    """The owners of a document's plants."""

    def __init__(self, reading: Reading, discourse: Discourse) -> None:
        """Keep what subjects are resolved with."""
        self.reading = reading
        self.discourse = discourse

    def of(self, index: int, sentence: Annotated, match: re.Match[str]) -> str | None:
        """The owner of the plant in a match of a plant rule: named by it or right after it, else supposed."""
        venture = VENTURE.match(sentence.text)
        if match.groupdict().get("owner") and venture and match.start("owner") < venture.end():
            return self.before(index, match.end())
        return self.stated(index, sentence, match) or self.supposed(index, sentence, match)

    def stated(self, index: int, sentence: Annotated, match: re.Match[str]) -> str | None:
        """The owner that a phrase names, in its groups or by "of", "by" or "from" after it."""
        groups, text = match.groupdict(), sentence.text
        past = groups.get("owner") and (
            FORMER.search(text[: match.start("owner")]) or FORMERLY.match(text, match.end("owner"))
        )
        if groups.get("owner") and BOUGHT.search(text, max(0, match.start("owner") - 25), match.start("owner")):
            past = self.discourse.clause_subject(index, match.start("owner"))
        if groups.get("owner") and not past and (found := self.discourse.resolve(index, *match.span("owner"))):
            return self.company(found.names[-1])
        after = behind().match(text, match.end())
        if after and " from " in after.group() and BOUGHT.search(text[: match.start() + 20]):
            after = None
        span = next(
            (match.span(g) for g in ("owner2", "owner3") if groups.get(g)), after.span("owner") if after else None
        )
        return self.company(sentence.mentions(*span)[0].name) if span else None

    def supposed(self, index: int, sentence: Annotated, match: re.Match[str]) -> str | None:
        """The owner of a plant whose phrase names none: who makes things there, whose "its" is, the maker of the car
        that is told of, who stands before "whose", or whom the text is about."""
        text = sentence.text
        makes = self.discourse.clause_subject(index, match.start()) if ACTIVE.match(match.group()) else None
        if makes:
            return self.company(makes.names[0])
        if OWN.match(match.group()) and (nearest := self.named_before(index, sentence, match.start())):
            return self.company(nearest)
        models = [m for m in sentence.mentions(match.start(), match.end()) if "VehicleModel" in m.kinds]
        models = models or self.told_of(index, sentence, match)
        if models and (brand := self.discourse.owner(models[0].name)):
            return self.company(brand.name)
        relative = text.rfind("whose ", 0, match.end())
        if relative >= 0 and match.start() - relative < 60 and (named := whose().search(text[:relative])):
            return self.company(sentence.mentions(*named.span("owner"))[0].name)
        return self.maker_of_cells(index, sentence, match) or self.before(index, match.start())

    def at_home(self, owner: str, place: str, at: tuple[int, int], *, passive: bool) -> str | None:
        """The owner of a plant that its phrase leaves open, held against who is known to build there: if that is not
        the one supposed, it is the one that the text names; where only a car is told of, else nobody."""
        known = owners_at(place)
        akin = sorted(name for name in known if self.discourse.akin(owner, name))
        if not known or akin:
            return self.building(owner, known, akin)
        here = self.reading.annotated[at[0]].origin(at[1])
        named = [m for m in self.reading.mentions if m.name in known]
        before = [m for m in named if m.start < here]
        if len({m.name for m in named}) == 1 or before:
            return self.company((before or named)[-1].name)
        return None if passive else owner

    def building(self, name: str, known: frozenset[str], akin: list[str]) -> str:
        """Of a company and those akin to it that are known to build, the one that builds: a mere brand builds nothing
        where only its owner is known to."""
        brand = self.reading.entity_kinds(name) == {"Brand"}
        return akin[0] if brand and akin and name not in known else name

    def partners(self, index: int, sentence: Annotated, match: re.Match[str], owner: str) -> tuple[str, ...]:
        """Who runs or builds a plant together with its owner: "GM and Samsung SDI", "With SK On it is building"."""
        found = self.discourse.clause_subject(index, match.start())
        named = list(found.names) if found and found.step == "named in the clause" and owner in found.names else []
        if re.search(r"\bwhose\b", match.group()) or WHOSE_BEFORE.search(sentence.text[: match.start()]):
            return ()
        inside = WITH.finditer(sentence.text, match.start(), match.end())
        for with_another in [WITH_FIRST.match(sentence.text), *inside, WITH_NEXT.match(sentence.text, match.end())]:
            if with_another:
                named += [m.name for m in sentence.mentions(*with_another.span("other"))]
        return tuple(n for n in dict.fromkeys(map(self.company, named)) if n != owner)[:2]

    def named_before(self, index: int, sentence: Annotated, position: int) -> str | None:
        """Whose "its" is where no company acts in the sentence: the one named last before it."""
        if self.discourse.clause_subject(index, position):
            return None
        named = [m.name for m in sentence.mentions(0, position) if self.discourse.is_company(m)]
        return named[-1] if named else None

    def told_of(self, index: int, sentence: Annotated, match: re.Match[str]) -> list[Mention]:
        """The car that a participle describes: "Smart #1, a small crossover built at Xi'an"."""
        if not PASSIVE.search(match.group()):
            return []
        if before := DESCRIBES.search(sentence.text[: match.start() + 2]):
            return sentence.mentions(*before.span("car"))
        if index and IT_IS.search(sentence.text[: match.start() + 3]):
            line = self.reading.annotated[index - 1]
            same = line.sentence.block == sentence.sentence.block
            return [m for m in line.mentions() if "VehicleModel" in m.kinds][-1:] if same else []
        return []

    def maker_of_cells(self, index: int, sentence: Annotated, match: re.Match[str]) -> str | None:
        """The cell maker that "its gigafactory" goes back to, where the sentence before is about no company."""
        if not re.match(r"its ", sentence.text, re.IGNORECASE) or not CELL_PLANT.search(match.group()):
            return None
        if not index or self.discourse.clause_subject(index - 1, 10_000, first=True):
            return None
        named = [m for m in self.reading.annotated[index - 1].mentions() if m.kinds & CELL_MAKERS]
        return named[0].name if len({m.name for m in named}) == 1 else None

    def before(self, index: int, position: int) -> str | None:
        """The clause's subject as owner; of a venture with another, whoever speaks of it as its own."""
        venture = VENTURE.match(self.reading.annotated[index].text)
        if venture and venture.end() <= position and (parent := self.discourse.before(index)):
            return self.company(parent.names[0])
        found = self.discourse.clause_subject(index, position)
        sentence = self.reading.annotated[index]
        if not found and (first := ahead().match(sentence.text)):
            return self.company(sentence.mentions(*first.span("owner"))[0].name)
        if not found and (found := self.discourse.subject(index, position)):
            topic, above = self.discourse.document_topic(), self.discourse.owner(found.names[0])
            if topic and above and above.name in topic.names and self.reading.entity_kinds(found.names[0]) == {"Brand"}:
                return above.name  # of a brand that only the sentence before named
        return self.company(found.names[0]) if found and found.names else None

    def company(self, name: str) -> str:
        """A brand's company where the brand alone is no company ("Volkswagen" -> "Volkswagen Group")."""
        return company_of(self.reading, self.discourse, name)


def company_of(reading: Reading, discourse: Discourse, name: str) -> str:
    """The company behind a brand that is no company itself and whose owner bears its name."""
    entity = reading.register.resolve(name)
    if entity and entity.kinds == {"Brand"}:
        owner = discourse.owner(name)
        if owner and owner.name.startswith(name.split(maxsplit=1)[0]):
            return owner.name
    return name
