"""What a benchmark ran on."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from graph.paths import HOUSE

PACKAGES = ("evplans", "pyoxigraph", "oxigraph", "granian", "Flask")


def describe() -> dict[str, str]:
    """The machine, the versions and the commit, as text by name."""
    kilobytes = int(_first(Path("/proc/meminfo"), r"MemTotal:\s*(\d+)") or 0)
    told = {
        "cores": str(os.cpu_count()),
        "processor": _first(Path("/proc/cpuinfo"), r"model name\s*: (.*)"),
        "memory": f"{kilobytes / 1048576:.1f} GiB",
        "system": platform.platform(),
        "python": platform.python_version(),
        "load before": f"{os.getloadavg()[0]:.2f}",
        "commit": _commit(),
    }
    for name in PACKAGES:
        try:
            told[name] = version(name)
        except PackageNotFoundError:
            told[name] = "not installed"
    return told


def _first(path: Path, pattern: str) -> str:
    try:
        match = re.search(pattern, path.read_text(encoding="utf-8"))
    except OSError:
        return ""
    return match[1] if match else ""


def _commit() -> str:
    """The commit of this checkout, with a plus sign where files differ from it."""
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--abbrev=10", "--dirty=+"],  # noqa: S607
            cwd=HOUSE, capture_output=True, text=True, check=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()
