"""How alike two names are, as people spell them: letters and words, with digits and single letters taken seriously."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz

from graph.register import fold

LEGAL = frozenset((Path(__file__).parent / "legal-forms.txt").read_text(encoding="utf-8").split())
PART = 0.85  # how far the words of one name among those of another count
OTHER_MARKS = 0.75  # "ID.3" and "ID.4", "Model S" and "Model X" are alike and are two cars
ONE_MORE = 80.0  # a word that only one of two names has: "Spark" and "Spark EUV"
CHECKED = 80.0  # from here on, names are compared word by word too
WORDS = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Spelling:
    """A name as it is compared: its words folded, without the legal form at its end; with and without spaces between.

    `marks` are the words that tell products of one line apart: those with a digit, and those of a letter or two.
    """

    words: str
    key: str
    marks: frozenset[str]

    @classmethod
    def of(cls, name: str) -> Spelling:
        """The spelling of a name."""
        text = name.replace("+", " plus ").replace("'", "").replace("’", "")
        words = [word for word in map(fold, WORDS.findall(re.sub(r"(?<=\b\w)\.(?=\w\b)", "", text))) if word]
        while len(words) > 1 and words[-1] in LEGAL:
            words.pop()
        marks = {w for w in words if w == "plus" or len(w) < 3 or any(c.isdigit() for c in w)}
        return cls(" ".join(words), "".join(words), frozenset(marks))

    def likeness(self, other: Spelling) -> float:
        """0 for nothing in common to 100 for the same."""
        if self.key == other.key:
            return 100.0
        score = max(
            fuzz.ratio(self.key, other.key),
            fuzz.token_sort_ratio(self.words, other.words),
            PART * fuzz.token_set_ratio(self.words, other.words),
        )
        if self.marks != other.marks:
            return OTHER_MARKS * score
        return min(score, 50 + self._weakest(other) / 2) if score > CHECKED else score

    def _weakest(self, other: Spelling) -> float:
        """How alike the least alike of the words are that the two do not share: "Western Europe" is not "Eastern"."""
        ours, theirs = set(self.words.split()), set(other.words.split())
        left, right = ours - theirs, theirs - ours
        if not left and not right:
            return 100.0
        if not left or not right:
            return ONE_MORE
        return min(max(fuzz.ratio(word, one) for one in right) for word in left)
