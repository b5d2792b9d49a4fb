"""Canonical names of a frame's two ends: brand or company, as the property asks."""

from __future__ import annotations

import re

from graph.extraction.frame import Frame
from graph.extraction.owners import company_of
from graph.extraction.readings import Reading
from graph.extraction.subjects import Discourse

COMPANY_ONLY = frozenset(
    """investment supplies partnersWith holdsStakeIn operatesPlant memberOf subsidiaryOf employeeCount jobs holdsRole
    carbonNeutrality hasBrand productionCapacity developsBattery developsPlatform hasPlan country locatedIn rank
    costReduction foundedIn platformCount""".split()
)


def canonical(frame: Frame, reading: Reading, discourse: Discourse) -> tuple[str, str | None]:
    """Subject and object by their canonical names."""
    subject, thing = frame.subject, frame.object
    if frame.property in COMPANY_ONLY:
        subject = company_of(reading, discourse, subject)
        if (
            thing
            and not as_brand(frame, reading)
            and frame.property
            in {
                "supplies",
                "partnersWith",
                "holdsStakeIn",
                "memberOf",
                "subsidiaryOf",
                "holdsRole",
            }
        ):
            thing = company_of(reading, discourse, thing)
    return subject, thing


def as_brand(frame: Frame, reading: Reading) -> bool:
    """Whether the text says that the brand is meant, not the company: "chief executive of the Volkswagen brand"."""
    text = reading.annotated[frame.index].text[frame.start : frame.end + 8]
    return bool(re.search(r"‹[A-Z]*B[A-Z]*#\d+› (?:brand|marque)\b", text))
