"""Reading files and addresses: what comes out, and what is said of what cannot be read."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph import reading
from graph.reading import Document, UnreadableDocument, find_documents, read_document, read_url

ENGLISH = (
    "The maker said that it will build ten new models in the coming years, and that it has a plan for all of them. " * 4
)
GERMAN = (
    "Der Hersteller sagte, dass er in den nächsten Jahren zehn neue Modelle bauen wird und dass es einen Plan gibt. "
    * 4
)


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(folder: Path, name: str, content: str | bytes) -> Document:
    return read_document(written(folder, name, content))


def refused(folder: Path, name: str, content: str | bytes) -> str:
    with pytest.raises(UnreadableDocument) as caught:
        read(folder, name, content)
    message = str(caught.value)
    assert "\n" not in message and name in message
    return message


def pdf(text: str) -> bytes:
    """A one-page PDF that shows the text; without text, an empty page."""
    stream = f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET".encode() if text else b""
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 800 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % p for p in places)
    return out + b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        table,
        len(out),
    )


def test_markdown_with_front_matter(tmp_path: Path) -> None:
    lines = [
        "---",
        'title: "A plan: big"',
        "publisher: Reuters",
        "author: Jane Smith and Joe Black",
        "date: 2024-03-25",
        "lang: en",
        "source_url: https://example.org/a",
        "source_title: The plan",
        "layout: post",
        "---",
        "",
        "Ten models.",
        "",
    ]
    text = "\r\n".join(lines)
    d = read(tmp_path, "My Plan.md", text)
    assert d.text == text
    assert (d.slug, d.media_type, d.title, d.publisher) == ("my-plan", "text/markdown", "A plan: big", "Reuters")
    assert (d.authors, d.date, d.year, d.language) == (("Jane Smith", "Joe Black"), "2024-03-25", 2024, "en")
    assert (d.source_url, d.source_title) == ("https://example.org/a", "The plan")
    assert d.digest == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("2024", "2024"),
        ("2024-03", "2024-03"),
        ("2024-03-25", "2024-03-25"),
        ("March 25, 2024", "2024-03-25"),
        ("2024-03-25T10:00:00Z", "2024-03-25"),
    ],
)
def test_dates_keep_their_precision(tmp_path: Path, value: str, date: str) -> None:
    assert read(tmp_path, "a.md", f"---\ndate: {value}\n---\ntext").date == date


def test_no_date_stays_none(tmp_path: Path) -> None:
    d = read(tmp_path, "a.txt", f"{ENGLISH} In 2021 it was otherwise.")
    assert (d.date, d.year, d.authors, d.publisher) == (None, None, (), None)


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("OSAKA, Jan. 26, 2023 (Kyodo) - The maker said so.", "2023-01-26"),
        ("SAN FRANCISCO, Calif., 12 July 2023 – The maker said so.", "2023-07-12"),
        ("Baoding, 28 March 2024. The maker said so.", "2024-03-28"),
        ("The maker said on 28 March 2024 - a Thursday - that it would.", None),
    ],
)
def test_a_dateline_dates_a_plain_text(tmp_path: Path, line: str, date: str | None) -> None:
    (tmp_path / "a.txt").write_text(f"A headline about a maker\n\n{line}\n", encoding="utf-8")
    assert read_document(tmp_path / "a.txt").date == date


def test_a_byline_gives_author_and_date(tmp_path: Path) -> None:
    d = read(tmp_path, "a.txt", f"top of page\n\nA title\n\nWritten by Daniel van Dam – February 08, 2022\n\n{ENGLISH}")
    assert (d.authors, d.date, d.language) == (("Daniel van Dam",), "2022-02-08", "en")


def test_a_rule_is_no_front_matter(tmp_path: Path) -> None:
    assert read(tmp_path, "a.md", "---\n\nSome text, then a rule.\n\n---\n\nMore").title is None
    assert read(tmp_path, "b.md", "# The title\n\nText").title == "The title"


@pytest.mark.parametrize(
    ("front", "line"),
    [
        ("title: [a", 2),
        ("title: a\ndate: soon", 3),
        ("title: a\nauthors:\n  - 1", 3),
        ("title: a: b", 2),
        ("title: a\npublisher:\n  name: b", 3),
        ("title: a\ndate: 2024-02-31", 3),
    ],
)
def test_bad_front_matter_names_file_and_line(tmp_path: Path, front: str, line: int) -> None:
    message = refused(tmp_path, "a.md", f"---\n{front}\n---\ntext")
    assert message.startswith(f"{tmp_path / 'a.md'}:{line}: ")


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (("Mégane – " + ENGLISH).encode("utf-8-sig"), "utf-8"),
        (("Mégane – " + ENGLISH).encode("utf-16"), "utf-16"),
        (("Mégane – " + ENGLISH).encode("cp1252"), "cp1252"),
        ("Mégane – ".encode() + b"" + ENGLISH.encode(), "utf-8"),
    ],
)
def test_encodings(tmp_path: Path, data: bytes, encoding: str) -> None:
    assert read(tmp_path, "a.txt", data).text == f"Mégane – {ENGLISH}", encoding


def test_stray_bytes_in_utf8_are_mended(tmp_path: Path) -> None:
    data = "Mégane, Zoé, Citroën: ".encode() + "Škoda’s ".encode("cp1252") + ENGLISH.encode()
    assert read(tmp_path, "a.txt", data).text == f"Mégane, Zoé, Citroën: Škoda’s {ENGLISH}"


def test_languages(tmp_path: Path) -> None:
    assert read(tmp_path, "a.txt", ENGLISH).language == "en"
    assert read(tmp_path, "b.txt", GERMAN).language == "de"
    assert read(tmp_path, "c.md", f"---\nlang: en-GB\n---\n{ENGLISH}").language == "en-GB"
    assert read(tmp_path, "d.md", f"---\nlang: en\n---\n{GERMAN}").language == "de"
    assert read(tmp_path, "e.txt", "Двадцать новых моделей к концу года, сообщает завод. " * 10).language == "und"


def test_html_gives_main_text_and_metadata(tmp_path: Path) -> None:
    page = (
        "<html lang='en'><head><title>Ten models</title><meta property='og:site_name' content='The Paper'>"
        ""
        "<meta name='author' content='Jane Smith'>"
        "<meta property='article:published_time' content='2024-03-25T08:00:00Z'></head>"
        f"<body><nav><a href='/'>Menu entry</a></nav><article><h1>Ten models</h1><p>{ENGLISH}</p><h2>Where</h2>"
        f"<ul><li>Five in Europe</li><li>Five in China</li></ul>"
        f"<p>{ENGLISH}</p></article><footer>All rights reserved</footer></body></html>"
    )
    d = read(tmp_path, "a.html", page)
    assert "ten new models" in d.text and "Five in China" in d.text
    assert "Menu entry" not in d.text
    assert (d.title, d.publisher, d.date, d.language) == ("Ten models", "The Paper", "2024-03-25", "en")


def test_pdf_gives_its_text(tmp_path: Path) -> None:
    d = read(tmp_path, "a.pdf", pdf("Ten new models by 2030."))
    assert (d.text.strip(), d.media_type) == ("Ten new models by 2030.", "application/pdf")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", b"", "empty"),
        ("a.md", b" \n\t\n", "empty"),
        ("a.txt", b"PK\x03\x04\x00\x00\x08", "binary"),
        ("a.txt", b"\x01\x02\x03text\x04\x05", "binary"),
        ("a.pdf", pdf(""), "no text"),
        ("a.pdf", b"%PDF-1.4 broken", "PDF"),
        ("a.html", b"<html><body></body></html>", "no main text"),
        ("---.txt", b"text", "file name"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    assert reason in refused(tmp_path, name, content)


def test_missing_folders_and_large_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (tmp_path / "none.md", tmp_path, tmp_path / "nul\0.md"):
        with pytest.raises(UnreadableDocument):
            read_document(path)
    monkeypatch.setattr(reading, "MAX_BYTES", 10)
    assert "the limit" in refused(tmp_path, "a.txt", "more than ten characters")


def test_documents_of_a_folder_are_sorted_and_reviews_left_out(tmp_path: Path) -> None:
    for name in ("b.md", "a.txt", "c.html", "b.review.jsonl", "notes.csv", "d.PDF"):
        written(tmp_path, name, "x")
    assert [p.name for p in find_documents(tmp_path)] == ["a.txt", "b.md", "c.html", "d.PDF"]
    with pytest.raises(UnreadableDocument):
        find_documents(tmp_path / "none")


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/gone.txt":
            self.send_error(404)
            return
        body = ENGLISH.encode() if self.path == "/a-plan.txt" else b"x" * 200
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def server() -> Iterator[str]:
    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{http.server_port}"
    http.shutdown()
    thread.join()
    http.server_close()


def test_addresses(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    d = read_url(f"{server}/a-plan.txt")
    assert (d.slug, d.text, d.media_type, d.language) == ("a-plan", ENGLISH, "text/plain", "en")
    monkeypatch.setattr(reading, "MAX_BYTES", 100)
    for url in (
        f"{server}/gone.txt",
        f"{server}/large.txt",
        "ftp://example.org/a",
        "file:///etc/passwd",
        "http://",
        "http://127.0.0.1:9/",
    ):
        with pytest.raises(UnreadableDocument) as caught:
            read_url(url)
        assert "\n" not in str(caught.value)


PARTS = [
    b"---\n",
    b"title: ",
    b"- ",
    b"[",
    b"{",
    b"&a ",
    b"*a",
    b": ",
    b"\n",
    b"\r",
    b"\xff",
    b"\xe9",
    b"\0",
    "é".encode(),
    b"<html>",
    b"<p>",
    b"%PDF-1.4\n",
    b"date: 2024\n",
    b"\xff\xfe",
    b"word ",
]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(PARTS) | st.binary(max_size=6), max_size=25), st.sampled_from(["md", "txt", "html", "pdf"])
)
def test_any_bytes_are_read_or_refused(tmp_path: Path, parts: list[bytes], ending: str) -> None:
    path = written(tmp_path, f"fuzz.{ending}", b"".join(parts))
    try:
        d = read_document(path)
    except UnreadableDocument as error:
        assert "\n" not in str(error)
    else:
        d.text.encode()


def test_deeply_nested_front_matter_is_refused_quickly(tmp_path: Path) -> None:
    refused(tmp_path, "a.md", "---\na: " + "[" * 9000 + "\n---\ntext")


def test_words_that_a_pdf_breaks_at_line_ends_are_whole_again(tmp_path: Path) -> None:
    """Only the line's end put a hyphen there; compounds and names keep theirs."""
    lines = (
        "An elec-) Tj 0 -14 Td (tric car and its battery-) Tj 0 -14 Td (electric kin of Renault-) Tj 0 -14 Td (Nissan."
    )
    text = " ".join(read(tmp_path, "broken.pdf", pdf(lines)).text.split())
    assert text == "An electric car and its battery-electric kin of Renault-Nissan."


def test_marks_that_show_nothing_are_left_out(tmp_path: Path) -> None:
    assert (
        read(tmp_path, "marks.md", "\u200fKi\u200ba \u202asold\u202c elec\u00adtric\u2060 cars\ufeff").text
        == "Kia sold electric cars"
    )
