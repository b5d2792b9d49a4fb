"""Dumps of large graphs, which a change leaves for whoever needs them: written in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

from graph.dumping import missing

_lock = threading.Lock()
_whole: set[Path] = set()


def completed(home: Path) -> None:
    """See that a build has all of its dumps. Raises OSError where they cannot be written."""
    if home in _whole:
        return
    with _lock:
        if missing(home):
            command = [sys.executable, "-m", "graph.dumping", str(home)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 our own module
            if done.returncode:
                raise OSError(f"{home / 'dumps'}: cannot be completed: {' '.join(done.stderr.split())[-300:]}")
        _whole.add(home)
