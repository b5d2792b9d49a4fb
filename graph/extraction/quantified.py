"""How a number and a quantity rule fit together, and when a number leans on the one before it."""

from __future__ import annotations

import re
from dataclasses import replace

from graph.extraction.annotate import MARK, Annotated
from graph.extraction.frame import Frame
from graph.extraction.lexicon import any_of, table
from graph.extraction.model import Quantity
from graph.extraction.readings import Reading
from graph.extraction.rules import QuantityRule, quantity_rules

MONEY_AFTER = re.compile(r"(?! (?:[a-z-]+ )?(?:vehicles|cars|units|EVs|people|models|batteries)\b)")
LEANING = table("quantities")["leaning"]
LEAN_AFTER = re.compile(rf"\s*(?:{'|'.join(LEANING['after'])})", re.IGNORECASE)
LEAN_BEFORE = re.compile(rf"(?:^|{'|'.join(LEANING['before'])})\S{{0,12}}$", re.IGNORECASE)
# names in a row, then as many figures of one kind in a row
RESPECTIVE = re.compile(
    r"(?P<names>‹[A-Z]+#\d+›(?:(?:, | and |, and )(?:the )?‹[A-Z]+#\d+›)+)[^.;]*?"
    r"(?P<figures>‹(?P<kind>[a-zA-Z]+)#\d+›(?:(?:, | and |, and )‹(?P=kind)#\d+›)+),? respectively"
)
BARE_BEFORE = re.compile(rf"(?:{'|'.join(LEANING['bare_before'])})$", re.IGNORECASE)
BARE_AFTER = re.compile(rf"(?:{'|'.join(LEANING['bare_after'])})", re.IGNORECASE)
# "Haval sold 7,000, Tank 1,600": the figure of a name that no list knows
NAMED_BEFORE = re.compile(r"(?:[,;] |\band )(?!(?:EV|BEV|About|Some|Around|Over|Nearly|Up)s?\b)[A-Z][\w-]+ $")
COUNTS_NAMED = re.compile(r" (?:were|was|are|is) (?!(?:EV|BEV|PHEV|NEV|SUV|HEV)s?\b)[A-Z]")
OF_THEM = re.compile(r" of (?:them|these|those|which|it)\b")
YEARLY = re.compile(r"\bannual(?:ly)?\b|\b(?:a|per|each|every) year\b")
PLACE_AND_COUNT = re.compile(
    r"(?:the )?‹(?-i:[A-Z]*L[A-Z]*)#\d+›(?::| ?[–—-]) ‹n#\d+›(?=[,.;]| ‹when| again|$)", re.IGNORECASE
)
OF_SUM = re.compile(rf" {any_of(LEANING['of_sum'])}", re.IGNORECASE)


def at_least(quantity: Quantity) -> Quantity:
    """A quantity as the lowest of several, where its own words set no bound."""
    return quantity if quantity.bound else replace(quantity, bound="at-least")


def leans(text: str, start: int, end: int, mark: str, last: Frame) -> bool:
    """Whether a number can only be read with the number before it."""
    kinds = {"percent": "percent", "GWh": "GWh", "GWh/year": "GWh", "models": "n", "vehicles": "n", "platforms": "n"}
    if kinds.get(last.unit or "") != mark or last.property not in {
        "salesShare", "modelCount", "platformCount", "productionCapacity", "salesVolume", "productionVolume",
    }:  # fmt: skip
        return False
    if COUNTS_NAMED.match(text, end) or NAMED_BEFORE.search(text[:start]):
        return False
    if not LEAN_AFTER.match(text, end) or re.compile(r" of (?:these|those) ‹n").match(text, end):
        return False
    item_is_small = last.quantity is not None and last.unit in {"models", "platforms"}
    return not item_is_small or bool(LEAN_BEFORE.search(text[:start]))


def sibling_figure(reading: Reading, index: int, found: list[Frame]) -> Frame | None:
    """The figure of the list item before that "Europe: five, from 2026" repeats for another place."""
    if not PLACE_AND_COUNT.match(reading.annotated[index].text):
        return None
    blocks, lines = reading.blocks, reading.sentences
    block = blocks[lines[index].block]
    if block.kind != "list-item":
        return None
    beside = (f for f in reversed(found) if blocks[lines[f.index].block].parent == block.parent)
    return next((f for f in beside if f.unit == "models" and f.index < index), None)


def respective(sentence: Annotated) -> dict[int, str]:
    """Whose each figure is: "the A and the B have a range of 500 and 600 km respectively"; by the figure's position."""
    match = RESPECTIVE.search(sentence.text)
    if not match:
        return {}
    names = [m.name for m in sentence.mentions(*match.span("names"))]
    figures = [start for start, _, _ in sentence.marks(*match.span("figures"))]
    return dict(zip(figures, names, strict=True)) if len(names) == len(figures) else {}


def bare_percent(text: str, start: int, end: int, last: Frame) -> bool:
    """Whether a bare number is a share like the one before it: "36 percent electric cars, hybrids for 24"."""
    if last.property != "salesShare" or last.unit != "percent":
        return False
    return bool(BARE_BEFORE.search(text[:start]) and BARE_AFTER.match(text, end))


def yearly(text: str, start: int, end: int) -> bool:
    """Whether the words beside a figure say that it is a year's: "53 GWh of cells a year", "its annual capacity"."""
    before = re.split(r"[;.]" if OF_THEM.match(text, end) else r"[;.›]", text[max(0, start - 45) : start])[-1]
    after = re.split(r"[;.‹]", text[end : end + 50])[0]
    return bool(YEARLY.search(before) or YEARLY.search(after))


def tail(text: str, end: int) -> int:
    """The end of a number's short phrase: up to the next mark or comma."""
    match = re.compile(r"[^,.;:()‹]{0,40}(?:‹(?:when|[A-Z]*L[A-Z]*)#\d+›)?").match(text, end)
    return match.end() if match else end


def clause(text: str, start: int, end: int) -> tuple[int, int]:
    """The part of a sentence around a span: between semicolons, and no further than 110 characters off."""
    left = max(text.rfind(";", 0, start) + 1, start - 110, 0)
    right = text.find(";", end)
    return left, min(right if right >= 0 else len(text), end + 110)


def fits(
    text: str, start: int, end: int, item: tuple[Quantity, ...], label: str = ""
) -> list[tuple[float, int, QuantityRule, tuple[int, int]]]:
    """The rules that fit a number: score, rank of the rule, rule, and where its words stand.

    A `label` ("Hybrids.") is read as if it opened the sentence; words in it count as standing at the sentence's start.
    """
    if NAMED_BEFORE.search(text[:start]):
        return []
    shift = len(label)
    return [
        (score, order, rule, (max(0, first - shift), max(0, last - shift)))
        for order, rule in enumerate(quantity_rules())
        if (scored := fit(rule, label + text, start + shift, end + shift, item)) is not None
        for score, (first, last) in [scored]
    ]


def fit(
    rule: QuantityRule, text: str, start: int, end: int, item: tuple[Quantity, ...]
) -> tuple[float, tuple[int, int]] | None:
    """How far the nearest word of the rule stands from the number, and where it stands; None where it does not fit."""
    mark = MARK.match(text, start)
    value = item[0].value
    if not mark or mark.group(1) not in rule.marks or not rule.least <= value <= rule.most:
        return None
    left, right = clause(text, start, end)
    if rule.not_after and rule.not_after.match(text, end):
        return None
    if rule.not_before and rule.not_before.search(text[left:start]):
        return None
    if rule.exclude and rule.exclude.search(text, left, right):
        return None
    spans: list[tuple[float, tuple[int, int]]] = []
    if rule.after:
        hit = rule.after.match(text, end)
        if not hit:
            return None
        spans.append((0.0, hit.span()))
    if rule.before:
        hit = rule.before.search(text[left:start])
        if not hit:
            return None
        spans.append((0.0, (left + hit.start(), left + hit.end())))
    if rule.near:
        near = [(distance(m.span(), start, end), m.span()) for m in rule.near.finditer(text, left, right)]
        if not near:
            return None
        spans.append(min(near))
    score = sum(s for s, _ in spans) + rule.weight
    return score, (min(s[0] for _, s in spans), max(s[1] for _, s in spans))


def distance(span: tuple[int, int], start: int, end: int) -> float:
    """Characters between a word and the number; words after count a little more."""
    return float(start - span[1]) if span[1] <= start else (span[0] - end) * 1.2
