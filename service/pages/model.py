"""What pages show, read from the dataset by the stored queries beside this file: plain rows of strings."""

from __future__ import annotations

from functools import cache
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
