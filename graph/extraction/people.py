"""People by their names: a known first name, or a family name that stands first, and capitalised words after it."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from graph.extraction.lexicon import any_of, table
from graph.extraction.model import Mention

if TYPE_CHECKING:
    from graph.extraction.mentions import Token

NAME = re.compile(r"(?!.*\d)[^\W\d_a-zß-ÿ][^\W\d_]*[a-zß-ž]")
PERSON = frozenset({"Person"})
MOST = 4  # words of a name
# one or two syllables, as Chinese names are written
SYLLABLE = (
    r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
    r"(?:i?a(?:i|n|ng|o)?|e(?:i|n|ng|r)?|i(?:e|n|ng|ong|u)?|ong?|ou|u(?:a|ai|an|ang|e|i|n|o)?)"
)
SYLLABLES = re.compile(rf"(?:{SYLLABLE}){{1,2}}", re.IGNORECASE)
# two first names cut to their letters; those of a state are none
INITIALS = re.compile(r"(?!U\. ?[SK]\.|[NS]\. ?C\.|C\. ?A\.|D\. ?C\.)(?:[A-Z]\. ?){2}(?=[A-Z])")
BEFORE = re.compile(r"(?:\b(?:San|Santa|Saint|St\.?|Fort|Port) |[\w&]-)$")


@cache
def known_names() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """First names, family names that stand first, and the small words inside names."""
    names = table("people")
    return frozenset(names["given"].split()), frozenset(names["family"].split()), frozenset(names["particles"])


@cache
def unnamed() -> re.Pattern[str]:
    """Capitalised words of which no person's name is made."""
    return re.compile(any_of(table("words")["classes"]["unnamed"]))


def people(text: str, words: list[Token], taken: set[int]) -> list[Mention]:
    """The people that a text names by first and last name; `taken` are the starts of words of surer names."""
    found: list[Mention] = []
    i = 0
    while i < len(words):
        last = 0 if words[i].start in taken else person(text, words, i, taken)
        if last:
            found.append(Mention(words[i].start, words[last].end, text[words[i].start : words[last].end], PERSON))
        i = max(i, last) + 1
    return found


def person(text: str, words: list[Token], first: int, taken: set[int]) -> int:
    """The index of the last word of a person's name that begins at `first`, or 0."""
    given, family, particles = known_names()
    word = words[first].text
    if word not in given and word not in family:
        return initialled(text, words, first, taken) or korean(text, words, first, family)
    last = name_end(text, words, first, particles, taken)
    rest = text[words[first + 1].start : words[last].end] if last > first else ""
    sure = word in given or "-" in rest or SYLLABLES.fullmatch(rest)
    after = BEFORE.search(text, max(0, words[first].start - 8), words[first].start)
    return last if rest and sure and not after else 0


def initialled(text: str, words: list[Token], first: int, taken: set[int]) -> int:
    """The index of the last word of a name such as "J.B. Straubel" that begins at `first`, or 0."""
    opening = INITIALS.match(text, words[first].start)
    if not opening or BEFORE.search(text, max(0, words[first].start - 8), words[first].start):
        return 0
    last = first + opening.group().count(".")
    known = last < len(words) and words[last].start == opening.end() and words[last].start not in taken
    return last if known and NAME.fullmatch(words[last].text) and not unnamed().fullmatch(words[last].text) else 0


def korean(text: str, words: list[Token], first: int, family: frozenset[str]) -> int:
    """The index of the last word of a name such as "Seok-hee Lee" that begins at `first`, or 0."""
    if first + 2 >= len(words) or words[first + 2].text not in family | {"Kim", "Park"}:
        return 0
    start, middle, last = words[first], words[first + 1], words[first + 2]
    hyphened = text[start.end : middle.start] == "-" and text[middle.end : last.start] == " "
    return first + 2 if hyphened and start.text.istitle() and middle.text.isalpha() else 0


def name_end(text: str, words: list[Token], first: int, particles: frozenset[str], taken: set[int]) -> int:
    """The index of the last word of the name that begins at `first`, or `first` where nothing joins it."""
    last = first
    for j in range(first + 1, min(first + MOST + 1, len(words))):
        between = text[words[j - 1].end : words[j].start]
        word = words[j].text
        initial = len(words[j - 1].text) == 1
        hyphened = between == "-"
        if words[j].start in taken or not (between == " " or hyphened or (initial and between == ". ")):
            break
        if (word in particles or (len(word) == 1 and word.isupper())) and not hyphened:
            continue
        if not (NAME.fullmatch(word) or (hyphened and word.isalpha())) or unnamed().fullmatch(word):
            break
        last = j
    return last
