"""Front matter: what a document says of itself in YAML between two lines of dashes."""

from __future__ import annotations

import re
from typing import Any

import yaml

from graph.reading.dates import as_date
from graph.reading.document import UnreadableDocument, one_line

MAX_FRONT_MATTER = 20_000
_FRONT = re.compile(r"---[ \t]*(\r\n|\n|\r)")
_FRONT_END = re.compile(r"(?:^|(?<=[\r\n]))(?:---|\.\.\.)[ \t]*(?:\r\n|\n|\r|$)")
_KEY = re.compile(r"[\"']?[\w-]+[\"']?\s*:(?:\s|$)")


def front_matter_end(text: str) -> int:
    """Where the front matter of a text ends, just past its closing line; 0 if it has none."""
    opening = _FRONT.match(text)
    if not opening:
        return 0
    closing = _FRONT_END.search(text, opening.end(), opening.end() + MAX_FRONT_MATTER)
    if not closing:
        return 0
    lines = (line.strip() for line in text[opening.end() : closing.start()].splitlines())
    first = next((line for line in lines if line and not line.startswith("#")), None)
    return closing.end() if first is None or _KEY.match(first) else 0


def front_matter(text: str, where: str) -> dict[str, Any]:
    """Metadata from YAML between two `---` lines; keys that are not ours are ignored."""
    end = front_matter_end(text)
    if not end:
        return {}
    opening = _FRONT.match(text)
    body = _FRONT_END.sub("", text[opening.end() if opening else 0 : end])
    try:
        rows = yaml.safe_load(body)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = min(mark.line, body.count("\n") - 1) + 2 if mark else 1
        problem = getattr(error, "problem", None) or one_line(error)
        raise UnreadableDocument(f"{where}:{line}: front matter is not YAML: {problem}") from error
    except RecursionError as error:
        raise UnreadableDocument(f"{where}:1: front matter is nested too deeply") from error
    except ValueError as error:  # a date or number that there is not
        raise UnreadableDocument(f"{where}:{_line_of(body, 'date')}: front matter: {one_line(error)}") from error
    if not isinstance(rows, dict):
        return {}
    meta = _metadata(rows, lambda key: f"{where}:{_line_of(body, key)}")
    return {**meta, "restatement": meta.get("restatement", False) or bool(meta.get("source_url"))}


def _line_of(body: str, key: str) -> int:
    match = re.search(rf"^[\"']?{re.escape(key)}[\"']?\s*:", body, re.MULTILINE)
    return body.count("\n", 0, match.start()) + 2 if match else 1


def _metadata(rows: dict[Any, Any], place: Any) -> dict[str, Any]:
    """The keys that a Document has. `place` gives file and line of a key, for errors."""
    meta: dict[str, Any] = {}
    for key, name in {
        "title": "title",
        "publisher": "publisher",
        "lang": "language",
        "language": "language",
        "source_url": "source_url",
        "source_title": "source_title",
    }.items():
        if (value := rows.get(key)) is not None:
            if isinstance(value, (dict, list)):
                raise UnreadableDocument(f"{place(key)}: {key} is not a plain text")
            meta[name] = " ".join(str(value).split()) or None
    if (value := rows.get("restatement")) is not None:
        if not isinstance(value, bool):
            raise UnreadableDocument(f"{place('restatement')}: restatement is neither true nor false")
        meta["restatement"] = value
    for key in ("author", "authors"):
        if (value := rows.get(key)) is not None:
            names = value if isinstance(value, list) else re.split(r"\s*(?:;|,|\band\b)\s*", str(value))
            if not all(isinstance(n, str) for n in names):
                raise UnreadableDocument(f"{place(key)}: {key} is not a list of names")
            meta["authors"] = tuple(n.strip() for n in names if n.strip())
    if (value := rows.get("date")) is not None:
        meta["date"] = as_date(value)
        if meta["date"] is None:
            raise UnreadableDocument(f"{place('date')}: date is not a year, month or day such as 2024-03-25")
    return meta
