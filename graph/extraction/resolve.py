"""Canonical names of a frame's two ends: brand or company, as the property asks."""

from __future__ import annotations

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
        if thing and frame.property in {
            "supplies",
            "partnersWith",
            "holdsStakeIn",
            "memberOf",
            "subsidiaryOf",
            "holdsRole",
        }:
            thing = company_of(reading, discourse, thing)
    return subject, thing
