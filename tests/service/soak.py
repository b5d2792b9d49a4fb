"""Half an hour of everything at once: queries, pages in a browser's manner, hostile queries, and builds.

    python -m tests.service.soak [SECONDS]

Prints every minute, or every tenth of a shorter run: memory and open files of the server with all its processes, and
the median and 99th percentile of light queries. Ends with status 1 where the last figures are above the first by more
than the limits below, or where an answer had a status that it should not have.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from contextlib import suppress
from pathlib import Path
from statistics import median, quantiles

from tests.service.published import make_build, quads
from tests.service.test_kills import descendants
from tests.service.test_server import running

GROWTH = 1.3  # of memory and of open files, beyond which they count as growing
DRIFT = 3.0  # of the median, on a machine that has other work too
LIGHT = "SELECT ?o {{ id:thing-{} ev:parent ?o }}"
HOSTILE = (
    "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c",
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }",
    "SELECT FOO",
    "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
)
PAGES = (
    "/",
    "/documents",
    "/search?q=thing",
    "/id/thing-1",
    "/id/thing-2.ttl",
    "/sparql",
    "/graph/facts",
    "/dumps/",
    "/browse",
)
EXPECTED = {"light": {200}, "page": {200}, "hostile": {400, 403, 503}}


class Load:
    """What clients do and see."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.done = threading.Event()
        self.times: list[float] = []
        self.seen: Counter[tuple[str, int]] = Counter()

    def ask(self, kind: str, path: str) -> None:
        """Send one request and note its outcome."""
        request = urllib.request.Request(
            self.address + path, headers={"Accept": "text/html" if kind == "page" else "*/*"}
        )
        begun = time.perf_counter()
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                answer.read()
                status = answer.status
        except urllib.error.HTTPError as error:
            status = error.code
            error.close()
        except OSError:
            status = 0
        if kind == "light":
            self.times.append(time.perf_counter() - begun)
        self.seen[kind, status] += 1

    def light(self) -> None:
        """Queries with a new text each."""
        while not self.done.wait(0.01):
            query = LIGHT.format(random.randrange(50)) + f" # {random.random()}"
            self.ask("light", f"/sparql?{urllib.parse.urlencode({'query': query})}")

    def pages(self) -> None:
        """Pages, one after another."""
        while not self.done.wait(0.05):
            self.ask("page", random.choice(PAGES))

    def hostile(self) -> None:
        """Queries that are to be stopped or refused."""
        while not self.done.wait(0.5):
            self.ask("hostile", f"/sparql?{urllib.parse.urlencode({'query': random.choice(HOSTILE), 'timeout': '1'})}")


def builds(data: Path, done: threading.Event) -> None:
    """Publish a build every few seconds; older ones are removed as publishing does."""
    number = 0
    while not done.wait(5):
        number += 1
        make_build(data, f"build-{number}", quads())
        old = data / "builds" / f"build-{number - 3}"
        if old.is_dir():
            shutil.rmtree(old)


def say(*cells: str) -> None:
    """Print a row at once."""
    sys.stdout.write("  ".join(cell.rjust(10) for cell in cells) + "\n")
    sys.stdout.flush()


def memory(pids: list[int]) -> float:
    """MiB that these processes have to themselves or share among them."""
    total = 0
    for pid in pids:
        with suppress(OSError):
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total / 1024


def files(pids: list[int]) -> int:
    """Open files of these processes."""
    count = 0
    for pid in pids:
        with suppress(OSError):
            count += len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return count


def main(seconds: float) -> int:
    """Run, print, and tell whether all stayed flat: an exit status."""
    rows: list[tuple[float, int, float]] = []
    with tempfile.TemporaryDirectory(prefix="evplans-soak-") as folder:
        data = Path(folder)
        make_build(data, "first", quads())
        with running(data) as (address, process):
            load = Load(address)
            work = [load.light, load.light, load.pages, load.hostile, lambda: builds(data, load.done)]
            threads = [threading.Thread(target=one) for one in work]
            for thread in threads:
                thread.start()
            end, step = time.monotonic() + seconds, min(60.0, seconds / 10)
            say("seconds", "MiB", "files", "median ms", "p99 ms", "queries")
            while time.monotonic() < end:
                time.sleep(step)
                pids, times = descendants(process.pid), load.times
                load.times = []
                rows.append((memory(pids), files(pids), median(times) * 1000))
                mib, opened, middle = rows[-1]
                late = quantiles(times, n=100)[98] * 1000
                now = seconds - end + time.monotonic()
                say(*(f"{figure:.1f}" for figure in (now, mib, opened, middle, late, len(times))))
            load.done.set()
            for thread in threads:
                thread.join()
    say(*(f"{kind} {status}: {count}" for (kind, status), count in sorted(load.seen.items())))
    return verdict(rows, load.seen)


def verdict(rows: list[tuple[float, int, float]], seen: Counter[tuple[str, int]]) -> int:
    """What grew, or had an outcome that it should not have had; 1 if anything did."""
    third = max(1, len(rows) // 3)
    faults = [f"{kind}: status {status}" for kind, status in seen if status not in EXPECTED[kind]]
    for place, (name, limit) in enumerate((("memory", GROWTH), ("open files", GROWTH), ("latency", DRIFT))):
        begin, end = (median(row[place] for row in part) for part in (rows[:third], rows[-third:]))
        if end > limit * begin:
            faults.append(f"{name} grew from {begin:.1f} to {end:.1f}")
    say("; ".join(faults) or "flat")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if sys.argv[1:] else 1800))
