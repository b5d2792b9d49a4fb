"""Runs of workloads, interleaved over the servers, and what came out of them as rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

from service.bench import client
from service.bench.client import Connection, Load
from service.bench.servers import BenchError, Server
from service.bench.synthetic import Dataset
from service.bench.workloads import Draw, Template, Workload

ROUNDS = 3
COMPARED = 4  # queries of each kind whose answers are compared
WARM = 0.2  # part of a run's length that each server runs before the first
Row = dict[str, Any]
Progress = Callable[[str], None]


def compare_answers(workloads: Sequence[Workload], dataset: Dataset, servers: Sequence[Server]) -> int:
    """Ask all servers the same queries of every kind and compare; the number of queries. Raises BenchError."""
    names = dict.fromkeys(name for workload in workloads for name in workload.queries)
    connections = [Connection(server.port, server.path) for server in servers]
    for name in names:
        template = Template(name, dataset)
        for number in range(COMPARED):
            answers = [_answer(c, template, number, s) for c, s in zip(connections, servers, strict=True)]
            for server, answer in zip(servers[1:], answers[1:], strict=True):
                if answer != answers[0]:
                    raise BenchError(
                        f"{servers[0].name} and {server.name} answer differently to:\n{template.fill(number)}"
                    )
    return len(names) * COMPARED


def _answer(connection: Connection, template: Template, number: int, server: Server) -> Any:
    status, body = connection.ask(connection.request(template.encoded(number)))
    if status != 200:
        raise BenchError(
            f"{server.name} answers {status} to:\n{template.fill(number)}\n{body.decode(errors='replace')}"
        )
    return canonical(body)


def canonical(body: bytes) -> Any:
    """An answer so that equal ones are equal: rows and triples have no order."""
    if not body.startswith(b"{"):
        return sorted(body.splitlines())
    found = json.loads(body)
    if "boolean" in found:
        return found["boolean"]
    return sorted(json.dumps(row, sort_keys=True) for row in found["results"]["bindings"])


def run(workload: Workload, dataset: Dataset, servers: Sequence[Server], seconds: float, first: int) -> Row:
    """Run a workload on all servers in turn, in rounds; the row of its medians. `first` numbers the first round."""
    rounds: dict[str, list[Row]] = {server.name: [] for server in servers}
    for server in servers:
        warm = Draw(workload, dataset, first)
        client.run(server.port, server.path, warm, workload.clients, seconds * WARM)
    for number in range(1, ROUNDS + 1):
        for server in servers if number % 2 else servers[::-1]:
            draw = Draw(workload, dataset, first + number)
            before = server.cpu()
            load = client.run(server.port, server.path, draw, workload.clients, seconds)
            rounds[server.name].append(_figures(load, server.cpu() - before))
    row: Row = {"name": workload.name, "title": workload.title, "clients": workload.clients}
    for name, found in rounds.items():
        row[name] = {key: _middle([figures[key] for figures in found]) for key in found[0]}
        row[name]["failures"] = sum(figures["failures"] for figures in found)
    return row


def _figures(load: Load, cpu: float) -> Row:
    """What one run showed: requests/s, percentiles in ms, CPU ms per request of server and client."""
    ordered = sorted(load.latencies)
    done = len(ordered) or None
    return {
        "rate": len(ordered) / load.seconds if load.seconds else 0.0,
        "p50": ordered[len(ordered) // 2] * 1000 if done else None,
        "p99": ordered[len(ordered) * 99 // 100] * 1000 if done else None,
        "cpu": cpu * 1000 / done if done else None,
        "client_cpu": load.cpu * 1000 / done if done else None,
        "failures": sum(load.failures.values()),
    }


def _middle(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
