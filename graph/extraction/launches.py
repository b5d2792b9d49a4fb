"""Further launches of a car in one sentence: "launched in 2024, it will reach Thailand in 2025, then Europe"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from graph.extraction.annotate import Annotated
from graph.extraction.frame import Frame
from graph.extraction.lexicon import any_of, table
from graph.extraction.mentions import PLACE_KINDS
from graph.extraction.model import When
from graph.extraction.readings import expand

# what ends the talk about the car that was launched: another car, or somebody who acts
OTHERS = re.compile(
    r"‹(?-i:[A-Z]*V[A-Z]*)#|‹(?-i:[A-Z]*[OB][A-Z]*)#\d+› (?:will|is|has|plans|wants|aims|sold)|\.|;(?! it\b)"
)


@cache
def again() -> re.Pattern[str]:
    """Another verb of launching with its date; or a place and a date, in either order, joined on."""
    place = r"(?P<{0}>‹(?-i:[A-Z]*L[A-Z]*)#\d+›(?:(?:,? and |, )(?:the )?‹(?-i:[A-Z]*L[A-Z]*)#\d+›)*)"
    joint = any_of(table("launches")["joints"]["words"])
    between = any_of(table("launches")["between"]["words"])
    return re.compile(
        expand(
            rf"{{launched}}(?:(?!‹when)[^.;]){{0,50}}?(?P<when>{{when}})"
            rf"|{joint} ?(?:(?:in|to|for|on) (?:the )?){place.format('placed')}(?: {between})*,? (?P<then>{{when}})"
            rf"|{joint} ?(?P<first>{{when}}),? (?:it (?:is |will be )?)?(?:{between} )*(?:in|to|for|on) (?:the )?"
            rf"{place.format('lasting')}"
        ),
        re.IGNORECASE,
    )


PLACES_FOLLOW = (
    r"(?:^|[.;,] |\band )(?:in )?(?:the )?(?P<places>‹(?-i:[A-Z]*L[A-Z]*)#\d+›"
    r"(?:(?:,? and |, )(?:the )?(?:‹(?-i:[A-Z]*L[A-Z]*)#\d+›|[A-Z]\w+))*) "
    r"(?:(?:will|is to|are to|then|should|would|also) )*(?:follows?|comes?|be next|get it|gets it|be added)"
    r"(?: (?!‹)[a-z]+){0,3}? (?P<when>‹when#\d+›)"
)
FOLLOWS = re.compile(PLACES_FOLLOW, re.IGNORECASE)


def places_that_follow(index: int, sentence: Annotated, found: list[Frame]) -> Iterator[Frame]:
    """ "Germany and France follow in 2025": where the car that was launched last comes next."""
    last = next((f for f in reversed(found) if f.property == "launch" and not f.rule.startswith("plan.")), None)
    if last is None or last.index < index - 2:
        return
    for match in FOLLOWS.finditer(sentence.text):
        when = next((i for _, _, i in sentence.marks(*match.span("when")) if isinstance(i, When)), None)
        for place in sentence.mentions(*match.span("places")):
            if when and not when.years and place.kinds & PLACE_KINDS:
                yield replace(
                    last, rule="launch.places-follow", index=index, start=match.start("places"), end=match.end(),
                    anchor=match.start("places"), when=when, place=place.name, modality=None,
                )  # fmt: skip


def further_launches(index: int, sentence: Annotated, found: list[Frame]) -> Iterator[Frame]:
    """More dates of the car whose launch a sentence tells, up to the next car."""
    told = [f for f in found if f.index == index and f.property == "launch" and f.when and "Plan" not in f.rule]
    for subject in dict.fromkeys(f.subject for f in told):
        last = max((f for f in told if f.subject == subject), key=lambda f: f.end)
        if last.rule.startswith("plan.") or any(f.end > last.end for f in told):
            continue
        stop = OTHERS.search(sentence.text, last.end)
        for match in again().finditer(sentence.text, last.end, stop.start() if stop else len(sentence.text)):
            group = next(g for g in ("when", "then", "first") if match.group(g))
            when = next((i for _, _, i in sentence.marks(*match.span(group)) if isinstance(i, When)), None)
            spot = match.span("placed") if match.group("placed") else match.span("lasting")
            if not match.group("when") and spot[0] < 0:
                continue
            places: list[str | None] = (
                [m.name for m in sentence.mentions(*spot) if m.kinds & PLACE_KINDS] if spot[0] >= 0 else []
            )
            if when is None or when.years:
                continue
            for place in places or [None]:
                yield replace(
                    last, rule="launch.further", start=match.start(), end=match.end(), anchor=match.start(),
                    when=when, place=place, modality=None,
                )  # fmt: skip
