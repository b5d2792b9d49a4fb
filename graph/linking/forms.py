"""The forms in which other datasets write names that are plain here: `Nissan Motor Corporation`, `Toyota Corolla`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path

FORMS: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "forms.toml").read_text(encoding="utf-8"))


def forms(names: Iterable[str], kinds: Iterable[str], owner: str) -> list[str]:
    """Other forms of the names of a thing of these kinds (with all wider ones); `owner` is its parent's name or ""."""
    patterns = [p for kind in sorted(kinds) for p in FORMS.get(kind, ()) if owner or "{owner}" not in p]
    known = list(names)
    found = [pattern.format(name=name, owner=owner) for name in known for pattern in patterns]
    return [name for name in dict.fromkeys(found) if name not in known]


def shortened(name: str, owners: Iterable[str]) -> str | None:
    """A product's name without its maker's at its beginning, as some datasets have it, or None."""
    for owner in owners:
        if name.startswith(owner + " ") and len(name) - len(owner) > 3:
            return name[len(owner) + 1 :]
    return None
