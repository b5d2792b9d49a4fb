"""What people decided about candidate links: accepted ones are links of the register from then on, rejected ones stay.

Decisions live in the data folder (`links/decisions.jsonl`), as ingested documents and their reviews do: a checkout can
be renewed without losing them. Beside it, `links/register.ttl` holds the accepted links in the register's own form;
copied into `graph/register/` it ships them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pyoxigraph import NamedNode

from graph.linking import LinkingError
from graph.linking.proposals import Proposal
from graph.linking.searches import append_lines, read_lines
from graph.namespaces import SKOS, Namespace
from graph.terms import digest

RELATIONS = ("exactMatch", "closeMatch", "broadMatch")  # the closest first
Pair = tuple[str, str]


class DecisionError(LinkingError):
    """A decision that cannot be taken or a file of them that cannot be read; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision on one pair: our thing's slug and their IRI. `relation` is a SKOS property; `date` an ISO date."""

    entity: str
    target: str
    decision: str
    relation: str
    by: str
    date: str
    label: str = ""
    score: float | None = None
    method: str = ""
    found: str = ""

    @property
    def pair(self) -> Pair:
        return (self.entity, self.target)

    @property
    def id(self) -> str:
        return pair_id(self.entity, self.target)


def pair_id(entity: str, target: str) -> str:
    """The name of a candidate link, the same whenever the pair is found."""
    return digest(entity, target)[:12]


def links_folder(data: Path) -> Path:
    """Where searches and decisions are kept."""
    return data / "links"


def decisions_file(data: Path) -> Path:
    return links_folder(data) / "decisions.jsonl"


def read_decisions(data: Path) -> dict[Pair, Decision]:
    """The decisions by pair; the last one on a pair counts. Raises DecisionError, JournalError."""
    path, found = decisions_file(data), {}
    for row in read_lines(path):
        try:
            decision = Decision(**row)
        except TypeError as error:
            raise DecisionError(f"{path}: a line is no decision ({error}); remove it") from None
        if decision.decision not in {"accept", "reject"} or decision.relation not in RELATIONS:
            raise DecisionError(f"{path}: {decision.pair} is neither accepted nor rejected as one of {RELATIONS}")
        found[decision.pair] = decision
    return found


def decide(
    data: Path,
    namespace: Namespace,
    proposal: Proposal,
    decision: str,
    relation: str,
    by: str,
    today: str,
    linked: Mapping[str, Iterable[Pair]],
) -> Decision:
    """Keep a decision. `linked` are the reviewed links by slug. Raises DecisionError where it contradicts one."""
    slug = proposal.entity.removeprefix(namespace.entity(""))
    if decision == "accept" and relation == "exactMatch":
        _check_single(slug, proposal.target.iri, linked)
    kept = Decision(
        entity=slug,
        target=proposal.target.iri,
        decision=decision,
        relation=relation,
        by=by,
        date=today,
        label=proposal.label,
        score=round(proposal.score, 4),
        method=proposal.method,
        found=proposal.date,
    )
    append_lines(decisions_file(data), [asdict(kept)])
    write_register(data, namespace)
    return kept


def _check_single(slug: str, target: str, linked: Mapping[str, Iterable[Pair]]) -> None:
    """An entity is exactly one thing of another dataset."""
    for relation, iri in linked.get(slug, ()):
        if relation == "exactMatch" and iri != target and urlsplit(iri).netloc == urlsplit(target).netloc:
            raise DecisionError(f"{slug} is exactly {iri} already; accept {target} as closeMatch or broadMatch")


def accepted(decisions: Iterable[Decision]) -> list[Decision]:
    """The accepted ones, in the order of entity and target."""
    return sorted((d for d in decisions if d.decision == "accept"), key=lambda d: d.pair)


def write_register(data: Path, namespace: Namespace) -> Path:
    """Write the accepted links as Turtle in the register's form, whole or not at all."""
    path = links_folder(data) / "register.ttl"
    lines = [
        "# Links that were accepted in review; who did so and when stands in decisions.jsonl and above each.",
        "# IRIs are relative: the base is given on loading.",
        f"@prefix skos: <{SKOS}> .",
        "",
    ]
    for one in accepted(read_decisions(data).values()):
        by = " ".join(one.by.split())
        lines += [f"# {by}, {one.date}", f"<id/{one.entity}> skos:{one.relation} {NamedNode(one.target)} ."]
    draft = path.with_suffix(".draft")
    draft.write_text("\n".join(lines) + "\n", encoding="utf-8")
    draft.replace(path)
    return path
