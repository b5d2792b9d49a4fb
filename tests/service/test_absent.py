"""What was replaced leads on, what was withdrawn says so and names what took its place, what never was is 404."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from graph import paths
from graph.build import build
from graph.namespaces import Namespace
from graph.register import RegisterError, load_register
from graph.withdrawn import withdrawn
from tests.service.house import BEARER, NEWS, REGISTER, sent

pytest_plugins = ("tests.service.house",)
HTML = {"Accept": "text/html"}


def claims_of(visitor: FlaskClient, document: str) -> list[str]:
    page = visitor.get(f"/document/{document}", headers=HTML).text
    return [f"/claim/{digest}" for digest in re.findall(r'href="#at-(\w+)"', page)]


def test_a_withdrawn_claim_names_its_successor(app: Flask, house: Path) -> None:
    visitor = app.test_client()
    sent(app, NEWS, "gone")
    [old] = set(claims_of(visitor, "gone"))
    sent(app, NEWS.replace("15", "16"), "gone")
    [new] = set(claims_of(visitor, "gone"))
    answer = visitor.get(old, headers=HTML)
    assert (answer.status_code, f'href="{new}"' in answer.text) == (410, True)
    told = visitor.get(old, headers={"Accept": "text/turtle"})
    assert (told.status_code, told.mimetype) == (410, "application/problem+json")
    assert [successor["href"] for successor in told.get_json()["successors"]] == [new]
    assert visitor.get(old + ".ttl").status_code == 410
    sent(app, NEWS, "gone")
    assert visitor.get(old).status_code == 200, "what comes back is there again"
    assert visitor.get(new).status_code == 410
    visitor.delete("/document/gone", headers=BEARER)
    assert {visitor.get(path).status_code for path in (old, new, "/document/gone")} == {410}
    later = paths.DOCUMENTS / "later.md"
    later.write_text(NEWS.replace("15", "18"), encoding="utf-8")
    build(house / "data", Namespace())
    assert visitor.get(old).status_code == 410, "a build of everything remembers it"
    [newest] = set(claims_of(visitor, "later"))
    later.unlink()
    build(house / "data", Namespace())
    assert visitor.get(newest).status_code == 410, "and notes what it leaves out itself"


def test_a_replaced_entity_leads_to_its_successor_in_the_same_format(app: Flask, house: Path) -> None:
    path = paths.REGISTER / "all.ttl"
    retired = "@prefix dct: <http://purl.org/dc/terms/> .\nid:nissan-motor dct:isReplacedBy id:nissan .\n"
    path.write_text(REGISTER + retired, encoding="utf-8")
    build(house / "data", Namespace())
    visitor = app.test_client()
    for suffix in ("", ".ttl", ".html"):
        answer = visitor.get(f"/id/nissan-motor{suffix}", base_url="http://plans.example/ev/")
        assert (answer.status_code, answer.headers["Location"]) == (308, f"/ev/id/nissan{suffix}")
    path.write_text(REGISTER, encoding="utf-8")


@pytest.mark.parametrize(
    "line",
    [
        "id:a dct:isReplacedBy id:nobody .",
        "id:a dct:isReplacedBy id:nissan, id:renault .",
        'id:a dct:isReplacedBy id:nissan ; skos:prefLabel "A"@en .',
        "id:a dct:isReplacedBy id:b . id:b dct:isReplacedBy id:nissan .",
    ],
)
def test_a_replacement_that_leads_nowhere_is_refused(tmp_path: Path, line: str) -> None:
    text = f"@prefix dct: <http://purl.org/dc/terms/> .\n{REGISTER}\n{line}\n"
    (tmp_path / "all.ttl").write_text(text, encoding="utf-8")
    with pytest.raises(RegisterError, match="replaced"):
        load_register(tmp_path)


def test_what_never_was_is_missing_for_people_and_programs(app: Flask) -> None:
    visitor = app.test_client()
    told = visitor.get("/id/nisan.ttl")
    assert (told.status_code, told.mimetype) == (404, "application/problem+json")
    assert told.get_json()["suggestions"][0]["href"] == "/id/nissan"
    assert visitor.get("/claim/00000000000000000000", headers=HTML).status_code == 404


def test_a_build_without_the_list_has_nothing_withdrawn(tmp_path: Path) -> None:
    assert withdrawn(tmp_path, "https://w3id.org/evplans/claim/0") is None


@pytest.mark.parametrize("path", ["/", "/documents", "/search?q=nissan", "/browse", "/compare", "/disagreements"])
def test_a_page_for_who_reads_no_html_is_refused_with_the_list(app: Flask, path: str) -> None:
    answer = app.test_client().get(path, headers={"Accept": "image/png"})
    assert (answer.status_code, "text/html" in answer.get_json()["offers"]) == (406, True)
