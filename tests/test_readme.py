"""The README's promises: its queries give the results it shows, its commands and settings are those of the code."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from graph.paths import HOUSE
from service.app import create_app
from service.cli import main
from service.settings import SETTINGS, Settings

README = (HOUSE / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```sparql\n(.*?)```\n\n```text\n(.*?)```", README, re.DOTALL)
BUILT = HOUSE / os.environ.get("EVPLANS_DATA", "data") / "current"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "service.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=HOUSE, timeout=120)


def test_there_are_five_queries() -> None:
    assert len(EXAMPLES) == 5


@pytest.mark.parametrize(("query", "shown"), EXAMPLES)
def test_a_query_gives_the_result_that_is_shown(query: str, shown: str) -> None:
    if not BUILT.exists():
        pytest.skip("no dataset is built: run `make build`")
    assert run("query", query).stdout == shown


def test_every_command_that_is_shown_exists() -> None:
    shown = set(re.findall(r"^\$ evplans (\w+)", README, re.MULTILINE)) | set(re.findall(r"`evplans (\w+)", README))
    assert shown
    assert shown <= set(main.commands)


def test_every_make_target_that_is_shown_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (HOUSE / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"make ([a-z-]+)[`\n]", README)) <= targets


def test_the_settings_are_those_of_the_code() -> None:
    rows = re.findall(r"^\| `(EVPLANS_\w+)` \| (\S+) \| (.+?) \|$", README, re.MULTILINE)
    assert [(n, d.strip("`").replace("unset", ""), m) for n, d, m in rows] == [
        (s.name, s.default, s.meaning) for s in SETTINGS
    ]


def test_every_route_that_is_shown_exists() -> None:
    table = README.split("| route |")[1].split("\n\n")[0]
    shown = [re.sub(r"<\w+>", "x", route) for route in re.findall(r"`(/[^`]*)`", table)]
    adapter = create_app(Settings.read({})).url_map.bind("127.0.0.1")
    assert len(shown) > 20
    for route in shown:
        methods = adapter.allowed_methods(route.replace("/graph/x", "/graph/facts"))
        assert methods, route


def test_every_file_that_is_named_exists() -> None:
    for name in re.findall(r"`([\w./-]+/|[A-Z]+(?:\.md)?)`", README):
        if not name.startswith(("/", "EVPLANS", "SERVICE", "LOAD", ".venv")):
            assert (HOUSE / name).exists(), name
    for picture in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README):
        assert Path(HOUSE / picture).is_file(), picture
