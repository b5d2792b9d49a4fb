"""What people do, in a real browser: from a search to the sentence, from a disagreement to both quotes."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, Request, expect, sync_playwright
from werkzeug.serving import make_server

from service.app import create_app
from service.settings import Settings

pytest_plugins = ("tests.service.small",)

CHROMIUM = Path("/usr/bin/chromium")
WIDTHS = {"phone": 360, "desktop": 1200}
PATHS = (
    "/",
    "/documents",
    "/disagreements",
    "/browse",
    "/browse?kind=VehicleModel",
    "/compare",
    "/compare?e=nissan&e=renault",
    "/ontology",
    "/ontology/Claim",
    "/search?q=nissan",
    "/search?q=" + "x" * 300,
    "/id/nissan",
    "/id/nissan-ambition-2030",
    "/document/nissan-the-arc",
    "/document/hostile",
    "/id/nisan",
    "/sparql",
)
CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgb = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = (c) => c.slice(0, 3).map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c[3] === 255) return c;
    }
    return [255, 255, 255, 255];
  };
  const weak = [];
  for (const e of document.querySelectorAll('body *')) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || !e.checkVisibility()) continue;
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) weak.push(`${e.tagName}.${e.className} ${ratio.toFixed(2)} ${e.textContent.trim().slice(0, 30)}`);
  }
  return [...new Set(weak)].slice(0, 5);
}"""
UNNAMED = """() => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, meter')]
  .filter((e) => !(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length || e.title))
  .map((e) => e.outerHTML.slice(0, 80))"""


def _skip(reason: str) -> None:
    if os.environ.get("EVPLANS_TEST_ALL") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.is_file():
        _skip(f"{CHROMIUM} is not installed (Debian package chromium)")
    with sync_playwright() as playwright:
        try:
            found = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        except Error as error:
            _skip(f"{CHROMIUM} does not start: {error.message.splitlines()[0]}")
        yield found
        found.close()


@pytest.fixture(scope="session")
def site(small_dataset: Settings) -> Iterator[str]:
    """The address of a server over the small dataset."""
    server = make_server("127.0.0.1", 0, create_app(small_dataset), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass(slots=True)
class Visit:
    """A page in a browser, with what went wrong in it."""

    page: Page
    site: str
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> None:
        def ask(request: Request) -> None:
            self.asked.append(request.url)

        self.page.on("request", ask)
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type in {"error", "warning"} else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.complaints.append(dialog.message), dialog.dismiss()))

    def to(self, path: str) -> Page:
        self.page.goto(self.site + path)
        return self.page


def _visit(browser: Browser, site: str, width: int, scripts: bool, scheme: str) -> Iterator[Visit]:
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        java_script_enabled=scripts,
        color_scheme="dark" if scheme == "dark" else "light",
    )
    context.set_default_timeout(5000)
    visit = Visit(context.new_page(), site)
    visit.watch()
    yield visit
    context.close()


@pytest.fixture(params=[(360, True), (1200, True), (1200, False)], ids=["phone", "desktop", "without scripts"])
def visit(request: pytest.FixtureRequest, browser: Browser, site: str) -> Iterator[Visit]:
    yield from _visit(browser, site, *request.param, "light")


def test_a_newcomer_comes_from_a_search_to_the_sentence(visit: Visit) -> None:
    page = visit.to("/")
    page.get_by_role("searchbox").fill("nissan")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Nissan", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nissan")
    page.locator("#modelCount ~ details.more > summary").first.click()
    page.get_by_role("link", name=re.compile("^Claim: Nissan is to bring out 34 ")).click()
    expect(page.locator("mark")).to_contain_text("34")
    quote = page.locator("mark").inner_text()
    page.get_by_role("link", name="The Arc, or how Nissan plans to bend the curve").click()
    expect(page.locator(":target + mark")).to_be_visible()
    assert quote in page.locator(".source").inner_text()


def test_a_disagreement_leads_to_both_quotes(visit: Visit) -> None:
    page = visit.to("/disagreements")
    page.get_by_role("link", name=re.compile("^revision")).click()
    article = page.locator("article").first
    labels = [link.inner_text() for link in article.locator(".sides > div > p:first-child a").all()]
    assert len(labels) == 2
    for label in labels:
        visit.to("/disagreements?kind=revision").locator("article").first.get_by_role("link", name=label).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(label)
        expect(page.locator("blockquote mark")).to_be_visible()


def test_makers_are_compared(visit: Visit) -> None:
    page = visit.to("/id/nissan")
    page.get_by_role("link", name="Compare with others").click()
    expect(page.get_by_label("Maker 1")).to_have_value("Nissan")
    page.get_by_label("Maker 2").fill("Renault–Nissan–Mitsubishi Alliance")
    page.get_by_role("button", name="Compare").click()
    row = page.get_by_role("row", name=re.compile("^number of models"))
    row.get_by_role("link", name=re.compile("35 ")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("35")


def test_the_keyboard_reaches_the_content_first(browser: Browser, site: str) -> None:
    for visit in _visit(browser, site, 1200, True, "light"):
        page = visit.to("/id/nissan")
        page.keyboard.press("Tab")
        expect(page.locator(":focus")).to_have_text("To the content")
        page.keyboard.press("Enter")
        assert page.url.endswith("#content")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_fits_is_legible_named_and_asks_nobody_else(
    browser: Browser, site: str, width: str, scheme: str
) -> None:
    for visit in _visit(browser, site, WIDTHS[width], True, scheme):
        for path in PATHS:
            page = visit.to(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width], path
            assert page.evaluate(CONTRAST) == [], path
            assert page.evaluate(UNNAMED) == [], path
            assert page.locator("main").count() == page.locator("h1").count() == 1, path
            levels = [
                int(name[1]) for name in page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map(h => h.tagName)")
            ]
            assert all(b <= a + 1 for a, b in pairwise(levels)), (path, levels)
        assert [url for url in visit.asked if not url.startswith((site, "data:"))] == []
        assert [text for text in visit.complaints if "404" not in text] == []
