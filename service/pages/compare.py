"""Makers side by side: a row for each topic, a column for each maker, every cell leading to its claims."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from graph.namespaces import EV, slug
from service.dataset import Dataset
from service.pages.filters import local
from service.pages.lanes import Lanes, by_amount, by_count, by_year
from service.pages.model import Row, about, rows
from service.pages.statements import Statement, beside, statements, when
from service.problems import Problem

MOST = 8
COLUMNS = (
    "entity", "row", "property", "statement", "value", "unit", "time", "powertrain", "region", "firmness", "us_dollars",
    "sources", "claim", "document",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Topic:
    """A row that every comparison has: its title, its properties, and what its chart measures."""

    title: str
    properties: tuple[str, ...]
    measure: str
    unit: str = ""

    def has(self, claim: Row) -> bool:
        """Does a claim belong to this row?"""
        return local(claim["property"]) in self.properties and claim.get("unit", "").startswith(self.unit)


TOPICS = (
    Topic("Models by year", ("modelCount",), "year"),
    Topic("Investment", ("investment",), "USD"),
    Topic("Share of sales", ("salesShare",), "percent"),
    Topic("Battery capacity", ("productionCapacity",), "GWh", "GWh"),
    Topic("Carbon neutrality", ("carbonNeutrality",), "year"),
    Topic("Platforms", ("platformCount", "developsPlatform", "usesPlatform"), "number"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its title, what is said in each entity's cell, and its chart."""

    title: str
    property: str
    cells: list[list[Statement]]
    chart: Lanes | None


@dataclass(slots=True)
class Comparison:
    """The entities that are compared, the rows that every comparison has, and what else is said of them."""

    entities: list[Row] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    others: list[Line] = field(default_factory=list)


def compared(dataset: Dataset, names: Sequence[str]) -> Comparison:
    """Compare entities, each given by its name or the last part of its IRI. Raises Problem (400) for too many."""
    wanted = {slug(name): name for name in names if slug(name)}
    if len(wanted) > MOST:
        raise Problem(400, "Too many to compare", f"At most {MOST} stand side by side; {len(wanted)} were given.")
    iris = [dataset.namespace.entity(name) for name in wanted]
    labels = {row["this"]: row["label"] for row in rows(dataset, "named", iris)} if iris else {}
    found = Comparison([{"iri": iri, "label": labels[iri]} for iri in iris if iri in labels])
    found.unknown = [name for iri, name in zip(iris, wanted.values(), strict=True) if iri not in labels]
    known = [entity["iri"] for entity in found.entities]
    said = statements(about(dataset, known), beside(dataset, *known)) if known else []
    _arrange(found, [s for s in said if s.first["subject"] in known])
    return found


def _arrange(found: Comparison, said: Sequence[Statement]) -> None:
    """Put statements into the rows of a comparison."""
    topics: dict[Topic, list[Statement]] = {topic: [] for topic in TOPICS}
    others: dict[str, list[Statement]] = {}
    for statement in said:
        topic = next((topic for topic in TOPICS if topic.has(statement.first)), None)
        if topic:
            topics[topic].append(statement)
        else:
            others.setdefault(statement.first["property"], []).append(statement)
    for topic, in_topic in topics.items():
        cells = _cells(found, in_topic)
        if topic.measure == "year":
            chart = by_year(found.entities, cells)
        elif topic.measure == "number":
            chart = by_count(found.entities, cells)
        else:
            chart = by_amount(found.entities, cells, topic.measure)
        found.lines.append(Line(topic.title, EV + topic.properties[0], cells, chart))
    for name, of_property in sorted(others.items(), key=lambda item: item[1][0].first["propertyLabel"]):
        cells, units = _cells(found, of_property), Counter(s.first["unit"] for s in of_property if "unit" in s.first)
        unit = units.most_common(1)[0][0] if units else ""
        chart = by_amount(found.entities, cells, unit) if units else by_count(found.entities, cells)
        found.others.append(Line(of_property[0].first["propertyLabel"].capitalize(), name, cells, chart))


def _cells(found: Comparison, said: Sequence[Statement]) -> list[list[Statement]]:
    return [[s for s in said if s.first["subject"] == entity["iri"]] for entity in found.entities]


def records(comparison: Comparison) -> list[dict[str, str | int | None]]:
    """The comparison as rows with the columns of `COLUMNS`, one for each statement."""
    found = []
    for line in (*comparison.lines, *comparison.others):
        for entity, cell in zip(comparison.entities, line.cells, strict=True):
            found += [_record(entity["label"], line.title, statement) for statement in cell]
    return found


def as_csv(comparison: Comparison) -> str:
    """The comparison as CSV with a header line."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(records(comparison))
    return out.getvalue()


def _record(entity: str, row: str, statement: Statement) -> dict[str, str | int | None]:
    claim = statement.first
    values = (
        entity, row, claim["propertyLabel"], claim["label"],
        claim.get("objectLabel") or claim.get("valueLabel") or claim.get("value"), claim.get("unit"),
        when(claim) or None, claim.get("powertrain"), claim.get("region"), claim["modality"], claim.get("usd"),
        statement.sources, claim["claim"], claim["document"],
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))
