"""From numbers to frames: which rule's words stand nearest, whom the figure is about, and what leans on it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graph.claims import MONEY
from graph.extraction.annotate import Annotated, mark_of
from graph.extraction.frame import Frame
from graph.extraction.ladders import Ladders
from graph.extraction.model import Quantity
from graph.extraction.quantified import (
    MONEY_AFTER,
    OF_SUM,
    at_least,
    bare_percent,
    fits,
    leans,
    respective,
    sibling_figure,
    tail,
    yearly,
)
from graph.extraction.readings import Reading
from graph.extraction.rules import QuantityRule
from graph.extraction.sites import Plants
from graph.extraction.subjects import Discourse, Found

UNCOUNTED = frozenset({"day", "week", "month", "hour"})  # what is made or sold in one of these is no year's figure
LEAST_SOLD = 500  # fewer are no sales of a year
PRICED_FROM = re.compile(r"\b(?:from|(?:start|begin|open)(?:s|ing)? at|to start with,?) $", re.IGNORECASE)


class Figures:
    """The frames of a document's numbers."""

    def __init__(self, reading: Reading, discourse: Discourse, plants: Plants, ladders: Ladders) -> None:
        """Keep what tells whom a figure is about."""
        self.reading = reading
        self.discourse = discourse
        self.plants = plants
        self.ladders = ladders

    def by_quantity(self, index: int, sentence: Annotated, held: list[Quantity | None]) -> Iterator[Frame]:
        """Each number with the rule whose words stand nearest to it; what is `held` of a company is nothing else."""
        label = self.reading.label(index)
        for start, end, item in sentence.marks():
            if not isinstance(item, tuple) or item[0].converted or item[0] in held:
                continue
            options = fits(sentence.text, start, end, item) or (label and fits(sentence.text, start, end, item, label))
            if not options:
                continue
            if mark_of(item) == "volt" and re.match(r"[ -](?:[a-z-]+ )?(?:platform|architecture)", sentence.text[end:]):
                continue
            _, _, rule, span = min(options, key=lambda o: o[:2])
            yield from self.quantity_frames(rule, index, sentence, (start, end), span, item)

    def quantity_frames(
        self, rule: QuantityRule, index: int, sentence: Annotated, at: tuple[int, int], span: tuple[int, int],
        item: tuple[Quantity, ...],
    ) -> Iterator[Frame]:  # fmt: skip
        """The frames of one number under one rule: for each subject and each end of a range."""
        found = self.ladders.find(rule.subject, index, at[0])
        if rule.property == "investment":
            found = self.ladders.builder(index, at[0]) or found
        if rule.property == "productionVolume" and (town := self.plants.acting_town(index, at[0])):
            found = Found((town.name,), "town of a plant")
        if own := respective(sentence).get(at[0]):
            found = Found((own,), "each its own")
        if not found:
            return
        if item[0].per in UNCOUNTED and mark_of(item) == "n":
            return
        first, last = min(at[0], span[0]), max(at[1], span[1])
        if 0 <= found.start < at[0]:
            first = min(first, found.start)
        plants = {p.name for p in self.plants.found}
        for subject in found.names:
            for quantity in map(at_least, item) if self.priced_from(rule, sentence, at[0]) else item:
                prop, unit = rule.property, rule.unit or quantity.unit
                if prop == "productionVolume" and quantity.per == "year" and subject in plants:
                    prop, unit = "productionCapacity", "vehicles/year"
                elif prop == "productionCapacity" and unit == "GWh" and yearly(sentence.text, *at):
                    unit = "GWh/year"
                elif rule.per_year and unit == "vehicles":
                    unit = "vehicles/year"
                yield Frame(
                    rule.id, prop, index, first, last, at[0], subject, None, quantity.value, unit, quantity,
                    modality=rule.modality, trace=(f"subject: {found.step}",),
                )  # fmt: skip

    def priced_from(self, rule: QuantityRule, sentence: Annotated, start: int) -> bool:
        """Whether a price is the lowest one: "from 30,000 euros", "starts at $40,000"."""
        return rule.property == "price" and bool(PRICED_FROM.search(sentence.text[:start]))

    def ellipsis(self, index: int, sentence: Annotated, found: list[Frame], everything: list[Frame]) -> Iterator[Frame]:
        """Numbers that lean on the number before: "55 percent in Japan", "Four will be pure EVs"."""
        claimed = {f.anchor: f for f in found}
        claimed |= {
            s: f for f in everything if f.index == index and f.quantity
            for s, e, i in sentence.marks() if isinstance(i, tuple) and f.quantity in i and f.property != "holdsStakeIn"
        }  # fmt: skip
        last: Frame | None = None
        if index and self.reading.annotated[index - 1].sentence.block == sentence.sentence.block:
            last = next((f for f in reversed(everything) if f.index == index - 1 and f.quantity), None)
        else:
            last = sibling_figure(self.reading, index, everything)
        for start, end, item in sentence.marks():
            if not isinstance(item, tuple) or item[0].converted:
                continue
            if start in claimed:
                last = claimed[start]
                continue
            if last is None or not last.quantity or (last.unit == "vehicles" and item[0].value < LEAST_SOLD):
                continue
            money = last.unit in MONEY and mark_of(item) == "n" and item[0].value >= 1_000_000
            money = money and (last.index == index or bool(OF_SUM.match(sentence.text, end)))
            leaning = leans(sentence.text, start, end, mark_of(item), last)
            if last.index == index and mark_of(item) == "n" and item[0].value <= 100:
                leaning = leaning or bare_percent(sentence.text, start, end, last)
            if not leaning and not (money and MONEY_AFTER.match(sentence.text, end)):
                continue
            subject = last.subject
            if money and (nearer := self.discourse.clause_subject(index, start)) and nearer.start > last.anchor:
                subject = nearer.names[0]
            for quantity in item:
                bound = Frame(
                    last.rule, last.property, index, start, tail(sentence.text, end), start, subject, None,
                    quantity.value, last.unit, quantity, inherits=last, trace=("leans on the number before",),
                )  # fmt: skip
                yield bound
                last = bound
