"""PDF files, page by page."""

from __future__ import annotations

import io
import logging
import re
import time
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

from graph.reading.decoding import UNSEEN
from graph.reading.document import UnreadableDocument, one_line

MAX_SECONDS = 60
_BROKEN = re.compile(r"\b([^\W\d_]{2,})[-\u2010]\n([^\W\d_]{2,})")
_DATA = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
_JOINED = frozenset(_DATA["joined_by_hyphen"].split())


def read_pdf(data: bytes, where: str) -> tuple[str, dict[str, Any]]:
    """The text of a PDF page by page, and its title and author. Its own dates are those of the file, so not taken."""
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    deadline = time.monotonic() + MAX_SECONDS
    pages: list[str] = []
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableDocument(f"{where}: the PDF needs a password")
        for page in reader.pages:
            pages.append(page.extract_text())
            if time.monotonic() > deadline:
                raise UnreadableDocument(f"{where}: the PDF takes longer than {MAX_SECONDS} seconds to read")
        info = reader.metadata
        title, author = (str(info.title or ""), str(info.author or "")) if info else ("", "")
    except UnreadableDocument:
        raise
    except Exception as error:  # the library raises whatever the file provokes in it
        raise UnreadableDocument(f"{where}: not a readable PDF: {one_line(error)}") from error
    text = re.sub("[\0\ud800-\udfff]", "�", "\n\n".join(pages))
    text = _unbroken(UNSEEN.sub("", text))
    if not text.strip():
        raise UnreadableDocument(f"{where}: the PDF holds no text; if it is a scan, run it through text recognition")
    return text, {"title": title.strip() or None, "authors": (author.strip(),) if author.strip() else ()}


def _unbroken(text: str) -> str:
    """A text without the hyphens that only the ends of lines put into its words: those whose two parts stand together
    elsewhere, and where neither form does, those that begin with a small letter after the break."""
    words = Counter(m[0].casefold() for m in re.finditer(r"[^\W\d_]+(?:-[^\W\d_]+)*", text))

    def whole(match: re.Match[str]) -> str:
        first, second = match[1], match[2]
        compound, plain = f"{first}-{second}".casefold(), (first + second).casefold()
        kept = first.casefold() in _JOINED or not second[0].islower() or words[compound] > words[plain]
        return f"{first}-{second}" if kept else first + second

    return _BROKEN.sub(whole, text)
