"""Documents over HTTP: taken in and published, withdrawn, and refused with nothing kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from service.app import LARGEST_BODY, create_app
from service.settings import Settings
from tests.service.house import BEARER, NEWS, sent

pytest_plugins = ("tests.service.house",)


def test_a_document_is_taken_in_replaced_and_withdrawn(app: Flask, house: Path) -> None:
    answer = sent(app, NEWS, "news.md")
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == "/document/news"
    told = answer.get_json()
    assert told["claims"]["extracted"] >= 1
    assert told["counts"]["documents"] == 2
    visitor = app.test_client()
    assert "15" in visitor.get("/document/news", headers={"Accept": "text/html"}).text
    assert visitor.get("/document/news").headers["X-Dataset-Build"].startswith(told["build"])
    assert sent(app, NEWS.replace("15", "16"), "News.txt", "text/plain").status_code == 201
    assert [path.name for path in (house / "data" / "documents").iterdir()] == ["news.txt"]
    assert "16" in visitor.get("/document/news", headers={"Accept": "text/html"}).text
    assert visitor.delete("/document/news", headers=BEARER).status_code == 204
    assert visitor.get("/document/news").status_code in {404, 410}
    assert visitor.delete("/document/news", headers=BEARER).status_code == 404


@pytest.mark.parametrize(
    ("body", "query", "more", "status", "words"),
    [
        (NEWS, "?name=a", {"Content-Type": "image/png"}, 415, "text/markdown"),
        (NEWS, "?name=a", {"Content-Type": "text/plain", "Content-Encoding": "gzip"}, 415, "Content-Encoding"),
        (NEWS, "", {"Content-Type": "text/plain"}, 400, "Slug"),
        (NEWS, "?name=" + "x" * 300, {"Content-Type": "text/plain"}, 400, "bytes"),
        ("", "?name=a", {"Content-Type": "text/plain"}, 400, "body"),
        (b"\0\1\2" * 50, "?name=a", {"Content-Type": "text/plain"}, 422, "set aside"),
        (NEWS, "", {"Content-Type": "text/plain", "Slug": "Plans"}, 422, "rename yours"),
    ],
)
def test_what_cannot_enter_is_told_and_not_kept(
    app: Flask, house: Path, body: str | bytes, query: str, more: dict[str, str], status: int, words: str
) -> None:
    before = (house / "data" / "current").readlink()
    answer = app.test_client().post(f"/document{query}", data=body, headers=BEARER | more)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert words in answer.get_json()["detail"]
    assert "/tmp" not in answer.text
    assert (house / "data" / "current").readlink() == before
    assert not list((house / "data" / "documents").glob("a.*"))


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer no"}, {"Authorization": "Basic open sesame"}])
def test_only_who_holds_the_token_sends_documents(app: Flask, headers: dict[str, str]) -> None:
    visitor = app.test_client()
    assert visitor.post("/document?name=a", data="x", content_type="text/plain", headers=headers).status_code == 401
    assert visitor.delete("/document/plans", headers=headers).status_code == 401


def test_the_houses_own_documents_stay(app: Flask) -> None:
    answer = app.test_client().delete("/document/plans", headers=BEARER)
    assert (answer.status_code, "stay" in answer.get_json()["detail"]) == (404, True)


def test_without_a_token_nothing_is_taken(house: Path) -> None:
    closed = create_app(Settings.read({"EVPLANS_DATA": str(house / "data")})).test_client()
    for path, method in (("/document?name=a", "POST"), ("/document/plans", "DELETE"), ("/review", "GET")):
        assert closed.open(path, method=method, data="x", content_type="text/plain").status_code == 403


def test_a_document_that_is_too_large_is_refused(app: Flask) -> None:
    assert sent(app, b"x" * (LARGEST_BODY + 1), "a", "text/plain").status_code == 413
