"""The process that loads a build into memory once and forks query workers, which share that memory.

It runs no threads and opens no disk store, since only such a process forks safely. A build that is too large for memory
is not loaded: each worker opens it on the disk, or the `replica` of it that has users' graphs. `workers.Pool` starts it
with one socket, which carries requests for a process that does one kind of work (answered by its id with the socket to
it) and records of changes, which it applies. It ends when the socket closes.

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
from service.sparql.replica import Replica, sweep
from service.sparql.sealing import forbid_sockets
from service.sparql.userlog import Record, UserLogError, read_records

LOCAL, NETWORK = b"l", b"n"  # a worker for queries; one that may ask other servers
TRY, TRY_NETWORK = b"t", b"T"  # a process that tries a change; one that may ask other servers
CHECK = b"c"  # a process that checks data by the shapes
APPLY = b"a"  # apply the record that follows
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
    disk = None
    try:
        if users is not None:
            sweep(users)
        owned = read_build(build)
        if not fits(build):
            disk = Replica(build, users, owned, control)
        whole = Overlay(load(build) if disk is None else Store(), owned)
        for record in read_records(users / "log") if users else ():
            _apply(whole, record, disk)
        if disk is not None:
            disk.show() if whole.revision else disk.pin()
    except (OSError, SyntaxError, ValueError, EOFError, UserLogError) as error:
        control.sendall(FAILED + str(error).encode())
    else:
        gc.collect()
        gc.freeze()  # objects that live for ever need no visits, which would unshare their pages
        control.sendall(READY + str(whole.revision).encode())
        _listen(control, whole, disk)
    finally:
        if disk is not None:
            disk.close()


def _listen(control: socket.socket, whole: Overlay, disk: Replica | None) -> None:
    """Do what is asked until the socket closes, or what is asked cannot be done."""
    reader = frames.Reader(control)
    while True:
        try:
            request, body = reader.next()
            _reap(disk)
            if request == APPLY:
                _apply(whole, Record.read(body), disk)
                if disk is not None:
                    disk.show()
                control.sendall(frames.frame(frames.END))
            else:
                _fork(request, control, whole, disk)
        except frames.Broken:
            return
        except OSError as error:
            sys.stderr.write(f"evplans: {error}\n")
            return


def _apply(whole: Overlay, record: Record, disk: Replica | None) -> None:
    if disk is None:
        whole.apply(record)
    else:
        whole.hide(record, disk.apply(record))


def _fork(request: bytes, control: socket.socket, whole: Overlay, disk: Replica | None) -> None:
    if request == CHECK:
        from service.sparql import checking  # noqa: F401 - slow to import and rarely needed: here, for all copies
    if disk is not None and request in {TRY, TRY_NETWORK}:
        with contextlib.suppress(OSError):  # without it there is no trial, which is told then
            disk.prepare()
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        control.close()
        ours.close()
        _work(request, whole, theirs, disk)
    theirs.close()
    if disk is not None:
        disk.opened(child)
    socket.send_fds(control, [str(child).encode()], [ours.fileno()])
    ours.close()


def _work(request: bytes, whole: Overlay, sock: socket.socket, disk: Replica | None) -> None:
    try:
        files, tries = request in {NETWORK, TRY_NETWORK}, request in {TRY, TRY_NETWORK}
        if disk is not None:
            disk.leave()
            files = files or forbid_sockets()
            if not tries:
                whole.store = Store.read_only(str(disk.store))
            elif reason := disk.trial(whole):
                writes.decline(sock, reason)
                return
        worker.confine(files)
        if tries:
            writes.serve(whole, sock, on_disk=disk is not None)
        elif request == CHECK:
            from service.sparql import checking

            checking.serve(sock)
        else:
            worker.serve(whole, sock)
    finally:
        os._exit(0)


def _reap(disk: Replica | None) -> None:
    with contextlib.suppress(ChildProcessError):
        while child := os.waitpid(-1, os.WNOHANG)[0]:
            if disk is not None:
                disk.ended(child)


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):  # nobody waits for it any more
        main(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]) if sys.argv[3:] else None)
