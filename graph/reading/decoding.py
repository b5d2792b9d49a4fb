"""Bytes as text, in whatever encoding they came."""

from __future__ import annotations

import re

from graph.reading.document import UnreadableDocument

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
# marks that show nothing: joins, breaks and directions of writing, which would split a word or a number for a reader
UNSEEN = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


def decoded(data: bytes, where: str) -> str:
    """Bytes as text: by byte-order mark, else UTF-8, else UTF-8 with a few stray bytes, else by the look of them."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", errors="replace")
    elif b"\0" in data:
        raise UnreadableDocument(f"{where}: is a binary file, not text")
    else:
        text = data.decode("utf-8-sig", errors="surrogateescape")
        strays = len(re.findall("[\udc80-\udcff]", text))
        if strays:
            letters = len(text) - strays - sum(byte < 0x80 for byte in data)
            text = _mended(text) if letters > strays else _by_look(data, where)
    if len(_CONTROL.findall(text, 0, 1_000_000)) > min(len(text), 1_000_000) / 100:
        raise UnreadableDocument(f"{where}: is a binary file, not text")
    return re.sub("[\ud800-\udfff]", "�", text)


def _mended(text: str) -> str:
    """UTF-8 into which single bytes of Windows-1252 strayed: those are read as what they are there."""
    return re.sub("[\udc80-\udcff]", lambda m: bytes([ord(m[0]) - 0xDC00]).decode("cp1252", errors="replace"), text)


def _by_look(data: bytes, where: str) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:100_000]).best()
    if best is None:
        raise UnreadableDocument(f"{where}: the encoding is unknown; save it as UTF-8")
    return data.decode(best.encoding, errors="replace")
