"""Content negotiation: which of a route's formats a request wants, by its Accept header or a suffix.

Werkzeug's own finds nothing for an empty header or for a media type with a profile; both come from real clients.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_RANGE = re.compile(r"""(?:[^,"]|"(?:[^"\\]|\\.)*")+""")
_PARAMETER = re.compile(r""";\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;\s]*)""")


@dataclass(frozen=True, slots=True)
class Offer:
    """A format that a route can give: a short name (also its suffix), its media type, and other names of that type."""

    name: str
    media_type: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Range:
    """One media range of an Accept header with its quality, 0 to 1."""

    type: str
    subtype: str
    quality: float

    def fits(self, media_type: str) -> int:
        """How closely it names this media type: 3 exactly, 2 by `type/*`, 1 by `*/*`, 0 not at all."""
        main, _, sub = media_type.partition("/")
        if (self.type, self.subtype) == (main, sub):
            return 3
        if self.type == main and self.subtype == "*":
            return 2
        return 1 if self.type == self.subtype == "*" else 0


@dataclass(frozen=True, slots=True)
class Choice:
    """The offer that was chosen and the media type to label it with: the one that the client named."""

    offer: Offer
    media_type: str


def ranges(accept: str | None) -> list[Range]:
    """The media ranges of an Accept header; an absent, empty or unreadable one accepts everything.

    Parameters other than `q`, such as `profile`, do not narrow the choice.
    """
    found = []
    for part in _RANGE.findall(accept or ""):
        name, _, _ = part.partition(";")
        main, slash, sub = name.strip().lower().partition("/")
        if slash and main and sub:
            parameters = {key.lower(): value for key, value in _PARAMETER.findall(part)}
            found.append(Range(main, sub, _quality(parameters.get("q", "1"))))
    return found or [Range("*", "*", 1.0)]


def choose(accept: str | None, offers: Sequence[Offer]) -> Choice | None:
    """The best offer for an Accept header, or None when none is acceptable.

    The closest range decides an offer's quality; among equals the range that names a format beats a wildcard, and then
    the earlier offer wins.
    """
    wanted = ranges(accept)
    best, best_rank = None, (0.0, 0)
    for offer in offers:
        for media_type in (offer.media_type, *offer.aliases):
            fit, quality = max(((r.fits(media_type), r.quality) for r in wanted), key=lambda pair: pair[0])
            named = fit == 3 or media_type == offer.media_type  # a wildcard means an offer's own type
            if fit and named and quality > 0 and (quality, fit) > best_rank:
                best, best_rank = Choice(offer, media_type), (quality, fit)
    return best


def _quality(text: str) -> float:
    try:
        quality = float(text)
    except ValueError:
        return 1.0
    return min(max(quality, 0.0), 1.0) if quality == quality else 1.0  # noqa: PLR0124 not a number is unequal to itself
