"""WCAG 2.2 AA on every page type, by axe-core in a real browser, and the ways of those who use no pointer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from graph.paths import HOUSE
from service.app import create_app
from service.settings import Settings
from tests.service.visits import Visit, serving, skip, visiting

pytest_plugins = ("tests.service.browsing", "tests.service.small")
AXE = HOUSE / "service" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
TOKEN = "open sesame"
PATHS = (
    "/compare?e=nissan&e=renault",
    "/",
    "/id/nissan",
    "/id/cmf-ev",
    "/id/nissan-ambition-2030",
    "/id/harm",
    "/id/nissan/links?property=VehicleModel",
    "/document/nissan-the-arc",
    "/documents",
    "/disagreements",
    "/compare?e=nissan&e=renault",
    "/browse",
    "/browse?kind=VehicleModel",
    "/search?q=nissan",
    "/ontology",
    "/ontology/Claim",
    "/code/modality/plan",
    "/graph/facts",
    "/dumps/",
    "/links",
    "/sparql",
    "/id/nisan",
    "/browse?kind=none",
    "/review",
    "/review/nissan-independence",
)
RUN = """async (rules) => {
  const wanted = rules.length ? { runOnly: rules }
    : { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] };
  const { violations } = await axe.run(document, { ...wanted, resultTypes: ['violations'] });
  return violations.map((v) => `${v.id} ${v.nodes.length}× ${v.nodes[0].html.slice(0, 120)}
    ${v.nodes[0].failureSummary.slice(0, 200)}`);
}"""


@pytest.fixture(scope="module")
def open_site(small_dataset: Settings) -> Iterator[str]:
    """A server over the small dataset to which one can sign in."""
    with serving(create_app(replace(small_dataset, token=TOKEN))) as address:
        yield address


@pytest.fixture(scope="module")
def axe() -> str:
    """The source of axe-core."""
    if not AXE.is_file():
        skip(f"{AXE} is not installed (python -m service.bundle)")
    return AXE.read_text(encoding="utf-8")


def found(page: Page, axe: str, *rules: str) -> list[str]:
    page.evaluate(axe)
    faults: list[str] = page.evaluate(RUN, list(rules))
    return faults


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_keeps_anybody_out(browser: Browser, open_site: str, axe: str, width: int) -> None:
    faults: list[str] = []
    with visiting(browser, open_site, width) as visit:
        sign_in(visit)
        for path in (*PATHS, claim(visit)):
            page = visit.to(path)
            page.emulate_media(color_scheme="light")
            faults += [f"{path}: {fault}" for fault in found(page, axe)]
            page.emulate_media(color_scheme="dark")
            faults += [f"{path} in the dark: {fault}" for fault in found(page, axe, "color-contrast")]
    assert not faults, "\n".join(faults)


def sign_in(visit: Visit) -> None:
    visit.page.set_default_navigation_timeout(60_000)  # the first review loads the register
    page = visit.to("/review")
    page.get_by_label("Token").fill(TOKEN)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Review")


def claim(visit: Visit) -> str:
    """The path of a claim's page."""
    link = visit.to("/document/nissan-the-arc").locator(".beside a").first
    return link.get_attribute("href") or ""


def test_sign_in_is_open_to_everybody(browser: Browser, open_site: str, axe: str) -> None:
    with visiting(browser, open_site) as visit:
        assert found(visit.to("/review"), axe) == []


def test_the_skip_link_passes_over_the_head(browser: Browser, open_site: str) -> None:
    with visiting(browser, open_site) as visit:
        page = visit.to("/document/nissan-the-arc")
        page.keyboard.press("Tab")
        expect(page.locator(":focus")).to_have_text("To the content")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main') !== null")


def test_a_search_needs_no_pointer(browser: Browser, open_site: str) -> None:
    with visiting(browser, open_site) as visit:
        page = visit.to("/documents")
        page.get_by_role("combobox", name="Search").press_sequentially("nissan ley")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(r"/search\?q=nissan"))
        tab_to(page, "Nissan Leaf")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Nissan Leaf")


def test_facets_need_no_pointer(browser: Browser, open_site: str) -> None:
    with visiting(browser, open_site) as visit:
        page = visit.to("/browse?kind=VehicleModel")
        page.get_by_label("Country").focus()
        page.keyboard.type("Japan")
        page.keyboard.press("Tab")
        page.get_by_role("button", name="Show").focus()
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("country=japan"))
        expect(page.get_by_role("link", name="Country: Japan")).to_be_visible()


def test_the_text_of_a_document_is_read_claim_by_claim(browser: Browser, open_site: str) -> None:
    with visiting(browser, open_site) as visit:
        page = visit.to("/document/nissan-the-arc")
        first = page.locator(".source mark a").first
        first.focus()
        label = page.locator(".source mark .tip > span").first.inner_text()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(label.partition(" ")[2])


def tab_to(page: Page, name: str, most: int = 80) -> None:
    """Press Tab until what has the focus is called so."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if (page.evaluate("document.activeElement.textContent") or "").strip().startswith(name):
            return
    pytest.fail(f"{name} is not reached by Tab")
