"""Reading: a file or an address becomes a Document, whose text never changes after this.

Text, Markdown, HTML and PDF. Offsets everywhere count code points of `text`, of which front matter is a part.
"""

from __future__ import annotations

import hashlib
import io
import logging
import re
import time
import tomllib
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from graph.namespaces import slug

MAX_BYTES = 50_000_000
MAX_HTML_BYTES = 10_000_000
MAX_FRONT_MATTER = 20_000
MAX_SECONDS = 60
ENDINGS = {
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".txt": "text/plain",
    ".html": "text/html",
    ".htm": "text/html",
    ".pdf": "application/pdf",
}

_DATA = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
_SMALL_WORDS = {language: frozenset(words.split()) for language, words in _DATA["small_words"].items()}
_MONTHS = "January February March April May June July August September October November December".split()
_MONTH = "|".join(rf"{name[:3]}(?:{name[3:]}|t)?\.?" if name != "May" else name for name in _MONTHS)
_DATE = (
    rf"(?:(?P<month>{_MONTH})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>(?:19|20)\d\d)"
    rf"|(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<month2>{_MONTH}),?\s+(?P<year2>(?:19|20)\d\d)"
    rf"|(?P<month3>{_MONTH}),?\s+(?P<year3>(?:19|20)\d\d)"
    r"|(?P<iso>(?:19|20)\d\d(?:-[01]\d(?:-[0-3]\d)?)?))"
)
_NAME = r"(?P<name>(?-i:[A-Z])[\w.’'-]*(?:\s+(?:(?-i:[A-Z])[\w.’'-]*|de|van|von|der|da|di|bin|al)){1,4}?)"
_BYLINES = [
    re.compile(p.replace("NAME", _NAME).replace("DATE", _DATE) + r"\s*\.?", re.IGNORECASE) for p in _DATA["bylines"]
]
_DATELINES = [re.compile(p.replace("DATE", f"(?i:{_DATE})")) for p in _DATA["datelines"]]
_FULL_DATE = re.compile(_DATE, re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
# marks that show nothing: joins, breaks and directions of writing, which would split a word or a number for a reader
_UNSEEN = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_BROKEN = re.compile(r"\b([^\W\d_]{2,})[-\u2010]\n([^\W\d_]{2,})")
_JOINED = frozenset(_DATA["joined_by_hyphen"].split())
_FRONT = re.compile(r"---[ \t]*(\r\n|\n|\r)")
_FRONT_END = re.compile(r"(?:^|(?<=[\r\n]))(?:---|\.\.\.)[ \t]*(?:\r\n|\n|\r|$)")
_KEY = re.compile(r"[\"']?[\w-]+[\"']?\s*:(?:\s|$)")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A source document. Offsets everywhere count code points of `text`, whose front matter is part of it."""

    slug: str
    text: str
    media_type: str
    digest: str
    title: str | None = None
    publisher: str | None = None
    authors: tuple[str, ...] = ()
    date: str | None = None
    language: str | None = None
    source_url: str | None = None
    source_title: str | None = None
    restatement: bool = False

    @property
    def year(self) -> int | None:
        """The year of the document's date, which has the precision that is known: `2024`, `2024-03` or `2024-03-25`."""
        return int(self.date[:4]) if self.date else None


class UnreadableDocument(ValueError):
    """A document that cannot be read; the message says which file, where in it, why, and what to do."""


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
        raise UnreadableDocument(f"{url}: cannot be fetched: {_one_line(reason)}") from error
    path = Path(urllib.parse.unquote(parts.path))
    known = media_type if media_type in ENDINGS.values() else ENDINGS.get(path.suffix.lower())
    return _document(data, _media_type(data, known), path.stem or parts.hostname, url)


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


def _one_line(error: object) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


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
        text, meta = _pdf(data, where)
    elif media_type == "text/html":
        text, meta = _html(_UNSEEN.sub("", _decoded(data, where)), where)
    else:
        text = _UNSEEN.sub("", _decoded(data, where))
        meta = _front_matter(text, where)
        if media_type == "text/plain":
            meta = _byline(text) | meta
        meta.setdefault("title", _first_heading(text) if media_type == "text/markdown" else None)
    if not text.strip():
        raise UnreadableDocument(f"{where}: holds no text")
    meta["language"] = _language(text[front_matter_end(text) :], meta.get("language"))
    return Document(slug=name, text=text, media_type=media_type, digest=hashlib.sha256(data).hexdigest(), **meta)


def _decoded(data: bytes, where: str) -> str:
    """Bytes as text: by byte-order mark, else UTF-8, else UTF-8 with a few stray bytes, else by the look of them."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", errors="replace")
    elif b"\0" in data:
        raise UnreadableDocument(f"{where}: is a binary file, not text")
    else:
        text = data.decode("utf-8-sig", errors="surrogateescape")
        strays = len(re.findall("[\udc80-\udcff]", text))
        if strays:
            letters = len(text) - strays - sum(byte < 0x80 for byte in data)
            text = _mended(text) if letters > strays else _by_look(data, where)
    if len(_CONTROL.findall(text, 0, 1_000_000)) > min(len(text), 1_000_000) / 100:
        raise UnreadableDocument(f"{where}: is a binary file, not text")
    return re.sub("[\ud800-\udfff]", "�", text)


def _mended(text: str) -> str:
    """UTF-8 into which single bytes of Windows-1252 strayed: those are read as what they are there."""
    return re.sub("[\udc80-\udcff]", lambda m: bytes([ord(m[0]) - 0xDC00]).decode("cp1252", errors="replace"), text)


def _by_look(data: bytes, where: str) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:100_000]).best()
    if best is None:
        raise UnreadableDocument(f"{where}: the encoding is unknown; save it as UTF-8")
    return data.decode(best.encoding, errors="replace")


def _front_matter(text: str, where: str) -> dict[str, Any]:
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
        problem = getattr(error, "problem", None) or _one_line(error)
        raise UnreadableDocument(f"{where}:{line}: front matter is not YAML: {problem}") from error
    except RecursionError as error:
        raise UnreadableDocument(f"{where}:1: front matter is nested too deeply") from error
    except ValueError as error:  # a date or number that there is not
        raise UnreadableDocument(f"{where}:{_line_of(body, 'date')}: front matter: {_one_line(error)}") from error
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
        meta["date"] = _as_date(value)
        if meta["date"] is None:
            raise UnreadableDocument(f"{place('date')}: date is not a year, month or day such as 2024-03-25")
    return meta


def _as_date(value: object) -> str | None:
    """A date of front matter or of a page as `YYYY`, `YYYY-MM` or `YYYY-MM-DD`."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    text = str(value).strip()
    match = _FULL_DATE.match(text)
    return _iso(match) if match and (match.end() == len(text) or text[match.end()] in "T ") else None


def _iso(match: re.Match[str]) -> str | None:
    """A match of _DATE in ISO form; None if there is no such day."""
    if match["iso"]:
        year, month, day = ([int(p) for p in match["iso"].split("-")] + [0, 0])[:3]
    else:
        year = int(match["year"] or match["year2"] or match["year3"])
        name = (match["month"] or match["month2"] or match["month3"])[:3].title()
        month = next(i for i, m in enumerate(_MONTHS, 1) if m.startswith(name))
        day = int(match["day"] or match["day2"] or 0)
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        return None
    return f"{year}" + (f"-{month:02}" if month else "") + (f"-{day:02}" if day else "")


def _byline(text: str) -> dict[str, Any]:
    """Author and date where a line at the head of a plain text or its dateline gives them."""
    meta: dict[str, Any] = {}
    for line in _head_lines(text):
        for pattern in _BYLINES:
            match = pattern.fullmatch(line)
            if not match:
                continue
            groups = match.groupdict()
            if groups.get("name") and "authors" not in meta:
                meta["authors"] = (groups["name"],)
            if "iso" in groups and "date" not in meta and (found := _iso(match)):
                meta["date"] = found
            break
    if "date" not in meta and (found := _dateline(text)):
        meta["date"] = found
    return meta


def _dateline(text: str) -> str | None:
    """The day that opens a report after its place: "OSAKA, 12 July 2023 (Kyodo) - ..."."""
    lines = (line.strip() for line in text[:4000].splitlines())
    for line in [x for x in lines if x][:8]:
        for pattern in _DATELINES:
            match = pattern.match(line[:160])
            if match and (found := _iso(match)):
                return found
    return None


def _head_lines(text: str) -> Iterator[str]:
    lines = (line.strip() for line in text[:4000].splitlines())
    return (line for _, line in zip(range(12), (x for x in lines if x), strict=False) if len(line) <= 160)


def _first_heading(text: str) -> str | None:
    match = re.search(r"^#[ \t]{1,8}(\S.{0,300})$", text[:20_000], re.MULTILINE)
    return re.sub(r"[*_`]", "", match[1]).strip(" \t\r#") if match else None


def _html(source: str, where: str) -> tuple[str, dict[str, Any]]:
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
        raise UnreadableDocument(f"{where}: the page cannot be parsed: {_one_line(error)}") from error
    if not text or not text.strip():
        raise UnreadableDocument(f"{where}: the page holds no main text")
    meta: dict[str, Any] = {}
    if page:
        authors = re.split(r"\s*;\s*", page.author) if page.author else []
        meta = {"title": page.title, "publisher": page.sitename, "authors": tuple(a for a in authors if a)}
        meta |= {"date": _as_date(page.date) if page.date else None, "language": page.language}
    return text, meta


def _pdf(data: bytes, where: str) -> tuple[str, dict[str, Any]]:
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
        raise UnreadableDocument(f"{where}: not a readable PDF: {_one_line(error)}") from error
    text = re.sub("[\0\ud800-\udfff]", "�", "\n\n".join(pages))
    text = _unbroken(_UNSEEN.sub("", text))
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


def _language(text: str, declared: str | None) -> str | None:
    """The language that the text's small words show, else the declared one; `und` for one that we do not know."""
    words = [w.casefold() for w, _ in zip(_words(text), range(3000), strict=False)]
    if len(words) < 40:
        return declared
    shares = {code: sum(w in small for w in words) / len(words) for code, small in _SMALL_WORDS.items()}
    best = max(shares, key=lambda code: shares[code])
    if shares["en"] >= 0.15 and shares["en"] >= shares[best]:
        return declared if declared and declared.lower().startswith("en") else "en"
    if shares[best] >= 0.15:
        return declared if declared and declared.lower().startswith(best) else best
    return declared or "und"


def _words(text: str) -> Iterator[str]:
    return (m[0] for m in _WORD.finditer(text))
