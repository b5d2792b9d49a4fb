"""Runs of workloads, interleaved over the servers, and what came out of them as rows."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Sequence
from decimal import Decimal
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from service.bench import client, engine, servers
from service.bench.client import Connection, Load
from service.bench.servers import BenchError, Server
from service.bench.synthetic import Dataset
from service.bench.workloads import HOSTILE, Draw, Hostile, Template, Workload

ROUNDS = 3
COMPARED = 4  # queries of each kind whose answers are compared
WARM = 0.2  # part of a run's length that each server runs before the first
TIMED = 500  # queries that the engine answers by itself
NUMBERS = {
    "integer",
    "decimal",
    "double",
    "float",
    "int",
    "long",
}  # XML Schema's datatypes that are compared as numbers
Row = dict[str, Any]


def compare_answers(names: Sequence[str], dataset: Dataset, among: Sequence[Server]) -> int:
    """Ask all servers the same queries of each kind and compare; the number of queries. Raises BenchError."""
    connections = [Connection(server.port, server.path) for server in among]
    for name in names:
        template = Template(name, dataset)
        for number in range(COMPARED):
            answers = [_answer(c, template, number, s) for c, s in zip(connections, among, strict=True)]
            for server, answer in zip(among, answers, strict=True):
                if answer != answers[0]:
                    told = f"{among[0].name} and {server.name} answer differently to:\n{template.fill(number)}"
                    raise BenchError(told)
    return len(names) * COMPARED


def _answer(connection: Connection, template: Template, number: int, server: Server) -> Any:
    status, body = connection.ask(connection.request(template.encoded(number)))
    if status != 200:
        said = body.decode(errors="replace")
        raise BenchError(f"{server.name} answers with status {status} to:\n{template.fill(number)}\n{said}")
    return canonical(body)


def canonical(body: bytes) -> Any:
    """An answer so that equal ones are equal: rows and triples have no order, numbers are compared as such."""
    if not body.lstrip().startswith(b"{"):
        return sorted(body.splitlines())
    found = json.loads(body)
    if "boolean" in found:
        return found["boolean"]
    return sorted(sorted((name, *_term(term)) for name, term in row.items()) for row in found["results"]["bindings"])


def _term(term: Row) -> tuple[str, str, str]:
    datatype = str(term.get("datatype", "")).rpartition("#")[2]
    if datatype in NUMBERS:
        return "number", str(Decimal(term["value"]).normalize()), ""
    kind = "iri" if term["type"] == "uri" else "literal"
    return kind, term["value"], datatype + term.get("xml:lang", "")


def run(workload: Workload, dataset: Dataset, among: Sequence[Server], seconds: float, first: int) -> Row:
    """Run a workload on all servers in turn, in rounds; the row of its medians. `first` numbers the first round."""
    seconds *= workload.times
    rounds: dict[str, list[Row]] = {server.name: [] for server in among}
    for server in among:
        _once(server, [(Draw(workload, dataset, first), workload.clients)], seconds * WARM)
    for number in range(1, ROUNDS + 1):
        for server in among if number % 2 else among[::-1]:
            draws = [(Draw(workload, dataset, first + number), workload.clients)]
            rounds[server.name].append(_once(server, draws, seconds))
    row = _row(workload) | {name: _middle(found) for name, found in rounds.items()}
    if workload.engine:
        sources = {"evplans": dataset.file, "oxigraph": dataset.build / "store"}
        queries = list(islice(Draw(workload, dataset, first + ROUNDS + 1).texts(), TIMED))
        for server in among:
            own = engine.apart(engine.query_time, sources[server.name], queries) * 1000
            row[server.name] |= {"engine": own, "adds": row[server.name]["p50"] - own}
    return row


def run_beside_hostile(workload: Workload, dataset: Dataset, server: Server, seconds: float, first: int) -> Row:
    """Run a workload with and without hostile clients in turn; the row of the runs with them, and `beside`."""
    alone, together = [], []
    for number in range(ROUNDS):
        draw = (Draw(workload, dataset, first + number * 2), workload.clients)
        alone.append(_once(server, [draw], seconds))
        draw = (Draw(workload, dataset, first + number * 2 + 1), workload.clients)
        harm = (Hostile(workload, dataset, first + number), HOSTILE)
        together.append(_once(server, [draw, harm], seconds))
    row = _row(workload) | {server.name: _middle(together)}
    without, beside = _middle(alone)["p99"], row[server.name]["p99"]
    row[server.name] |= {"alone": without, "beside": beside / without if beside and without else None}
    return row


def run_load(file: Path, quads: int, folder: Path) -> Row:
    """Load a file and compact the store, in turn with the peer; the row of medians, in quads a second."""
    rounds: dict[str, list[Row]] = {"evplans": [], "oxigraph": []}
    for number in range(ROUNDS if quads <= 2_000_000 else 1):
        seconds, cpu = engine.apart(engine.load, folder / f"evplans-{number}", file)
        rounds["evplans"].append({"rate": quads / seconds, "cpu_seconds": cpu})
        begun, before = time.perf_counter(), _children()
        servers.oxigraph_load(file, folder / f"oxigraph-{number}")
        rounds["oxigraph"].append({"rate": quads / (time.perf_counter() - begun), "cpu_seconds": _children() - before})
    row = {
        "name": "load",
        "title": f"load and compaction of {quads:,} quads, quads/s",
        "clients": 1,
        "peer": "oxigraph",
    }
    return row | {name: _middle(found) for name, found in rounds.items()}


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _row(workload: Workload) -> Row:
    return {"name": workload.name, "title": workload.title, "clients": workload.clients, "peer": workload.peer}


def _once(server: Server, draws: Sequence[tuple[Draw, int]], seconds: float) -> Row:
    """One run: requests/s, percentiles in ms, CPU ms per request of server and client, failed requests."""
    before = server.cpu()
    load: Load = client.run(server.port, server.path, draws, seconds)
    cpu = server.cpu() - before
    ordered = sorted(load.latencies)
    figures: Row = {"rate": len(ordered) / load.seconds, "failures": sum(load.failures.values())}
    if ordered:
        figures |= {
            "p50": ordered[len(ordered) // 2] * 1000,
            "p99": ordered[len(ordered) * 99 // 100] * 1000,
            "cpu": cpu * 1000 / len(ordered),
            "client_cpu": load.cpu * 1000 / len(ordered),
        }
    return figures


def _middle(rounds: Sequence[Row]) -> Row:
    """The medians of what rounds showed; failures are added up."""
    names = dict.fromkeys(name for figures in rounds for name in figures)
    middle: Row = {name: median(figures[name] for figures in rounds if name in figures) for name in names}
    if "failures" in middle:
        middle["failures"] = sum(figures["failures"] for figures in rounds)
    return middle
