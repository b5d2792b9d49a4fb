"""What claims state, read from the quads that describe them. Claims that state the same are one statement.

Two claims bear on each other by what they state, so a change looks at statements, of which there are far fewer than
claims, and from each to a few of its witnesses: the claims that make it, the earliest first.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Quad

from graph.namespaces import DCT, EV, PROV
from graph.terms import iri

LEADING = 3  # witnesses of a statement that are held against all witnesses of another
UNDATED = "undated"  # comes after every date, as in rules/leading.rq
_DOCUMENT, _ISSUED, _ISSUED_YEAR = PROV + "wasDerivedFrom", DCT + "issued", EV + "issuedYear"
_FIELDS = {
    EV + name: name
    for name in (
        "subject", "property", "modality", "object", "value", "role", "unit", "bound", "start", "startYear", "end",
        "endYear", "durationYears", "powertrain", "plan", "exchangeRate",
    )
} | {_DOCUMENT: "document"}  # fmt: skip
_COMPARED = ("bound", "start", "durationYears", "powertrain", "plan", "exchangeRate")


class Statement(NamedTuple):
    """What a claim states: IRIs, literals' texts, None where nothing is said. `others` are the qualifiers by which
    statements are told apart and nothing else, as in rules/comparable.rq."""

    subject: str
    property: str
    modality: str
    object: str | None
    value: str | None
    unit: str | None
    role: str | None
    end: str | None
    year: str | None
    others: str

    def number(self) -> int:
        """A digest of 63 bits."""
        digest = blake2b(json.dumps(self).encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") >> 1

    def denies(self) -> bool:
        """Whether this says that something is not so."""
        return self.modality.endswith("/negated")


class Witness(NamedTuple):
    """A claim that makes a statement. Witnesses of one statement sort by the dates of their documents."""

    statement: Statement
    issued: str
    claim: str
    document: str


def witnesses(quads: Iterable[Quad]) -> Iterator[Witness]:
    """The claims that these quads describe, with their documents and what follows from each claim alone."""
    told: dict[str, dict[str, str]] = defaultdict(dict)
    places: dict[str, set[str]] = defaultdict(set)
    dates: dict[str, dict[str, str]] = defaultdict(dict)
    for quad in quads:
        predicate, value = quad.predicate.value, quad.object
        if not isinstance(value, NamedNode | Literal):
            continue
        if name := _FIELDS.get(predicate):
            told[iri(quad.subject)][name] = value.value
        elif predicate == EV + "region":
            places[iri(quad.subject)].add(value.value)
        elif predicate in {_ISSUED, _ISSUED_YEAR}:
            dates[iri(quad.subject)][predicate] = value.value
    for claim, fields in told.items():
        if "modality" in fields:
            document = fields["document"]
            said = _statement(fields, places[claim], dates[document].get(_ISSUED_YEAR))
            yield Witness(said, dates[document].get(_ISSUED, UNDATED), claim, document)


def _statement(fields: Mapping[str, str], places: set[str], issued: str | None) -> Statement:
    regions = sorted(place for place in places if not place.endswith("/id/global"))
    where = [regions[0], regions[-1], str(len(regions))] if regions else []
    begun = fields.get("startYear", issued)
    until = begun if "durationYears" in fields and "endYear" not in fields else None
    others = json.dumps([*(fields.get(name) for name in _COMPARED), until, *where])
    known = ("subject", "property", "modality", "object", "value", "unit", "role", "end", "endYear")
    return Statement(*(fields.get(name) for name in known), others)  # type: ignore[arg-type,call-arg]
