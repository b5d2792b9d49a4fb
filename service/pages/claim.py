"""The page of a claim: the statement, the words it came from, who said it, and what other sources say."""

from __future__ import annotations

from flask import render_template

from service.dataset import Dataset
from service.pages.model import Row, claims, rows

CONTEXT = 240
FIRMNESS = {"fact": "as a fact", "plan": "as a plan", "report": "as a report", "negated": "as a denial"}


def claim_page(dataset: Dataset, iri: str) -> str | None:
    """The page, or None when there is no such claim."""
    found = claims(dataset, claim=iri)
    if not found:
        return None
    claim = found[0]
    how = rows(dataset, "claim", this=iri)
    return render_template(
        "claim.html",
        iri=iri,
        claim=claim,
        context=_context(dataset, claim),
        details=_details(claim, how[0] if how else {}),
        relations=rows(dataset, "relations", this=iri),
        citation=_citation(claim, iri),
    )


def _context(dataset: Dataset, claim: Row) -> dict[str, str]:
    text = dataset.text(claim["document"].rsplit("/", 1)[-1])
    start, end = int(claim["startChar"]), int(claim["endChar"])
    before, after = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    return {"before": ("…" if start > CONTEXT else "") + before, "after": after + ("…" if after else "")}


def _details(claim: Row, how: Row) -> list[tuple[str, str]]:
    known = (
        ("From", claim.get("start")),
        ("By", claim.get("end")),
        ("Over", f"{how['years']} years" if how.get("years") else None),
        ("Kind of car", claim.get("powertrain")),
        ("Region", claim.get("region")),
        ("Plan", how.get("planLabel")),
        ("Said by", claim.get("attributionLabel")),
        ("Review", claim.get("state")),
        ("Origin", claim.get("origin")),
        ("Found by rule", how.get("ruleLabel") or (how["rule"].rsplit("/", 1)[-1] if how.get("rule") else None)),
        ("Precision of the rule", how.get("precision")),
        ("Confidence", how.get("confidence")),
        ("In US dollars", f"{float(claim['usd']):,.0f}" if claim.get("usd") else None),
    )
    return [(label, value) for label, value in known if value]


def _citation(claim: Row, iri: str) -> str:
    source = ", ".join(part for part in (claim.get("publisherLabel"), claim.get("issued")) if part)
    title = claim.get("title") or claim["document"]
    return f"“{claim['quote']}” ({title}{', ' + source if source else ''}), stated {FIRMNESS[claim['modality']]}. {iri}"
