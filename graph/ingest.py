"""Documents that users add: kept in the data folder, beside those of the house."""

from __future__ import annotations

import shutil
from pathlib import Path

from graph.reading import Document, UnreadableDocument, read_document, read_url


def keep(source: str, data: Path) -> Path:
    """Copy a file, or fetch a page, into the data folder after reading it. Raises UnreadableDocument.

    A document of the same name is replaced.
    """
    folder = data / "documents"
    if source.startswith(("http://", "https://")):
        document = read_url(source)
        folder.mkdir(parents=True, exist_ok=True)
        home = folder / f"{document.slug}.md"
        home.write_text(_with_front_matter(document, source), encoding="utf-8")
        return home
    path = Path(source)
    read_document(path)
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copyfile(path, folder / path.name))


def withdraw(slug: str, data: Path) -> None:
    """Delete an ingested document and its review. Raises UnreadableDocument when there is none of that name."""
    found = sorted(p for p in (data / "documents").glob(f"{slug}.*") if p.stem in {slug, f"{slug}.review"})
    if not found:
        raise UnreadableDocument(f"{data / 'documents'}: no document {slug!r} was ingested")
    for path in found:
        path.unlink()


def _with_front_matter(document: Document, url: str) -> str:
    import yaml

    known = {
        "title": document.title,
        "publisher": document.publisher,
        "authors": list(document.authors) or None,
        "date": document.date,
        "language": document.language,
        "fetched_from": url,
    }
    head = yaml.safe_dump({k: v for k, v in known.items() if v}, allow_unicode=True, sort_keys=False)
    return f"---\n{head}---\n\n{document.text}"
