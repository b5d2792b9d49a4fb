"""A load client: one process, one connection kept alive, as little work of its own as a client can do."""

from __future__ import annotations

import multiprocessing as mp
import os
import socket
import struct
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from service.bench.workloads import Draw

ACCEPT = "application/sparql-results+json, application/n-triples"
READY_MADE = 400  # requests for each second of a run that are made before its clock starts; the rest as they come
PATIENCE = 60.0  # seconds without a byte after which a request counts as failed
PIECE = 1 << 16  # bytes that are received at once
Receive = Callable[[int], bytes]
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
        self._unread = b""

    def request(self, encoded_query: str) -> bytes:
        """The bytes of a request."""
        return self._head + encoded_query.encode() + self._tail

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send a request; the status and the body of its answer, status 0 where there is none."""
        try:
            if self._sock is None:
                self._sock = self._open()
            self._sock.sendall(request)
            return self._answer(self._sock.recv)
        except (OSError, ValueError):
            self.close()
            return 0, b""

    def close(self) -> None:
        self._unread = b""
        if self._sock is not None:
            self._sock.close()
            self._sock = None

    def _open(self) -> socket.socket:
        sock = socket.create_connection(("127.0.0.1", self._port), PATIENCE)
        sock.settimeout(None)  # the system keeps the time: a timeout of Python's would double the calls to it
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", int(PATIENCE), 0))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    def _answer(self, receive: Receive) -> tuple[int, bytes]:
        while (end := self._unread.find(b"\r\n\r\n")) < 0:
            self._more(receive)
        head, self._unread = self._unread[:end].lower(), self._unread[end + 4 :]
        _, named, rest = head.partition(b"\r\ncontent-length:")
        if named:
            body = self._take(receive, int(rest.partition(b"\r\n")[0]))
        elif b"\r\ntransfer-encoding: chunked" in head:
            body = b"".join(iter(lambda: self._chunk(receive), b""))
        else:
            raise ValueError("an answer without a length")
        if b"\r\nconnection: close" in head:
            self.close()
        return int(head[9:12]), body

    def _chunk(self, receive: Receive) -> bytes:
        while (end := self._unread.find(b"\r\n")) < 0:
            self._more(receive)
        size, self._unread = int(self._unread[:end], 16), self._unread[end + 2 :]
        return self._take(receive, size + 2)[:size]

    def _take(self, receive: Receive, size: int) -> bytes:
        if len(self._unread) < size:
            pieces, missing = [self._unread], size - len(self._unread)
            while missing > 0:
                pieces.append(_some(receive))
                missing -= len(pieces[-1])
            self._unread = b"".join(pieces)
        taken, self._unread = self._unread[:size], self._unread[size:]
        return taken

    def _more(self, receive: Receive) -> None:
        self._unread += _some(receive)


def _some(receive: Receive) -> bytes:
    received = receive(PIECE)
    if not received:
        raise ConnectionResetError("the server closed the connection")
    return received


def run(port: int, path: str, draws: Sequence[tuple[Draw, int]], seconds: float) -> Load:
    """Let clients send their queries for so long; add up what those of the first draw saw.

    `draws` are queries with the number of clients, each a process, that send them.
    """
    turns = [(draw.queries(client), draw is draws[0][0]) for draw, clients in draws for client in range(clients)]
    barrier = _FORK.Barrier(len(turns))
    total, processes = Load(), []
    try:
        for queries, counted in turns:
            ours, theirs = _FORK.Pipe(duplex=False)
            arguments = (Connection(port, path), queries, seconds, barrier, theirs)
            process = _FORK.Process(target=_client, args=arguments, daemon=True)
            process.start()
            theirs.close()
            processes.append((process, ours, counted))
        for process, ours, counted in processes:
            seen = ours.recv()
            process.join()
            if counted:
                total.add(seen)
    finally:
        for process, _, _ in processes:
            process.kill()
    return total


def _client(connection: Connection, queries: Iterator[str], seconds: float, barrier: Any, out: Any) -> None:
    made = [connection.request(query) for query in islice(queries, int(seconds * READY_MADE))]
    barrier.wait()
    out.send(_load(connection, made, queries, seconds))
    os._exit(0)


def _load(connection: Connection, made: list[bytes], queries: Iterator[str], seconds: float) -> Load:
    seen, clock = Load(), time.perf_counter
    cpu, begun = time.process_time(), clock()
    end, count = begun + seconds, 0
    while (sent := clock()) < end:
        request = made[count] if count < len(made) else connection.request(next(queries))
        count += 1
        status, _ = connection.ask(request)
        if status == 200:
            seen.latencies.append(clock() - sent)
        else:
            seen.failures[status] += 1
    seen.seconds = clock() - begun
    seen.cpu = time.process_time() - cpu
    return seen
