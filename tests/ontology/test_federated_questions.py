"""The questions that join our data with Wikidata's run over HTTP, with the stand-in in Wikidata's place."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from graph.questions import Question, questions
from tests.ontology.test_questions import dataset, expected
from tests.service.published import make_app
from tests.service.standin import StandIn, serving, wikidata

PUBLIC = "https://query.wikidata.org/sparql"
FEDERATED = [question for question in questions() if question.needs == "service"]


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[StandIn]:
    with serving(wikidata()) as server:
        yield server


@pytest.fixture(scope="module")
def application(elsewhere: StandIn) -> Iterator[Flask]:
    """The application over the current build, which may ask the stand-in."""
    import os

    from graph.paths import HOUSE

    dataset()  # skips where nothing is built
    data = Path(os.environ.get("EVPLANS_DATA") or HOUSE / "data")
    yield make_app(data, EVPLANS_SERVICE_ALLOW=elsewhere.address, EVPLANS_QUERY_TIMEOUT="30")


def ask(application: Flask, text: str) -> tuple[int, str]:
    answer = application.test_client().post(
        "/sparql", data=text, content_type="application/sparql-query", headers={"Accept": "text/csv"}
    )
    return answer.status_code, answer.text


def test_there_are_five() -> None:
    assert len(FEDERATED) == 5
    assert all(question.text.count(f"SERVICE <{PUBLIC}>") == 1 for question in FEDERATED)


@pytest.mark.parametrize("question", FEDERATED, ids=lambda question: question.name)
def test_question_is_answered_from_both(question: Question, application: Flask, elsewhere: StandIn) -> None:
    asked = len(elsewhere.asked)
    status, text = ask(application, question.text.replace(PUBLIC, elsewhere.address))
    assert status == 200, text
    columns, least = expected(question)
    head, *rows = csv.reader(io.StringIO(text))
    assert head == columns
    assert len(rows) >= least
    assert len(elsewhere.asked) == asked + 1, "one narrow question is asked elsewhere"


def test_without_leave_nothing_is_asked_elsewhere(application: Flask, elsewhere: StandIn) -> None:
    asked = len(elsewhere.asked)
    assert ask(application, FEDERATED[0].text)[0] in {400, 403}
    assert len(elsewhere.asked) == asked
