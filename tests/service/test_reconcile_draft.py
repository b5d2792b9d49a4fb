"""The 1.0 draft on the same address: its schemas accept what we say, and we what its examples ask."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft7Validator
from referencing import Registry
from referencing.jsonschema import DRAFT7

from graph.paths import HOUSE

pytest_plugins = ("tests.service.small",)

DRAFT = HOUSE.parent / "shared" / "conformance" / "reconciliation" / "1.0-draft"
EXAMPLES = DRAFT / "examples" / "reconciliation-query-batch"
ROOTS = ("/reconcile", "/reconcile/1.0-draft")


def fits(document: object, schema: str) -> None:
    """The document fits the draft's own schema, where that is at hand."""
    if DRAFT.is_dir():
        known = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in DRAFT.glob("*.json")}
        resources = [(s["$id"].rstrip("#"), DRAFT7.create_resource(s)) for s in known.values()]
        registry: Any = Registry().with_resources(resources)
        Draft7Validator(known[schema], registry=registry).validate(document)


def ask(visitor: FlaskClient, *queries: dict[str, Any], root: str = ROOTS[0]) -> list[list[dict[str, Any]]]:
    """The candidates for each query."""
    batch = {"queries": list(queries)}
    fits(batch, "reconciliation-query-batch")
    answer = visitor.post(f"{root}/reconcile", json=batch)
    assert answer.status_code == 200, answer.text
    found = json.loads(answer.text)
    fits(found, "reconciliation-result-batch")
    return [result["candidates"] for result in found["results"]]


def named(name: object, **more: object) -> dict[str, Any]:
    return {"conditions": [{"matchType": "name", "propertyValue": name}, *more.pop("and_", [])], **more}  # type: ignore[misc]


def having(name: str, value: object, **more: object) -> dict[str, Any]:
    return {"matchType": "property", "propertyId": name, "propertyValue": value, **more}


def ids(candidates: list[dict[str, Any]]) -> list[str]:
    return [candidate["id"] for candidate in candidates]


def test_the_manifest_has_the_form_that_is_asked_for(visitor: FlaskClient) -> None:
    old = json.loads(visitor.get("/reconcile").text)
    wanted = visitor.get("/reconcile", headers={"Accept": "application/json;version=1.0-draft"})
    assert "Accept" in wanted.headers["Vary"]
    new = json.loads(wanted.text)
    assert new == json.loads(visitor.get("/reconcile/1.0-draft").text)
    fits(new, "manifest")
    assert old["versions"] == new["versions"] == ["0.1", "0.2", "1.0-draft"]
    assert "service_url" in old["suggest"]["entity"]
    assert new["view"]["url"].replace("{id}", "nissan").endswith("/id/nissan")
    assert new["standardizedScore"] is True


@pytest.mark.parametrize("root", ROOTS)
def test_batches_are_answered_in_their_order(visitor: FlaskClient, root: str) -> None:
    leaf, nothing, zoe = ask(
        visitor, named("Nissan Leaf"), named("zqxjvwk"), named("Zoe", type="VehicleModel", limit=1), root=root
    )
    assert (leaf[0]["id"], leaf[0]["match"]) == ("nissan-leaf", True)
    assert not [c for c in nothing if c["match"]]
    assert ids(zoe) == ["renault-zoe"]
    assert all(0 <= c["score"] <= 100 for c in leaf + nothing + zoe)
    assert all(f["name"] for c in leaf for f in c["features"])


def test_conditions_on_ids_and_several_names(visitor: FlaskClient) -> None:
    (known,) = ask(visitor, {"conditions": [{"matchType": "id", "propertyValue": {"id": "nissan-leaf"}}]})
    assert ids(known)[0] == "nissan-leaf"
    (either,) = ask(visitor, named(["Nissan Leaf", "Renault Zoe"]))
    assert set(ids(either)[:2]) == {"nissan-leaf", "renault-zoe"}


def test_conditions_on_properties_weigh_or_filter(visitor: FlaskClient) -> None:
    weighed, filtered, without, both = ask(
        visitor,
        named("Zoe", and_=[having("parent", "Toyota")]),
        named("Zoe", and_=[having("parent", "Toyota", required=True)]),
        named("Zoe", and_=[having("parent", ["Renault", "Toyota"], matchQuantifier="none", required=True)]),
        named("Zoe", and_=[having("parent", ["Renault", "Toyota"], matchQuantifier="all", required=True)]),
    )
    assert ids(weighed)[0] == "renault-zoe"
    assert not weighed[0]["match"]
    for found in (filtered, without, both):
        assert "renault-zoe" not in ids(found)
    (any_of_both,) = ask(visitor, named("Zoe", and_=[having("parent", ["Renault", "Toyota"], required=True)]))
    assert ids(any_of_both)[0] == "renault-zoe"
    (nameless,) = ask(
        visitor, {"type": "VehicleModel", "conditions": [having("parent", {"id": "nissan"})], "limit": 100}
    )
    assert "nissan-leaf" in ids(nameless)


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the draft's examples are not at hand")
def test_the_examples_of_the_draft_are_accepted_and_refused(visitor: FlaskClient) -> None:
    valid, invalid = sorted((EXAMPLES / "valid").glob("*.json")), sorted((EXAMPLES / "invalid").glob("*.json"))
    assert valid
    assert invalid
    for path in valid:
        batch = json.loads(path.read_text(encoding="utf-8"))
        assert len(ask(visitor, *batch["queries"])) == len(batch["queries"]), path.name
    for path in invalid:
        answer = visitor.post("/reconcile/reconcile", data=path.read_bytes(), content_type="application/json")
        assert (answer.status_code, answer.mimetype) == (400, "application/problem+json"), path.name
        assert "\n" not in json.loads(answer.text)["detail"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"3", b"[" * 100_000, b"\xff\xfe", b'{"queries": {}}'])
def test_bodies_that_are_no_batch_are_told_why(visitor: FlaskClient, body: bytes) -> None:
    for path in ("/reconcile/reconcile", "/reconcile/extend"):
        answer = visitor.post(path, data=body, content_type="application/json")
        assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


def test_large_batches_and_other_types_are_refused(visitor: FlaskClient) -> None:
    assert visitor.post("/reconcile/reconcile", json={"queries": [named("x")] * 51}).status_code == 413
    assert visitor.post("/reconcile/reconcile", data={"queries": "[]"}).status_code == 415
    assert visitor.get("/reconcile/reconcile").status_code == 405


@pytest.mark.parametrize("root", ROOTS)
def test_suggest_preview_and_proposals_stand_where_the_draft_has_them(visitor: FlaskClient, root: str) -> None:
    for kind, schema in (("entity", "entities"), ("type", "types"), ("property", "properties")):
        found = json.loads(visitor.get(f"{root}/suggest/{kind}?prefix=v").text)
        fits(found, f"suggest-{schema}-response")
        assert found["result"]
    proposed = json.loads(visitor.get(f"{root}/extend/propose?type=VehicleModel&limit=2").text)
    fits(proposed, "data-extension-property-proposal")
    assert len(proposed["properties"]) == 2
    assert "Nissan Leaf" in visitor.get(f"{root}/preview?id=nissan-leaf").text


def test_extension_keeps_the_order_of_the_query(visitor: FlaskClient) -> None:
    query = {
        "ids": ["nissan-leaf", "no-such"],
        "properties": [{"id": "altLabel", "settings": {"limit": "1"}}, {"id": "parent"}],
    }
    fits(query, "data-extension-query")
    found = json.loads(visitor.post("/reconcile/extend", json=query).text)
    fits(found, "data-extension-response")
    assert [row["id"] for row in found["rows"]] == query["ids"]
    alt, parent = found["rows"][0]["properties"]
    assert len(alt["values"]) == 1
    assert parent["values"] == [{"id": "nissan", "name": "Nissan"}]
    assert [p["values"] for p in found["rows"][1]["properties"]] == [[], []]
    query["properties"] = [{"id": "parent", "settings": {"limit": -1}}]
    assert visitor.post("/reconcile/extend", json=query).status_code == 400
