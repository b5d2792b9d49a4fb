"""Names in the reader's language where there are some, told apart by caches, English elsewhere."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from service.languages import languages

pytest_plugins = ("tests.service.small",)
JAPANESE = "日産自動車"


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (None, ()),
        ("", ()),
        ("en", ()),
        ("en-GB,en;q=0.9,ja;q=0.8", ()),
        ("ja", ("ja",)),
        ("ja-JP, zh;q=0.9, en;q=0.8, ko;q=0.1", ("ja", "zh")),
        ("de;q=0.5, ja", ("ja", "de")),
        ("ja;q=0, zh", ("zh",)),
        ("*", ()),
        ("ja;q=x, <script>, zh", ("zh",)),
    ],
)
def test_what_a_reader_prefers_to_english(header: str | None, wanted: tuple[str, ...]) -> None:
    assert languages(header) == wanted


@given(st.text(max_size=200))
def test_any_header_is_read(header: str) -> None:
    assert all(name.isalpha() and name != "en" for name in languages(header))


@pytest.mark.parametrize("path", ["/id/nissan", "/browse?kind=Automaker", "/id/nissan-leaf", "/documents"])
def test_names_are_in_the_readers_language(visitor: FlaskClient, path: str) -> None:
    english = visitor.get(path, headers={"Accept": "text/html"})
    japanese = visitor.get(path, headers={"Accept": "text/html", "Accept-Language": "ja,en;q=0.5"})
    german = visitor.get(path, headers={"Accept": "text/html", "Accept-Language": "de,en;q=0.5"})
    assert JAPANESE in japanese.text
    assert english.text == german.text != japanese.text
    assert english.headers["ETag"] == german.headers["ETag"] != japanese.headers["ETag"]
    assert "Accept-Language" in japanese.headers["Vary"]
    assert "Accept-Language" in english.headers["Vary"]
    again = {"Accept": "text/html", "Accept-Language": "ja", "If-None-Match": japanese.headers["ETag"]}
    assert visitor.get(path, headers=again).status_code == 304
    assert visitor.get(path, headers=again | {"Accept-Language": "en"}).status_code == 200


def test_the_page_of_an_entity_is_headed_in_the_readers_language(visitor: FlaskClient) -> None:
    page = visitor.get("/id/nissan", headers={"Accept": "text/html", "Accept-Language": "ja"}).text
    assert f">{JAPANESE}</h1>" in page


def test_data_has_all_languages_whoever_asks(visitor: FlaskClient) -> None:
    tags = {visitor.get("/id/nissan.ttl", headers={"Accept-Language": name}).headers["ETag"] for name in ("ja", "en")}
    assert len(tags) == 1
