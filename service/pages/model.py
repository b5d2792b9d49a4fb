"""What pages show, read from the dataset by the stored queries beside this file: plain rows of strings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path

from service.dataset import Dataset

Row = dict[str, str]
QUERIES = Path(__file__).parent / "queries"


@cache
def stored(name: str) -> str:
    """The text of a stored query."""
    return (QUERIES / f"{name}.rq").read_text(encoding="utf-8")


def rows(dataset: Dataset, name: str, **bindings: str) -> list[Row]:
    """The rows of a stored query with these variables bound to IRIs."""
    found = dataset.select(stored(name), **bindings)
    return [{k: getattr(v, "value", str(v)) for k, v in row.items()} for row in found]


@dataclass(slots=True)
class Group:
    """Claims of one property."""

    property: str
    label: str
    claims: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class Finding:
    """A disagreement, revision or supersession with its sides in the order of their dates."""

    iri: str
    subject: str
    subjectLabel: str  # noqa: N815 the name of the query's column, as templates see it
    propertyLabel: str  # noqa: N815
    kinds: list[str] = field(default_factory=list)
    sides: list[Row] = field(default_factory=list)


def claims(dataset: Dataset, **bindings: str) -> list[Row]:
    """Claims with one row each; several regions of one claim are joined."""
    merged: dict[str, Row] = {}
    for row in rows(dataset, "claims", **bindings):
        row.update(bindings)
        known = merged.setdefault(row["claim"], row)
        region = row.get("region")
        if known is not row and region and region not in known.get("region", "").split(" and "):
            known["region"] = f"{known['region']} and {region}"
    return list(merged.values())


def grouped(found: Iterable[Row]) -> list[Group]:
    """Claims by property, in the order they come."""
    groups: dict[str, Group] = {}
    for claim in found:
        group = groups.setdefault(claim["property"], Group(claim["property"], claim["propertyLabel"]))
        group.claims.append(claim)
    return list(groups.values())


def findings(dataset: Dataset) -> list[Finding]:
    """Every disagreement with its sides."""
    found: dict[str, Finding] = {}
    for row in rows(dataset, "disagreements"):
        finding = found.setdefault(
            row["disagreement"], Finding(row["disagreement"], row["subject"], row["subjectLabel"], row["propertyLabel"])
        )
        if row["kindLabel"] not in finding.kinds:
            finding.kinds.append(row["kindLabel"])
        if all(side["claim"] != row["claim"] for side in finding.sides):
            finding.sides.append(row)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a document's text, with the claims whose evidence covers it."""

    start: int
    text: str
    claims: Sequence[Mapping[str, str]]


def pieces(text: str, found: Iterable[Row], start: int = 0) -> list[Piece]:
    """The text from `start` on, cut at every edge of a piece of evidence."""
    spans = [(int(c["startChar"]), int(c["endChar"]), c) for c in found]
    edges = sorted({start, len(text), *(s for s, _, _ in spans), *(e for _, e, _ in spans)})
    return [Piece(a, text[a:b], [c for s, e, c in spans if s <= a and b <= e]) for a, b in pairwise(edges) if a < b]
