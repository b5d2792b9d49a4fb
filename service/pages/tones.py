"""The colours of a document's evidence: one for each family of properties, as `tones.toml` has them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path

from service.pages.filters import local
from service.pages.model import Row

FAMILIES: dict[str, dict[str, str]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_TONES = {name: tone for tone, family in FAMILIES.items() for name in family["properties"]}


def tone(iri: object) -> str:
    """The family of a property, by its IRI; empty for a property that belongs to none."""
    return _TONES.get(local(iri), "")


def legend(found: Iterable[Row]) -> list[tuple[str, str]]:
    """The families that occur among claims, each with its name, in their own order."""
    there = {tone(claim["property"]) for claim in found}
    return [(name, family["name"]) for name, family in FAMILIES.items() if name in there]
