"""Names that stand beside known ones: cut short, gone on with, listed by their last words, or a number alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from graph.extraction.lexicon import ORGANIZATION_KINDS, any_of, table
from graph.extraction.model import Mention
from graph.register import Entity, Register, fold

if TYPE_CHECKING:
    from graph.extraction.mentions import Token

CAR = "VehicleModel"
COMPANY = frozenset({"Organization"})
LISTED = frozenset({CAR, "Platform"})
# another item of a list, by the words in which it differs: "Ioniq 5 and 6", "STLA Small, Medium and Large"
ITEM = re.compile(r"(?:,? (?:and|or|plus) |, |/| & )(?:the )?(?P<item>[A-Z\d#][\w.+-]*(?<![.-]))")
# what may follow a number that is a car: nothing that it could count
NO_COUNT = (
    r"(?!,\d)(?=[,.;:!?)’'\"”]|$|\n| ?[–—-] "
    r"| (?:and|or|will|is|was|are|has|have|had|in|from|by|at|on|as|with|to|goes|comes|gets|for)\b)"
)
NUMERIC = re.compile(NO_COUNT)
ALONE = re.compile(rf"(?<![\w.,$€£])(?:[Tt]he|[Ii]ts|[Nn]ew|[Ee]lectric|[Oo]ur) (?P<number>\d{{2,4}}){NO_COUNT}")
SERIES = re.compile(rf" (?P<more>\d{{2,3}}){NO_COUNT}")


class Variants:
    """The cars and platforms of a register by the ends of their names."""

    def __init__(self, register: Register) -> None:
        """Index the cars whose names are a number after their brand, and those with a number sign."""
        self.register = register
        self.figures: dict[str, list[Entity]] = {}
        self.numbered: dict[str, list[Entity]] = {}
        words = table("names")["trims"]
        self.trim = re.compile(
            rf"[ -](?P<more>{any_of(words)})(?! (?:platform|architecture|version|variant|models?|cars)\b)"
        )
        self.region = re.compile(rf" {any_of(table('names')['regional'])}(?![\w-])(?! [A-Z])")
        for entity in register.entities.values():
            last = entity.name.rpartition(" ")[2]
            if CAR in entity.kinds and re.fullmatch(r"\d{2,4}", last) and not re.search(r"\d.* ", entity.name):
                self.figures.setdefault(last, []).append(entity)
            elif re.fullmatch(r"#\d", last):
                self.numbered.setdefault(last, []).append(entity)

    def gone_on(self, text: str, mention: Mention) -> Mention:
        """Whose name goes on is another: "the C-HR+" is no "C-HR", "the GV60 Magma" no "GV60", "BMW UK" no "BMW"."""
        if mention.kinds & ORGANIZATION_KINDS and (more := self.region.match(text, mention.end)):
            return self.named(replace(mention, kinds=COMPANY), more.end(), text[mention.start : more.end()])
        if re.match(r"\+(?!\w)", text[mention.end : mention.end + 2]) and mention.kinds & LISTED:
            return self.named(mention, mention.end + 1, f"{mention.name.removesuffix('+')}+")
        if CAR not in mention.kinds:
            return mention
        more = self.trim.match(text, mention.end) or SERIES.match(text, mention.end)
        if not more or (more.re is SERIES and mention.name[-1].isdigit()):
            return mention
        longer = self.named(mention, more.end("more"), mention.name + text[mention.end : more.end("more")])
        figure = (
            more.re is SERIES and not longer.known and not re.match(r"0|\d{3}", more["more"])
        )  # "26, 28" are minutes
        return mention if figure else longer

    def named(self, mention: Mention, end: int, name: str) -> Mention:
        """The mention with a longer name, by its canonical form where the register has it."""
        known = self.register.resolve(name)
        return replace(mention, end=end, name=known.name if known else name, known=known is not None)

    def listed(self, text: str, found: Iterable[Mention]) -> Iterator[Mention]:
        """Cars and platforms after one of their kind in a list, by the words in which their names differ."""
        taken = {m.start for m in found}
        for mention in found:
            stem = mention.name.rpartition(" ")[0]
            item = ITEM.match(text, mention.end) if stem and mention.kinds & LISTED else None
            while item and item.start("item") not in taken:
                entity = self.register.resolve(f"{stem} {item['item']}")
                if not entity or not entity.kinds & mention.kinds:
                    break
                if item["item"].isdigit() and not NUMERIC.match(text, item.end()):
                    break
                taken.add(item.start("item"))
                yield Mention(item.start("item"), item.end(), entity.name, entity.kinds)
                item = ITEM.match(text, item.end())

    def alone(self, text: str, present: set[str], found: Iterable[Mention]) -> Iterator[Mention]:
        """Cars that are called by a number alone ("the 2008", "the #1"), where their maker is in the text."""
        taken = {m.end for m in found}
        for match in ALONE.finditer(text):
            owned = [e for e in self.figures.get(match["number"], ()) if present & set(e.parents)]
            if match.end("number") not in taken and len(owned) == 1:
                yield Mention(match.start("number"), match.end("number"), owned[0].name, owned[0].kinds)
        for match in re.finditer(r"(?<!\w)#\d(?!\w)", text):
            for entity in self.numbered.get(match.group(), ()):
                brand = entity.name.rpartition(" ")[0]
                told = present & set(entity.parents) or re.search(rf"(?i)(?<!\w){re.escape(brand)}'?s? #\d", text)
                if told and match.end() not in taken:
                    yield Mention(match.start(), match.end(), entity.name, entity.kinds)

    def shortened(
        self, text: str, words: list[Token], found: list[Mention], companies: frozenset[str]
    ) -> list[Mention]:
        """First words of longer company names, once the whole name is in the text ("LG" for LG Energy Solution)."""
        common = {fold(w) for w in table("names")["common_heads"]}
        heads: dict[str, set[str]] = {}
        for mention in found:
            parts = mention.name.split()
            if mention.kinds & companies and len(parts) > 1 and fold(parts[0]) not in common:
                heads.setdefault(parts[0], set()).add(mention.name)
            if code := self.code(mention):
                heads.setdefault(code, set()).add(mention.name)
        kinds = {m.name: m.kinds for m in found}
        taken = {i for m in found for i in range(m.start, m.end)}
        return [
            Mention(word.start, word.end, name, kinds[name])
            for word in words
            if word.start not in taken and len(owners := heads.get(word.text, set())) == 1
            for name in owners
            if not re.match(r" [A-Z]", text[word.end : word.end + 2])
        ]

    def code(self, mention: Mention) -> str | None:
        """The code that a car's longer name begins with after its brand: "Q6" of "Audi Q6 e-tron"."""
        if CAR not in mention.kinds:
            return None
        owners = [self.register.resolve(mention.name)]
        brands = {self.register.entities[p].name for o in owners if o for p in o.parents if p in self.register.entities}
        short = next((mention.name[len(b) + 1 :] for b in brands if mention.name.startswith(f"{b} ")), "")
        code, _, rest = short.partition(" ")
        return code if rest and re.fullmatch(r"[A-Z]{1,3}\d{1,3}[A-Z]?", code) else None
