"""Makers side by side: every cell leads to its claim, page and data say the same, and amounts are comparable."""

from __future__ import annotations

import csv
import io
import re

import pytest
from flask.testing import FlaskClient

pytest_plugins = ("tests.service.small",)

QUERY = "e=nissan&e=renault-nissan-mitsubishi-alliance"


@pytest.fixture(scope="module")
def lines(visitor: FlaskClient) -> list[dict[str, str]]:
    answer = visitor.get(f"/compare.csv?{QUERY}")
    assert answer.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_every_cell_leads_to_a_claim_that_is_in_the_data_too(visitor: FlaskClient, lines: list[dict[str, str]]) -> None:
    linked = set(re.findall(r'href="(/claim/[0-9a-f]+)"', visitor.get(f"/compare?{QUERY}").text))
    assert linked == {"/claim/" + line["claim"].rpartition("/")[2] for line in lines}
    for path in sorted(linked)[:10]:
        assert visitor.get(path).status_code == 200


def test_amounts_of_money_stand_in_one_currency(lines: list[dict[str, str]]) -> None:
    money = [line for line in lines if line["unit"] in {"EUR", "JPY", "USD"} and line["document"]]
    assert money
    assert all(float(line["us_dollars"]) > 0 for line in money)
    assert all(line["us_dollars"] == line["value"] for line in money if line["unit"] == "USD")


def test_nothing_is_said_of_a_maker_twice_under_two_names(visitor: FlaskClient) -> None:
    once, twice = visitor.get("/compare.json?e=nissan").json, visitor.get("/compare.json?e=Nissan&e=nissan").json
    assert once == twice


def test_without_makers_those_that_most_is_said_of_are_offered(visitor: FlaskClient) -> None:
    page = visitor.get("/compare").text
    assert 'href="/compare?e=nissan"' in page
    assert visitor.get("/compare.json").json == []
    assert visitor.get("/compare.csv").text.count("\n") == 1
