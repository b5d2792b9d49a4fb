"""Reading: a file or an address becomes a Document, whose text never changes after this.

Text, Markdown, HTML and PDF. Offsets everywhere count code points of `text`, of which front matter is a part.
"""

from __future__ import annotations

import hashlib
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from graph.namespaces import slug
from graph.reading.bylines import byline
from graph.reading.decoding import UNSEEN, decoded
from graph.reading.document import Document, UnreadableDocument, one_line
from graph.reading.frontmatter import front_matter, front_matter_end
from graph.reading.language import language_of
from graph.reading.page import read_page
from graph.reading.pdf import read_pdf

__all__ = [
    "ENDINGS",
    "Document",
    "UnreadableDocument",
    "find_documents",
    "front_matter_end",
    "read_document",
    "read_url",
]

MAX_BYTES = 50_000_000
MAX_SECONDS = 60
ENDINGS = {
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".txt": "text/plain",
    ".html": "text/html",
    ".htm": "text/html",
    ".pdf": "application/pdf",
}


def find_documents(folder: Path) -> list[Path]:
    """The documents directly in a folder, sorted by name. Raises UnreadableDocument where there is no such folder."""
    try:
        return sorted(p for p in folder.iterdir() if p.suffix.lower() in ENDINGS and p.is_file())
    except OSError as error:
        raise UnreadableDocument(f"{folder}: cannot list documents: {error.strerror}") from error


def read_document(path: Path) -> Document:
    """Read one file. Raises UnreadableDocument, with one clear line, for whatever cannot be read."""
    try:
        if path.is_dir():
            raise UnreadableDocument(f"{path}: is a folder; name a document in it")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise UnreadableDocument(f"{path}: {size / 1e6:.0f} MB; the limit is {MAX_BYTES // 1_000_000} MB")
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableDocument(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UnreadableDocument(f"{path}: {error}") from error
    return _document(data, _media_type(data, ENDINGS.get(path.suffix.lower())), path.stem, str(path))


def read_url(url: str) -> Document:
    """Fetch one http(s) address, at most 50 MB and a minute. Raises UnreadableDocument with one clear line."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UnreadableDocument(f"{url}: not an http or https address")
    request = urllib.request.Request(url, headers={"User-Agent": "evplans", "Accept": "text/html, */*;q=0.5"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            data = _bounded(answer, url)
            media_type = answer.headers.get_content_type()
    except urllib.error.HTTPError as error:
        raise UnreadableDocument(f"{url}: the server answers {error.code} {error.reason}") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise UnreadableDocument(f"{url}: cannot be fetched: {one_line(reason)}") from error
    path = Path(urllib.parse.unquote(parts.path))
    known = media_type if media_type in ENDINGS.values() else ENDINGS.get(path.suffix.lower())
    return _document(data, _media_type(data, known), path.stem or parts.hostname, url)


def _bounded(answer: Any, url: str) -> bytes:
    """The body of an answer, within the limits of size and time."""
    deadline = time.monotonic() + MAX_SECONDS
    chunks: list[bytes] = []
    size = 0
    while chunk := answer.read1(1 << 16):
        chunks.append(chunk)
        size += len(chunk)
        if size > MAX_BYTES:
            raise UnreadableDocument(f"{url}: larger than the limit of {MAX_BYTES // 1_000_000} MB")
        if time.monotonic() > deadline:
            raise UnreadableDocument(f"{url}: not fetched within {MAX_SECONDS} seconds")
    return b"".join(chunks)


def _media_type(data: bytes, known: str | None) -> str:
    """The media type by the ending or, where that says nothing, by the first bytes."""
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"%pdf-"):
        return "application/pdf"
    if known:
        return known
    return "text/html" if head.startswith((b"<!doctype html", b"<html")) else "text/plain"


def _document(data: bytes, media_type: str, stem: str, where: str) -> Document:
    if not data.strip():
        raise UnreadableDocument(f"{where}: is empty")
    name = slug(stem)
    if not name:
        raise UnreadableDocument(f"{where}: the file name holds no letter or digit to name the document by")
    if media_type == "application/pdf":
        text, meta = read_pdf(data, where)
    elif media_type == "text/html":
        text, meta = read_page(UNSEEN.sub("", decoded(data, where)), where)
    else:
        text = UNSEEN.sub("", decoded(data, where))
        meta = front_matter(text, where)
        if media_type == "text/plain":
            meta = byline(text) | meta
        meta.setdefault("title", _first_heading(text) if media_type == "text/markdown" else None)
    if not text.strip():
        raise UnreadableDocument(f"{where}: holds no text")
    meta["language"] = language_of(text[front_matter_end(text) :], meta.get("language"))
    return Document(slug=name, text=text, media_type=media_type, digest=hashlib.sha256(data).hexdigest(), **meta)


def _first_heading(text: str) -> str | None:
    match = re.search(r"^#[ \t]{1,8}(\S.{0,300})$", text[:20_000], re.MULTILINE)
    return re.sub(r"[*_`]", "", match[1]).strip(" \t\r#") if match else None
