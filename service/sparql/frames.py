"""Messages between the web process and a query worker: a kind, a length, and that many bytes.

No Flask here and nothing slow to import: the worker's side uses this module too.
"""

from __future__ import annotations

import json
import socket
import struct
from typing import Any

HEAD = struct.Struct("!cI")

JOB = b"J"  # web to worker: a query to run, as Python marshals it; what others than workers are to do is JSON
FORMAT = b"F"  # worker to web: the format that follows
WHOLE = b"W"  # a small answer in one message: its format, a line break, its bytes
DATA = b"D"  # a piece of the answer
END = b"."  # the answer is whole
ERROR = b"X"  # the query failed: JSON with `kind` and `message`

PIECE = 64 * 1024
FIRST = 16 * 1024  # bytes of room for a message whose length is not known yet: most are small
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Broken(ConnectionError):
    """The other side is gone."""


def frame(kind: bytes, body: bytes | bytearray = b"") -> bytes:
    """One message as bytes."""
    return HEAD.pack(kind, len(body)) + body


def dump(value: Any) -> bytes:
    """A JSON value as bytes."""
    return _encode(value).encode()


class Reader:
    """Takes messages off a socket. Many small ones arrive with one system call."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.buffer = bytearray()

    def next(self) -> tuple[bytes, bytes]:
        """The next message. Raises Broken at the end of the stream, TimeoutError where the socket has a timeout."""
        if not self.buffer:
            received = self._receive(FIRST)
            if len(received) >= HEAD.size:
                kind, length = HEAD.unpack_from(received)
                if len(received) == HEAD.size + length:
                    return kind, received[HEAD.size :]
            self.buffer += received
        self._fill(HEAD.size)
        kind, length = HEAD.unpack_from(self.buffer)
        self._fill(HEAD.size + length)
        body = bytes(self.buffer[HEAD.size : HEAD.size + length])
        del self.buffer[: HEAD.size + length]
        return kind, body

    def _fill(self, size: int) -> None:
        while len(self.buffer) < size:
            self.buffer += self._receive(max(PIECE, size - len(self.buffer)))

    def _receive(self, size: int) -> bytes:
        try:
            received = self.sock.recv(size)
        except BlockingIOError as error:  # a socket whose timeout is the kernel's
            raise TimeoutError from error
        except TimeoutError:
            raise
        except OSError as error:
            raise Broken(str(error)) from error
        if not received:
            raise Broken("closed")
        return received


class Writer:
    """A binary file that an engine serialises into: its pieces go out as messages, after one that names the format.

    Nothing is sent before a piece is full or the answer whole, so that an early failure can still be told as one.
    """

    def __init__(self, sock: socket.socket, format_name: str) -> None:
        self.sock = sock
        self.format_name = format_name
        self.head = frame(FORMAT, format_name.encode())
        self.buffer = bytearray()

    def write(self, data: bytes) -> int:
        self.buffer += data
        if len(self.buffer) >= PIECE:
            self._send(frame(DATA, self.buffer))
            self.buffer.clear()
        return len(data)

    def flush(self) -> None:
        """Nothing: the engine asks for it at the end of an answer, which `finish` sends."""

    def finish(self) -> None:
        """Send what is left and the mark that the answer is whole; one that is small goes as one message."""
        if self.head:
            self.sock.sendall(frame(WHOLE, self.format_name.encode() + b"\n" + self.buffer))
        else:
            self._send((frame(DATA, self.buffer) if self.buffer else b"") + frame(END))

    def _send(self, message: bytes) -> None:
        self.sock.sendall(self.head + message)
        self.head = b""
