"""An entity in the words of schema.org, for programs that read a page's head."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from service.pages.filters import local

CONTEXT = "https://schema.org"


def described(
    iri: str, name: str, summary: str, kinds: Iterable[str], names: list[str], same: list[str]
) -> dict[str, Any]:
    """A JSON-LD object; `kinds` are schema.org's classes, `names` other names, `same` what it is elsewhere."""
    found: dict[str, Any] = {
        "@context": CONTEXT,
        "@id": iri,
        "@type": sorted({local(kind) for kind in kinds}) or "Thing",
        "name": name,
        "description": summary,
        "url": iri,
    }
    if names:
        found["alternateName"] = names
    if same:
        found["sameAs"] = same
    return found
