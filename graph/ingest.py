"""Documents that users add: kept in the data folder, beside those of the house."""

from __future__ import annotations

import shutil
from pathlib import Path

from graph import paths
from graph.namespaces import slug
from graph.reading import Document, UnreadableDocument, find_documents, read_document, read_url
from graph.review import SUFFIX


def keep(source: str, data: Path) -> list[Path]:
    """Copy a file, or all documents of a folder, or fetch a page, into the data folder after reading it.

    A document of the same name is replaced, unless it is one of the house. Raises UnreadableDocument.
    """
    folder = data / "documents"
    if source.startswith(("http://", "https://")):
        return [_keep_page(source, folder)]
    path = Path(source)
    found = find_documents(path) if path.is_dir() else [path]
    if not found:
        raise UnreadableDocument(f"{path}: no documents (.md, .txt, .html, .pdf) in this folder")
    return [_keep_file(one, folder) for one in found]


def _keep_page(url: str, folder: Path) -> Path:
    document = read_url(url)
    home = _home(folder, document.slug, ".md")
    home.write_text(_with_front_matter(document, url), encoding="utf-8")
    return home


def _keep_file(path: Path, folder: Path) -> Path:
    """A file with the review beside it, which survives where the new text has the quotes still."""
    document = read_document(path)
    home = _home(folder, document.slug, path.suffix)
    if path.resolve() == home.resolve():
        return home
    shutil.copyfile(path, home)
    review = path.with_name(document.slug + SUFFIX)
    if review.is_file():
        shutil.copyfile(review, home.with_name(review.name))
    return home


def _home(folder: Path, name: str, suffix: str) -> Path:
    """Where a document is kept; what was kept under its name in another format goes."""
    if any(slug(path.stem) == name for path in find_documents(paths.DOCUMENTS)):
        raise UnreadableDocument(f"{name}: a document of this name comes with evplans; rename yours")
    folder.mkdir(parents=True, exist_ok=True)
    for other in find_documents(folder):
        if slug(other.stem) == name and other.suffix != suffix:
            other.unlink()
    return folder / f"{name}{suffix}"


def withdraw(name: str, data: Path) -> None:
    """Delete an ingested document and its review. Raises UnreadableDocument when there is none of that name."""
    folder = data / "documents"
    found = [path for path in find_documents(folder) if slug(path.stem) == name] if folder.is_dir() else []
    if not found:
        raise UnreadableDocument(f"{folder}: no document {name!r} was ingested")
    for path in [*found, folder / (name + SUFFIX)]:
        path.unlink(missing_ok=True)


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
