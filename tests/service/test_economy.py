"""What a page costs: at most four queries, none to say that it is as it was, and an ETag on every page type."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.app import create_app
from service.bench.pages import counted, forget, measured, pages
from service.settings import Settings

pytest_plugins = ("tests.service.small",)
HTML = {"Accept": "text/html"}
PATHS = (
    "/",
    "/id/nissan",
    "/id/cmf-ev",
    "/id/nissan-ambition-2030",
    "/id/japan",
    "/id/nissan/links?property=VehicleModel",
    "/document/nissan-the-arc",
    "/documents",
    "/disagreements",
    "/disagreements?kind=revision",
    "/compare?e=nissan&e=renault&e=mitsubishi-motors",
    "/browse",
    "/browse?kind=VehicleModel",
    "/browse?kind=VehicleModel&country=japan",
    "/search?q=nissan",
    "/ontology",
    "/ontology/Claim",
    "/code/modality/plan",
    "/graph/facts",
)


@pytest.fixture(scope="module")
def app(small_dataset: Settings) -> Flask:
    return create_app(small_dataset)


def paths(visitor: FlaskClient) -> list[str]:
    page = visitor.get("/document/nissan-the-arc", headers=HTML).text
    claim, other = re.findall(r'href="(/claim/\w+)"', page)[:2]
    finding = re.search(r'href="(/disagreement/\w+)"', visitor.get(claim + ".html").text)
    return [*PATHS, claim, other, *([finding[1]] if finding else [])]


def test_no_page_asks_more_than_four_queries(app: Flask) -> None:
    visitor = app.test_client()
    visitor.get("/id/nissan-motor", headers=HTML)  # what is asked once for each build
    costs = {}
    for path in paths(visitor):
        forget(app)
        with counted() as count:
            assert visitor.get(path, headers=HTML).status_code == 200, path
        costs[path] = count[0]
    assert {path: cost for path, cost in costs.items() if cost > 4} == {}


def test_an_unchanged_page_is_told_without_a_query(app: Flask) -> None:
    visitor = app.test_client()
    for path in paths(visitor):
        tag = visitor.get(path, headers=HTML).headers["ETag"]
        forget(app)
        with counted() as count:
            answer = visitor.get(path, headers=HTML | {"If-None-Match": tag})
        assert (answer.status_code, answer.data) == (304, b""), path
        assert count[0] == 0 or path.startswith("/compare"), path  # which first finds whom the names mean


def test_pages_are_measured_by_type(app: Flask) -> None:
    with app.app_context():
        found = pages(app.extensions["evplans.datasets"].current())
    assert {"entity", "document", "claim", "browse", "search"} <= set(found)
    timing = measured(app, "claim", found["claim"][:2])
    assert timing.pages == 2
    assert timing.again > 0
    assert timing.queries <= 4
