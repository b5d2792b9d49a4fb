"""Towns in which a company is known to build: named beside the company and its work, they stand for its plant there.

"Skellefteå, good for 1 GWh a year", "Nanjing ships to Tesla", "the Fiat, put together in Tychy".
"""

from __future__ import annotations

import re
from functools import lru_cache

from graph.extraction.annotate import Annotated
from graph.extraction.known_sites import owners_at
from graph.extraction.lexicon import any_of, table
from graph.extraction.model import Mention
from graph.extraction.plantwords import PlantMention
from graph.extraction.readings import expand
from graph.extraction.towns import Towns

# several plants in one town, which its name does not tell apart
COUNTED = re.compile(r"‹n#\d+› (?:[a-z-]+ ){0,3}(?:plants|factories|gigafactories|sites|works) (?:in|at|near) $")
LISTED = re.compile(r"(?:,| and|, and) (?:in |at )?‹[A-Z]*L")
# a company at its town, and a town that does something
AT_HOME = re.compile(
    r"‹[A-Z]*[OB][A-Z]*#\d+›,? (?:in|at) $|‹[A-Z]*[OB][A-Z]*#\d+›,? (?:in|at) ‹[A-Z]*L[A-Z]*#\d+›(?:,| and) $"
)
ACTING = re.compile(
    r"(?:,? (?:in|near|next to) [^,;.]{3,40},?|, [^,;.]{3,40},)? (?:itself |now |also |too |alone )*"
    r"(?:(?!is in\b)[a-z]{2,}s|will|had|got|lost|took|made|became|can|could)\b"
)
# where a report was written
WRITTEN_FROM = re.compile(
    r"‹[A-Z]*L[A-Z]*#\d+›[^;‹]{0,30}?(?:‹[A-Za-z]+#\d+›[^;‹]{0,12}?){0,2}(?: ?[-–—]{1,2} |: |\.$)"
)


@lru_cache(maxsize=1)
def works() -> re.Pattern[str]:
    """What is said of a town where things are made."""
    return re.compile(expand(any_of(table("plants")["words"]["works"])), re.IGNORECASE)


@lru_cache(maxsize=1)
def seat() -> re.Pattern[str]:
    """What stands after a town that somebody only comes from: "-based", " company"."""
    return re.compile(rf"(?:{'|'.join(table('plants')['words']['seat'])})\b")


@lru_cache(maxsize=1)
def beside() -> re.Pattern[str]:
    """What stands before a town that is only near, or whose somebody is: "near", "headquartered in"."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(table('plants')['words']['beside'])}) (?:the )?$", re.IGNORECASE)


class Hometowns(Towns):
    """The plants that phrases introduce, and those in the towns where companies of the text are known to build."""

    def hometowns(self) -> list[PlantMention]:
        """The towns of known sites, sentence by sentence, beside what is made there and a company that builds there."""
        more: list[PlantMention] = []
        for index, sentence in self.reading.telling():
            opening = WRITTEN_FROM.match(sentence.text)
            for start, end, town in sentence.marks(opening.end() if opening else 0):
                if not isinstance(town, Mention) or "City" not in town.kinds:
                    continue
                there = [p for p in [*self.found, *more] if town.name in p.places]
                if any(self.near(p.index, index) and self.near(index, p.index) for p in there):
                    continue
                owner = (
                    self.known_owner(index, sentence, start, town.name) if self.at_work(sentence, start, end) else None
                )
                if owner and not any(self.discourse.akin(owner, p.owner) for p in there):
                    after = [m for m in sentence.mentions(end, end + 40) if "Country" in m.kinds]
                    wider = [m.name for m in after if re.match(r",? (?:in )?‹", sentence.text[end:])][:1]
                    name = self.plant_name(owner, town.name)
                    more.append(PlantMention(index, start, end, name, owner, (town.name, *wider), "plant.known"))
        return more

    def at_work(self, sentence: Annotated, start: int, end: int) -> bool:
        """Whether the words around a town say that something is made there."""
        text = sentence.text
        if (
            seat().match(text, end)
            or beside().search(text[:start])
            or (COUNTED.search(text[:start]) and not LISTED.match(text, end))
        ):
            return False
        if AT_HOME.search(text[:start]) or (self.discourse.opens(sentence, start) and ACTING.match(text, end)):
            return True
        left = max(text.rfind("; ", 0, start), text.rfind(": ", 0, start), start - 90, 0)
        right = min([p for p in (text.find("; ", end), end + 90) if p >= 0])
        return bool(works().search(text, left, right))

    def known_owner(self, index: int, sentence: Annotated, start: int, town: str) -> str | None:
        """Who of those known to build in a town the text speaks of: in the sentence, around it, or at all."""
        known = owners_at(town)
        if not known:
            return None
        acts = self.discourse.clause_subject(index, start)
        before = [m.name for m in sentence.mentions(0, start) if self.discourse.is_company(m)]
        after = [m.name for m in sentence.mentions(start) if self.discourse.is_company(m)]
        topics = [
            f for f in (self.discourse.label(index), self.discourse.before(index), self.discourse.document_topic()) if f
        ]
        ranked = [*(acts.names if acts else ()), *reversed(before), *after, *(n for f in topics for n in f.names)]
        ranked = sorted(dict.fromkeys(ranked), key=lambda name: not self.narrower(name, known))
        models = [m.name for m in sentence.mentions() if "VehicleModel" in m.kinds]
        makers = [o.name for name in models if (o := self.discourse.owner(name))]
        found = next((n for n in [*ranked, *makers] if n in known), None)
        if found is None:
            akin = [(n, [o for o in sorted(known) if self.discourse.akin(n, o)]) for n in [*ranked, *makers]]
            found = next((self.owners.building(n, known, others) for n, others in akin if others), None)
        if found is None:
            named = {self.owners.company(name) for name in known if self.reading.names(name)}
            found = named.pop() if len(named) == 1 else None
        company = self.reading.register.resolve(found) if found else None
        at_home = company is not None and self.discourse.place(company.city) == town
        return self.owners.company(found) if found and not at_home else None

    def narrower(self, name: str, known: frozenset[str]) -> bool:
        """Whether a company belongs to others who are known to build in a town: a venture goes before its parents."""
        entity = self.reading.register.resolve(name)
        above = [self.reading.register.entities[p].name for p in entity.parents] if entity else []
        return name in known and bool(known & set(above)) and self.reading.entity_kinds(name) != {"Brand"}
