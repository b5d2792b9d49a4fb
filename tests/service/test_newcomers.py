"""What newcomers do, on a phone in the dark and on a desktop without scripts: documents, three makers, a question."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.service.visits import Visit, visiting

pytest_plugins = ("tests.service.browsing", "tests.service.small")
WAYS = {"phone, dark": (360, "dark", True), "desktop, no scripts": (1280, "light", False)}


@pytest.fixture(params=WAYS.values(), ids=WAYS.keys())
def visit(request: pytest.FixtureRequest, browser: Browser, site: str) -> Iterator[Visit]:
    width, scheme, scripts = request.param
    with visiting(browser, site, width, scheme, scripts) as visit:
        yield visit
        assert visit.foreign == []
        assert visit.complaints == []


def test_three_makers_are_laid_side_by_side(visit: Visit) -> None:
    page = visit.to("/compare")
    for number, name in enumerate(("Nissan", "Renault", "Mitsubishi Motors"), 1):
        page.get_by_label(f"Maker {number}").fill(name)
    page.get_by_role("button", name="Compare").click()
    heads = page.locator("table.comparison").first.get_by_role("columnheader")
    expect(heads).to_have_text(["Nissan", "Renault", "Mitsubishi Motors"])
    page.locator("table.comparison td a").first.click()
    expect(page.locator("blockquote mark").first).to_be_visible()


def test_a_question_is_picked_and_answered(visit: Visit) -> None:
    page = visit.to("/")
    page.locator("a[href*='/sparql?query=']").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("table").first).to_be_visible()


def test_a_document_shows_its_claims_in_place(visit: Visit) -> None:
    page = visit.to("/document/nissan-the-arc")
    expect(page.locator(".legend mark").first).to_be_visible()
    mark = page.locator(".source mark").first
    tip = mark.locator(".tip")
    expect(tip).to_be_hidden()
    mark.locator("a").hover()
    expect(tip).to_be_visible()
    label = tip.locator("> span").first.inner_text().partition(" ")[2]
    mark.locator("a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(label)
    expect(page.get_by_label("To cite")).to_have_value(re.compile("/claim/"))


def test_a_claim_stands_beside_what_revised_it(visit: Visit) -> None:
    page = visit.to("/disagreements?kind=revision")
    page.locator("article .sides > div > p:first-child a").first.click()
    beside = page.locator(".sides").first.locator("article")
    assert beside.count() >= 2
    expect(beside.first.locator("blockquote")).to_be_visible()
    expect(beside.nth(1).locator("blockquote")).to_be_visible()


def test_a_list_is_narrowed_and_sorted(visit: Visit) -> None:
    page = visit.to("/browse?kind=VehicleModel")
    page.get_by_label("Country").select_option(label=page.get_by_label("Country").locator("option").nth(1).inner_text())
    page.get_by_role("button", name="Show").click()
    page.get_by_role("columnheader").get_by_role("link", name="Name").click()
    names = [name.casefold() for name in page.locator("tbody td:first-child").all_inner_texts()]
    assert names == sorted(names)
    assert len(names) > 1


def test_a_tap_shows_the_claim_and_the_next_goes_to_it(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 800}, has_touch=True)
    page = context.new_page()
    page.goto(f"{site}/document/nissan-the-arc")
    mark = page.locator(".source mark").first
    mark.locator("a").tap()
    expect(mark.locator(".tip")).to_be_visible()
    assert "/document/" in page.url
    page.keyboard.press("Escape")
    expect(mark.locator(".tip")).to_be_hidden()
    mark.locator("a").tap()
    expect(page).to_have_url(re.compile("/claim/"))
    context.close()
