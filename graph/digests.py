"""Digests of sets of N-Quads lines that follow a change without looking at the rest.

A graph's digest is the sum of the SHA-256 of its lines, modulo 2^256: it does not depend on their order, and a line can
be taken out of it. It tells datasets apart; it is no proof against somebody who makes quads to deceive (Bellare and
Micciancio 1997, "A new paradigm for collision-free hashing", on what such sums withstand).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

_MODULUS = 1 << 256


@dataclass(frozen=True, slots=True)
class GraphDigest:
    """How many quads a graph has, and the digest of its lines."""

    quads: int = 0
    value: int = 0

    @classmethod
    def of(cls, lines: Iterable[str]) -> GraphDigest:
        """The digest of lines, each of which stands there once."""
        return cls().including(lines)

    @classmethod
    def read(cls, quads: int, text: str) -> GraphDigest:
        """What `text` wrote."""
        return cls(quads, int(text, 16))

    def including(self, lines: Iterable[str]) -> GraphDigest:
        """The digest with more lines."""
        sums = [int.from_bytes(sha256(line.encode()).digest()) for line in lines]
        return GraphDigest(self.quads + len(sums), (self.value + sum(sums)) % _MODULUS)

    def without(self, lines: Iterable[str]) -> GraphDigest:
        """The digest without lines that it includes."""
        sums = [int.from_bytes(sha256(line.encode()).digest()) for line in lines]
        return GraphDigest(self.quads - len(sums), (self.value - sum(sums)) % _MODULUS)

    @property
    def text(self) -> str:
        """64 hexadecimal digits."""
        return f"{self.value:064x}"


def sizes(graphs: Mapping[str, GraphDigest]) -> str:
    """Size and digest of each graph as JSON; IRIs hold nothing that would have to be escaped there."""
    rows = (f'"{name}": {{"quads": {graphs[name].quads}, "digest": "{graphs[name].text}"}}' for name in sorted(graphs))
    return "{" + ", ".join(rows) + "}"


def build_id(graphs: Mapping[str, GraphDigest]) -> str:
    """The name of a dataset: 16 hexadecimal digits over the names and digests of its graphs."""
    rows = "".join(f"{name} {graphs[name].text}\n" for name in sorted(graphs))
    return sha256(rows.encode()).hexdigest()[:16]
