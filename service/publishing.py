"""Publishing on behalf of the server, in a process of its own: a build forks, and the process that serves has threads.

`publish` starts `python -m service.publisher ACTION NAME`, which answers with one JSON object.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Literal

from graph import paths
from service.settings import Settings

Action = Literal["enter", "keep", "leave"]
PATIENCE = 900  # seconds that a build may take, the wait for another one included


@dataclass(slots=True)
class Outcome:
    """What came of it: the new build with its counts, or why there is none.

    `refused` are the reasons why the document cannot enter, `missing` why there is none to withdraw, `failed` is the
    reason of anything else. In each of these cases the last build stays, and nothing was kept.
    """

    document: str
    build: str | None = None
    seconds: float = 0.0
    claims: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    missing: str | None = None
    failed: str | None = None


def publish(settings: Settings, action: Action, name: str) -> Outcome:
    """Publish the next build: `enter` a document's file again, `keep` a new file and enter it, let one `leave`.

    `name` is the file's absolute path, or for `leave` the document's slug.
    """
    environment = os.environ | {"EVPLANS_DATA": str(settings.data.resolve()), "EVPLANS_BASE": settings.base}
    command = [sys.executable, "-m", "service.publisher", action, name]
    try:
        done = subprocess.run(  # noqa: S603 an action of ours and a name of a file or a slug
            command,
            cwd=paths.HOUSE,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        return Outcome(**json.loads(done.stdout))
    except subprocess.TimeoutExpired:
        return Outcome(name, failed=f"the build was stopped after {PATIENCE} s")
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        return Outcome(name, failed=f"the build broke off: {last}")
