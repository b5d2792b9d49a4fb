"""RDF of other people is checked against the house's shapes, in a process that cannot hold the server."""

from __future__ import annotations

import subprocess

import pytest
import rdflib
from flask.testing import FlaskClient
from rdflib import RDF, SH

from graph.paths import HOUSE
from service import validate
from service.app import create_app
from service.settings import Settings

EXAMPLES = HOUSE / "tests" / "shapes"
PREFIXES = "@prefix ev: <https://w3id.org/evplans/ontology#> . @prefix id: <https://w3id.org/evplans/id/> .\n"
FAULTY = PREFIXES + "id:made-up a ev:VehicleModel ."


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """The application without a dataset: a check needs none."""
    return create_app(Settings.read({"EVPLANS_DATA": str(tmp_path_factory.mktemp("data"))})).test_client()


def turtle_to(form: str) -> str:
    return str(rdflib.Graph().parse(data=FAULTY, format="turtle").serialize(format=form))


def test_a_report_says_what_is_wrong_in_each_format(client: FlaskClient) -> None:
    answer = client.post("/validate", data=FAULTY, content_type="text/turtle; charset=utf-8")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    report = answer.json or {}
    assert report["conforms"] is False
    assert report["counts"]["Violation"] == sum(r["severity"] == "Violation" for r in report["results"])
    assert {r["focus"] for r in report["results"]} == {"https://w3id.org/evplans/id/made-up"}
    text = client.post("/validate", data=FAULTY, content_type="text/turtle", headers={"Accept": "text/plain"}).text
    assert all(r["message"] in text for r in report["results"])
    turtle = client.post("/validate", data=FAULTY, content_type="text/turtle", headers={"Accept": "text/turtle"})
    graph = rdflib.Graph().parse(data=turtle.text, format="turtle")
    assert len(list(graph.subjects(RDF.type, SH.ValidationResult))) == len(report["results"])


@pytest.mark.parametrize(("kind", "form"), [("application/n-triples", "nt"), ("application/ld+json", "json-ld")])
def test_the_same_graph_has_the_same_report_in_every_format(client: FlaskClient, kind: str, form: str) -> None:
    report = client.post("/validate", data=FAULTY, content_type="text/turtle").json
    assert client.post("/validate", data=turtle_to(form), content_type=kind).json == report


def test_what_is_in_order_conforms(client: FlaskClient) -> None:
    path = min((EXAMPLES / "valid").glob("*.ttl"), key=lambda p: p.stat().st_size)
    assert (client.post("/validate", data=path.read_bytes(), content_type="text/turtle").json or {})["conforms"]


def test_a_blank_node_is_checked_and_named(client: FlaskClient) -> None:
    answer = client.post("/validate", data=PREFIXES + "_:it a ev:VehicleModel .", content_type="text/turtle")
    shapes = {r["shape"].rpartition("#")[2] for r in (answer.json or {})["results"]}
    assert "NodeHasIri" in shapes
    assert len(shapes) > 1
    turtle = PREFIXES + "_:it a ev:VehicleModel ."
    answer = client.post("/validate", data=turtle, content_type="text/turtle", headers={"Accept": "text/turtle"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("<a> <b> ", "text/turtle", 400),
        (b"\xff\xfe", "text/turtle", 400),
        ("{", "application/ld+json", 400),
        ('{"@context": "http://127.0.0.1:9/context", "@id": "x:a"}', "application/ld+json", 400),
        ("", "text/turtle", 400),
        ("<x:a> <x:b> <<( <x:a> <x:b> <x:c> )>> .", "text/turtle", 400),
        ('<x:a> <x:b> "c"@en--ltr .', "text/turtle", 400),
        ("a,b", "text/csv", 415),
        ("x", "", 415),
        ("#" * (validate.LARGEST + 1), "text/turtle", 413),
    ],
)
def test_what_cannot_be_checked_is_said_in_one_line(
    client: FlaskClient, body: str | bytes, kind: str, status: int
) -> None:
    answer = client.post("/validate", data=body, content_type=kind)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert "Traceback" not in answer.text
    assert (answer.json or {})["detail"]


def test_a_compressed_body_and_an_unknown_answer_are_refused(client: FlaskClient) -> None:
    packed = client.post("/validate", data=b"x", content_type="text/turtle", headers={"Content-Encoding": "gzip"})
    assert packed.status_code == 415
    image = client.post("/validate", data=FAULTY, content_type="text/turtle", headers={"Accept": "image/png"})
    assert image.status_code == 406
    assert client.get("/validate").status_code == 405


def test_a_check_that_takes_too_long_is_stopped(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validate, "SECONDS", 0.05)
    answer = client.post("/validate", data=FAULTY, content_type="text/turtle")
    assert answer.status_code == 503
    assert (answer.json or {})["limit"] == 0.05


def test_a_place_is_given_back_after_every_check(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validate, "SECONDS", 0.05)
    monkeypatch.setattr(validate, "PATIENCE", 0.05)
    for _ in range(validate.AT_ONCE + 1):
        assert (client.post("/validate", data=FAULTY, content_type="text/turtle").json or {})["title"] == (
            "Check timed out"
        )


def test_a_long_chain_is_followed_to_its_end(client: FlaskClient) -> None:
    chain = "".join(f"id:m{n} a ev:Brand ; ev:parent id:m{(n + 1) % 1500} .\n" for n in range(1500))
    answer = client.post("/validate", data=PREFIXES + chain, content_type="text/turtle")
    assert answer.status_code == 200
    assert "EntityIsNotItsOwnAncestor" in answer.text


def test_a_checker_that_dies_is_told_without_its_words(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    dead = subprocess.CompletedProcess([], 1, b"", b"Traceback: secret")
    monkeypatch.setattr(validate.subprocess, "run", lambda *_, **__: dead)
    answer = client.post("/validate", data=FAULTY, content_type="text/turtle")
    assert answer.status_code == 500
    assert "secret" not in answer.text
