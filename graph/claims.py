"""A claim: one atomic statement that a document makes about one subject, and its JSON Lines form.

The keys and their meaning are the claims contract; names are canonical names, not IRIs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

MONEY = frozenset({"USD", "EUR", "JPY", "GBP", "CNY", "KRW", "INR"})
RELATIONS = frozenset(
    """memberOf subsidiaryOf hasBrand makesModel usesPlatform developsPlatform developsBattery usesBattery hasPlan
    partnersWith holdsStakeIn supplies operatesPlant locatedIn offersTechnology holdsRole succeeds""".split()
)
DATED = frozenset({"carbonNeutrality", "launch", "foundedIn"})
TEXTS = frozenset({"country", "bodyStyle"})
UNITS: dict[str, frozenset[str]] = {
    "holdsStakeIn": frozenset({"percent"}),
    "operatesPlant": frozenset({"plants"}),
    "modelCount": frozenset({"models"}),
    "platformCount": frozenset({"platforms"}),
    "investment": MONEY,
    "salesShare": frozenset({"percent"}),
    "salesVolume": frozenset({"vehicles"}),
    "productionVolume": frozenset({"vehicles"}),
    "productionCapacity": frozenset({"GWh", "GWh/year", "vehicles/year"}),
    "costReduction": frozenset({"percent"}),
    "employeeCount": frozenset({"people"}),
    "jobs": frozenset({"people"}),
    "batteryCapacity": frozenset({"kWh"}),
    "drivingRange": frozenset({"km", "mi"}),
    "chargingTime": frozenset({"min"}),
    "chargingPower": frozenset({"kW"}),
    "voltage": frozenset({"V"}),
    "power": frozenset({"kW"}),
    "price": MONEY,
    "rank": frozenset(),
}
QUANTITIES = frozenset(UNITS) - RELATIONS
PROPERTIES = RELATIONS | DATED | TEXTS | QUANTITIES
BOUNDS = ("exact", "about", "at-least", "at-most")
MODALITIES = ("fact", "plan", "report", "negated")
POWERTRAINS = ("battery-electric", "electrified", "hybrid", "plug-in-hybrid", "fuel-cell", "combustion")
BODY_STYLES = (
    "hatchback", "crossover", "sedan", "SUV", "pickup", "van", "minivan", "subcompact", "compact", "city car",
)  # fmt: skip
QUALIFIERS = (
    "bound", "start", "end", "duration_years", "region", "powertrain", "plan", "modality", "attribution",
)  # fmt: skip

Value = int | float | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One row of the contract. `start_char` and `end_char` count code points of the document's text, end exclusive."""

    document: str
    subject: str
    property: str
    object: str | None = None
    value: Value | None = None
    unit: str | None = None
    bound: str | None = None
    start: str | None = None
    end: str | None = None
    duration_years: int | float | None = None
    region: str | None = None
    powertrain: str | None = None
    plan: str | None = None
    modality: str
    attribution: str | None = None
    quote: str
    start_char: int
    end_char: int

    def as_dict(self) -> dict[str, Any]:
        """The claim without the keys that do not apply, in the contract's order."""
        return {f.name: v for f in fields(self) if (v := getattr(self, f.name)) is not None}

    def content(self) -> tuple[Any, ...]:
        """What is claimed and under which qualifiers, wherever in the document it stands."""
        bound = None if self.bound == "exact" else self.bound
        return tuple(
            bound if f.name == "bound" else getattr(self, f.name)
            for f in fields(self)
            if f.name not in {"quote", "start_char", "end_char"}
        )

    def core(self) -> tuple[Any, ...]:
        """What a claim is compared by: document, subject, property, object, value, unit and negated or not."""
        return (
            self.document, self.subject, self.property, self.object, self.value, self.unit, self.modality == "negated",
        )  # fmt: skip

    def digest(self, text: str) -> str:
        """The claim's name in its IRI: 20 hexadecimal digits over content, quote and the quote's occurrence number.

        Offsets are left out, so that a paragraph that moves keeps its claims. `text` is the document's text.
        """
        occurrence = text.count(self.quote, 0, self.start_char + len(self.quote) - 1) if self.quote else 0
        row = {
            k: v
            for k, v in self.as_dict().items()
            if k not in {"start_char", "end_char"} and (k, v) != ("bound", "exact")
        }
        row["occurrence"] = occurrence
        return hashlib.sha256(json.dumps(row, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:20]

    def moved(self, quote: str, start_char: int) -> Claim:
        """The same claim with other evidence."""
        return replace(self, quote=quote, start_char=start_char, end_char=start_char + len(quote))


class ClaimError(ValueError):
    """A row that is no claim; the message says where and why."""


def claim_from(row: object, where: str = "claim") -> Claim:
    """Build a claim from a decoded JSON object. Raises ClaimError, whose message begins with `where`."""
    if not isinstance(row, dict):
        raise ClaimError(f"{where}: not a JSON object")
    known = {f.name for f in fields(Claim)}
    if unknown := sorted(set(row) - known):
        raise ClaimError(f"{where}: unknown keys {', '.join(unknown)}")
    required = ("document", "subject", "property", "modality", "quote", "start_char", "end_char")
    if missing := [k for k in required if row.get(k) is None]:
        raise ClaimError(f"{where}: no {', '.join(missing)}")
    return Claim(**row)


def read_claims(path: Path) -> Iterator[Claim]:
    """The claims of a JSON Lines file. Raises ClaimError with file and line."""
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError as error:
                raise ClaimError(f"{path}:{number}: not JSON: {error}") from error
            yield claim_from(row, f"{path}:{number}")


def to_json_lines(claims: Iterable[Claim]) -> str:
    """Claims as JSON Lines, in the contract's key order."""
    return "".join(json.dumps(c.as_dict(), ensure_ascii=False) + "\n" for c in claims)
