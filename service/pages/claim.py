"""The page of a claim: the statement, the words it came from, who said it, and what other sources say."""

from __future__ import annotations

from flask import render_template
from pyoxigraph import RdfFormat, serialize

from service.dataset import Dataset
from service.pages.filters import local
from service.pages.model import Row, claims, rows, stored
from service.pages.reading import parts
from service.pages.statements import against, content, when

FIRMNESS = {"fact": "as a fact", "plan": "as a plan", "report": "as a report", "negated": "as a denial"}


def claim_page(dataset: Dataset, iri: str) -> str | None:
    """The page, or None when there is no such claim."""
    how = rows(dataset, "claim", this=iri)
    if not how:
        return None
    found = claims(dataset, subject=how[0]["subject"], property=how[0]["property"])
    claim = next(row for row in found if row["claim"] == iri)
    alike = [row for row in found if content(row) == content(claim) and row is not claim]
    return render_template(
        "claim.html",
        iri=iri,
        claim=claim,
        context=parts(dataset, local(claim["document"]), [claim], around=claim),
        details=_details(claim, how[0]),
        plan=how[0].get("plan"),
        alike=alike,
        against=against(dataset, iri),
        turtle=_turtle(dataset, iri),
        citation=_citation(claim, iri),
    )


def _turtle(dataset: Dataset, iri: str) -> str:
    """The claim's statements as people read RDF, without the prefixes' declarations."""
    triples = sorted(dataset.construct(stored("data-claim"), this=iri), key=str)
    text = (serialize(triples, format=RdfFormat.TURTLE, prefixes=dataset.prefixes) or b"").decode()
    return "\n".join(line for line in text.splitlines() if not line.startswith("@prefix"))


def _details(claim: Row, how: Row) -> list[tuple[str, str]]:
    known = (
        ("Time", when(claim)),
        ("Over", f"{how['years']} years" if how.get("years") else None),
        ("Kind of car", claim.get("powertrain")),
        ("Region", claim.get("region")),
        ("Said by", claim.get("attributionLabel")),
        ("Review", claim.get("state")),
        ("Origin", claim.get("origin")),
        ("Found by rule", how.get("ruleLabel") or (local(how["rule"]) if how.get("rule") else None)),
        ("Precision of the rule", f"{float(how['precision']):.0%}" if how.get("precision") else None),
        ("Confidence", how.get("confidence")),
        ("In US dollars", f"{float(claim['usd']):,.0f}" if claim.get("usd") else None),
    )
    return [(label, value) for label, value in known if value]


def _citation(claim: Row, iri: str) -> str:
    source = ", ".join(part for part in (claim.get("publisherLabel"), claim.get("issued")) if part)
    title = claim.get("title") or claim["document"]
    restated = ", restated" if claim.get("restated") == "true" else ""
    return (
        f"“{claim['quote']}” ({title}{', ' + source if source else ''}{restated}), "
        f"stated {FIRMNESS[claim['modality']]}. {iri}"
    )
