"""Claims as a reader wants them: one statement for the same content, with every source that gives it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from math import isfinite

from service.dataset import Dataset
from service.pages.model import Row, rows

SAME = ("subject", "property", "object", "value", "unit", "bound", "start", "end", "powertrain", "modality")
DUE = {"plan", "report"}


@dataclass(slots=True)
class Statement:
    """What one or more claims say alike; `beside` are claims that disagree with it, revise it or overtake it."""

    claims: list[Row]
    beside: list[Row] = field(default_factory=list)

    @property
    def first(self) -> Row:
        """The claim that stands for the others: the earliest that has a date."""
        return min(self.claims, key=lambda claim: claim.get("issued", "9999"))

    @property
    def sources(self) -> int:
        """How many say so. Publishers are counted, since several texts of one house are one witness; a copy is that of
        the document that it was copied from."""
        return len({_witness(claim) for claim in self.claims})

    @property
    def when(self) -> str:
        """Its time in words; empty where the time is all that it states, or where none is known."""
        claim = self.first
        return when(claim) if claim.get("value") or claim.get("object") else ""

    @property
    def amount(self) -> float | None:
        """Its value as a number, where it is one in some unit."""
        return number_of(self.first) if self.first.get("unit") else None

    @property
    def missed(self) -> bool:
        """Was the target reached too late?"""
        return any(row.get("late") and row.get("earlier") == row["claim"] for row in self.beside)

    @property
    def revised(self) -> bool:
        """Did a later statement of the same speaker put another value in its place?"""
        return any(row["kind"].endswith("#Revision") and row.get("earlier") == row["claim"] for row in self.beside)


@dataclass(slots=True)
class Group:
    """The statements about one property."""

    property: str
    label: str
    statements: list[Statement] = field(default_factory=list)

    def share(self, statement: Statement) -> float | None:
        """The length of a statement's bar in percent of the longest of its unit; None where it has no peer."""
        alike = [s.amount for s in self.statements if s.amount and s.first["unit"] == statement.first.get("unit")]
        longest = 100 if statement.first.get("unit") == "percent" else max(alike, default=0)
        return round(100 * (statement.amount or 0) / longest, 1) if len(alike) > 1 and longest else None


def _witness(claim: Row) -> str:
    origin = claim.get("agency") or claim.get("copied")
    return origin or claim.get("publisherLabel") or claim["document"]


def content(claim: Row) -> Hashable:
    """What a claim says, whoever says it and in whichever words."""
    regions = frozenset(claim["region"].split(" and ")) if claim.get("region") else frozenset()
    return tuple(claim.get(name) for name in SAME), regions


def statements(found: Iterable[Row], beside: Iterable[Row] = ()) -> list[Statement]:
    """Claims with the same content together, in the order they come."""
    merged: dict[Hashable, Statement] = {}
    for claim in found:
        merged.setdefault(content(claim), Statement([])).claims.append(claim)
    others: dict[str, list[Row]] = {}
    for row in beside:
        others.setdefault(row["claim"], []).append(row)
    for statement in merged.values():
        statement.beside = [row for claim in statement.claims for row in others.get(claim["claim"], ())]
    return list(merged.values())


def grouped(found: Iterable[Statement]) -> list[Group]:
    """Statements by property: figures first, then relations, each in the order they come."""
    groups: dict[str, Group] = {}
    for statement in found:
        claim = statement.first
        group = groups.setdefault(claim["property"], Group(claim["property"], claim["propertyLabel"]))
        group.statements.append(statement)
    return sorted(groups.values(), key=lambda group: all(s.amount is None for s in group.statements))


def targets(found: Iterable[Statement]) -> list[Statement]:
    """What is planned or expected for a known time, the soonest first."""
    due = [s for s in found if s.first["modality"] in DUE and s.first.get("end")]
    return sorted(due, key=lambda s: (s.first["end"], s.first["label"]))


def beside(dataset: Dataset, *iris: str) -> list[Row]:
    """The claims of subjects, plans or documents that stand against others; `how` says in which way."""
    return _told(rows(dataset, "beside", iris))


def against(dataset: Dataset, iri: str) -> list[Row]:
    """What stands against one claim, by date, with its words and source; `how` says in which way."""
    return _told(rows(dataset, "against", this=iri))


def _told(found: list[Row]) -> list[Row]:
    for row in found:
        row["how"] = _how(row)
    return found


def number_of(claim: Row) -> float | None:
    """A claim's value as a number, or None where it is none."""
    try:
        found = float(claim["value"])
    except (KeyError, ValueError):
        return None
    return found if isfinite(found) else None


def when(claim: Row) -> str:
    """A claim's time in words."""
    start, end = claim.get("start"), claim.get("end")
    if start and end and start != end:
        return f"{start} to {end}"
    if end:
        return f"by {end}" if claim["modality"] in DUE else end
    return f"from {start}" if start else ""


def _how(row: Row) -> str:
    first = row.get("earlier") == row["claim"]
    if late := row.get("late"):
        years = f"{late} year{'' if late == '1' else 's'}"
        return f"Reached {years} late" if first else f"Reaches {years} late the target"
    if row["kind"].endswith("#Revision") and row.get("earlier"):
        return "Later revised" if first else "Revises"
    if row["kind"].endswith("#Supersession"):
        return "Overtaken by" if row["modality"] == "report" else "Overtakes the report"
    return row["kindLabel"].capitalize()
