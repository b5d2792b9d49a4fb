"""What reading makes: a document, or one clear line on why there is none."""

from __future__ import annotations

from dataclasses import dataclass


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


def one_line(error: object) -> str:
    """What an error says, on one line and not too long; its kind where it says nothing."""
    return " ".join(str(error).split())[:200] or type(error).__name__
