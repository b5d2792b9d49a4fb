"""What the ontology says that code needs: kinds and their order, a property's domain and range, codes and units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad

from graph import paths
from graph.namespaces import CODE, EV, ONTOLOGY, RDFS, SKOS, UNIT, slug
from graph.terms import turtle_quads

Kinds = frozenset[str]

ENTITY = "Entity"
_IN_DOUBT = (
    "Automaker", "BatteryMaker", "Organization", "Brand", "VehicleModel", "Platform", "BatteryTechnology", "Plant",
    "Plan", "Country", "Place", "Person", "Technology",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Kinds are local names of classes. `codes` leads from (scheme, the contract's string) to the concept's IRI."""

    parents: Mapping[str, Kinds]
    domains: Mapping[str, Kinds]
    ranges: Mapping[str, Kinds]
    codes: Mapping[tuple[str, str], str]

    @classmethod
    def of(cls, quads: Iterable[Quad]) -> Vocabulary:
        """What the quads of an ontology and its code lists say."""
        pairs: dict[str, dict[str, set[str]]] = {
            k: defaultdict(set) for k in ("subClassOf", "claimDomain", "claimRange")
        }
        wanted = {RDFS + "subClassOf": "subClassOf", EV + "claimDomain": "claimDomain", EV + "claimRange": "claimRange"}
        codes: dict[tuple[str, str], str] = {}
        for quad in quads:
            subject, predicate, term = quad.subject, quad.predicate.value, quad.object
            if not isinstance(subject, NamedNode):
                continue
            if predicate == SKOS + "notation" and isinstance(term, Literal) and (scheme := _scheme(subject.value)):
                codes[scheme, term.value] = subject.value
            elif predicate in wanted and isinstance(term, NamedNode) and term.value.startswith(EV):
                pairs[wanted[predicate]][subject.value.removeprefix(EV)].add(term.value.removeprefix(EV))
        frozen = {name: {k: frozenset(v) for k, v in found.items()} for name, found in pairs.items()}
        return cls(frozen["subClassOf"], frozen["claimDomain"], frozen["claimRange"], codes)

    def code(self, scheme: str, notation: str) -> str:
        """The IRI of a code, from the contract's string (`SUV`, `GWh/year`); one made from the string if it is new."""
        return self.codes.get((scheme, notation)) or f"{CODE}{scheme}/{slug(notation)}"

    def above(self, kind: str) -> Kinds:
        """The kind itself and all kinds that it is a kind of."""
        found, waiting = set[str](), [kind]
        while waiting:
            if (one := waiting.pop()) not in found:
                found.add(one)
                waiting.extend(self.parents.get(one, ()))
        return frozenset(found)

    def narrowed(self, uses: Iterable[Kinds]) -> str:
        """The kind that fits all uses of a name, each a set of possible kinds; where none does, most of them.

        Where several kinds are left, the one that says least wrong: an organization before a brand.
        """
        votes = {use for use in uses if use} or {frozenset({ENTITY})}
        known = {kind for use in votes for kind in use} | set(self.parents)
        fits = {kind: sum(bool(self.above(kind) & use) for use in votes) for kind in known}
        best = {kind for kind in known if fits[kind] == max(fits.values())}
        widest = {kind for kind in best if not (self.above(kind) - {kind}) & best}
        return next((kind for kind in _IN_DOUBT if kind in widest), min(widest))


def _scheme(iri: str) -> str | None:
    if iri.startswith(UNIT):
        return "unit"
    return iri.removeprefix(CODE).partition("/")[0] if iri.startswith(CODE) else None


def ontology_files(folder: Path = paths.ONTOLOGY) -> list[Path]:
    """The Turtle files of the ontology, its code lists and its alignments."""
    return sorted(folder.glob("*.ttl")) + sorted(folder.glob("alignments/*.ttl"))


@cache
def vocabulary() -> Vocabulary:
    """The house's own vocabulary. Raises TurtleError."""
    return Vocabulary.of(turtle_quads(ontology_files(), ONTOLOGY, ONTOLOGY))
