"""What a linking command works with: our things from the current build, a target, and how to find things in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Store

from graph.linking.asking import Endpoint
from graph.linking.decisions import RELATIONS, Pair, accepted, links_folder, read_decisions
from graph.linking.described import Described, Ours, founded, is_kind
from graph.linking.finding import EndpointFinder, Finder
from graph.linking.places import PlaceFinder
from graph.linking.searches import Journal
from graph.linking.targets import Target
from graph.linking.things import Thing, read_things
from graph.namespaces import Namespace
from graph.publish import current_build
from graph.store.embedded import StoreError, open_store

UNLINKED = {"Role"}


@dataclass(frozen=True)
class Session:
    """One target seen from our things. `ours.hidden`: reviewed links to it count as unknown."""

    data: Path
    namespace: Namespace
    target: Target
    ours: Ours
    store: Store

    @classmethod
    def open(cls, data: Path, namespace: Namespace, target: Target, hidden: bool = False) -> Session:
        """A session over the current build. Raises StoreError where there is none."""
        build = current_build(data)
        if build is None:
            raise StoreError(f"{data}: nothing was built there; run `evplans build`")
        store = open_store(build / "store")
        ours = Ours(read_things(store, namespace), founded(store, namespace), hidden)
        return cls(data, namespace, target, ours, store)

    def finder(self) -> Finder:
        """Where this target's things are found. Raises EndpointError for an address that is none."""
        if self.target.offline:
            return PlaceFinder(self.target)
        endpoint = Endpoint(self.target.endpoint, self.target.seconds, self.target.pause)
        return EndpointFinder(self.target, endpoint)

    def journal(self) -> Journal:
        """The searches in this target so far."""
        return Journal.open(links_folder(self.data) / f"{self.target.key}.search.jsonl")

    def reviewed(self) -> dict[str, list[Pair]]:
        """By slug, the reviewed links of all our things, those accepted since the build among them."""
        links = {
            slug: [(relation, iri) for relation in RELATIONS for iri in thing.values.get(relation, ())]
            for slug, thing in self.ours.things.by_slug.items()
        }
        for one in accepted(read_decisions(self.data).values()):
            if (one.relation, one.target) not in links.setdefault(one.entity, []):
                links[one.entity].append((one.relation, one.target))
        return links

    def links(self) -> dict[str, set[str]]:
        """By our IRI, the IRIs of this target that a thing is linked with in review."""
        space = self.ours.things.space
        found = {space + s: {i for _, i in pairs if self.target.holds(i)} for s, pairs in self.reviewed().items()}
        return {iri: targets for iri, targets in found.items() if targets}

    def things(self, kind: str | None = None, linked: bool = False) -> list[Described]:
        """Our things of a kind that have no reviewed link to the target yet; or those that have, as compared."""
        links: Mapping[str, set[str]] = self.links()
        return [
            self.ours.described(thing)
            for slug, thing in sorted(self.ours.things.by_slug.items())
            if ((self.ours.things.space + slug) in links) == linked and self._asked(thing, kind)
        ]

    def _asked(self, thing: Thing, kind: str | None) -> bool:
        if set(thing.kinds) <= UNLINKED:
            return False
        if self.target.offline and not is_kind(thing.kinds, "Place"):
            return False
        return kind is None or is_kind(thing.kinds, kind)
