"""A house of its own with one document and a small register, so that what is published takes a second or two."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from graph import paths
from graph.build import build
from graph.namespaces import Namespace
from service.app import create_app
from service.settings import Settings

TOKEN = "open sesame"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
REGISTER = """
@prefix id: <id/> .
@prefix ev: <https://w3id.org/evplans/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
id:nissan a ev:Automaker, ev:Brand ; skos:prefLabel "Nissan"@en ; ev:homeCountry id:japan .
id:renault a ev:Automaker, ev:Brand ; skos:prefLabel "Renault"@en .
id:japan a ev:Country ; skos:prefLabel "Japan"@en .
"""
NEWS = """---
title: News
publisher: Nissan
date: 2024-03
language: en
---

Nissan will launch 15 electric models by 2030.
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of such a house; this process and those that it starts work there."""
    home = tmp_path_factory.mktemp("house")
    unwanted = shutil.ignore_patterns("documents", "register", "node_modules", "dist", "__pycache__")
    for room in ("graph", "service", "ontology", "shapes"):
        shutil.copytree(paths.HOUSE / room, home / room, ignore=unwanted)
    documents, register = home / "graph" / "documents", home / "graph" / "register"
    documents.mkdir()
    register.mkdir()
    (register / "all.ttl").write_text(REGISTER, encoding="utf-8")
    (documents / "plans.md").write_text(NEWS.replace("15", "12"), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("HOUSE", home), ("DOCUMENTS", documents), ("REGISTER", register)):
            patch.setattr(paths, name, value)
        build(home / "data", Namespace())
        yield home


@pytest.fixture(scope="module")
def app(house: Path) -> Flask:
    """The application over that house, open to who holds the token."""
    return create_app(Settings.read({"EVPLANS_DATA": str(house / "data"), "EVPLANS_TOKEN": TOKEN}))


def sent(app: Flask, text: str | bytes, name: str, kind: str = "text/markdown", **more: str) -> TestResponse:
    """The answer to a document that is sent with the token."""
    return app.test_client().post(f"/document?name={name}", data=text, content_type=kind, headers=BEARER | more)
