"""Makers side by side: a row for each property, a column for each maker, every cell leading to its claims."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from graph.namespaces import slug
from service.dataset import Dataset
from service.pages.model import Row, claims, rows
from service.pages.statements import Statement, beside, statements, when
from service.problems import Problem

MOST = 5
COLUMNS = (
    "entity", "property", "statement", "value", "unit", "time", "powertrain", "region", "firmness", "us_dollars",
    "sources", "claim", "document",
)  # fmt: skip


@dataclass(slots=True)
class Comparison:
    """The entities that are compared, and what is said of each by property; cells are in the entities' order."""

    entities: list[Row] = field(default_factory=list)
    lines: list[tuple[str, str, list[list[Statement]]]] = field(default_factory=list)


def compared(dataset: Dataset, names: Sequence[str]) -> Comparison:
    """Compare entities, each given by its name or the last part of its IRI. Raises Problem (400, 404)."""
    wanted = list(dict.fromkeys(slug(name) for name in names if name.strip()))
    if len(wanted) > MOST:
        raise Problem(400, "Too many to compare", f"At most {MOST} stand side by side; {len(wanted)} were given.")
    found = Comparison()
    said: dict[tuple[str, str], dict[str, list[Statement]]] = {}
    for name in wanted:
        iri = dataset.namespace.entity(name)
        label = [r["value"] for r in rows(dataset, "entity", this=iri) if r.get("property", "").endswith("#prefLabel")]
        if not label:
            raise Problem(404, "Unknown name", f"Nothing is called “{name[:100]}” here; give names as their pages do.")
        found.entities.append({"iri": iri, "label": label[0]})
        for statement in statements(claims(dataset, subject=iri), beside(dataset, iri)):
            claim = statement.first
            cells = said.setdefault((claim["property"], claim["propertyLabel"]), {})
            cells.setdefault(iri, []).append(statement)
    order = sorted(said, key=lambda key: (not _figures(said[key]), -len(said[key]), key[1]))
    found.lines = [(p, label, [said[p, label].get(e["iri"], []) for e in found.entities]) for p, label in order]
    return found


def _figures(cells: dict[str, list[Statement]]) -> bool:
    """Is the row about figures? They are what is compared first."""
    return any("unit" in statement.first for cell in cells.values() for statement in cell)


def records(comparison: Comparison) -> list[dict[str, str | int | None]]:
    """The comparison as rows with the columns of `COLUMNS`, one for each statement."""
    found = []
    for _, label, cells in comparison.lines:
        for entity, cell in zip(comparison.entities, cells, strict=True):
            found += [_record(entity["label"], label, statement) for statement in cell]
    return found


def as_csv(comparison: Comparison) -> str:
    """The comparison as CSV with a header line."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(records(comparison))
    return out.getvalue()


def _record(entity: str, label: str, statement: Statement) -> dict[str, str | int | None]:
    claim = statement.first
    values = (
        entity, label, claim["label"], claim.get("objectLabel") or claim.get("valueLabel") or claim.get("value"),
        claim.get("unit"), when(claim) or None, claim.get("powertrain"), claim.get("region"), claim["modality"],
        claim.get("usd"), statement.sources, claim["claim"], claim["document"],
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))
