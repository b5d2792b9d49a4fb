"""What follows from the claims of all documents together, by SPARQL rules that are kept as files.

Each rule is one query in `rules/`. They run in a fixed order, since later ones read what earlier ones found.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import takewhile
from pathlib import Path

from pyoxigraph import NamedNode, Quad, QuerySolutions, QueryTriples, Store

from graph.money import SOURCE, usd_per_unit
from graph.namespaces import DCT, EV, Namespace
from graph.terms import RDF_TYPE, decimal, integer, ordered

RULES = Path(__file__).with_name("rules")
_SCRATCH = "urn:x-evplans:comparison"
_DENIED = "urn:x-evplans:denied"
_CURRENCY = "http://qudt.org/vocab/unit/CCY_"

_COMPARISONS = ("comparable", "alike", "echoes", "recalled")
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


def derive(store: Store, namespace: Namespace) -> dict[str, list[Quad]]:
    """The quads of graph/facts and graph/derived, by graph, from the claims in `store`.

    `store` holds register and documents; what it held of the two graphs before is replaced by what is returned.
    """
    facts, derived, scratch = namespace.graph("facts"), namespace.graph("derived"), _SCRATCH
    for name in (facts, derived, scratch, _DENIED):
        store.remove_graph(NamedNode(name))
    _run(store, "denials", _DENIED, namespace)
    _run(store, "facts", facts, namespace)
    store.remove_graph(NamedNode(_DENIED))
    _run(store, "speakers", derived, namespace)
    _run(store, "bounds", derived, namespace)
    store.extend(_rates(store, NamedNode(derived), namespace))
    _run(store, "amounts", derived, namespace)
    for rule in _COMPARISONS:
        _run(store, rule, scratch, namespace)
    for rule in _FINDINGS:
        _run(store, rule, derived, namespace)
    store.remove_graph(NamedNode(scratch))
    return {name: ordered(store.quads_for_pattern(None, None, None, NamedNode(name))) for name in (facts, derived)}


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
