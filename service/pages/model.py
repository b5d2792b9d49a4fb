"""What pages show, read from the dataset by the stored queries beside this file: plain rows of strings."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from pyoxigraph import NamedNode

from service.dataset import Dataset
from service.pages.localised import localise

Row = dict[str, str]
QUERIES = Path(__file__).parent / "queries"


@cache
def stored(name: str) -> str:
    """The text of a stored query."""
    return (QUERIES / f"{name}.rq").read_text(encoding="utf-8")


def rows(dataset: Dataset, name: str, these: Iterable[str] = (), **bindings: str) -> list[Row]:
    """The rows of a stored query with these variables bound to IRIs; `these` fill its `VALUES`.

    Names are in the language of the reader, where there is a request.
    """
    query = stored(name).replace("?these", " ".join(str(NamedNode(iri)) for iri in these))
    found = dataset.select(query, **bindings)
    plain = [{k: getattr(v, "value", str(v)) for k, v in row.items()} for row in found]
    localise(dataset, plain, bindings.get("this"))
    return plain


def claims(dataset: Dataset, **bindings: str) -> list[Row]:
    """Claims with one row each; several regions of one claim are joined."""
    return _one_each({**row, **bindings} for row in rows(dataset, "claims", **bindings))


def about(dataset: Dataset, these: Iterable[str]) -> list[Row]:
    """The claims whose subject, object, plan or region is one of these, one row each."""
    return _one_each(rows(dataset, "about", these))


def _one_each(found: Iterable[Row]) -> list[Row]:
    merged: dict[str, Row] = {}
    for row in found:
        known = merged.setdefault(row["claim"], row)
        region = row.get("region")
        if known is not row and region and region not in known.get("region", "").split(" and "):
            known["region"] = f"{known['region']} and {region}"
    return list(merged.values())
