"""Print the installed distributions that evplans does not need to run: those of tests, checks and bundling."""

from __future__ import annotations

import sys
from importlib.metadata import distribution, distributions

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def needed(name: str) -> set[str]:
    """A distribution and all that it requires here, whatever requires it."""
    found: set[str] = set()
    waiting: list[tuple[str, frozenset[str]]] = [(name, frozenset())]
    seen = set(waiting)
    while waiting:
        current, extras = waiting.pop()
        found.add(canonicalize_name(current))
        for text in distribution(current).requires or ():
            required = Requirement(text)
            marker = required.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
                one = (required.name, frozenset(required.extras))
                if one not in seen:
                    seen.add(one)
                    waiting.append(one)
    return found


if __name__ == "__main__":
    installed = {canonicalize_name(one.metadata["Name"]) for one in distributions()}
    sys.stdout.write("\n".join(sorted(installed - needed("evplans") - {"pip"})) + "\n")
