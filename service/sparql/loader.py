"""The process that loads a build into memory once and forks query workers, which share that memory.

It runs no threads and opens no disk store, since only such a process forks safely. A build that is too large for memory
is not loaded: each worker opens it on the disk, and there are no users' graphs then. `workers.Pool` starts it with one
socket, which carries requests for a process that does one kind of work (answered by its id with the socket to it) and
records of changes, which it applies. It ends when the socket closes.

    python -m service.sparql.loader SOCKET BUILD [FOLDER OF USERS' GRAPHS]
"""

from __future__ import annotations

import contextlib
import gc
import gzip
import json
import os
import socket
import sys
from pathlib import Path
from typing import IO, cast

from pyoxigraph import RdfFormat, Store

from service.sparql import frames, worker, writes
from service.sparql.overlay import Overlay, read_build
from service.sparql.userlog import Record, UserLogError, read_records

LOCAL, NETWORK = b"l", b"n"  # a worker for queries; one that may ask other servers
TRY, TRY_NETWORK = b"t", b"T"  # a process that tries a change; one that may ask other servers
CHECK = b"c"  # a process that checks data by the shapes
APPLY = b"a"  # apply the record that follows
TOO_LARGE = "this build is too large for the memory of this machine; users' graphs need one that is loaded"
READY, FAILED = b"R", b"E"

CORES = os.cpu_count() or 1
WORKERS = 4 * CORES  # more than cores: a long query must not keep short ones waiting
LOADED, OWN = 400, 300  # bytes of memory for a quad, and for each worker that read it, since reading counts references
# (measured over a million quads: 385 MB, of which a worker that counted them all had copied 280)


def load(build: Path) -> Store:
    """The quads of a build's dumps, in memory."""
    store = Store()
    for dump in sorted((build / "dumps").glob("*.nq.gz")):
        with gzip.open(dump) as quads:
            store.bulk_load(cast(IO[bytes], quads), RdfFormat.N_QUADS)
    return store


def fits(build: Path) -> bool:
    """Whether a build and all workers take no more than half of the machine's memory. Raises OSError or ValueError."""
    graphs = json.loads((build / "manifest.json").read_text(encoding="utf-8"))["graphs"]
    quads: int = sum(graph["quads"] for graph in graphs.values())
    return quads * (LOADED + WORKERS * OWN) <= os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2


def main(descriptor: int, build: Path, users: Path | None) -> None:
    """Load, say so with the revision of users' graphs, then do what is asked."""
    control = socket.socket(fileno=descriptor)
    try:
        on_disk = None if fits(build) else build / "store"
        whole = Overlay(load(build) if on_disk is None else Store(), read_build(build))
        if on_disk is not None and users and (users / "log").exists():
            sys.stderr.write(f"evplans: {users / 'log'} is kept and not served: {TOO_LARGE}\n")
        for record in read_records(users / "log") if users and on_disk is None else ():
            whole.apply(record)
    except (OSError, SyntaxError, ValueError, EOFError, UserLogError) as error:
        control.sendall(FAILED + str(error).encode())
        return
    gc.collect()
    gc.freeze()  # objects that live for ever need no visits, which would unshare their pages
    control.sendall(READY + str(whole.revision).encode())
    reader = frames.Reader(control)
    while True:
        try:
            request, body = reader.next()
        except frames.Broken:
            return
        _reap()
        if request == APPLY:
            whole.apply(Record.read(body))
            control.sendall(frames.frame(frames.END))
            continue
        if request == CHECK:
            from service.sparql import checking  # noqa: F401 - slow to import and rarely needed: here, for all copies
        ours, theirs = socket.socketpair()
        child = os.fork()
        if child == 0:
            control.close()
            ours.close()
            _work(request, whole, theirs, on_disk)
        theirs.close()
        socket.send_fds(control, [str(child).encode()], [ours.fileno()])
        ours.close()


def _work(request: bytes, whole: Overlay, sock: socket.socket, on_disk: Path | None) -> None:
    try:
        if on_disk is not None and request in {TRY, TRY_NETWORK}:
            reader = frames.Reader(sock)
            for _ in ("what is asked", "its data"):
                reader.next()
            worker.refuse(sock, "evaluation", TOO_LARGE)
            return
        if on_disk is not None:
            whole.store = Store.read_only(str(on_disk))
        worker.confine(request in {NETWORK, TRY_NETWORK})
        if request in {TRY, TRY_NETWORK}:
            writes.serve(whole, sock)
        elif request == CHECK:
            from service.sparql import checking

            checking.serve(sock)
        else:
            worker.serve(whole, sock)
    finally:
        os._exit(0)


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]) if sys.argv[3:] else None)
