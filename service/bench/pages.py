"""How long pages take: `python -m service.bench.pages` prints the 95th percentile for each page type, in milliseconds.

Each page is asked for once, so that the store and the templates are warm, then made anew (nothing that was kept is
given again) and then given again. Beside it stands the largest number of queries that one page took.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import quantiles
from typing import Any

from flask import Flask

from graph.namespaces import EV
from service.app import create_app
from service.dataset import Dataset
from service.pages import answers
from service.settings import Settings

SAMPLE = 40  # things of a page type
ROUNDS = 3
HTML = {"Accept": "text/html"}
FIXED = {
    "home": ["/"],
    "documents": ["/documents"],
    "disagreements": ["/disagreements", "/disagreements?kind=revision"],
    "browse": ["/browse", "/browse?kind=VehicleModel", "/browse?kind=Automaker&page=2", "/browse?kind=Plant"],
    "search": ["/search?q=nissan", "/search?q=nisan+lef", "/search?q=solid+state", "/search?q=zzzz"],
    "suggest": ["/suggest?q=nis", "/suggest?q=renualt"],
    "compare": ["/compare?e=nissan&e=renault&e=toyota", "/compare?e=tesla&e=byd"],
    "ontology": ["/ontology"],
    "term": ["/ontology/Claim", "/ontology/modelCount"],
    "data": ["/dumps/"],
}
KINDS = {"entity": "Entity", "document": "Document", "claim": "Claim"}


@dataclass(frozen=True, slots=True)
class Timing:
    """One page type: 95th percentiles in milliseconds, and the most queries of a page.

    `anew` is how long a page took that was made anew, `computed` the processor's part of it (the rest is waiting for
    other work of the machine), `again` how long one took that was given again.
    """

    name: str
    pages: int
    anew: float
    computed: float
    again: float
    queries: int


@contextmanager
def counted() -> Iterator[list[int]]:
    """Count the queries of the dataset while the block runs: the list's only item."""
    count, plain = [0], {name: getattr(Dataset, name) for name in ("select", "construct", "ask")}

    def counting(asked: Callable[..., Any]) -> Callable[..., Any]:
        def query(*given: Any, **bindings: Any) -> Any:
            count[0] += 1
            return asked(*given, **bindings)

        return query

    try:
        for name, asked in plain.items():
            setattr(Dataset, name, counting(asked))
        yield count
    finally:
        for name, asked in plain.items():
            setattr(Dataset, name, asked)


def forget(app: Flask) -> None:
    """Let the next page be made anew: drop what was kept of answers."""
    kept = app.extensions["evplans.cache"]
    answers._answers.clear()
    kept._entries.clear()
    kept.size = 0


def measured(app: Flask, name: str, paths: list[str]) -> Timing:
    """The timing of one page type."""
    visitor, most = app.test_client(), 0
    anew, computed, again = list[float](), list[float](), list[float]()
    for path in paths:
        visitor.get(path, headers=HTML)
    with counted() as count:
        for path in paths * ROUNDS:
            forget(app)
            before, begun, cpu = count[0], time.perf_counter(), time.process_time()
            visitor.get(path, headers=HTML)
            anew.append((time.perf_counter() - begun) * 1000)
            computed.append((time.process_time() - cpu) * 1000)
            most = max(most, count[0] - before)
            begun = time.perf_counter()
            visitor.get(path, headers=HTML)
            again.append((time.perf_counter() - begun) * 1000)
    return Timing(name, len(paths), _p95(anew), _p95(computed), _p95(again), most)


def pages(dataset: Dataset) -> dict[str, list[str]]:
    """Paths of pages by type: those with the most to show among entities, and others spread evenly."""
    found = dict(FIXED)
    for name, kind in KINDS.items():
        among = f"?thing a/<http://www.w3.org/2000/01/rdf-schema#subClassOf>* <{EV}{kind}>"
        rows = dataset.select(
            f"SELECT ?thing (COUNT(?other) AS ?n) {{ {among} . OPTIONAL {{ ?other ?p ?thing }} }}"
            " GROUP BY ?thing ORDER BY DESC(?n) ?thing"
        )
        things = [str(getattr(row["thing"], "value", "")) for row in rows]
        chosen = list(dict.fromkeys([*things[: SAMPLE // 4], *things[:: max(1, len(things) // SAMPLE)]]))
        found[name] = [iri.replace(dataset.namespace.base, "/") for iri in chosen[:SAMPLE]]
    return found


def _p95(taken: list[float]) -> float:
    return quantiles(taken, n=20, method="inclusive")[-1] if len(taken) > 1 else taken[0]


def main() -> None:
    """Measure the published dataset's pages and print a line for each type."""
    app = create_app(Settings.read())
    with app.app_context():
        dataset = app.extensions["evplans.datasets"].current()
    sys.stdout.write(
        f"{'page type':14} {'pages':>5} {'p95 anew':>9} {'computed':>9} {'p95 again':>10} {'queries':>8}\n"
    )
    for name, paths in pages(dataset).items():
        t = measured(app, name, paths)
        sys.stdout.write(f"{t.name:14} {t.pages:5} {t.anew:9.1f} {t.computed:9.1f} {t.again:10.2f} {t.queries:8}\n")


if __name__ == "__main__":
    main()
