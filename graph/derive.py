"""What follows from the claims of all documents together, by SPARQL rules that are kept as files.

Each rule is one query in `rules/`. They run in a fixed order, since later ones read what earlier ones found. Some look
at one claim by itself, the others at claims with one property; so what a document changes follows from few claims.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import takewhile
from pathlib import Path

from pyoxigraph import NamedNode, Quad, QuerySolutions, QueryTriples, Store

from graph.money import SOURCE, usd_per_unit
from graph.namespaces import DCT, EV, PROV, Namespace
from graph.statements import LEADING
from graph.terms import RDF_TYPE, decimal, integer, iri, ordered

RULES = Path(__file__).with_name("rules")
_SCRATCH = "urn:x-evplans:comparison"
_DENIED = "urn:x-evplans:denied"
_FOUND = "urn:x-evplans:found"
_CURRENCY = "http://qudt.org/vocab/unit/CCY_"

_ALONE = ("speakers", "bounds")
_COMPARISONS = (
    "comparable",
    "statements",
    "voices",
    *["leading"] * LEADING,
    "alike",
    "echoes",
    "apart",
    "against",
    "late",
)
_FINDINGS = (
    "revision",
    "unit-disagreement",
    "value-disagreement",
    "date-disagreement",
    "polarity-disagreement",
    "supersession",
    "order",
    "missed-target",
    "labels",
)


def alone(store: Store, namespace: Namespace) -> list[Quad]:
    """What follows from each claim by itself, as quads of graph/derived: speaker, bounds, amount in US dollars.

    `store` holds documents and their claims; what follows is added to it.
    """
    home = NamedNode(namespace.graph("derived"))
    for rule in _ALONE:
        _run(store, rule, home.value, namespace)
    store.extend(_rates(store, home, namespace))
    _run(store, "amounts", home.value, namespace)
    return ordered(store.quads_for_pattern(None, None, None, home))


def together(store: Store, namespace: Namespace, new: Iterable[str] | None = None) -> list[Quad]:
    """What follows from claims beside each other: facts, disagreements, targets that were missed.

    `store` holds claims, their documents, what follows from each claim alone, and who belongs to whom; what is found is
    added to it. Disagreements are those that documents in `new` (IRIs; all where it is None) have with any other. The
    result are quads of graph/facts and graph/derived.
    """
    facts, derived = NamedNode(namespace.graph("facts")), NamedNode(namespace.graph("derived"))
    store.extend(_mark(store, new))
    _run(store, "denials", _DENIED, namespace)
    _run(store, "facts", facts.value, namespace)
    for rule in _COMPARISONS:
        _run(store, rule, _SCRATCH, namespace)
    for rule in _FINDINGS:
        _run(store, rule, _FOUND, namespace)
    found = store.quads_for_pattern(None, None, None, NamedNode(_FOUND))
    findings = (Quad(quad.subject, quad.predicate, quad.object, derived) for quad in found)
    return ordered([*store.quads_for_pattern(None, None, None, facts), *findings])


def _mark(store: Store, new: Iterable[str] | None) -> list[Quad]:
    """A quad for each document that is new to the comparison."""
    home, kind = NamedNode(_SCRATCH), NamedNode(_SCRATCH + "#New")
    if new is None:
        new = {iri(quad.object) for quad in store.quads_for_pattern(None, NamedNode(PROV + "wasDerivedFrom"), None)}
    return [Quad(NamedNode(document), RDF_TYPE, kind, home) for document in new]


def explanation(rule: str) -> str | None:
    """What a rule of `rules/` says of itself in its first comment; None for a rule that is not kept there."""
    if not (RULES / f"{rule}.rq").is_file():
        return None
    said = takewhile(lambda line: line.startswith("#"), _rule(rule).splitlines())
    return " ".join(line.lstrip("# ") for line in said)


@cache
def _rule(name: str) -> str:
    return (RULES / f"{name}.rq").read_text(encoding="utf-8")


def _run(store: Store, rule: str, graph: str, namespace: Namespace) -> None:
    """Add what a rule constructs to a graph of the store."""
    found = store.query(_rule(rule), base_iri=namespace.base, use_default_graph_as_union=True)
    assert isinstance(found, QueryTriples)
    home = NamedNode(graph)
    store.extend([Quad(t.subject, t.predicate, t.object, home) for t in found])


def _rates(store: Store, home: NamedNode, namespace: Namespace) -> Iterator[Quad]:
    """A node for each exchange rate that the claims need and the European Central Bank published."""
    found = store.query(_rule("currency-years"), base_iri=namespace.base, use_default_graph_as_union=True)
    assert isinstance(found, QuerySolutions)
    for row in list(found):
        unit, year = row["unit"], int(row["year"].value)
        currency = unit.value.removeprefix(_CURRENCY)
        rate = usd_per_unit(currency, year)
        if rate is None:
            continue
        node = NamedNode(namespace.rate(currency, year))
        yield Quad(node, RDF_TYPE, NamedNode(EV + "ExchangeRate"), home)
        yield Quad(node, NamedNode(EV + "currency"), unit, home)
        yield Quad(node, NamedNode(EV + "year"), integer(year), home)
        yield Quad(node, NamedNode(EV + "usdPerUnit"), decimal(rate), home)
        yield Quad(node, NamedNode(DCT + "source"), NamedNode(SOURCE), home)
