"""Behind nginx under a path: every link, script, form and redirect of every page type stays there and works."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.message import Message
from html.parser import HTMLParser
from urllib.error import HTTPError
from urllib.parse import urldefrag, urlencode, urljoin, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pytest
from playwright.sync_api import Browser, expect

from service.app import create_app
from service.settings import Settings
from tests.service.visits import serving, skip, visiting

pytest_plugins = ("tests.service.browsing", "tests.service.small")
TOKEN = "open sesame"
PREFIX = "/evplans"
STARTS = (
    "/",
    "/id/nissan",
    "/document/nissan-the-arc",
    "/documents",
    "/disagreements",
    "/compare?e=nissan&e=renault",
    "/browse",
    "/browse?kind=VehicleModel",
    "/search?q=nissan",
    "/ontology",
    "/ontology/Claim",
    "/graph/facts",
    "/dumps/",
    "/links",
    "/sparql",
    "/review/sign-in",
    "/id/nisan",
)
PER_PAGE = 12  # links that are followed from each page
CONFIGURATION = """
daemon off; master_process off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{
    listen 127.0.0.1:{port};
    location /evplans/ {{
      proxy_pass {site}/;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-Prefix /evplans;
      proxy_set_header X-Forwarded-Proto $scheme;
    }}
  }}
}}
"""


@pytest.fixture(scope="module")
def proxy(small_dataset: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of nginx in front of a server over the small dataset."""
    nginx = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if nginx is None:
        skip("nginx is not installed (Debian package nginx-light)")
    folder = tmp_path_factory.mktemp("nginx")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with serving(create_app(replace(small_dataset, token=TOKEN))) as site:
        text = CONFIGURATION.format(folder=folder, port=port, site=site)
        (folder / "nginx.conf").write_text(text, encoding="utf-8")
        process = subprocess.Popen([str(nginx), "-p", str(folder), "-c", str(folder / "nginx.conf")])
        try:
            _await(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def _await(port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("nginx does not answer")


@dataclass(slots=True)
class Answer:
    """What a server said, and from where after redirects."""

    status: int
    url: str
    headers: Message
    text: str


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        return None


def asked(url: str, accept: str, form: dict[str, str] | None = None) -> Answer:
    """The answer to a request; redirects are followed unless a form is sent."""
    request = Request(url, data=urlencode(form).encode() if form else None, headers={"Accept": accept})
    opener = build_opener(_Stay) if form else build_opener()
    try:
        with opener.open(request, timeout=30) as answer:
            return Answer(answer.status, answer.url, answer.headers, answer.read().decode(errors="replace"))
    except HTTPError as error:
        return Answer(error.code, error.url, error.headers, error.read().decode(errors="replace"))


class _Addresses(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {value for name, value in attrs if name in {"href", "src", "action", "data-suggest"} and value}


def addresses(page: str, base: str) -> set[str]:
    """All addresses of a page, absolute and without fragments; those of other hosts and of data left out."""
    reader = _Addresses()
    reader.feed(page)
    whole = {urldefrag(urljoin(base, value))[0] for value in reader.found if not value.startswith("data:")}
    return {address for address in whole if urlsplit(address).netloc == urlsplit(base).netloc}


@pytest.mark.parametrize("start", STARTS)
def test_every_address_stays_under_the_prefix_and_answers(proxy: str, start: str) -> None:
    answer = asked(proxy + PREFIX + start, "text/html")
    found = addresses(answer.text, answer.url)
    assert found
    assert [address for address in found if not address.startswith(f"{proxy}{PREFIX}/")] == []
    for address in sorted(found)[:: max(1, len(found) // PER_PAGE)]:
        reached = asked(address, "*/*")
        elsewhere = "SERVICE" in address or address == answer.url  # asks another host, or is the missing page itself
        assert reached.status == 200 or elsewhere, address
        assert reached.url.startswith(f"{proxy}{PREFIX}/"), address


def test_headers_keep_the_prefix_too(proxy: str) -> None:
    answer = asked(f"{proxy}{PREFIX}/id/nissan", "text/html")
    assert f"<{PREFIX}/id/nissan.ttl>" in answer.headers["Link"]
    signed = asked(f"{proxy}{PREFIX}/review/sign-in", "text/html", {"token": TOKEN})
    assert signed.headers["Location"] == f"{PREFIX}/review"
    assert f"Path={PREFIX}/" in signed.headers["Set-Cookie"]


def test_scripts_and_forms_work_under_the_prefix(proxy: str, browser: Browser) -> None:
    with visiting(browser, proxy + PREFIX) as visit:
        page = visit.to("/documents")
        page.get_by_role("combobox", name="Search").press_sequentially("nissan ari")
        page.get_by_role("option", name="Nissan Ariya", exact=True).click()
        expect(page).to_have_url(f"{proxy}{PREFIX}/id/nissan-ariya")
        page = visit.to("/review/nissan-the-arc")
        page.get_by_label("Token").fill(TOKEN)
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{proxy}{PREFIX}/review/nissan-the-arc")
        assert visit.foreign == []
        assert visit.complaints == []


@pytest.mark.parametrize("prefix", ["//evil.example", "/a b", "evplans", "/<script>", "/a//b", "/\\evil.example"])
def test_a_prefix_that_is_no_path_is_passed_over(small_dataset: Settings, prefix: str) -> None:
    answer = create_app(small_dataset).test_client().get("/documents", headers={"X-Forwarded-Prefix": prefix})
    assert 'href="/browse"' in answer.text
    assert "evil" not in answer.text


def test_a_stranger_sets_no_prefix(small_dataset: Settings) -> None:
    visitor = create_app(small_dataset).test_client()
    headers = {"X-Forwarded-Prefix": PREFIX}
    assert 'href="/browse"' in visitor.get("/documents", headers=headers, environ_base={"REMOTE_ADDR": "8.8.8.8"}).text
    assert f'href="{PREFIX}/browse"' in visitor.get("/documents", headers=headers).text
    assert f'href="{PREFIX}/browse"' in visitor.get(f"{PREFIX}/documents", headers=headers).text
