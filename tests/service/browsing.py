"""Fixtures: a browser, and a site over the small dataset."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

from service.app import create_app
from service.settings import Settings
from tests.service.visits import serving, skip

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, once for all tests."""
    if not CHROMIUM.is_file():
        skip(f"{CHROMIUM} is not installed (Debian package chromium)")
    with sync_playwright() as playwright:
        try:
            found = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        except Error as error:
            skip(f"{CHROMIUM} does not start: {error.message.splitlines()[0]}")
        yield found
        found.close()


@pytest.fixture(scope="session")
def site(small_dataset: Settings) -> Iterator[str]:
    """The address of a server over the small dataset."""
    with serving(create_app(small_dataset)) as address:
        yield address
