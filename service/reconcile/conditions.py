"""Queries of the 1.0 draft: conditions on name, id and properties, in place of a query string beside properties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graph.linking.asked import Property, Query, local
from graph.linking.matching import AGREES, Candidate, Matcher
from service.problems import Problem
from service.reconcile.queries import LARGEST_BATCH, bad, read_limit, read_value

MEMBERS = {"type", "limit", "lang", "dir", "conditions"}
KINDS = ("name", "id", "property")
QUANTIFIERS = ("any", "all", "none")


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: what it is on, the values, how many must fit, and whether it is a filter."""

    kind: str
    asked: Property
    quantifier: str
    required: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """One query of a batch."""

    types: tuple[str, ...]
    limit: int
    conditions: tuple[Condition, ...]

    def of(self, kind: str) -> list[Condition]:
        return [condition for condition in self.conditions if condition.kind == kind]


def read_queries(given: Any) -> list[Asked]:
    """The queries of a batch in their order. Raises Problem (400, 413)."""
    queries = given.get("queries") if isinstance(given, dict) else None
    if not isinstance(queries, list):
        raise bad('The body is an object with `queries`, a list: {"queries": [{"conditions": [...]}]}.')
    if len(queries) > LARGEST_BATCH:
        detail = f"The batch has {len(queries)} queries; send at most {LARGEST_BATCH} at a time."
        raise Problem(413, "Batch too large", detail, limit=LARGEST_BATCH)
    return [_query(query, f"queries[{number}]") for number, query in enumerate(queries)]


def _query(given: Any, key: str) -> Asked:
    if not isinstance(given, dict) or set(given) - MEMBERS:
        raise bad(f"{key}: a query is an object with {', '.join(sorted(MEMBERS))}.")
    kind = given.get("type", "")
    if not isinstance(kind, str):
        raise bad(f"{key}: `type` is the id of one type.")
    conditions = given.get("conditions")
    if not isinstance(conditions, list) or not conditions:
        raise bad(f"{key}: `conditions` is a list of at least one.")
    read = tuple(_condition(condition, key) for condition in conditions)
    return Asked((local(kind),) if kind else (), read_limit(given.get("limit"), key), read)


def _condition(given: Any, key: str) -> Condition:
    kind = given.get("matchType") if isinstance(given, dict) else None
    if kind not in KINDS or "propertyValue" not in given:
        raise bad(f"{key}: a condition has `matchType`, one of {', '.join(KINDS)}, and `propertyValue`.")
    name = given.get("propertyId", "")
    if not isinstance(name, str) or (kind == "property" and not name):
        raise bad(f"{key}: a condition on a property has `propertyId`.")
    quantifier = given.get("matchQuantifier", "any")
    if quantifier not in QUANTIFIERS:
        raise bad(f"{key}: `matchQuantifier` is one of {', '.join(QUANTIFIERS)}.")
    values = given["propertyValue"] if isinstance(given["propertyValue"], list) else [given["propertyValue"]]
    read = tuple(read_value(value, key) for value in values)
    return Condition(kind, Property(local(name), read), quantifier, given.get("required") is True)


def answer(matcher: Matcher, asked: Asked) -> list[Candidate]:
    """The candidates for a query, the best first."""
    properties = _weighed(asked)
    texts = [value.text for condition in asked.of("name") for value in condition.asked.values]
    texts += [value.id or value.text for condition in asked.of("id") for value in condition.asked.values]
    best: dict[str, Candidate] = {}
    for text in texts or [""]:
        for found in matcher.match(Query(text, asked.types, None, properties, max(asked.limit, len(best)))):
            known = best.get(found.thing.slug)
            if known is None or known.score < found.score:
                best[found.thing.slug] = found
    kept = [found for found in best.values() if _passes(matcher, found, asked)]
    kept.sort(key=lambda c: (-c.score, c.thing.name, c.thing.slug))
    return kept[: asked.limit]


def _weighed(asked: Asked) -> tuple[Property, ...]:
    """The properties that weigh: where all values must fit each weighs by itself; what must not fit is a filter."""
    found: list[Property] = []
    for condition in asked.of("property"):
        if condition.quantifier == "any":
            found.append(condition.asked)
        elif condition.quantifier == "all":
            found += [Property(condition.asked.id, (value,)) for value in condition.asked.values]
    return tuple(found)


def _passes(matcher: Matcher, found: Candidate, asked: Asked) -> bool:
    return all(_holds(matcher, found, one) for one in asked.of("property") if one.required or one.quantifier == "none")


def _holds(matcher: Matcher, found: Candidate, condition: Condition) -> bool:
    fits: Sequence[bool] = [
        (matcher.agreement(found.thing, Property(condition.asked.id, (value,))) or 0.0) >= AGREES
        for value in condition.asked.values
    ]
    return {"any": any(fits), "all": all(fits), "none": not any(fits)}[condition.quantifier]
