"""The process that loads a build into memory once and forks query workers, which share that memory.

It runs no threads and opens no disk store, since only such a process forks safely. It is started by `workers.Pool` with
one socket, which carries requests for a worker (answered by a process id with the socket to that worker) and changes of
the store. It ends when the socket closes.

    python -m service.sparql.loader SOCKET BUILD
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

LOCAL, NETWORK, WRITE, DATA = b"l", b"n", b"w", b"d"  # what may be asked of this process
READY, FAILED = b"R", b"E"


def load(build: Path) -> Store:
    """The quads of a build's dumps, in memory."""
    store = Store()
    for dump in sorted((build / "dumps").glob("*.nq.gz")):
        with gzip.open(dump) as quads:
            store.bulk_load(cast(IO[bytes], quads), RdfFormat.N_QUADS)
    return store


def main(descriptor: int, build: Path) -> None:
    """Load, say so, then fork a worker for each request."""
    control = socket.socket(fileno=descriptor)
    try:
        store = load(build)
    except (OSError, SyntaxError, EOFError) as error:
        control.sendall(FAILED + str(error).encode())
        return
    gc.collect()
    gc.freeze()  # objects that live for ever need no visits, which would unshare their pages
    control.sendall(READY)
    reader = frames.Reader(control)
    while True:
        try:
            request, body = reader.next()
        except frames.Broken:
            return
        _reap()
        if request == WRITE:
            _, data = reader.next()
            control.sendall(writes.change(store, json.loads(body), data))
            continue
        ours, theirs = socket.socketpair()
        child = os.fork()
        if child == 0:
            control.close()
            ours.close()
            _work(store, theirs, network=request == NETWORK)
        theirs.close()
        socket.send_fds(control, [str(child).encode()], [ours.fileno()])
        ours.close()


def _work(store: Store, sock: socket.socket, network: bool) -> None:
    try:
        worker.confine(network)
        worker.serve(store, sock)
    finally:
        os._exit(0)


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
