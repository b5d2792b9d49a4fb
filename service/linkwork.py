"""What the linking commands do and print."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import click

from graph.linking import LinkingError, quality
from graph.linking.calibration import fit, half, pairs, threshold, write_weights
from graph.linking.checking import check
from graph.linking.decisions import RELATIONS, decide, links_folder, pair_id, read_decisions
from graph.linking.described import Described, local_kind
from graph.linking.enriching import check_source, differences, enrich, read_facts
from graph.linking.links import journals
from graph.linking.proposals import Proposal, propose, said
from graph.linking.scoring import WEIGHTS, weights
from graph.linking.searches import Journal, Search, search
from graph.linking.session import Session
from graph.linking.tables import as_turtle, matched, read_table, written
from graph.linking.targets import Target, load_target
from graph.linking.things import read_things
from graph.namespaces import Namespace
from graph.publish import current_build
from graph.store.embedded import StoreError, open_store
from service.settings import Settings
from service.summary import ProgressBar

__all__ = ["RELATIONS", "Work", "match_table"]

ALL = Target(key="", name="all targets", starts=("http",), features=(), kinds={})
SHOWN = 3  # rivals of a proposal


class Work:
    """One run of `evplans link`. Without a chosen target it looks at the searches in all of them."""

    def __init__(
        self,
        chosen: Settings,
        target: str | None = None,
        endpoint: str = "",
        kind: str | None = None,
        least: float | None = None,
        single: bool = True,
    ) -> None:
        self.settings, self.single = chosen, single
        self.namespace = Namespace(chosen.base)
        self.target = load_target(target, endpoint) if target else ALL
        self.kind = local_kind(kind) if kind else None
        if kind and not self.kind:
            raise LinkingError(f"{kind}: no such kind; try brand, automaker, vehicle model, place or person")
        self.weights = weights() if least is None else replace(weights(), threshold=least)

    def session(self, hidden: bool = False) -> Session:
        return Session.open(self.settings.data, self.namespace, self.target, hidden)

    # ---- Searching

    def search(self, today: str, again: bool) -> None:
        """Search the target for what has no link to it yet, and say what came of it."""
        session = self.session()
        journal = session.journal()
        things = session.things(self.kind)
        self._search(session, things, journal, today, again)
        found = self._proposals(session, [journal.searches[t.iri] for t in things if t.iri in journal.searches])
        sure = [p for p in found if p.score >= self.weights.threshold]
        seen = ", see --review" if sure else f" from {self.weights.threshold:g} on"
        click.echo(f"{len(things)} entities have no link to {self.target.name}; {len(sure)} proposals{seen}")
        for proposal in sure:
            click.echo(self._line(proposal))

    def _search(
        self, session: Session, things: list[Described], journal: Journal, today: str, again: bool = False
    ) -> None:
        with ProgressBar() as bar:
            search(things, session.finder(), self.target.features, self.weights, journal, today, bar, again)

    def _proposals(self, session: Session, searches: list[Search]) -> list[Proposal]:
        space = self.namespace.entity("")
        decided = {(space + slug, iri) for slug, iri in read_decisions(self.settings.data)}
        taken = {iri for links in session.links().values() for iri in links}
        return propose(searches, self.weights, decided, taken, self.single)

    # ---- Deciding

    def decide(self, wanted: str, decision: str, relation: str | None, by: str, today: str) -> str:
        """Decide on the proposal whose id begins so, and say so."""
        session = self.session()
        found = [p for p in self._possible(session) if self._id(p).startswith(wanted)]
        if len(found) != 1:
            raise LinkingError(
                f"{wanted}: {'several proposals begin' if found else 'no proposal begins'} so; see --review"
            )
        return self._keep(session, found[0], decision, relation, by, today)

    def review(self, relation: str | None, by: str, today: str) -> None:
        """Show each proposal with its evidence and ask for a decision."""
        session = self.session()
        waiting = self.waiting(session)
        keys = {"a": "accept", "r": "reject"}
        for _, proposal in waiting:
            click.echo(self._shown(proposal))
            key = click.prompt(
                "accept, reject, skip, quit", type=click.Choice(["a", "r", "s", "q"]), default="s", err=True
            )
            if key == "q":
                return
            if key in keys:
                click.echo(self._keep(session, proposal, keys[key], relation, by, today))
        click.echo(f"{len(waiting)} proposals seen" if waiting else "no proposal waits for a decision")

    def waiting(self, session: Session | None = None) -> list[tuple[str, Proposal]]:
        """The proposals that nobody has decided on, by their ids, the surest first."""
        found = [p for p in self._possible(session or self.session()) if p.score >= self.weights.threshold]
        return [(self._id(p), p) for p in sorted(found, key=lambda p: (-p.score, p.entity))]

    def _possible(self, session: Session) -> list[Proposal]:
        found = []
        for path in journals(self.settings.data):
            if self.target is ALL or path.name == f"{self.target.key}.search.jsonl":
                found += self._proposals(session, list(Journal.open(path).searches.values()))
        return found

    def _keep(self, session: Session, p: Proposal, decision: str, relation: str | None, by: str, today: str) -> str:
        meant = relation or p.relation
        decide(self.settings.data, self.namespace, p, decision, meant, by, today, session.reviewed())
        return f"{decision}ed: {p.label} {meant} {p.target.iri}; `evplans build` publishes it"

    def _id(self, proposal: Proposal) -> str:
        return pair_id(proposal.entity.removeprefix(self.namespace.entity("")), proposal.target.iri)

    def _line(self, p: Proposal) -> str:
        return f"{self._id(p)}  {p.score:.3f}  {p.label}  {p.relation}  {p.target.label} <{p.target.iri}>"

    def _shown(self, p: Proposal) -> str:
        lines = [f"\n{self._id(p)}  {p.entity}", f"  {p.label}", f"  {p.relation} {p.target.iri}, found {p.date}"]
        lines.append(f"  {click.style(p.target.label, bold=True)}: {p.target.description or 'no description'}")
        lines.append(f"  score {p.score:.3f}: {said(p.target.features)}")
        for rival, score in p.rivals[:SHOWN]:
            lines.append(f"  or {score:.3f}: {rival.label} <{rival.iri}> {rival.description}")
        return "\n".join(lines)

    # ---- What the target says today

    def check(self) -> int:
        """Ask the target of every reviewed link and print what is amiss; 1 if anything is, else 0."""
        session = self.session()
        with ProgressBar() as bar:
            asked, found = check(session, session.finder(), bar)
        for finding in found:
            click.echo(str(finding))
        faults = Counter(finding.fault for finding in found)
        said = ", ".join(f"{n} {fault}" for fault, n in sorted(faults.items())) or "all hold"
        click.echo(f"{asked} reviewed links to {self.target.name}: {said}")
        return int(bool(found))

    def enrich(self, today: str, offline: bool) -> None:
        """Fetch facts about what is linked with the source, and print where they differ from what we have."""
        session = self.session()
        check_source(self.target.key)
        if offline:
            known = read_facts(self.settings.data, self.target.key)
        else:
            with ProgressBar() as bar:
                known = enrich(session, today, bar)
        found = differences(session.store, self.namespace, self.target.key, known)
        for difference in found:
            click.echo(str(difference))
        facts = sum(len(one.facts) for one in known.values())
        click.echo(
            f"{facts} facts about {len(known)} entities from {self.target.name}, {len(found)} differ from ours; "
            "`evplans build` publishes them"
        )

    # ---- Measuring and fitting

    def quality(self) -> None:
        """Hide all reviewed links to the target, search them again, and print what comes back by threshold."""
        session, searches = self._hidden("2000-01-01")
        found = propose(searches, self.weights, one_to_one=self.single)
        links = {iri: targets for iri, targets in session.links().items() if half(iri) == 1}
        click.echo(f"{len(links)} reviewed links to {self.target.name}, none of them used for fitting")
        click.echo("threshold  proposed  right  precision  recall")
        for point in quality.curve(found, links):
            mark = "  *" if point.threshold == self.weights.threshold else ""
            click.echo(
                f"{point.threshold:9.2f}  {point.asserted:8}  {point.right:5}  {point.precision:9.3f}"
                f"  {point.recall:6.3f}{mark}"
            )
        without = propose(quality.bereft(searches, links), self.weights, one_to_one=self.single)
        astray = sum(p.score >= self.weights.threshold for p in without)
        click.echo(f"{astray} of {len(links)} are linked with something else where the right thing is taken away")
        for p in quality.wrong(found, links, self.weights.threshold):
            click.echo(f"wrong: {p.label} is not {p.target.label} <{p.target.iri}> ({p.score:.3f}; {p.method})")

    def calibrate(self, today: str) -> None:
        """Fit the weights on the half of the reviewed links that quality is not measured on."""
        session, searches = self._hidden(today)
        links = {iri: targets for iri, targets in session.links().items() if half(iri) == 0}
        fitted = replace(self.weights, weights=fit(pairs(searches, links)))
        points = quality.curve(propose(searches, fitted, one_to_one=self.single), links)
        fitted = replace(fitted, threshold=threshold(points))
        write_weights(fitted, WEIGHTS, f"Fitted on {len(links)} links to {self.target.name} on {today}.")
        click.echo(f"wrote {WEIGHTS}: " + ", ".join(f"{n} {w:g}" for n, w in fitted.weights.items()))

    def _hidden(self, today: str) -> tuple[Session, list[Search]]:
        """Searches for everything that is linked, as if it were not; kept nowhere."""
        session = self.session(hidden=True)
        things = session.things(self.kind, linked=True)
        journal = Journal(links_folder(self.settings.data) / f".hidden-{self.target.key}.jsonl")
        journal.path.unlink(missing_ok=True)
        try:
            self._search(session, things, journal, today)
        finally:
            journal.path.unlink(missing_ok=True)
        return session, list(journal.searches.values())


def match_table(chosen: Settings, path: Path, column: str, kind: str | None, turtle: bool) -> tuple[str, str]:
    """A table with its names matched, as CSV or Turtle, and a line that says what came of it."""
    table, wanted = read_table(path), local_kind(kind) if kind else None
    if kind and not wanted:
        raise LinkingError(f"{kind}: no such kind; try brand, automaker, vehicle model, place or person")
    namespace = Namespace(chosen.base)
    build = current_build(chosen.data)
    if build is None:
        raise StoreError(f"{chosen.data}: nothing was built there; run `evplans build`")
    things = read_things(open_store(build / "store"), namespace)
    found = matched(table, column, things, [wanted] if wanted else [])
    sure = sum(candidate is not None and candidate.match for candidate in found)
    unsure = sum(candidate is not None for candidate in found) - sure
    summary = f"{len(found)} rows ({table.encoding}, separated by {table.separator!r}): {sure} matched, {unsure} unsure"
    if turtle:
        return as_turtle(table, column, found, things.space, path.stem), summary
    return written(table, column, found, things.space), summary
