"""Workloads as data: which queries are sent, how many clients send them, and whether any is sent twice."""

from __future__ import annotations

import bisect
import itertools
import math
import random
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from urllib.parse import quote

from graph.namespaces import EV
from service.bench.synthetic import CLAIMS_EACH, FIRST_YEAR, LAST_YEAR, NAMES, PROPERTIES, Dataset

HERE = Path(__file__).parent
HOSTILE = 2  # clients that mean harm, where a workload has any
REPEATED = 100  # queries of a workload that repeats
DISTINCT = 1000  # queries of a workload that repeats by Zipf's law
NUMBERS = 10_000_019  # limits, all above the rows that any query has: they make queries differ
LOWEST = 1_000_000
_PARAMETER = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True, slots=True)
class Workload:
    """One line of the table: which templates take turns, drawn how, sent by how many clients."""

    name: str
    title: str
    queries: tuple[str, ...]
    draw: str
    clients: int
    peer: str = "oxigraph"
    engine: bool = False
    hostile: tuple[str, ...] = ()
    times: int = 1  # a run's length, in runs of the others


def workloads() -> list[Workload]:
    """The workloads of workloads.toml, in its order."""
    rows = tomllib.loads((HERE / "workloads.toml").read_text(encoding="utf-8"))["workload"]
    lists = ("queries", "hostile")
    return [Workload(**{**row, **{name: tuple(row.get(name, ())) for name in lists}}) for row in rows]


class Template:
    """A query with holes, filled by number: different numbers give different queries, until all are used up."""

    def __init__(self, name: str, dataset: Dataset) -> None:
        self.name = name
        self.text = (HERE / "queries" / f"{name}.rq").read_text(encoding="utf-8")
        self._pieces = _PARAMETER.split(self.text)
        self._encoded = [quote(piece, safe="") if i % 2 == 0 else piece for i, piece in enumerate(self._pieces)]
        choices = _choices(dataset)
        self._choices = [choices[name] for name in self._pieces[1::2]]
        self.size = math.prod(size for size, _ in self._choices)
        self._step = _coprime(self.size)

    def fill(self, number: int) -> str:
        """The query of that number as text."""
        return self._join(self._pieces, self._values(number))

    def encoded(self, number: int) -> str:
        """The same, percent-encoded for the address of a request."""
        return self._join(self._encoded, [quote(value, safe="") for value in self._values(number)])

    def _values(self, number: int) -> list[str]:
        place, values = number * self._step % self.size, []
        for size, value in self._choices:
            place, rest = divmod(place, size)
            values.append(value(rest))
        return values

    @staticmethod
    def _join(pieces: list[str], values: list[str]) -> str:
        return "".join(itertools.chain.from_iterable(itertools.zip_longest(pieces[::2], values, fillvalue="")))


class Draw:
    """The queries of one run of a workload. `run` tells runs apart: each has queries of its own."""

    RUN = 1_000_003  # numbers set apart for each run; a prime, lest every run begin with the same values

    def __init__(self, workload: Workload, dataset: Dataset, run: int) -> None:
        self._templates = [Template(name, dataset) for name in workload.queries]
        self._first = run * self.RUN
        self._workload = workload
        self._made: dict[int, str] = {}

    def texts(self) -> Iterator[str]:
        """The queries of a first client as text, without end."""
        return (self._template(number).fill(self._place(number)) for number in self._numbers(0))

    def queries(self, client: int) -> Iterator[str]:
        """The queries of one client, percent-encoded, without end."""
        return (self._query(number) for number in self._numbers(client))

    def _query(self, number: int) -> str:
        if self._workload.draw == "different":
            return self._template(number).encoded(self._place(number))
        if number not in self._made:  # drawn again and again: a client is to be busy asking
            self._made[number] = self._template(number).encoded(self._place(number))
        return self._made[number]

    def _template(self, number: int) -> Template:
        return self._templates[number % len(self._templates)]

    def _place(self, number: int) -> int:
        return self._first + number // len(self._templates)

    def _numbers(self, client: int) -> Iterator[int]:
        clients = self._workload.clients
        match self._workload.draw:
            case "different":
                return itertools.count(client, clients)
            case "repeated":
                return itertools.islice(itertools.cycle(range(REPEATED)), client * REPEATED // clients, None)
            case "same":
                return itertools.repeat(0)
        return _zipf(random.Random(f"{self._first}.{client}"))  # noqa: S311 the same draw each time is the point


class Hostile(Draw):
    """Queries that mean harm, for a second each: so a run is over soon after its end."""

    def __init__(self, workload: Workload, dataset: Dataset, run: int) -> None:
        super().__init__(replace(workload, queries=workload.hostile, clients=HOSTILE), dataset, run)

    def _query(self, number: int) -> str:
        return super()._query(number) + "&timeout=1"


def _zipf(dice: random.Random) -> Iterator[int]:
    sums = list(itertools.accumulate(1 / rank for rank in range(1, DISTINCT + 1)))
    while True:
        yield bisect.bisect(sums, dice.random() * sums[-1])


def _choices(dataset: Dataset) -> dict[str, tuple[int, Callable[[int], str]]]:
    """For each parameter the number of its values and the value of a number."""
    shape, papers = dataset.shape, dataset.documents
    return {
        "claim": (papers * CLAIMS_EACH, lambda i: shape.claim(*divmod(i, CLAIMS_EACH))),
        "document": (papers, lambda i: NAMES.document(f"paper-{i}")),
        "maker": (shape.makers, lambda i: NAMES.entity(f"maker-{i}")),
        "model": (shape.models, lambda i: NAMES.entity(f"model-{i}")),
        "property": (len(PROPERTIES), lambda i: EV + PROPERTIES[i]),
        "year": (LAST_YEAR - FIRST_YEAR + 1, lambda i: str(FIRST_YEAR + i)),
        "number": (NUMBERS, lambda i: str(LOWEST + i)),
    }


@cache
def _coprime(size: int) -> int:
    """A step near the golden section of `size` that visits every number below it once."""
    step = max(1, round(size * 0.618))
    while math.gcd(step, size) != 1:
        step += 1
    return step
