"""The embedded home of a dataset: an Oxigraph store in a build's directory, opened read-only."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import Quad, Store


class StoreError(RuntimeError):
    """A store that cannot be opened; the message says which and what to do."""


def write_store(path: Path, quads: Iterable[Quad]) -> None:
    """Make a compacted store of these quads in a new directory."""
    store = Store(str(path))
    store.bulk_extend(quads)
    store.optimize()
    store.flush()


def open_store(path: Path) -> Store:
    """Open the store of a finished build for reading. Raises StoreError when it is missing or damaged."""
    if not path.is_dir():
        raise StoreError(f"{path}: no store there; run `evplans build`")
    try:
        return Store.read_only(str(path))
    except OSError as error:
        raise StoreError(f"{path}: the store cannot be read ({error}); run `evplans build` again") from error
