"""The pool of query workers as the web process sees it: hands out jobs, passes answers on, replaces the dead."""

from __future__ import annotations

import contextlib
import json
import marshal
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from service.sparql import frames, loader
from service.sparql.loader import CORES, WORKERS
from service.sparql.userlog import Record

LOOK = 0.02  # seconds between looks at a query that runs
SHORT = 0.01  # seconds of processor time for which a query counts as a short one,
IDLE = 0.2  # and seconds in which it may wait for a processor, the disk or another server
ABREAST = max(CORES, 2)  # short queries that run at the same time: more of them only get in each other's way
QUEUE = 64  # requests that may wait for a worker
PATIENCE = 0.3  # seconds of processor time after which a query counts as long and its worker steps back
GRACE = 0.3  # seconds beyond the deadline before a worker is killed from outside
START = 600.0  # seconds that loading a build may take
FREED = "glibc.malloc.tcache_count=2000"  # pieces of each size kept to be used again; with the system's own 7, a third
# of a query's time goes into finding room between what the loaded build has left


class Stopped(RuntimeError):
    """A query was not answered. `reason` is one of `timeout`, `memory`, `overload`, `unavailable`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Failed(RuntimeError):
    """A query that the engine refused. `kind` is one of `syntax`, `format`, `evaluation`."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


@dataclass(slots=True)
class Worker:
    """One worker process and the socket to it."""

    pid: int
    sock: socket.socket
    handle: int | None
    reader: frames.Reader
    slow: bool = False
    age: int = 0  # the revision of users' graphs when it was forked,
    revision: str = ""  # and with the build's name, of all that it holds
    begun: float = 0.0  # its processor time when its job began
    since: float = 0.0  # and the time
    short: bool = True  # whether its job may still turn out a short one

    def __post_init__(self) -> None:
        # the kernel's own timeout: Python's would ask the kernel twice for each message
        wait = struct.pack("ll", 0, int(LOOK * 1e6))
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, wait)

    def spent(self) -> float:
        """Seconds of processor time that it has taken so far."""
        try:
            return time.clock_gettime(~self.pid << 3 | 2)  # Linux: the clock of another process
        except (AttributeError, OSError):
            return time.monotonic()

    def give(self, job: dict[str, Any]) -> None:
        """Have it begin a job."""
        self.begun, self.since = self.spent(), time.monotonic()
        self.sock.sendall(frames.frame(frames.JOB, marshal.dumps(job)))

    def next(self, deadline: float, lasts: Callable[[], None]) -> tuple[bytes, bytes]:
        """Its next message. It steps back when its job takes long. Raises Broken or TimeoutError.

        `lasts` is called as soon as the job is known not to be a short one.
        """
        while True:
            try:
                return self.reader.next()
            except TimeoutError:
                now, spent = time.monotonic(), self.spent() - self.begun
                if now > deadline + GRACE:
                    raise
                if self.short and (spent > SHORT or now - self.since > IDLE):
                    self.short = False
                    lasts()
                if not self.slow and spent > PATIENCE:
                    self.step_back()

    def kill(self) -> None:
        """End the process now. Its id cannot have passed to another, where the system has process handles."""
        with contextlib.suppress(OSError):
            if self.handle is None:
                os.kill(self.pid, signal.SIGKILL)
            else:
                signal.pidfd_send_signal(self.handle, signal.SIGKILL)
        if self.handle is not None:
            os.close(self.handle)
            self.handle = None
        self.sock.close()

    def step_back(self) -> None:
        """Give way to others: a lower priority, which cannot be raised again."""
        self.slow = True
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.pid, 15)


@dataclass(slots=True)
class Answer:
    """The answer of a query: format, pieces, or at once the `whole` of it. Close it, also after an error.

    `revision` is the build that was asked, and how often it was changed since.
    """

    format: str
    revision: str
    pieces: Iterator[bytes]
    whole: bytes | None = None

    def close(self) -> None:
        """Let the worker go; it is killed when it has not finished."""
        if self.whole is None:
            self.pieces.close()  # type: ignore[attr-defined]


@dataclass
class Pool:
    """Workers over one build. Safe to use from several threads."""

    build: Path
    size: int = WORKERS
    queue: int = QUEUE
    users: Path | None = None  # the folder of users' graphs
    _idle: list[Worker] = field(default_factory=list)
    _busy: int = 0
    _short: int = 0
    _line: deque[threading.Lock] = field(default_factory=deque)
    _closed: bool = False
    changes: int = 0

    def __post_init__(self) -> None:
        self.revision = self.build.name  # the revision that the next answer will be of
        self._lock = threading.Lock()
        self._forking = threading.Lock()
        self._control, theirs = socket.socketpair()
        command = [sys.executable, "-m", "service.sparql.loader", str(theirs.fileno()), str(self.build)]
        command += [str(self.users)] if self.users else []
        tunables = ":".join(filter(None, (os.environ.get("GLIBC_TUNABLES"), FREED)))
        self._loader = subprocess.Popen(  # noqa: S603 - our own module
            command,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env=os.environ | {"GLIBC_TUNABLES": tunables},
        )
        theirs.close()
        self._control.settimeout(START)
        told = self._control.recv(4096)
        if told.startswith(loader.READY):
            self._changed_to(int(told[1:]))
        else:
            self.close()
            reason = told[1:].decode() if told else "the loading process ended"
            raise OSError(f"{self.build}: the build cannot be loaded: {reason}")

    def run(self, job: dict[str, Any]) -> Answer:
        """Run a job (see `protocol.Job.message`) within its `seconds`.

        Returns once the answer has begun. Raises Failed or Stopped.
        """
        deadline = time.monotonic() + job["seconds"]
        worker = self._take(deadline, network=job["network"])
        try:
            job["seconds"] = deadline - time.monotonic()
            worker.give(job)
            kind, body = worker.next(deadline, self._one_lasts)
        except (frames.Broken, TimeoutError, OSError) as error:
            self._drop(worker)
            late = time.monotonic() >= deadline - 0.02
            raise Stopped("timeout" if late else "memory") from error
        except BaseException:
            self._drop(worker)
            raise
        if kind == frames.FORMAT:
            return Answer(body.decode(), worker.revision, self._pieces(worker, deadline, network=job["network"]))
        self._give_back(worker, network=job["network"])
        if kind == frames.ERROR:
            told = json.loads(body)
            raise Failed(told["kind"], told["message"])
        name, _, whole = body.partition(b"\n")
        return Answer(name.decode(), worker.revision, iter((whole,)), whole)

    def _changed_to(self, changes: int) -> None:
        self.changes = changes
        self.revision = f"{self.build.name}.{changes}" if changes else self.build.name

    def ask(self, kind: bytes, job: dict[str, Any], data: bytes = b"") -> dict[str, Any]:
        """What a new process of this kind (see `loader`), beside the pool's workers, answers to a job.

        Raises Failed or Stopped.
        """
        deadline = time.monotonic() + job["seconds"]
        try:
            child = self._fork(kind)
        except OSError as error:
            raise Stopped("unavailable") from error
        try:
            child.sock.sendall(frames.frame(frames.JOB, frames.dump(job)) + frames.frame(frames.DATA, data))
            outcome, body = child.next(deadline, lambda: None)
        except OSError as error:
            raise Stopped("timeout" if time.monotonic() >= deadline - 0.02 else "memory") from error
        finally:
            child.kill()
        told: dict[str, Any] = json.loads(body)
        if outcome == frames.ERROR:
            raise Failed(told["kind"], told["message"])
        return told

    def apply(self, record: Record) -> None:
        """Have a record applied to the store; jobs that begin from now on see it. Raises Stopped."""
        try:
            with self._forking:
                self._control.sendall(frames.frame(loader.APPLY, record.text()))
                frames.Reader(self._control).next()
                self._changed_to(record.revision)
        except OSError as error:
            raise Stopped("unavailable") from error
        with self._lock:
            stale, self._idle = self._idle, []
        for worker in stale:
            worker.kill()

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            while self._line:
                self._line.popleft().release()
        for worker in idle:
            worker.kill()
        self._control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._loader.wait(1)
            return
        self._loader.kill()
        self._loader.wait()

    def _pieces(self, worker: Worker, deadline: float, network: bool) -> Iterator[bytes]:
        """Pass pieces on; a worker that is left in the middle of its answer is killed."""
        whole = False
        try:
            while True:
                kind, body = worker.next(deadline, self._one_lasts)
                if kind == frames.END:
                    whole = True
                    return
                if kind == frames.ERROR:
                    raise Failed(**json.loads(body))
                yield body
        except (frames.Broken, TimeoutError) as error:
            raise Stopped("timeout" if time.monotonic() >= deadline - 0.02 else "memory") from error
        finally:
            if whole:
                self._give_back(worker, network=network)
            else:
                self._drop(worker)

    def _take(self, deadline: float, network: bool) -> Worker:
        self._wait(deadline)
        with self._lock:
            while self._idle and not network:
                worker = self._idle.pop()
                if worker.age == self.changes:  # else it is about to be ended: a change was just made
                    worker.short = True
                    return worker
                worker.kill()
        try:
            return self._fork(loader.NETWORK if network else loader.LOCAL)
        except OSError as error:
            self._leave(short=True)
            raise Stopped("unavailable") from error

    def _wait(self, deadline: float) -> None:
        """Take a place among the jobs that run, in the order in which jobs came."""
        with self._lock:
            if self._closed:
                raise Stopped("unavailable")
            if not self._line and self._room():
                self._enter()
                return
            if len(self._line) >= self.queue:
                raise Stopped("overload")
            turn = threading.Lock()
            turn.acquire()
            self._line.append(turn)
        if not turn.acquire(timeout=max(deadline - time.monotonic(), 0)):
            with self._lock:
                if turn in self._line:  # else its turn came at the last moment
                    self._line.remove(turn)
                    raise Stopped("overload")
        if self._closed:
            raise Stopped("unavailable")

    def _room(self) -> bool:
        return self._busy < self.size and self._short < ABREAST

    def _enter(self) -> None:
        self._busy += 1
        self._short += 1

    def _admit(self) -> None:
        """Let those in whose turn it is; called by whoever made room, and holds the lock."""
        while self._line and self._room():
            self._enter()
            self._line.popleft().release()

    def _one_lasts(self) -> None:
        with self._lock:
            self._short -= 1
            self._admit()

    def _fork(self, kind: bytes) -> Worker:
        with self._forking:
            self._control.sendall(frames.frame(kind))
            told, descriptors, _, _ = socket.recv_fds(self._control, 32, 1)
            age, revision = self.changes, self.revision
        if not told or not descriptors:
            raise OSError("the loading process is gone")
        pid, sock = int(told), socket.socket(fileno=descriptors[0])
        try:
            handle = os.pidfd_open(pid)
        except (AttributeError, OSError):  # not Linux
            handle = None
        return Worker(pid, sock, handle, frames.Reader(sock), age=age, revision=revision)

    def _give_back(self, worker: Worker, network: bool) -> None:
        """Keep a worker for the next job, unless it stepped back or may use the network."""
        with self._lock:
            if not (worker.slow or network or self._closed or worker.age < self.changes):
                self._idle.append(worker)
                self._busy -= 1
                self._short -= worker.short
                self._admit()
                return
        self._drop(worker)

    def _drop(self, worker: Worker) -> None:
        worker.kill()
        self._leave(worker.short)

    def _leave(self, short: bool) -> None:
        with self._lock:
            self._busy -= 1
            self._short -= short
            self._admit()
