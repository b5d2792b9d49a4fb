"""Suggestions under the search box: by keyboard, by mouse, announced, and not needed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from service import bundle
from tests.service.visits import skip, visiting

pytest_plugins = ("tests.service.browsing", "tests.service.small")
AXE = bundle.FRONTEND / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="module", autouse=True)
def bundled() -> None:
    if not (bundle.DIST / "search.js").is_file() or not AXE.is_file():
        skip("the front-end is not bundled (python -m service.bundle)")


@pytest.mark.parametrize("path", ["/", "/ontology"])
def test_the_keyboard_goes_from_a_few_letters_to_the_page(browser: Browser, site: str, path: str) -> None:
    with visiting(browser, site) as visit:
        page = visit.to(path)
        box = page.get_by_role("combobox", name="Search")
        box.press_sequentially("nissan a")
        expect(box).to_have_attribute("aria-expanded", "true")
        expect(page.get_by_role("status")).to_contain_text("suggestion")
        box.press("ArrowDown")
        option = page.get_by_role("option", selected=True)
        expect(option).to_have_id(box.get_attribute("aria-activedescendant") or "")
        label = option.inner_text()
        box.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text(label)


def test_a_click_leads_there_and_escape_closes(browser: Browser, site: str) -> None:
    with visiting(browser, site, 360, "dark") as visit:
        page = visit.to("/ontology")
        box = page.get_by_role("combobox", name="Search")
        box.press_sequentially("cmf")
        expect(page.get_by_role("listbox")).to_be_visible()
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run('header')")["violations"]
        assert [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in {"serious", "critical"}] == []
        box.press("Escape")
        expect(page.get_by_role("listbox")).to_be_hidden()
        expect(box).to_have_value("cmf")
        box.press("ArrowDown")
        page.get_by_role("option", name="CMF-EV").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("CMF-EV")


def test_enter_without_a_choice_searches(browser: Browser, site: str) -> None:
    with visiting(browser, site) as visit:
        page = visit.to("/")
        box = page.get_by_role("combobox", name="Search")
        box.press_sequentially("nissan")
        expect(page.get_by_role("listbox")).to_be_visible()
        box.press("Enter")
        expect(page).to_have_url(f"{site}/search?q=nissan")
