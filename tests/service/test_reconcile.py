"""Reconciliation as a table's owner meets it: names find their entities, doubt stays doubt, bad input gets a line."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from referencing import Registry
from referencing.jsonschema import DRAFT7
from werkzeug.test import TestResponse

from graph.linking.scoring import CERTAIN
from graph.linking.spelling import Spelling
from graph.namespaces import DEFAULT_BASE, EV
from graph.paths import HOUSE
from service.reconcile.things import things

pytest_plugins = ("tests.service.small",)

SCHEMAS = HOUSE.parent / "shared" / "conformance" / "reconciliation" / "0.2"


def fits(document: object, schema: str) -> None:
    """The document fits the specification's own schema, where that is at hand."""
    if not SCHEMAS.is_dir():
        return
    known = {path.stem: json.loads(path.read_text()) for path in Path(SCHEMAS).glob("*.json")}
    registry: Any = Registry().with_resources((s["$id"].rstrip("#"), DRAFT7.create_resource(s)) for s in known.values())
    Draft7Validator(known[schema], registry=registry).validate(document)


def post(visitor: FlaskClient, **queries: object) -> TestResponse:
    return visitor.post("/reconcile", data={"queries": json.dumps(queries)})


def ask(visitor: FlaskClient, **query: object) -> list[dict[str, Any]]:
    """The candidates for one query."""
    answer = post(visitor, q0=query)
    assert answer.status_code == 200, answer.text
    fits(answer.json, "reconciliation-result-batch")
    found: list[dict[str, Any]] = json.loads(answer.text)["q0"]["result"]
    return found


def matched(candidates: list[dict[str, Any]]) -> list[str]:
    return [c["id"] for c in candidates if c["match"]]


def test_manifest_announces_what_there_is(visitor: FlaskClient) -> None:
    answer = visitor.get("/reconcile")
    manifest = json.loads(answer.text)
    fits(manifest, "manifest")
    assert answer.mimetype == "application/json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert manifest["identifierSpace"] == DEFAULT_BASE + "id/"
    assert manifest["schemaSpace"] == EV
    assert {t["id"] for t in manifest["defaultTypes"]} >= {"VehicleModel", "Brand", "Automaker"}


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Nissan Leaf", "nissan-leaf"),
        ("nissan  LEAF", "nissan-leaf"),
        ("Leaf Nissan", "nissan-leaf"),
        ("Nisan Leaf", "nissan-leaf"),
        ("nissan-leaf", "nissan-leaf"),
        (DEFAULT_BASE + "id/nissan-leaf", "nissan-leaf"),
        ("Nissan Motor Co., Ltd.", "nissan"),
        ("Renault S.A.", "renault"),
        ("比亚迪", "byd"),
    ],
)
def test_a_name_however_spelt_finds_its_entity(visitor: FlaskClient, text: str, slug: str) -> None:
    found = ask(visitor, query=text)
    assert found[0]["id"] == slug
    assert matched(found) == [slug]


@pytest.mark.parametrize("text", ["Tesla Model Z", "Ioniq 8", "BMW i9", "zqxjvwk qqzzxx", "Nissan", "!!!", "’"])
def test_what_is_like_several_is_left_to_people(visitor: FlaskClient, text: str) -> None:
    if text == "Nissan":
        found = ask(visitor, query=text, type="VehicleModel")
        assert found
    else:
        found = ask(visitor, query=text)
    assert not matched(found)
    scores = [c["score"] for c in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 100 for score in scores)


def test_types_choose_among_candidates(visitor: FlaskClient) -> None:
    for kind in ("Brand", EV + "Brand", "ev:Brand", ["Plan", "Brand"], "Organization"):
        assert matched(ask(visitor, query="Nissan", type=kind)) == ["nissan"]
    assert "nissan" not in [c["id"] for c in ask(visitor, query="Nissan", type="Person")]
    assert matched(ask(visitor, query="Nissan", type=["Brand", "Automaker"], type_strict="all")) == ["nissan"]
    assert not ask(visitor, query="Nissan", type=["Brand", "Person"], type_strict="all")
    beside = ask(visitor, query="Nissan", type="Person", type_strict="should")
    assert "nissan" in [c["id"] for c in beside]
    assert not matched(beside)


def test_properties_confirm_or_contradict_a_name(visitor: FlaskClient) -> None:
    def zoe(pid: str, value: object) -> list[dict[str, Any]]:
        return ask(visitor, query="Zoe", properties=[{"pid": pid, "v": value}])

    for pid, value in (("parent", "Renault"), ("parent", {"id": "renault"}), ("country", ["France", "FR"])):
        found = zoe(pid, value)
        assert matched(found) == ["renault-zoe"]
        assert {"id": f"property:{pid}", "value": 100.0} in found[0]["features"]
    for pid, value in (("parent", "Toyota"), ("country", "Japan")):
        found = zoe(pid, value)
        assert found[0]["score"] < 97
        assert not matched(found)
    assert matched(zoe("no such property", 3)) == ["renault-zoe"]


def test_properties_alone_find_what_has_them(visitor: FlaskClient) -> None:
    found = ask(visitor, type="VehicleModel", properties=[{"pid": "parent", "v": "Nissan"}], limit=100)
    assert "nissan-leaf" in [c["id"] for c in found]
    assert not matched(found)


def test_limit_and_one_query_by_get(visitor: FlaskClient) -> None:
    assert len(ask(visitor, query="Nissan", limit=2)) == 2
    plain = json.loads(visitor.get("/reconcile", query_string={"query": "Nissan Leaf"}).text)
    whole = json.loads(visitor.get("/reconcile", query_string={"query": '{"query": "Nissan Leaf", "limit": 1}'}).text)
    assert plain["result"][0] == whole["result"][0]
    assert len(whole["result"]) == 1


BAD = [
    "{nonsense",
    "[]",
    "3",
    "[" * 100_000,
    '{"q0": 3}',
    '{"q0": {}}',
    '{"q0": {"limit": 1}}',
    '{"q0": {"query": ["x"]}}',
    '{"q0": {"query": "x", "limit": "many"}}',
    '{"q0": {"query": "x", "limit": NaN}}',
    '{"q0": {"query": "x", "limit": -1}}',
    '{"q0": {"query": "x", "type": 7}}',
    '{"q0": {"query": "x", "type_strict": "maybe"}}',
    '{"q0": {"query": "x", "properties": {}}}',
    '{"q0": {"query": "x", "properties": [{"pid": "parent"}]}}',
    '{"q0": {"query": "x", "properties": [{"pid": "parent", "v": {"name": "no id"}}]}}',
]


@pytest.mark.parametrize("batch", BAD)
def test_malformed_queries_are_told_why(visitor: FlaskClient, batch: str) -> None:
    answer = visitor.post("/reconcile", data={"queries": batch})
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    assert "\n" not in json.loads(answer.text)["detail"]


def test_large_batches_are_refused(visitor: FlaskClient) -> None:
    answer = post(visitor, **{f"q{i}": {"query": "Nissan"} for i in range(51)})
    assert answer.status_code == 413
    assert json.loads(answer.text)["limit"] == 50
    assert post(visitor, **{f"q{i}": {"query": "Nissan"} for i in range(50)}).status_code == 200
    cells = {"ids": ["nissan"] * 1001, "properties": [{"id": "parent"}]}
    assert visitor.post("/reconcile", data={"extend": json.dumps(cells)}).status_code == 413
    assert visitor.post("/reconcile", data={}).status_code == 400


@given(st.text(max_size=60), st.integers(1, 200))
@settings(max_examples=60, deadline=None)
def test_any_text_is_answered(visitor: FlaskClient, text: str, limit: int) -> None:
    if text.strip():
        assert len(ask(visitor, query=text, limit=limit)) <= limit


def test_lone_surrogates_and_long_texts_are_answered(visitor: FlaskClient) -> None:
    answer = visitor.post("/reconcile", data={"queries": r'{"\ud800": {"query": "\udfff Nissan"}}'})
    assert answer.status_code == 200
    assert ask(visitor, query="Nissan " * 10_000) is not None


def test_jsonp_calls_only_functions(visitor: FlaskClient) -> None:
    answer = visitor.get("/reconcile?callback=app.probe")
    assert answer.mimetype == "application/javascript"
    assert answer.text.startswith("/**/app.probe({")
    for name in ("alert(1)//", "", "a b", "<script>", "x" * 101, "a.", "f\n"):
        assert visitor.get("/reconcile", query_string={"callback": name}).status_code == 400


def test_suggestions_begin_like_what_was_typed(visitor: FlaskClient) -> None:
    def suggested(kind: str, prefix: str, **more: object) -> list[str]:
        answer = visitor.get(f"/reconcile/suggest/{kind}", query_string={"prefix": prefix, **more})
        plural = {"entity": "entities", "property": "properties", "type": "types"}[kind]
        fits(json.loads(answer.text), f"suggest-{plural}-response")
        return [row["id"] for row in json.loads(answer.text)["result"]]

    every = suggested("entity", "Niss")
    assert every[0] == "nissan"
    assert suggested("entity", "Niss", cursor=1)[:5] == every[1:6]
    assert "nissan-leaf" in suggested("entity", "leaf")
    assert suggested("entity", "nissan-leaf")[0] == "nissan-leaf"
    assert "nissan-leaf" in suggested("entity", "Nisan Laef")
    assert "nissan" not in suggested("entity", "Niss", type="VehicleModel")
    assert suggested("type", "vehicle") == ["VehicleModel"]
    assert "usesPlatform" in suggested("property", "platform")
    assert suggested("entity", "") == suggested("entity", "zqxjv qqzz") == suggested("entity", "%") == []
    assert visitor.get("/reconcile/suggest/entity?prefix=a&cursor=-1").status_code == 400
    assert visitor.get("/reconcile/suggest/planet?prefix=a").status_code == 404


def test_previews_may_be_framed_and_are_escaped(visitor: FlaskClient) -> None:
    answer = visitor.get("/reconcile/preview?id=harm")
    assert answer.mimetype == "text/html"
    assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
    flown = json.loads(visitor.get("/reconcile/flyout/entity?id=harm").text)
    for page in (answer.text, flown["html"]):
        assert "&lt;script&gt;" in page
        assert "<script" not in page
    assert visitor.get("/reconcile/preview?id=no-such").status_code == 404
    assert visitor.get("/reconcile/preview").status_code == 404
    assert visitor.get("/reconcile/flyout/type?id=Brand").status_code == 200
    assert visitor.get("/reconcile/flyout/property?id=nothing").status_code == 404


def test_extension_gives_values_of_the_register_and_of_facts(visitor: FlaskClient) -> None:
    wanted = ["parent", "exactMatch", EV + "parent", "nothing"]
    query = {"ids": ["nissan-leaf", "no-such"], "properties": [{"id": p} for p in wanted]}
    fits(query, "data-extension-query")
    answer = json.loads(visitor.post("/reconcile", data={"extend": json.dumps(query)}).text)
    fits(answer, "data-extension-response")
    assert [m["id"] for m in answer["meta"]] == wanted
    leaf = answer["rows"]["nissan-leaf"]
    assert leaf["parent"] == leaf[EV + "parent"] == [{"id": "nissan", "name": "Nissan"}]
    assert {"str": "http://www.wikidata.org/entity/Q911323"} in leaf["exactMatch"]
    assert answer["rows"]["no-such"] == {p: [] for p in wanted}
    for bad in ("{", "[]", '{"ids": [1], "properties": []}', '{"ids": [], "properties": ["parent"]}'):
        assert visitor.post("/reconcile", data={"extend": bad}).status_code == 400


def test_properties_proposed_are_those_that_have_values(visitor: FlaskClient) -> None:
    answer = json.loads(visitor.get("/reconcile/properties?type=VehicleModel&limit=3").text)
    fits(answer, "data-extension-property-proposal")
    assert len(answer["properties"]) == 3
    every = {p["id"] for p in json.loads(visitor.get("/reconcile/properties?type=VehicleModel").text)["properties"]}
    assert {"parent", "exactMatch"} <= every
    assert "hasMember" not in every


def test_digits_and_single_letters_tell_products_apart() -> None:
    likeness = Spelling.of("Tesla Model S").likeness
    assert likeness(Spelling.of("Tesla Model X")) < 75
    assert likeness(Spelling.of("Tesla Modell S")) > 90
    assert Spelling.of("Eastern Europe").likeness(Spelling.of("Western Europe")) < 100 * CERTAIN
    assert Spelling.of("Chevrolet Spark EUV").likeness(Spelling.of("Chevrolet Spark")) < 100 * CERTAIN
    assert Spelling.of("P7").likeness(Spelling.of("P7+")) < 80
    assert Spelling.of("Stellantis N.V.").likeness(Spelling.of("Stellantis")) == 100


def test_a_thousand_strings_a_second(visitor: FlaskClient) -> None:
    with visitor.application.test_request_context():
        names = [thing.name[1:] + " x" for thing in things().by_slug.values()][:1000]
    ask(visitor, query="warm")
    began = time.process_time()
    for start in range(0, len(names), 50):
        post(visitor, **{f"q{i}": {"query": name} for i, name in enumerate(names[start : start + 50])})
    assert time.process_time() - began < len(names) / 1000 * 2  # twice the time allowed: machines differ
