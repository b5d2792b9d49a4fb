"""Visits to a site in a browser, for the tests of what people see."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from wsgiref.types import WSGIApplication

import pytest
from playwright.sync_api import Browser, Page, Request
from werkzeug.serving import make_server


def skip(reason: str) -> None:
    """Skip a test for want of `reason`, or fail where everything is to be there."""
    if os.environ.get("EVPLANS_TEST_ALL") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def serving(app: WSGIApplication) -> Iterator[str]:
    """The address of a server for an application."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
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
        """Note every request and complaint from here on."""

        def ask(request: Request) -> None:
            self.asked.append(request.url)

        self.page.on("request", ask)
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type in {"error", "warning"} else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.complaints.append(dialog.message), dialog.dismiss()))

    @property
    def foreign(self) -> list[str]:
        """Requests that left the host."""
        return [url for url in self.asked if not url.startswith((self.site, "data:", f"blob:{self.site}"))]

    def to(self, path: str) -> Page:
        """The page at a path, loaded."""
        self.page.goto(self.site + path)
        return self.page


@contextmanager
def visiting(
    browser: Browser, site: str, width: int = 1200, scheme: str = "light", scripts: bool = True
) -> Iterator[Visit]:
    """A visit in a browser of its own: no cookies, nothing stored."""
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
