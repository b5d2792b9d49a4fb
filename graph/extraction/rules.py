"""Rules as data: reading rules/*.toml and compiling their patterns."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from graph.extraction.lexicon import RULES, table
from graph.extraction.readings import expand
from graph.extraction.syntax import who


class RuleError(ValueError):
    """A rule that cannot be used; the message says which and why."""


def pattern(text: str) -> str:
    """A rule's pattern with {who} and all other macros replaced."""
    return expand(text.replace("{who}", who()))


def compiled(text: str | None, where: str) -> re.Pattern[str] | None:
    """Compile a pattern, or say which rule has the broken one."""
    if text is None:
        return None
    try:
        return re.compile(pattern(text), re.IGNORECASE)
    except re.error as error:
        raise RuleError(f"rule {where}: pattern does not compile: {error}") from error


@dataclass(frozen=True)
class PatternRule:
    """A phrase that states a claim. Groups: subject, object, value, when, nation, role, person, body, pair."""

    id: str
    property: str
    match: re.Pattern[str]
    ladder: str | None
    object_ladder: str | None
    exclude: re.Pattern[str] | None
    text: str | None
    number: float | None
    unit: str | None
    modality: str | None
    needs_end: bool
    by_kind: bool
    cities: bool
    needs: frozenset[str]
    marks: frozenset[str]
    hints: tuple[str, ...]
    example: dict[str, Any] = field(hash=False)


# the letters of the marks that a property's object or subject bears
OBJECTS = {
    "usesPlatform": "P", "developsPlatform": "P", "usesBattery": "T", "developsBattery": "T", "hasPlan": "S",
    "offersTechnology": "K", "holdsStakeIn": "OB", "partnersWith": "OB", "supplies": "OB", "subsidiaryOf": "OB",
    "hasBrand": "OB", "memberOf": "OB",
}  # fmt: skip
SUBJECTS = {"bodyStyle": "V", "launch": "VPS"}


def needs(row: dict[str, Any]) -> frozenset[str]:
    """Of which marks a sentence must have one for a rule to fit; none where a pattern names no thing itself."""
    if re.search(r"\(\?P<object>(?!\{who\}|\(|the |its?\b)", row["pattern"]) and row["property"] in OBJECTS:
        return frozenset(OBJECTS[row["property"]])
    named = re.search(r"\(\?P<subject>(?!\{car\}|\(\?:the)", row["pattern"])
    return frozenset(SUBJECTS.get(row["property"], "") if named else "")


def hints(row: dict[str, Any]) -> tuple[str, ...]:
    """Of which words, in small letters, a sentence must hold one for a rule to fit; none where any may do."""
    return tuple(row.get("hints") or (table("roles")["hints"] if "(?P<role>{role}" in row["pattern"] else ()))


def marks_needed(pattern: str) -> frozenset[str]:
    """The marks of dates and numbers that a pattern cannot do without."""
    groups = {"when": "(?P<when>{when})", "percent": "(?P<value>{percent})"}
    return frozenset(
        m for m, group in groups.items() if group in pattern and not re.search(re.escape(group) + r"\)*\?", pattern)
    )


@dataclass(frozen=True)
class QuantityRule:
    """What a number of some unit means: by the words right before, right after, or near it in its clause."""

    id: str
    property: str
    marks: frozenset[str]
    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    near: re.Pattern[str] | None
    exclude: re.Pattern[str] | None
    not_after: re.Pattern[str] | None
    not_before: re.Pattern[str] | None
    subject: str
    unit: str | None
    least: float
    most: float
    weight: float
    per_year: bool | None
    modality: str | None
    example: dict[str, Any] = field(hash=False)


def read_rows(kind: str) -> list[dict[str, Any]]:
    """All rows of one kind (`pattern` or `quantity`) of all rule files, in the order of file names."""
    rows: list[dict[str, Any]] = []
    for path in sorted(RULES.glob("*.toml")):
        rows += tomllib.loads(path.read_text(encoding="utf-8")).get(kind, [])
    return rows


@lru_cache(maxsize=1)
def pattern_rules() -> tuple[PatternRule, ...]:
    """The pattern rules, compiled."""
    return tuple(
        PatternRule(
            row["id"], row["property"], compiled(row["pattern"], row["id"]), row.get("ladder"),  # type: ignore[arg-type]
            row.get("object_ladder"),
            compiled(row.get("exclude"), row["id"]), row.get("text"), row.get("number"), row.get("unit"),
            row.get("modality"), row.get("needs_end", False), row.get("by_kind", False), row.get("cities", False),
            needs(row), marks_needed(row["pattern"]), hints(row),
            row.get("example", {}),
        )
        for row in read_rows("pattern")
    )  # fmt: skip


@lru_cache(maxsize=1)
def quantity_rules() -> tuple[QuantityRule, ...]:
    """The quantity rules, compiled."""
    return tuple(
        QuantityRule(
            row["id"], row["property"], frozenset(row["marks"]),
            compiled(f"(?:{row['before']})\\W{{0,2}}$" if "before" in row else None, row["id"]),
            compiled(row.get("after"), row["id"]), compiled(row.get("near"), row["id"]),
            compiled(row.get("exclude"), row["id"]), compiled(row.get("not_after"), row["id"]),
            compiled(f"(?:{row['not_before']}) ?$" if "not_before" in row else None, row["id"]),
            row.get("subject", "organization"), row.get("unit"),
            row.get("least", 0), row.get("most", float("inf")), row.get("weight", 0.0),
            row.get("per_year"), row.get("modality"), row.get("example", {}),
        )
        for row in read_rows("quantity")
    )  # fmt: skip
