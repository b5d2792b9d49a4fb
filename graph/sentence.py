"""A claim as one short English sentence, from templates kept as data."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from graph.claims import DATED, TEXTS, Claim, Value

_TEMPLATES = Path(__file__).with_name("sentences.toml")
_LARGE = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"))


@cache
def _templates() -> dict[str, Any]:
    return tomllib.loads(_TEMPLATES.read_text(encoding="utf-8"))


def sentence(claim: Claim) -> str:
    """The claim in words: `Nissan is to bring out 23 electrified models by 2030, under Nissan Ambition 2030`."""
    templates = _templates()
    verbs = templates["property"].get(claim.property, {"is": f"{claim.property} {{value}}", "to": claim.property})
    if claim.value is None:
        verbs = templates["without-value"].get(claim.property, verbs)
    phrases = {
        "fact": verbs["is"],
        "plan": "is to " + verbs["to"],
        "report": "is reported to " + verbs["to"],
        "negated": _denied(verbs),
    }
    phrase = phrases[claim.modality].format(
        object=claim.object or amount(claim),
        value=amount(claim),
        role=claim.value,
        kind=f"{claim.powertrain} " if claim.powertrain else "",
    )
    words = f"{claim.subject} {phrase}"
    if claim.powertrain and claim.powertrain not in words:
        words += f" ({claim.powertrain})"
    return " ".join((words + _circumstances(claim)).split())


def _denied(verbs: dict[str, str]) -> str:
    auxiliary, _, rest = verbs["is"].partition(" ")
    return f"{auxiliary} not {rest}" if auxiliary in {"is", "was"} else "does not " + verbs["to"]


def amount(claim: Claim) -> str:
    """The claim's value with bound and unit: `about 18 billion US dollars`, or an empty text."""
    if claim.value is None:
        return ""
    if claim.property in TEXTS:
        return str(claim.value)
    templates = _templates()
    unit = templates["unit"].get(claim.unit or "", claim.unit or "")
    bound = templates["bound"].get(claim.bound or "", "")
    return f"{bound}{figure(claim.value)} {unit}".strip()


def figure(value: Value) -> str:
    """A number as people write it: `23 billion`, `500,000`, `43.4`."""
    if isinstance(value, str):
        return value
    for size, name in _LARGE:
        if value >= size and round(value / size, 3) == value / size:
            return f"{value / size:,.10g} {name}"
    return f"{value:,}" if value == int(value) else f"{value:,.10g}"


def _circumstances(claim: Claim) -> str:
    parts = []
    if claim.region:
        parts.append(" worldwide" if claim.region == "global" else f" in {claim.region}")
    if claim.start and claim.end:
        parts.append(f" from {claim.start} to {claim.end}")
    elif claim.start:
        parts.append(f" from {claim.start}")
    elif claim.end:
        event = claim.modality == "fact" or claim.property in DATED
        parts.append(f" {'in' if event and len(claim.end) < 10 else 'on' if event else 'by'} {claim.end}")
    if claim.duration_years:
        parts.append(f" over {claim.duration_years:g} years")
    if claim.plan:
        parts.append(f", under {claim.plan}")
    if claim.attribution:
        parts.append(f", according to {claim.attribution}")
    return "".join(parts)
