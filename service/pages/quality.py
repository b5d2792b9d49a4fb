"""The page on the quality of the data: sources, reviews, links, and what its validation found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from flask import Response, render_template

from service.dataset import current
from service.pages.answers import plain
from service.pages.filters import local
from service.pages.model import Row, rows
from service.pages.views import blueprint

SEVERITIES = {"Violation": "error", "Warning": "warning", "Info": "hint"}


@dataclass(slots=True)
class Remark:
    """What one shape found: how grave it is, its message, and what it is about."""

    shape: str
    severity: str
    found: list[Row] = field(default_factory=list)


@blueprint.get("/quality")
def quality() -> Response:
    """How well the dataset is founded, in figures and in words."""
    dataset = current()

    def page() -> str:
        claims = rows(dataset, "quality-claims")
        total = sum(int(row["claims"]) for row in claims)
        return render_template(
            "quality.html",
            total=total,
            unreviewed=sum(int(row["claims"]) for row in claims if row["state"] == "unreviewed"),
            origins=_tally(claims, "origin"),
            firmness=_tally(claims, "modality"),
            sources=[(int(row["sources"]), int(row["statements"])) for row in rows(dataset, "quality-sources")],
            kinds=[
                {**row, "without": int(row["entities"]) - int(row["linked"])} for row in rows(dataset, "quality-links")
            ],
            remarks=remarks(rows(dataset, "quality-report")),
            aside=dataset.manifest.get("set_aside", []),
        )

    return plain(dataset, page)


def _tally(claims: Iterable[Row], by: str) -> list[tuple[str, int]]:
    counts: Counter[str] = Counter()
    for row in claims:
        counts[row[by]] += int(row["claims"])
    return counts.most_common()


def remarks(report: Iterable[Row]) -> list[Remark]:
    """The results of a validation by shape, the gravest first."""
    found: dict[str, Remark] = {}
    for row in report:
        severity = SEVERITIES[local(row["severity"])]
        found.setdefault(row["shape"], Remark(row["shape"], severity)).found.append(row)
    order = list(SEVERITIES.values())
    return sorted(found.values(), key=lambda remark: (order.index(remark.severity), -len(remark.found)))
