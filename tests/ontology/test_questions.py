"""The competency questions are well formed, and the built dataset answers each as its header expects."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import QuerySolutions, Store

from graph.paths import HOUSE
from graph.questions import Question, questions

EXPECTS = re.compile(r"(?P<columns>\w+(?: \w+)*); at least (?P<rows>[1-9]\d*) rows")
PREFIX = re.compile(r"^PREFIX (\w+:) <[^>]+>$", re.MULTILINE)
ALL = questions()
KNOWN = [
    ("01-planned-models", ["Renault–Nissan–Mitsubishi Alliance", "35", "2030"]),
    ("02-disagreements", ["30 new electric models", "35 new EVs by 2030"]),
    ("03-two-currencies", ["23000000000", "USD", "EUR"]),
    ("04-promised-for-2030", ["Nissan", "15", "battery-electric", "Nissan Ambition 2030"]),
    ("05-money-pledged", ["Nissan", "2000000000000", "JPY"]),
    ("06-shared-platforms", ["CMF-EV", "Nissan Ariya", "Renault Mégane E-Tech"]),
    ("08-solid-state-batteries", ["Nissan", "2028"]),
    ("09-missed-targets", ["Nissan", "500000", "2012", "2020"]),
    ("10-denials", ["Nissan", "supplies", "Ampere"]),
    ("11-unconfirmed-reports", ["Reuters", "30 new electric models"]),
    ("13-stakes", ["Nissan", "Ampere", "15", "plan"]),
    ("14-alliance-members", ["Mitsubishi Motors", "Japan"]),
    ("17-plants", ["CATL Debrecen plant", "100", "GWh/year"]),
    ("18-sales-targets-by-region", ["Europe", "Nissan", "100", "battery-electric", "2030"]),
    ("20-alliance-brands", ["Alpine", "France"]),
    ("24-shared-external-resource", ["Nissan Sunderland plant"]),
    ("25-aligned-properties", ["founded in", "http://www.wikidata.org/prop/direct/P571", "close"]),
    ("28-people-and-roles", ["Carlos Ghosn", "former chief executive officer", "Nissan"]),
    ("29-partners", ["Aramco", "Geely"]),
]
LOCAL = [question for question in ALL if not question.needs]  # the others ask Wikidata: test_federated_questions.py
each = pytest.mark.parametrize("question", ALL, ids=lambda question: question.name)


def expected(question: Question) -> tuple[list[str], int]:
    found = EXPECTS.fullmatch(question.expects)
    assert found, f"{question.name}: expects: {question.expects}"
    return found["columns"].split(), int(found["rows"])


@cache
def dataset() -> Store:
    """The current build, read-only; skips where nothing has been built."""
    store = Path(os.environ.get("EVPLANS_DATA") or HOUSE / "data") / "current" / "store"
    if not store.is_dir():
        pytest.skip(f"no dataset at {store}; evplans build makes one")
    return Store.read_only(str(store))


def ask(store: Store, question: Question) -> QuerySolutions:
    answer = store.query(question.text, use_default_graph_as_union=True)
    assert isinstance(answer, QuerySolutions)
    return answer


def test_there_are_thirty_questions_numbered_in_order() -> None:
    assert [question.name[:3] for question in ALL] == [f"{number:02d}-" for number in range(1, len(ALL) + 1)]
    assert len(ALL) >= 30
    assert len({question.title for question in ALL}) == len(ALL)


@each
def test_question_is_well_formed(question: Question) -> None:
    columns, _ = expected(question)
    assert question.title.endswith("?")
    assert question.description.endswith(".")
    assert [variable.value for variable in ask(Store(), question).variables] == columns
    assert "\nORDER BY " in question.text, "an answer without an order differs from run to run"
    declared = PREFIX.findall(question.text)
    assert declared == sorted(set(declared))
    body = PREFIX.sub("", question.text)
    assert all(re.search(rf"\b{prefix}\w", body) for prefix in declared), "a prefix is not used"
    assert "/id/" not in question.text, "a question must hold under any EVPLANS_BASE"


@pytest.mark.parametrize("question", LOCAL, ids=lambda question: question.name)
def test_dataset_answers(question: Question) -> None:
    _, rows = expected(question)
    found = [tuple(map(str, solution)) for solution in ask(dataset(), question)]
    assert len(found) >= rows
    assert len(set(found)) == len(found), "a row stands twice"


@pytest.mark.parametrize(("name", "cells"), KNOWN, ids=[name for name, _ in KNOWN])
def test_known_answer_is_among_the_rows(name: str, cells: list[str]) -> None:
    question = next(question for question in ALL if question.name == name)
    rows = [{term.value for term in solution if term is not None} for solution in ask(dataset(), question)]
    assert any(row.issuperset(cells) for row in rows)


def test_electric_and_electrified_models_are_no_disagreement() -> None:
    """Nissan's 15 battery-electric models are among its 23 electrified ones."""
    assert not dataset().query(
        """
        PREFIX ev: <https://w3id.org/evplans/ontology#>
        ASK {
          ?disagreement ev:property ev:modelCount ; ev:involves ?electric, ?electrified .
          ?electric ev:value 15 . ?electrified ev:value 23 .
        }
        """,
        use_default_graph_as_union=True,
    )
