"""Review in a browser and without one: signing in, deciding, amending, publishing, and who may not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, expect

from graph import paths
from graph.review import read_review
from tests.service.house import BEARER, TOKEN
from tests.service.visits import Visit, serving, visiting

pytest_plugins = ("tests.service.house", "tests.service.browsing")
TEXT = """---
title: "Much <script>alert(1)</script>"
publisher: Nissan
date: 2024-03
language: en
---

Nissan will launch 15 electric models by 2030.

Nissan will invest 3 billion euros by 2026.

Renault sold 40,000 electric cars in 2023.
"""


@pytest.fixture
def document(house: Path) -> Iterator[Path]:
    """A document with three claims and no decision."""
    path = house / "data" / "documents" / "much.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(TEXT, encoding="utf-8")
    yield path
    for left in path.parent.glob("much.*"):
        left.unlink()


@pytest.fixture
def reviewer(app: Flask) -> FlaskClient:
    """A client that has signed in."""
    client = app.test_client()
    client.post("/review/sign-in", data={"token": TOKEN})
    return client


def kinds(path: Path) -> list[str]:
    review = read_review(path.with_name("much.review.jsonl"))
    return [decision.kind for decision in review.decisions] if review else []


def waiting(page: str) -> list[str]:
    return re.findall(r'class="card review-item open" id="(\w+)"', page)


def proof(page: str) -> str:
    found = re.search(r'name="proof" value="(\w+)"', page)
    assert found
    return found[1]


def test_nobody_reviews_without_signing_in(app: Flask, document: Path) -> None:
    visitor = app.test_client()
    assert visitor.get("/review").headers["Location"] == "/review/sign-in"
    assert visitor.get("/review/much").headers["Location"] == "/review/sign-in?to=much"
    assert visitor.post("/review/much", data={"claim": "a", "decision": "accept"}).status_code == 401
    assert visitor.post("/review/sign-in", data={"token": "no"}).status_code == 401
    assert "Set-Cookie" not in visitor.post("/review/sign-in", data={"token": "no"}).headers


def test_the_cookie_is_kept_from_scripts_and_other_sites_and_does_not_hold_the_token(app: Flask) -> None:
    answer = app.test_client().post(
        "/review/sign-in", data={"token": TOKEN, "to": "much"}, base_url="https://a.example/ev/"
    )
    cookie = answer.headers["Set-Cookie"]
    assert answer.headers["Location"] == "/ev/review/much"
    assert {"HttpOnly", "Secure", "SameSite=Strict", "Path=/ev/"} <= set(cookie.split("; "))
    assert TOKEN not in cookie
    assert (
        "//"
        not in app.test_client().post("/review/sign-in", data={"token": TOKEN, "to": "//b.example"}).headers["Location"]
    )


def test_a_form_of_another_page_decides_nothing(reviewer: FlaskClient, document: Path) -> None:
    page = reviewer.get("/review/much")
    assert "no-store" in page.headers["Cache-Control"]
    claim = waiting(page.text)[0]
    assert reviewer.post("/review/much", data={"claim": claim, "decision": "accept"}).status_code == 403
    assert reviewer.post("/review/much/publish").status_code == 403
    assert reviewer.delete("/document/much").status_code == 403
    assert kinds(document) == []


def test_decisions_are_kept_changed_and_taken_back(reviewer: FlaskClient, document: Path) -> None:
    page = reviewer.get("/review/much").text
    first, second, *_ = waiting(page)
    assert "<script>alert" not in page

    def decide(claim: str, decision: str, **fields: str) -> int:
        form = {"claim": claim, "decision": decision, "proof": proof(page), **fields}
        return reviewer.post("/review/much", data=form).status_code

    assert decide(first, "accept") == 303
    assert decide(second, "reject") == 303
    assert kinds(document) == ["accept", "reject"]
    assert decide(second, "accept") == 303
    assert kinds(document) == ["accept", "accept"]
    assert decide(first, "undo") == 303
    assert kinds(document) == ["accept"]
    assert decide("0" * 20, "accept") == 409
    assert decide(first, "burn") == 400


def test_what_an_amendment_gets_wrong_is_told(reviewer: FlaskClient, document: Path) -> None:
    page = reviewer.get("/review/much").text
    right = {"subject": "Nissan", "property": "modelCount", "value": "16", "unit": "models", "modality": "plan"}
    right |= {"quote": "15 electric models", "claim": waiting(page)[0], "decision": "amend", "proof": proof(page)}
    for wrong, word in (
        ({"quote": "not there"}, "quote"),
        ({"subject": ""}, "subject"),
        ({"property": "madeUp"}, "madeUp"),
        ({"plan": "x" * 6000}, "longer"),
    ):
        answer = reviewer.post("/review/much", data=right | wrong)
        assert (answer.status_code, word in answer.get_json()["detail"]) == (422, True), answer.text
    assert kinds(document) == []
    assert reviewer.post("/review/much", data=right).status_code == 303
    review = read_review(document.with_name("much.review.jsonl"))
    assert review
    [decision] = review.decisions
    assert (decision.claim.value, decision.was and decision.was.value) == (16, 15)


def test_a_decision_that_breaks_a_shape_publishes_nothing(reviewer: FlaskClient, document: Path, house: Path) -> None:
    page = reviewer.get("/review/much").text
    form = {"subject": "Nissan", "property": "salesShare", "value": "150", "unit": "percent", "modality": "plan"}
    form |= {"quote": "15 electric models", "claim": waiting(page)[0], "decision": "amend", "proof": proof(page)}
    assert reviewer.post("/review/much", data=form).status_code == 303
    before = (house / "data" / "current").readlink()
    answer = reviewer.post("/review/much/publish", data={"proof": proof(page)})
    assert answer.status_code == 422
    assert "150" in answer.text
    assert (house / "data" / "current").readlink() == before


def test_a_folder_that_cannot_be_written_is_named(
    reviewer: FlaskClient, document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    assert f"{document.parent} is not writable" in reviewer.get("/review/much").text


def test_the_houses_documents_are_reviewed_beside_themselves(reviewer: FlaskClient) -> None:
    page = reviewer.get("/review/plans").text
    form = {"claim": waiting(page)[0], "decision": "accept", "proof": proof(page)}
    assert reviewer.post("/review/plans", data=form).status_code == 303
    path = paths.DOCUMENTS / "plans.review.jsonl"
    assert read_review(path)
    path.unlink()


@pytest.mark.parametrize("name", ["none", "..%2Fmanifest", "%3Cscript%3E"])
def test_what_is_not_kept_here_cannot_be_reviewed(reviewer: FlaskClient, name: str) -> None:
    assert reviewer.get(f"/review/{name}").status_code == 404


def test_programs_decide_with_the_token(app: Flask, document: Path) -> None:
    visitor = app.test_client()
    claim = waiting(visitor.get("/review/much", headers=BEARER).text)[0]
    form = {"claim": claim, "decision": "accept"}
    assert visitor.post("/review/much", data=form, headers=BEARER).status_code == 303
    assert kinds(document) == ["accept"]


@pytest.mark.parametrize("scripts", [True, False], ids=["with keys", "without scripts"])
def test_a_reviewer_accepts_rejects_amends_and_publishes(
    browser: Browser, app: Flask, document: Path, scripts: bool
) -> None:
    with serving(app) as site, visiting(browser, site, scripts=scripts) as visit:
        page = visit.to("/review/much")
        page.get_by_label("Token").fill(TOKEN)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Review of Much <script>")
        _press(visit, "a", "Accept", scripts)
        _press(visit, "r", "Reject", scripts)
        item = page.locator(".review-item.open").first
        if scripts:
            page.keyboard.press("m")
            expect(item.get_by_label("subject")).to_be_focused()
        else:
            item.get_by_text("Amend", exact=True).click()
        item.get_by_label("end", exact=True).fill("2024")
        item.get_by_role("button", name="Keep as amended").click()
        expect(page.locator(".review-item.amend")).to_have_count(1)
        assert kinds(document) == ["accept", "reject", "amend"]
        page.set_default_timeout(60_000)
        page.get_by_role("button", name="Publish").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Published", timeout=60_000)
        page.get_by_role("link", name="The document").click()
        expect(page.locator(".beside")).to_contain_text("Nissan")
        assert visit.complaints == []


def _press(visit: Visit, key: str, button: str, scripts: bool) -> None:
    """Decide on the first claim that waits, by its key or by its button."""
    items = visit.page.locator(".review-item.open")
    before = items.count()
    if scripts:
        expect(items.first).to_be_focused()
        visit.page.keyboard.press("j")
        visit.page.keyboard.press("k")
        visit.page.keyboard.press(key)
    else:
        items.first.get_by_role("button", name=button).click()
    expect(items).to_have_count(before - 1)
