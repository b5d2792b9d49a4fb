"""Lists by kind: facets that count what they leave, orders, CSV, and what cannot be asked."""

from __future__ import annotations

import csv
import io
import re

import pytest
from flask.testing import FlaskClient

pytest_plugins = ("tests.service.small",)
FACETS = ("country", "parent", "powertrain", "year", "property", "firmness", "source")


def listed(visitor: FlaskClient, query: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(visitor.get(f"/browse.csv?{query}").text)))


def choices(page: str, facet: str) -> list[tuple[str, int]]:
    """The values of a facet with their counts."""
    part = re.search(rf'<select[^>]* name="{facet}".*?</select>', page, re.DOTALL)
    assert part, facet
    return [(name, int(n)) for name, n in re.findall(r'value="([^"]+)"[^>]*>[^<]*\((\d+)\)', part[0])]


@pytest.mark.parametrize("facet", FACETS)
def test_each_choice_leaves_as_many_as_it_says(visitor: FlaskClient, facet: str) -> None:
    kind = "VehicleModel" if facet in {"country", "parent"} else "Automaker"
    found = choices(visitor.get(f"/browse?kind={kind}").text, facet)
    assert found
    for name, count in found[:3]:
        assert len(listed(visitor, f"kind={kind}&{facet}={name}")) == count


def test_facets_of_claims_are_of_one_claim(visitor: FlaskClient) -> None:
    page = visitor.get("/browse?kind=Automaker&property=modelCount").text
    for name, count in choices(page, "firmness"):
        assert len(listed(visitor, f"kind=Automaker&property=modelCount&firmness={name}")) == count


def test_a_list_is_sorted_by_each_column(visitor: FlaskClient) -> None:
    names = [row["label"] for row in listed(visitor, "kind=VehicleModel&sort=name")]
    assert names == sorted(names, key=str.casefold)
    claims = [int(row["claims"]) for row in listed(visitor, "kind=VehicleModel&sort=claims")]
    assert claims == sorted(claims, reverse=True)
    assert claims[0] > 0
    owners = [row["parentLabel"].casefold() for row in listed(visitor, "kind=VehicleModel&sort=parent")]
    known = [owner for owner in owners if owner]
    assert known == sorted(known)
    assert owners[: len(known)] == known, "those without come last"


@pytest.mark.parametrize("query", ["kind=none", "", "kind=Automaker&sort=height", "kind=Automaker&sort=%3Cscript%3E"])
def test_what_is_no_list_is_refused(visitor: FlaskClient, query: str) -> None:
    assert visitor.get(f"/browse.csv?{query}").status_code == 400
