"""Checks of rules and lexicon: patterns compile, names are unique, every example yields its claim, nothing is dead."""

from __future__ import annotations

from collections import Counter
from typing import Any

from graph.claims import PROPERTIES, UNITS, Claim
from graph.extraction.dead import dead_entries
from graph.extraction.evaluate import same
from graph.extraction.lexicon import RULES, table
from graph.extraction.pipeline import RuleExtractor
from graph.extraction.readings import read
from graph.extraction.rules import RuleError, compiled, read_rows
from graph.reading import Document
from graph.register import Register, load_register


def lint(register: Register | None = None) -> list[str]:
    """All problems, one line each; none means that rules and lexicon are sound."""
    broken = compile_problems()
    if broken:
        return broken
    extractor = RuleExtractor(register or load_register())
    return [*identity_problems(), *dead_entries(), *example_problems(extractor)]


def rows() -> list[tuple[str, dict[str, Any]]]:
    """Every rule with its kind."""
    return [(kind, row) for kind in ("pattern", "quantity", "plant") for row in read_rows(kind)]


def compile_problems() -> list[str]:
    """Patterns that do not compile."""
    found = []
    for _, rule in rows():
        for key in ("pattern", "before", "after", "near", "exclude", "not_after", "not_before"):
            try:
                compiled(rule.get(key), f"{rule['id']} ({key})")
            except RuleError as error:
                found.append(str(error))
    for shape in table("names")["shape"]:
        try:
            compiled(shape["pattern"], shape["id"])
        except RuleError as error:
            found.append(str(error))
    return found


def identity_problems() -> list[str]:
    """Ids used twice, properties and units that the contract does not have, rules without an example."""
    counts = Counter(rule["id"] for _, rule in rows())
    found = [f"rule {rule}: the id is used {n} times" for rule, n in counts.items() if n > 1]
    for kind, rule in rows():
        if kind != "plant" and rule["property"] not in PROPERTIES:
            found.append(f"rule {rule['id']}: no property {rule['property']}")
        unit = rule.get("unit")
        if unit and unit not in UNITS.get(rule["property"], frozenset()) | {"vehicles", "GWh"}:
            found.append(f"rule {rule['id']}: {rule['property']} takes no {unit}")
        if not rule.get("example"):
            found.append(f"rule {rule['id']}: no example in {RULES.name}/")
    return found


def example_problems(extractor: RuleExtractor) -> list[str]:
    """Rules whose example does not yield the claim that stands beside it, found by that rule."""
    found = []
    for kind, rule in rows():
        example = rule.get("example")
        if not example:
            continue
        reading = read(document_of(example["text"]), extractor.gazetteer, extractor.shapes)
        mine = [c.claim for c in extractor.propose(reading) if c.rule == rule["id"]]
        wanted = {"object": example["name"]} if kind == "plant" else {k: v for k, v in example.items() if k != "text"}
        if not any(fits(claim, wanted) for claim in mine):
            found.append(f"rule {rule['id']}: its example yields {[short(c) for c in mine]}, not {wanted}")
    for shape in table("names")["shape"]:
        reading = read(document_of(shape["example"]["text"]), extractor.gazetteer, extractor.shapes)
        names = [m.name for m in reading.mentions]
        if shape["example"]["name"] not in names:
            found.append(f"shape {shape['id']}: its example yields {names}, not {shape['example']['name']}")
    return found


def document_of(text: str) -> Document:
    """An example as a document."""
    return Document(slug="example", text=text, media_type="text/markdown", digest="", date="2021-06-15", language="en")


def fits(claim: Claim, wanted: dict[str, Any]) -> bool:
    """Whether a claim has everything that an example expects."""
    return all(same(getattr(claim, key), value) for key, value in wanted.items())


def short(claim: Claim) -> str:
    """A claim in a few words."""
    parts = (claim.subject, claim.object, claim.value, claim.end, claim.modality)
    return " ".join(str(p) for p in parts if p is not None)
