"""A load client: one process, one connection kept alive, as little work of its own as a client can do."""

from __future__ import annotations

import multiprocessing as mp
import os
import socket
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from service.bench.workloads import Draw

ACCEPT = "application/sparql-results+json, application/n-triples"
READY_MADE = 2000  # requests that are made before the clock starts; the rest as they come
PATIENCE = 60.0  # seconds without a byte after which a request counts as failed
_FORK = mp.get_context("fork")


@dataclass(slots=True)
class Load:
    """What clients saw: seconds of each answered request, failures by status (0: no answer), own CPU seconds."""

    latencies: list[float] = field(default_factory=list)
    failures: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0
    cpu: float = 0.0

    def add(self, other: Load) -> None:
        self.latencies += other.latencies
        self.failures += other.failures
        self.seconds = max(self.seconds, other.seconds)
        self.cpu += other.cpu


class Connection:
    """HTTP/1.1 over one socket, opened again after a failure."""

    def __init__(self, port: int, path: str) -> None:
        self._port = port
        self._head = f"GET {path}?query=".encode()
        self._tail = f" HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: {ACCEPT}\r\n\r\n".encode()
        self._sock: socket.socket | None = None
        self._buffer = bytearray()

    def request(self, encoded_query: str) -> bytes:
        """The bytes of a request."""
        return self._head + encoded_query.encode() + self._tail

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send a request; the status and the body of its answer, status 0 where there is none."""
        try:
            if self._sock is None:
                self._sock = socket.create_connection(("127.0.0.1", self._port), PATIENCE)
                self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._sock.sendall(request)
            return self._answer(self._sock)
        except (OSError, ValueError):
            self.close()
            return 0, b""

    def close(self) -> None:
        self._buffer.clear()
        if self._sock is not None:
            self._sock.close()
            self._sock = None

    def _answer(self, sock: socket.socket) -> tuple[int, bytes]:
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            self._receive(sock)
        head = bytes(self._buffer[:end]).lower()
        del self._buffer[: end + 4]
        status = int(head[9:12])
        _, named, rest = head.partition(b"\r\ncontent-length:")
        body = self._take(sock, int(rest.partition(b"\r\n")[0])) if named else self._chunks(sock, head)
        if b"\r\nconnection: close" in head:
            self.close()
        return status, body

    def _chunks(self, sock: socket.socket, head: bytes) -> bytes:
        if b"\r\ntransfer-encoding: chunked" not in head:
            raise ValueError("an answer without a length")
        body = bytearray()
        while True:
            while (end := self._buffer.find(b"\r\n")) < 0:
                self._receive(sock)
            size = int(self._buffer[:end], 16)
            del self._buffer[: end + 2]
            body += self._take(sock, size + 2)[:size]
            if not size:
                return bytes(body)

    def _take(self, sock: socket.socket, size: int) -> bytes:
        while len(self._buffer) < size:
            self._receive(sock)
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _receive(self, sock: socket.socket) -> None:
        received = sock.recv(1 << 16)
        if not received:
            raise ConnectionResetError("the server closed the connection")
        self._buffer += received


def run(port: int, path: str, draw: Draw, clients: int, seconds: float) -> Load:
    """Let `clients` processes send their queries for so long, and add up what they saw."""
    barrier = _FORK.Barrier(clients)
    total, processes = Load(), []
    for client in range(clients):
        ours, theirs = _FORK.Pipe(duplex=False)
        connection = Connection(port, path)
        process = _FORK.Process(
            target=_client, args=(connection, draw.queries(client), seconds, barrier, theirs), daemon=True
        )
        process.start()
        theirs.close()
        processes.append((process, ours))
    try:
        for process, ours in processes:
            total.add(ours.recv())
            process.join()
    finally:
        for process, _ in processes:
            process.kill()
    return total


def _client(connection: Connection, queries: Iterator[str], seconds: float, barrier: Any, out: Any) -> None:
    made = [connection.request(query) for query in islice(queries, READY_MADE)]
    barrier.wait()
    out.send(_load(connection, made, queries, seconds))
    os._exit(0)


def _load(connection: Connection, made: list[bytes], queries: Iterator[str], seconds: float) -> Load:
    seen, clock = Load(), time.perf_counter
    cpu, begun = time.process_time(), clock()
    end, count = begun + seconds, 0
    while (sent := clock()) < end:
        request = made[count] if count < READY_MADE else connection.request(next(queries))
        count += 1
        status, _ = connection.ask(request)
        if status == 200:
            seen.latencies.append(clock() - sent)
        else:
            seen.failures[status] += 1
    seen.seconds = clock() - begun
    seen.cpu = time.process_time() - cpu
    return seen
