"""What is asked: batches of queries and of data extension, read from JSON and checked."""

from __future__ import annotations

import json
import math
from typing import Any

from graph.linking.asked import LIMIT, LONGEST, STRICT, Property, Query, Value, local
from service.problems import Problem

LARGEST_BATCH = 50  # queries
LARGEST_EXTENSION = 1000  # values asked for: ids times properties
MOST = 100


def bad(detail: str) -> Problem:
    """400 with what is wrong with a query."""
    return Problem(400, "Malformed query", detail)


def read_json(text: str, what: str) -> Any:
    """The JSON of a parameter. Raises Problem (400)."""
    try:
        return json.loads(text)
    except RecursionError:
        raise bad(f"The parameter `{what}` is nested too deeply.") from None
    except ValueError as error:
        raise bad(f"The parameter `{what}` is not JSON: {error}.") from None


def read_batch(text: str) -> dict[str, Query]:
    """The queries of a batch by their keys. Raises Problem: 400 for one that cannot be read, 413 for too many."""
    found = read_json(text, "queries")
    if not isinstance(found, dict):
        raise bad('The parameter `queries` is an object of queries: {"q0": {"query": "Nissan Leaf"}}.')
    if len(found) > LARGEST_BATCH:
        detail = f"The batch has {len(found)} queries; send at most {LARGEST_BATCH} at a time."
        raise Problem(413, "Batch too large", detail, limit=LARGEST_BATCH)
    return {key: read_query(value, key) for key, value in found.items()}


def read_single(text: str) -> Query:
    """A query of its own: its text, or a JSON object. Raises Problem (400)."""
    return read_query(read_json(text, "query") if text.lstrip().startswith("{") else {"query": text}, "query")


def read_query(given: Any, key: str) -> Query:
    """One query of a batch. Raises Problem (400)."""
    if not isinstance(given, dict):
        raise bad(f"{key}: a query is an object.")
    text = given.get("query", "")
    if not isinstance(text, str):
        raise bad(f"{key}: `query` is a string.")
    properties = given.get("properties", [])
    if not isinstance(properties, list):
        raise bad(f"{key}: `properties` is a list.")
    if not text.strip() and not properties:
        raise bad(f"{key}: give `query` or `properties`.")
    strict = given.get("type_strict")
    if strict is not None and strict not in STRICT:
        raise bad(f"{key}: `type_strict` is one of {', '.join(STRICT)}.")
    read = tuple(_property(p, key) for p in properties)
    return Query(text[:LONGEST], _types(given.get("type"), key), strict, read, read_limit(given.get("limit"), key))


def _types(given: Any, key: str) -> tuple[str, ...]:
    listed = given if isinstance(given, list) else [] if given in (None, "") else [given]
    named = [t.get("id") if isinstance(t, dict) else t for t in listed]
    kinds = tuple(local(t) for t in named if isinstance(t, str))
    if len(kinds) < len(named):
        raise bad(f"{key}: `type` is the id of a type, or a list of them.")
    return kinds


def read_limit(given: Any, key: str) -> int:
    """How many candidates are wanted. Raises Problem (400)."""
    if given is None:
        return LIMIT
    if isinstance(given, bool) or not isinstance(given, (int, float)) or not math.isfinite(given) or given < 1:
        raise bad(f"{key}: `limit` is a whole number from 1.")
    return min(int(given), MOST)


def _property(given: Any, key: str) -> Property:
    if not isinstance(given, dict) or not isinstance(given.get("pid"), str) or "v" not in given:
        raise bad(f"{key}: a property has `pid`, its id, and `v`, its value.")
    values = given["v"] if isinstance(given["v"], list) else [given["v"]]
    return Property(local(given["pid"]), tuple(read_value(v, key) for v in values))


def read_value(given: Any, key: str) -> Value:
    """A value to compare with. Raises Problem (400)."""
    if isinstance(given, dict) and isinstance(given.get("id"), str):
        return Value(str(given.get("name", given["id"]))[:LONGEST], given["id"])
    if isinstance(given, (str, int, float)):
        return Value(str(given)[:LONGEST])
    raise bad(f"{key}: the value of a property is a string, a number, true or false, or an entity with its id.")


def read_extension(text: str) -> tuple[list[str], list[str]]:
    """The ids and the properties that a data extension asks for. Raises Problem (400, 413)."""
    return read_cells(read_json(text, "extend"), "The parameter `extend`")


def read_cells(found: Any, what: str) -> tuple[list[str], list[str]]:
    """The ids and the properties of a data extension query; `what` names its place. Raises Problem (400, 413)."""
    ids = found.get("ids") if isinstance(found, dict) else None
    properties = found.get("properties") if isinstance(found, dict) else None
    if not isinstance(ids, list) or not all(isinstance(i, str) for i in ids):
        raise bad(f"{what} has `ids`, a list of entity ids.")
    if not isinstance(properties, list) or not all(
        isinstance(p, dict) and isinstance(p.get("id"), str) for p in properties
    ):
        raise bad(f"{what} has `properties`, a list of objects with the id of a property.")
    if len(ids) * len(properties) > LARGEST_EXTENSION:
        raise Problem(413, "Batch too large", f"Ask for at most {LARGEST_EXTENSION} cells at a time.")
    return ids, [p["id"] for p in properties]
