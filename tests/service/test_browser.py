"""What people do, in a real browser: from a search to the sentence, from a disagreement to both quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, expect

from tests.service.visits import Visit, skip, visiting

pytest_plugins = ("tests.service.browsing", "tests.service.small")

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
    "/quality",
    "/id/nissan/links?property=VehicleModel",
    "/id/all-solid-state-battery",
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


@pytest.fixture(params=[(360, True), (1200, True), (1200, False)], ids=["phone", "desktop", "without scripts"])
def visit(request: pytest.FixtureRequest, browser: Browser, site: str) -> Iterator[Visit]:
    width, scripts = request.param
    with visiting(browser, site, width, "light", scripts) as visit:
        yield visit


def test_a_newcomer_comes_from_a_search_to_the_sentence(visit: Visit) -> None:
    page = visit.to("/")
    page.locator("input[type=search]").fill("nissan")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Nissan", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nissan")
    page.locator("section:has(#modelCount) details.more > summary").first.click()
    page.locator("section:has(#modelCount) details.said", has_text="34 models").locator("summary").first.click()
    page.get_by_role("link", name=re.compile("^Claim: Nissan is to bring out 34 ")).click()
    expect(page.locator("mark")).to_contain_text("34")
    quote = page.locator("mark").inner_text()
    page.get_by_role("link", name="The Arc, or how Nissan plans to bend the curve").first.click()
    expect(page.locator(":target + mark")).to_be_visible()
    assert quote in page.locator(".source").inner_text()


def test_a_disagreement_leads_to_both_quotes(visit: Visit) -> None:
    page = visit.to("/disagreements")
    page.get_by_role("link", name=re.compile("^revision")).click()
    article = page.locator("article").first
    links = article.locator(".sides > div > p:first-child a")
    expect(links).to_have_count(2)  # once the page that the click leads to is there
    labels = [link.inner_text() for link in links.all()]
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
    page.get_by_role("region", name="Models by year").get_by_role("link", name=re.compile("35 ")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("35")


def test_a_target_is_read_in_time_and_leads_to_what_revised_it(visit: Visit) -> None:
    page = visit.to("/id/nissan")
    page.locator("figure.timeline details.more > summary").click()
    row = page.locator("li.due", has=page.locator("s")).first
    expect(row.locator(".track svg")).to_be_visible()
    link = row.locator(".against a").first
    label = link.inner_text()
    link.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(label)


def test_a_fact_opens_to_its_quotes_and_prints_with_them(visit: Visit) -> None:
    page = visit.to("/id/nissan")
    fact = page.locator("details.said").first
    expect(fact.locator("blockquote").first).to_be_hidden()
    fact.locator("summary").click()
    expect(fact.locator("blockquote").first).to_be_visible()
    closed = page.locator("details.said").nth(1).locator("blockquote").first
    page.emulate_media(media="print")
    assert closed.evaluate("quote => quote.getBoundingClientRect().height") > 0


def test_relations_lead_to_pages_and_the_map_shows_land(visit: Visit) -> None:
    page = visit.to("/id/nissan")
    picture = page.locator("svg.star:visible")
    expect(picture).to_have_count(1)
    place = page.locator("figure.map g.place").first
    if place.count():
        expect(place).to_be_visible()
        assert page.locator("figure.map use.land").evaluate("use => use.getBBox().width") > 0
    name = picture.locator("a text.node").first.text_content()
    picture.locator("a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(str(name).rstrip("…"))


def test_facts_between_neighbours_are_drawn_on_demand(browser: Browser, site: str) -> None:
    with visiting(browser, site) as visit:
        page = visit.to("/id/nissan")
        button = page.get_by_role("button", name="Also show the facts between these")
        if not button.count():
            skip("the front-end is not bundled (python -m service.bundle)")
        button.click()
        expect(page.locator("figure.relations .graph a.node").first).to_be_visible()
        page.get_by_role("button", name="Only its own relations").click()
        expect(page.locator("svg.star:visible")).to_have_count(1)
        assert visit.foreign == visit.complaints == []


def test_the_keyboard_reaches_the_content_first(browser: Browser, site: str) -> None:
    with visiting(browser, site) as visit:
        page = visit.to("/id/nissan")
        page.keyboard.press("Tab")
        expect(page.locator(":focus")).to_have_text("To the content")
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{site}/id/nissan#content")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_fits_is_legible_named_and_asks_nobody_else(
    browser: Browser, site: str, width: str, scheme: str
) -> None:
    with visiting(browser, site, WIDTHS[width], scheme) as visit:
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
        assert visit.foreign == []
        assert [text for text in visit.complaints if "404" not in text] == []
