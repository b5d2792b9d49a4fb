"""Users' graphs over a build that is read from the disk: a copy of its store, made by hard links, to which they go.

The engine answers a query from one store, so both must be in one. A process of its own, the keeper, writes the copy and
after each change makes a snapshot of it, by hard links again, which workers open for reading. A change costs what it
writes, however large the build is. The copy is no record: it is made anew from the log by whoever serves next.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, NoReturn

from pyoxigraph import Quad, Store

from service.sparql import frames, overlay
from service.sparql.overlay import Overlay, Owned
from service.sparql.userlog import Record

FOLDER = "served-"  # the folder of a copy is called so, with something random behind it
LOCK = "lock"  # the file in it that whoever made it holds, with all that were forked from it
APPLY, SHOW = b"a", b"s"  # apply the record that follows; make a snapshot
DIED = "the process that keeps users' graphs beside the build is gone"


class Replica:
    """The copy as the process sees it that forks workers. `store` is the folder that they open."""

    def __init__(self, build: Path, users: Path | None, owned: Owned, *closing: socket.socket) -> None:
        """`closing` is what the keeper must not hold."""
        self.store = build / "store"
        self._build, self._users, self._owned = self.store, users, owned
        self._closing = closing
        self._folder: Path | None = None
        self._lock: IO[bytes] | None = None
        self._sock: socket.socket | None = None
        self._keeper = 0  # its process
        self._opened: dict[int, Path] = {}  # what each of the workers that run has opened

    def pin(self) -> None:
        """Keep the build's files for workers, also when it is removed; where that cannot be, go without."""
        with suppress(OSError):
            self.prepare()
            assert self._folder is not None
            home = self._folder / "build"
            child = os.fork()  # this process must open no store
            if child == 0:
                try:
                    Store.read_only(str(self._build)).backup(str(home))
                    os._exit(0)
                finally:
                    os._exit(1)
            if os.waitpid(child, 0)[1] == 0:
                self.store = home

    def apply(self, record: Record) -> list[Quad]:
        """Do what a record says; those of its quads that the build holds too. Raises OSError."""
        if self._sock is None:
            self._begin()
        return list(overlay.quads(self._ask(APPLY, record.text()).decode()))

    def show(self) -> None:
        """Have workers from now on see what was applied. Raises OSError."""
        left, self.store = self.store, Path(os.fsdecode(self._ask(SHOW)))
        self._tidy(left)

    def prepare(self) -> None:
        """Make the folder of copies, and hold it until this process and its workers end. Raises OSError."""
        if self._folder is None:
            if self._users is not None:
                self._users.mkdir(parents=True, exist_ok=True)
            with _alone(self._users):
                folder = Path(tempfile.mkdtemp(prefix=FOLDER, dir=self._users))
                self._lock = (folder / LOCK).open("wb")
                fcntl.flock(self._lock, fcntl.LOCK_EX)
            self._folder = folder

    def opened(self, worker: int) -> None:
        """A worker has been forked."""
        self._opened[worker] = self.store

    def ended(self, worker: int) -> None:
        """A worker has ended: what no other needs is removed."""
        if self._folder is not None:
            shutil.rmtree(self._folder / f"trial-{worker}", ignore_errors=True)
        self._tidy(self._opened.pop(worker, self.store))

    def trial(self, whole: Overlay) -> str:
        """Give an overlay in a forked process a copy of what there is now, which it may write, or tell why not."""
        if self._folder is None:
            return f"{self._users} cannot be written; let this user write there"
        try:
            whole.store = _writable(self.store, self._folder / f"trial-{os.getpid()}")
        except OSError as error:
            return f"there can be no copy to try the change in: {error}"
        return ""

    def leave(self) -> None:
        """Let go of the keeper's socket, as each forked process must: it ends when the last one has."""
        if self._sock is not None:
            self._sock.close()

    def close(self) -> None:
        """Remove all copies when the last worker has ended; who is killed meanwhile leaves that to the next `sweep`."""
        self.leave()
        for child in (*self._opened, *filter(None, [self._keeper])):
            with suppress(ChildProcessError):
                os.waitpid(child, 0)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _begin(self) -> None:
        self.prepare()
        assert self._folder is not None
        ours, theirs = socket.socketpair()
        self._keeper = os.fork()
        if self._keeper == 0:
            for other in (ours, *self._closing):
                other.close()
            _keep(self.store, self._folder, self._owned, theirs)
        theirs.close()
        self._sock = ours

    def _ask(self, kind: bytes, body: bytes = b"") -> bytes:
        assert self._sock is not None
        try:
            self._sock.sendall(frames.frame(kind, body))
            told, answer = frames.Reader(self._sock).next()
        except OSError as error:
            raise OSError(DIED) from error
        if told == frames.ERROR:
            raise OSError(f"users' graphs cannot be laid beside the build: {answer.decode()}")
        return answer

    def _tidy(self, store: Path) -> None:
        if store not in {self._build, self.store, *self._opened.values()}:
            shutil.rmtree(store, ignore_errors=True)


def sweep(users: Path) -> None:
    """Remove the copies that processes have left which were killed."""
    with suppress(OSError), _alone(users):
        for folder in users.glob(FOLDER + "*"):
            with suppress(OSError), (folder / LOCK).open("wb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)


@contextmanager
def _alone(users: Path | None) -> Iterator[None]:
    """Let nobody sweep a folder that is being made."""
    handle = os.open(users or tempfile.gettempdir(), os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _keep(build: Path, folder: Path, owned: Owned, sock: socket.socket) -> NoReturn:
    """Write the copy and make snapshots of it until the other side closes."""
    reader = frames.Reader(sock)
    whole, shown = None, 0
    try:
        while True:
            asked, body = reader.next()
            try:
                whole = whole or Overlay(_writable(build, folder / "live"), owned)
                if asked == APPLY:
                    answer = overlay.text(whole.apply(Record.read(body))).encode()
                else:
                    shown += 1
                    answer = os.fsencode(folder / str(shown))
                    whole.store.backup(os.fsdecode(answer))
            except (OSError, RuntimeError) as error:
                sock.sendall(frames.frame(frames.ERROR, str(error).encode()))
            else:
                sock.sendall(frames.frame(frames.END, answer))
    except OSError:
        pass
    finally:
        os._exit(0)


def _writable(store: Path, home: Path) -> Store:
    """A copy of a store, by hard links."""
    Store.read_only(str(store)).backup(str(home))
    return Store(str(home))
