"""The recogniser: all that a document may say, each with how likely it is that it says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from graph.extraction.annotate import Annotated
from graph.extraction.frame import Frame
from graph.extraction.learned.features import Line, own_features, pair_features
from graph.extraction.learned.proposals import Proposal, proposals_of
from graph.extraction.learned.salience import Salience
from graph.extraction.learned.sites import Sites
from graph.extraction.learned.spots import Spot, Spots
from graph.extraction.learned.weights import Weights, learned, likelihood, summed
from graph.extraction.posts import companies_of
from graph.extraction.sites import Plants

SITE = "learned.site"
MOST = 30  # names of a sentence that are looked at; more stand in no sentence but in a list
CLEAR = 0.3  # likelihood from which a sentence counts as saying so
HEARD = 0.08  # likelihood from which the judge hears a proposal


@dataclass(frozen=True, slots=True)
class Likely:
    """A proposed frame and how likely it is a claim of the text."""

    frame: Frame
    likelihood: float


class Recogniser:
    """What was learnt, put to one document."""

    def __init__(self, plants: Plants, weights: Weights | None = None) -> None:
        """`weights` are those that ship, unless others are given."""
        self.reading = plants.reading
        self.discourse = plants.discourse
        self.weights = learned() if weights is None else weights
        self.spots = Spots(self.reading, self.discourse)
        self.sites = Sites(plants)
        self.salience = Salience(self.reading)
        self.lines: dict[int, Line] = {}
        self.known: dict[int, list[Spot]] = {}
        self.actors: dict[tuple[int, int], tuple[str, ...]] = {}

    def likely(self, least: float) -> list[Likely]:
        """The frames that are claims with a likelihood of at least so much and that tell something new."""
        if not self.weights:
            return []
        found = [Likely(frame, n) for frame, n in self.judge_sites() if n >= least]
        for index, proposals in self.proposals():
            found += [Likely(p.frame, n) for p, n in self.scored(index, proposals) if n >= least]
        return telling(found)

    def judge_sites(self) -> Iterator[tuple[Frame, float]]:
        """Judge first who has a plant where, since all else that is told of a plant hangs on that."""
        for index, proposals in self.site_proposals():
            for proposal, likely in self.scored(index, proposals):
                self.sites.judge(proposal, likely)
                yield proposal.frame, likely

    def site_proposals(self) -> Iterator[tuple[int, list[Proposal]]]:
        """The proposals of plants, sentence by sentence."""
        for index, sentence in self.telling():
            yield index, list(self.sites.proposals(index, sentence, self.known_spots(index, sentence)))

    def proposals(self) -> Iterator[tuple[int, list[Proposal]]]:
        """All other proposals, sentence by sentence, once the sites are judged."""
        for index, sentence in self.telling():
            spots = self.known_spots(index, sentence)
            here = {spot.name for spot in spots}
            spots = [*spots, *(site for site in self.sites.spots(index, sentence) if site.name not in here)]
            yield index, [*proposals_of(index, sentence, spots), *self.sites.located(index, sentence)]

    def telling(self) -> Iterator[tuple[int, Annotated]]:
        """The sentences that may tell something."""
        return ((index, sentence) for index, sentence in self.reading.telling() if sentence.items)

    def known_spots(self, index: int, sentence: Annotated) -> list[Spot]:
        """What a sentence names and what it may speak of without a name."""
        if index not in self.known:
            named = self.spots.named(sentence)
            self.known[index] = [*named[:MOST], *self.spots.understood(index, named)]
        return self.known[index]

    def scored(self, index: int, proposals: Iterable[Proposal]) -> Iterator[tuple[Proposal, float]]:
        """Proposals of one sentence with their likelihoods; what several share is summed once."""
        line = self.line(index)
        shared: dict[str, float] = {}
        pairs: dict[tuple[Spot, Spot], list[str]] = {}
        for proposal in proposals:
            name = table_of(proposal)
            weights = self.weights.get(name)
            if weights is None:
                continue
            if name not in shared:
                shared[name] = (
                    summed(weights, line.features) + summed(weights, self.block(index)) + weights.get("bias", 0)
                )
            key = (proposal.one, proposal.other)
            if key not in pairs:
                pairs[key] = self.pair(index, *key)
            total = shared[name] + summed(weights, pairs[key]) + summed(weights, own_features(proposal, line))
            yield proposal, likelihood(total)

    def features(self, index: int, proposal: Proposal) -> list[str]:
        """All features of a proposal, as they are learnt from."""
        line, pair = self.line(index), self.pair(index, proposal.one, proposal.other)
        return ["bias", *line.features, *self.block(index), *pair, *own_features(proposal, line)]

    def pair(self, index: int, one: Spot, other: Spot) -> list[str]:
        """The features of two spots: the words around and between them, and what is known of them beforehand."""
        return [*pair_features(self.line(index), one, other), *self.acquainted(index, one, other)]

    def line(self, index: int) -> Line:
        """A sentence's tokens."""
        if index not in self.lines:
            self.lines[index] = Line(self.reading.annotated[index])
        return self.lines[index]

    def acting(self, index: int, position: int) -> tuple[str, ...]:
        """Who acts in the clause around a position."""
        key = (index, position)
        if key not in self.actors:
            found = self.discourse.clause_subject(index, position)
            self.actors[key] = found.names if found else ()
        return self.actors[key]

    def count(self, index: int, kinds: str) -> int:
        """How many spots of a kind a sentence names."""
        return sum(spot.named and spot.kinds == kinds for spot in self.known.get(index, ()))

    def block(self, index: int) -> list[str]:
        """What kind of block a sentence stands in."""
        return [f"block:{self.reading.blocks[self.reading.sentences[index].block].kind}"]

    def acquainted(self, index: int, one: Spot, other: Spot) -> list[str]:
        """What is known of two beforehand: who acts, who the text is about, who owns whom, who has a plant where."""
        acting = self.acting(index, other.start)
        found = [f"topic:{one.name == self.reading.topic}", f"acts:{one.name in acting}"]
        found += ["acted on"] if other.name in acting else []
        kin = [self.count(index, spot.kinds) for spot in (one, other)]
        found += [f"alike:{min(4, kin[0])}", f"alike:{min(4, kin[0])}:{min(4, kin[1])}"]
        if other.name:
            owner, owned = self.discourse.owner(other.name), self.discourse.owner(one.name)
            found += [f"owner:{owner.name == one.name}"] if owner else []
            found += [f"owned:{owned.name == other.name}"] if owned else []
            found += self.sites.acquainted(one, other)
            posts = companies_of(one.name) if one.kinds == "H" else ()
            found += ["post here" if other.name in posts else "post elsewhere"] if posts else []
        found += (f"1{feature}" for feature in self.salience.of(index, one))
        if other.name:
            found += (f"2{feature}" for feature in self.salience.of(index, other))
        return found


def telling(found: Sequence[Likely]) -> list[Likely]:
    """Of frames that say the same, the likeliest and those that say it clearly, in their order."""
    best: dict[tuple[object, ...], float] = {}
    for one in found:
        best[same(one)] = max(one.likelihood, best.get(same(one), 0.0))
    return [one for one in found if one.likelihood >= CLEAR or one.likelihood == best[same(one)]]


def same(one: Likely) -> tuple[object, ...]:
    """What frames share that say the same."""
    frame = one.frame
    return (frame.property, frame.subject, frame.object, str(frame.value), str(frame.when))


def table_of(proposal: Proposal) -> str:
    """The table of weights that judges a proposal."""
    return "site" if proposal.frame.rule == SITE else proposal.frame.property
