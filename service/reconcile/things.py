"""The things of the build that is served, read once for each build."""

from __future__ import annotations

import threading
from pathlib import Path

from graph.linking.things import Things, read_things
from graph.store.embedded import open_store
from service.dataset import current

_kept: dict[Path, Things] = {}
_lock = threading.Lock()


def things() -> Things:
    """The things of the current build. Raises NoDataset."""
    dataset = current()
    found = _kept.get(dataset.home)
    if found is None:
        with _lock:
            found = _kept.get(dataset.home)
            if found is None:
                found = read_things(open_store(dataset.home / "store"), dataset.namespace)
                _kept.clear()
                _kept[dataset.home] = found
    return found
