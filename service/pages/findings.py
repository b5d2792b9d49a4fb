"""Disagreements, revisions, superseded reports and missed targets, each with its sides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import zip_longest

from service.dataset import Dataset
from service.pages.drawing import Points, points
from service.pages.filters import local
from service.pages.model import Row, rows

KINDS = {
    "ValueDisagreement": "value",
    "UnitDisagreement": "unit",
    "DateDisagreement": "date",
    "PolarityDisagreement": "polarity",
    "Supersession": "supersession",
    "Revision": "revision",
    "MissedTarget": "missed",
}


@dataclass(slots=True)
class Finding:
    """Two claims side by side in the order of their dates, a target before its outcome.

    `kinds` maps short names to labels; `late` is in years.
    """

    iri: str
    subject: str
    property: str
    subjectLabel: str  # noqa: N815 the name of the query's column, as templates see it
    propertyLabel: str  # noqa: N815
    late: str | None = None
    kinds: dict[str, str] = field(default_factory=dict)
    sides: list[Row] = field(default_factory=list)

    def chart(self) -> Points | None:
        """The values of its sides by the date of the statement, where they can be compared."""
        return points(self.sides, bool(self.late))


def findings(dataset: Dataset) -> list[Finding]:
    """Every finding with its sides."""
    found: dict[str, Finding] = {}
    for row in rows(dataset, "disagreements"):
        finding = found.setdefault(
            row["disagreement"],
            Finding(
                row["disagreement"],
                row["subject"],
                row["property"],
                row["subjectLabel"],
                row["propertyLabel"],
                row.get("late"),
            ),
        )
        finding.kinds.setdefault(KINDS[local(row["kind"])], row["kindLabel"])
        if all(side["claim"] != row["claim"] for side in finding.sides):
            finding.sides.append(row)
    for finding in found.values():
        if finding.late:
            finding.sides.sort(key=lambda side: side["modality"] != "plan")
    return list(found.values())


def counted(found: Iterable[Finding]) -> list[tuple[str, str, int]]:
    """The kinds that occur: short name, label, and how many findings are of it."""
    counts: dict[str, tuple[str, int]] = {}
    for finding in found:
        for kind, label in finding.kinds.items():
            counts[kind] = (label, counts.get(kind, (label, 0))[1] + 1)
    return [(kind, *counts[kind]) for kind in KINDS.values() if kind in counts]


def chosen(found: Iterable[Finding], kind: str, subject: str, property_: str) -> list[Finding]:
    """The findings of a kind, about a subject, with a property; an empty choice leaves all."""
    return [
        finding
        for finding in found
        if (not kind or kind in finding.kinds)
        and (not subject or local(finding.subject) == subject)
        and (not property_ or local(finding.property) == property_)
    ]


def choices(found: Iterable[Finding], of: str) -> list[tuple[str, str, int]]:
    """The subjects or properties that occur: short name, label, and how many findings have it."""
    pairs = [(local(getattr(finding, of)), getattr(finding, f"{of}Label")) for finding in found]
    return [(name, label, count) for (name, label), count in sorted(Counter(pairs).items(), key=lambda p: p[0][1])]


def mixed(found: Iterable[Finding]) -> list[Finding]:
    """The findings with their kinds in turn, and no topic twice before each was seen once."""
    order = list(KINDS.values())
    by_kind: dict[str, list[Finding]] = {}
    for finding in found:
        by_kind.setdefault(min(finding.kinds, key=order.index), []).append(finding)
    turns = zip_longest(*(by_kind[kind] for kind in order if kind in by_kind))
    seen: set[tuple[str, str]] = set()
    again = []
    for finding in (finding for turn in turns for finding in turn if finding is not None):
        topic = (finding.subject, finding.propertyLabel)
        again.append((topic in seen, finding))
        seen.add(topic)
    return [finding for _, finding in sorted(again, key=lambda pair: pair[0])]
