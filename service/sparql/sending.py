"""An answer is whole before its first byte is sent: what goes wrong still has its status, and the length is known.

So a client can never take a part for the whole. Memory does not grow with the answer, since a long one waits in a file
without a name on the disk of the data; nor does a client that reads slowly keep a worker.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import IO

from service.problems import Problem
from service.sparql.workers import Answer

IN_MEMORY = 1 << 20  # bytes of an answer that are held in memory
LARGEST = 8 << 30  # bytes of an answer, for which there must be room on the disk eight times over
SHARE = 8
PIECE = 256 << 10  # bytes that are sent at a time


class Held:
    """An answer that waits to be sent: its bytes, to be read once, and what is told of it."""

    def __init__(self, answer: Answer, folder: Path) -> None:
        """Take an answer to its end. Raises Problem where it is too large, Failed or Stopped where it fails."""
        self.format, self.revision = answer.format, answer.revision
        self._file: IO[bytes] | None = None
        self._pieces: list[bytes] = []
        self.length = 0
        limit = LARGEST
        if answer.whole is not None and len(answer.whole) <= IN_MEMORY:
            self.length, self._pieces = len(answer.whole), [answer.whole]
            return
        try:
            with closing(answer):
                for piece in answer.pieces:
                    self.length += len(piece)
                    if self.length <= IN_MEMORY:
                        self._pieces.append(piece)
                        continue
                    if self._file is None:
                        self._file = _file(folder)
                        limit = min(LARGEST, shutil.disk_usage(folder).free // SHARE)
                    if self.length > limit:
                        raise Problem(
                            413,
                            "Answer too large",
                            f"An answer may have {limit} bytes; ask for a part of it.",
                            limit=limit,
                        )
                    self._file.write(piece)
        except BaseException:
            self.close()
            raise
        if self._file is not None:
            self._file.seek(0)

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces
        if self._file is not None:
            yield from iter(lambda: self._file.read(PIECE), b"")  # type: ignore[union-attr]

    def sent(self) -> Iterable[bytes]:
        """Its bytes as a server takes them best: a list where they are in memory."""
        return self._pieces if self._file is None else self

    def close(self) -> None:
        """Give the file's room back."""
        if self._file is not None:
            self._file.close()


def _file(folder: Path) -> IO[bytes]:
    """A file without a name, beside the data where that can be written: many systems keep `/tmp` in memory."""
    return tempfile.TemporaryFile(dir=folder if os.access(folder, os.W_OK) else None)
