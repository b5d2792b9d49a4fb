"""HTML pages, by their main content."""

from __future__ import annotations

import logging
import re
from typing import Any

from graph.reading.dates import as_date
from graph.reading.document import UnreadableDocument, one_line

MAX_HTML_BYTES = 10_000_000


def read_page(source: str, where: str) -> tuple[str, dict[str, Any]]:
    """The main content of a page as Markdown, and what the page says of itself."""
    import trafilatura

    if len(source) > MAX_HTML_BYTES:
        raise UnreadableDocument(
            f"{where}: a page of more than {MAX_HTML_BYTES // 1_000_000} MB; save its text instead"
        )
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    dates = {"original_date": True, "extensive_search": False, "outputformat": "%Y-%m-%d"}
    try:
        page = trafilatura.extract_metadata(source, date_config=dates)
        text = trafilatura.extract(
            source, output_format="markdown", include_comments=False, include_tables=True, include_formatting=True
        )
    except Exception as error:  # the library raises whatever the page provokes in it
        raise UnreadableDocument(f"{where}: the page cannot be parsed: {one_line(error)}") from error
    if not text or not text.strip():
        raise UnreadableDocument(f"{where}: the page holds no main text")
    meta: dict[str, Any] = {}
    if page:
        authors = re.split(r"\s*;\s*", page.author) if page.author else []
        meta = {"title": page.title, "publisher": page.sitename, "authors": tuple(a for a in authors if a)}
        meta |= {"date": as_date(page.date) if page.date else None, "language": page.language}
    return text, meta
