"""The process that loads a build into memory once and forks query workers, which share that memory.

It runs no threads and opens no disk store, since only such a process forks safely. It is started by `workers.Pool` with
one socket, which carries requests for a process that does one kind of work (answered by its id with the socket to it)
and records of changes, which it applies. It ends when the socket closes.

    python -m service.sparql.loader SOCKET BUILD [FOLDER OF USERS' GRAPHS]
"""

from __future__ import annotations

import contextlib
import gc
import gzip
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
READY, FAILED = b"R", b"E"


def load(build: Path) -> Store:
    """The quads of a build's dumps, in memory."""
    store = Store()
    for dump in sorted((build / "dumps").glob("*.nq.gz")):
        with gzip.open(dump) as quads:
            store.bulk_load(cast(IO[bytes], quads), RdfFormat.N_QUADS)
    return store


def main(descriptor: int, build: Path, users: Path | None) -> None:
    """Load, say so with the revision of users' graphs, then do what is asked."""
    control = socket.socket(fileno=descriptor)
    try:
        whole = Overlay(load(build), read_build(build))
        for record in read_records(users / "log") if users else ():
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
            _work(request, whole, theirs)
        theirs.close()
        socket.send_fds(control, [str(child).encode()], [ours.fileno()])
        ours.close()


def _work(request: bytes, whole: Overlay, sock: socket.socket) -> None:
    try:
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
