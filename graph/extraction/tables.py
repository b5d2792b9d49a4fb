"""Figures in tables: what a cell says is told by its column's head, its row's head and the words above the table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from graph.claims import MONEY, UNITS
from graph.extraction.annotate import Annotated, Item, mark_of
from graph.extraction.frame import Frame
from graph.extraction.lexicon import any_of, bodies, table
from graph.extraction.mentions import ORGANIZATION_KINDS, PLACE_KINDS
from graph.extraction.model import Mention, Quantity, When
from graph.extraction.quantified import at_least
from graph.extraction.quantities import quantities
from graph.extraction.readings import Reading
from graph.extraction.subjects import Discourse

OF_MODELS = frozenset(
    "drivingRange batteryCapacity chargingTime chargingPower power voltage price launch bodyStyle".split()
)
COUNTED = {
    "modelCount": "models", "salesVolume": "vehicles", "productionVolume": "vehicles", "employeeCount": "people",
    "jobs": "people", "productionCapacity": "vehicles/year",
}  # fmt: skip
LEAST = {"salesVolume": 500, "productionVolume": 500, "productionCapacity": 500, "employeeCount": 10, "jobs": 10}
FROM = re.compile(r"\b(?:from|starting|base|entry)\b", re.IGNORECASE)
OR = re.compile(r" ?(?:/|or|and|,|;) ?")  # "58 / 81": two sizes in one cell
UNIT = re.compile(r"[(\[,] ?(?:in )?([^()\[\],]{1,16})[)\]]?\s*$")


@dataclass(frozen=True)
class Cell:
    """A cell of a row: its span in the marked row, its words and what it names."""

    start: int
    end: int
    text: str
    items: tuple[tuple[int, int, Item], ...]

    def first(self, kind: type) -> Item | None:
        """The first item of a kind (a name, a date, a number)."""
        return next((item for _, _, item in self.items if isinstance(item, kind)), None)


@cache
def heads() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Property and pattern, in the order of the lexicon."""
    return tuple((name, re.compile(any_of(words), re.IGNORECASE)) for name, words in table("tables")["heads"].items())


@cache
def words(section: str) -> re.Pattern[str]:
    """One of the word lists of the lexicon of tables."""
    return re.compile(any_of(table("tables")[section]["words"]), re.IGNORECASE)


def property_of(text: str) -> str | None:
    """What a head is about, or None."""
    return next((name for name, pattern in heads() if pattern.search(text)), None)


def cells(row: Annotated) -> list[Cell]:
    """The cells between the bars of a marked row."""
    found: list[Cell] = []
    start = 0
    for part in row.text.split("|"):
        end = start + len(part)
        found.append(Cell(start, end, part.strip(), tuple(row.marks(start, end))))
        start = end + 1
    return found[1:-1] if row.text.startswith("|") and row.text.rstrip().endswith("|") else found


def table_frames(reading: Reading, discourse: Discourse, index: int, row: Annotated) -> Iterator[Frame]:
    """The frames of one row below a table's head."""
    top = table_top(reading, index)
    head, own = cells(reading.annotated[top]), cells(row)
    if top == index or len(head) != len(own) or len(own) < 2:
        return
    caption = caption_of(reading, top)
    for column, cell in zip(head[1:], own[1:], strict=True):
        yield from cell_frames(reading, discourse, index, (cell, column, own[0], caption))


def table_top(reading: Reading, index: int) -> int:
    """The sentence that is the head of the table that a row stands in."""
    climbed = []
    while index not in reading.tops and index and is_row(reading, index - 1) and follows(reading, index):
        climbed.append(index)
        index -= 1
    top = reading.tops.get(index, index)
    reading.tops |= dict.fromkeys([*climbed, index], top)
    return top


def follows(reading: Reading, index: int) -> bool:
    """Whether a sentence stands in the block right after that of the sentence before."""
    return index > 0 and reading.sentences[index - 1].block == reading.sentences[index].block - 1


def caption_of(reading: Reading, top: int) -> Cell:
    """The words right above a table's head, as a cell; empty where there are none."""
    if not follows(reading, top):
        return Cell(0, 0, "", ())
    above = reading.annotated[top - 1]
    return Cell(0, len(above.text), above.text, tuple(above.marks()))


def has_heads(reading: Reading, index: int) -> bool:
    """Whether a row is a table's head, or its column, its first cell or the caption says what its figures are."""
    top = table_top(reading, index)
    own = cells(reading.annotated[index])
    around = [*cells(reading.annotated[top]), *own[:1], caption_of(reading, top)]
    return top == index or any(property_of(cell.text) for cell in around)


def is_row(reading: Reading, index: int) -> bool:
    """Whether a sentence is a table's row."""
    return reading.blocks[reading.sentences[index].block].kind == "table-row"


def cell_frames(
    reading: Reading, discourse: Discourse, index: int, parts: tuple[Cell, Cell, Cell, Cell]
) -> Iterator[Frame]:
    """What one cell states under its column's head, beside its row's and below the table's caption."""
    cell, *around = parts
    column, lead, _ = around
    about = next((found for part in around if (found := property_of(part.text))), None)
    subject = about and subject_of(reading, discourse, index, about, (lead, column))
    if not about or not subject or words("scales").search(column.text):
        return
    dates = [cell.first(When)] if about in {"launch", "carbonNeutrality"} else [c.first(When) for c in (cell, *around)]
    when = next((d for d in dates if isinstance(d, When)), None)
    aimed = any(words("aims").search(part.text) for part in around)
    own = reading.document.date
    last = (when.last or when.first) if when else None
    behind = bool(last and own and last[: len(own)] <= own[: len(last)])
    plan = bool(last and own and not behind) or (aimed and not behind)
    places = [m for c in (lead, column) for _, _, m in c.items if isinstance(m, Mention) and m.kinds & PLACE_KINDS]
    frame = Frame(
        "table.cell", about, index, lead.start, cell.end, cell.start, subject, when=when,
        place=places[0].name if places else None, modality="plan" if plan else "fact", trace=("table",),
    )  # fmt: skip
    if about in {"launch", "carbonNeutrality"}:
        yield from [frame] if when else []
        return
    if about == "bodyStyle":
        styles = [code for pattern, code in bodies() if pattern.fullmatch(cell.text)]
        yield from [replace(frame, value=code, modality="fact", anchor=cell.start) for code in styles[:1]]
        return
    read: list[int] = []
    for start, end, item in cell.items:
        if read and not OR.fullmatch(row_text(reading, index)[read[-1] : start]):
            return
        if isinstance(item, tuple) and not item[0].converted and not item[0].ordinal:
            lowest = about == "price" and FROM.search(column.text)
            for quantity in map(at_least, item) if lowest else item:
                unit = unit_of(about, quantity, (column.text, lead.text))
                if unit and (unit.startswith("GWh") or quantity.value >= LEAST.get(about, 0)):
                    yield replace(frame, value=quantity.value, unit=unit, quantity=quantity, anchor=start, end=end)
            read.append(end)


def row_text(reading: Reading, index: int) -> str:
    """A row in its marked form."""
    return reading.annotated[index].text


def unit_of(about: str, quantity: Quantity, around: tuple[str, str]) -> str | None:
    """The unit of a figure: its own, the one in a head beside it, or that of what is counted; None where none fits."""
    unit = quantity.unit
    head = next((text for text in around if UNIT.search(text)), "")
    if unit is None and (match := UNIT.search(head)):
        read = quantities(f"1 {match[1]}", 0, len(match[1]) + 2)
        unit = read[0].unit if read else None
    if unit is None and about == "productionCapacity" and any("GWh" in text for text in around):
        unit, head = "GWh", next(text for text in around if "GWh" in text)
    if unit is None:
        unit = COUNTED.get(about)
    if about == "productionCapacity" and unit == "GWh" and re.search(r"year|annual|/yr|p\.a\.", head, re.IGNORECASE):
        unit = "GWh/year"
    allowed = UNITS.get(about, frozenset()) if about not in {"investment", "price"} else MONEY
    return unit if unit in allowed else None


def subject_of(reading: Reading, discourse: Discourse, index: int, about: str, parts: tuple[Cell, Cell]) -> str | None:
    """Whom a cell is about: a name of a fitting kind in its row's or column's head, else who the text is about."""
    for cell in parts:
        for _, _, item in cell.items:
            if not isinstance(item, Mention):
                continue
            if about in OF_MODELS and set(mark_of(item)) & set("VPTS"):
                return item.name
            if about not in OF_MODELS and (item.kinds & ORGANIZATION_KINDS or set(mark_of(item)) & set("FV")):
                return item.name
    if about in OF_MODELS:
        return None
    found = discourse.before(index)
    return found.names[0] if found else None
