"""The judge: of all that rules and recogniser propose about a document, what stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import log

from graph.claims import Claim
from graph.extraction.frame import Frame
from graph.extraction.learned.recogniser import CLEAR, Likely
from graph.extraction.learned.weights import Weights, learned, likelihood
from graph.extraction.merge import key as key_of
from graph.extraction.model import Candidate
from graph.extraction.proposer import Proposer

Place = tuple[object, ...]
Key = tuple[object, ...]
Heard = tuple[float, Frame, Candidate]  # what the recogniser proposes, and how likely it holds it
STANDS = 0.45  # probability from which a statement stands that only the recogniser makes
KEPT = 0.3  # and one that a rule makes too: rules say why, and are right more often than the judge has seen
AUDIBLE = 0.15  # likelihood from which a statement tells of whom its sentence speaks
SAID = 0.7  # how likely the recogniser's neighbours take what a rule says


@dataclass
class Statement:
    """One statement with all that proposes it: the rules' candidates, and the recogniser's with their likelihoods."""

    ruled: list[tuple[Frame, Candidate]] = field(default_factory=list)
    likely: list[Heard] = field(default_factory=list)

    def stands(self, chance: float) -> bool:
        """Whether the statement stands, with so much of a probability."""
        return chance >= (KEPT if self.ruled else STANDS)

    @property
    def index(self) -> int:
        """The number of the sentence that makes it, by the rules or else the likeliest."""
        return self.ruled[0][0].index if self.ruled else self.likeliest[1].index

    @property
    def likeliest(self) -> Heard:
        """What the recogniser finds likeliest."""
        return max(self.likely, key=lambda row: row[0])

    def sentences(self) -> dict[int, float]:
        """The sentences that may make the statement, each with how likely it does."""
        found: dict[int, float] = {}
        told = [(SAID, frame) for frame, _ in self.ruled] + [(n, frame) for n, frame, _ in self.likely if n >= AUDIBLE]
        for chance, frame in told:
            found[frame.index] = max(chance, found.get(frame.index, 0.0))
        return found

    @property
    def candidates(self) -> list[Candidate]:
        """What would stand: the rules' own, else the likeliest."""
        return [c for _, c in self.ruled] or [self.likeliest[2]]


@dataclass
class Hearing:
    """All statements proposed about one document, and what else is said at the same places."""

    statements: dict[Key, Statement]
    rivals: dict[Place, dict[Key, float]]
    ruled: dict[Place, set[Key]]
    figures: dict[tuple[int, int], dict[str, float]]
    figured: dict[tuple[int, int], set[str]]
    spoken: dict[int, dict[str, float]]  # of whom each sentence speaks, by how much it is likely to say of him


def candidates_of(found: Iterable[Likely], proposer: Proposer) -> Iterator[Heard]:
    """The recogniser's frames as candidates."""
    for one in found:
        yield from ((one.likelihood, one.frame, candidate) for candidate in proposer.claims(one.frame))


def heard(ruled: Iterable[tuple[Frame, Candidate]], likely: Iterable[Heard]) -> Hearing:
    """Gather what is proposed, statement by statement."""
    hearing = Hearing(
        defaultdict(Statement), defaultdict(dict), defaultdict(set), defaultdict(dict), defaultdict(set), {}
    )
    for frame, candidate in ruled:
        key = key_of(candidate.claim)
        hearing.statements[key].ruled.append((frame, candidate))
        hearing.ruled[contested(frame, candidate.claim)].add(key)
        if frame.quantity:
            hearing.figured[frame.index, frame.anchor].add(frame.property)
    for chance, frame, candidate in likely:
        key = key_of(candidate.claim)
        hearing.statements[key].likely.append((chance, frame, candidate))
        rivals = hearing.rivals[contested(frame, candidate.claim)]
        rivals[key] = max(chance, rivals.get(key, 0.0))
        if frame.quantity:
            figures = hearing.figures[frame.index, frame.anchor]
            figures[frame.property] = max(chance, figures.get(frame.property, 0.0))
    hearing.spoken = spoken(hearing.statements.values())
    return hearing


def spoken(statements: Iterable[Statement]) -> dict[int, dict[str, float]]:
    """Of whom each sentence speaks."""
    found: dict[int, dict[str, float]] = defaultdict(dict)
    for statement in statements:
        subject = statement.candidates[0].claim.subject
        for index, chance in statement.sentences().items():
            found[index][subject] = found[index].get(subject, 0.0) + chance
    return found


def contested(frame: Frame, claim: Claim) -> Place:
    """What several subjects may claim: a sentence's value or object of a property."""
    return (frame.index, claim.property, None if claim.property == "operatesPlant" else claim.object, str(claim.value))


def traits(key: Key, statement: Statement, hearing: Hearing) -> Iterator[tuple[str, float]]:
    """What the judge looks at, each with its strength."""
    prop = str(key[0])
    yield "bias", 1
    yield f"p:{prop}", 1
    if statement.likely:
        yield from of_likely(prop, key, statement, hearing)
    else:
        yield "unseen", 1
        yield f"unseen|{prop}", 1
    for name, strength in of_neighbours(statement, hearing):
        yield name, strength
        yield f"{name}|{prop}", strength
    if statement.ruled:
        yield "ruled", 1
        yield f"ruled|{prop}", 1
        yield from ((f"rule:{rule}", 1) for rule in sorted({c.rule for _, c in statement.ruled}))
        yield from ((f"by:{step}", 1) for step in sorted({c.trace[0] for _, c in statement.ruled if c.trace}))


def of_likely(prop: str, key: Key, statement: Statement, hearing: Hearing) -> Iterator[tuple[str, float]]:
    """What the recogniser makes of a statement, and of its rivals at the same place."""
    chance, frame, candidate = statement.likeliest
    bounded = min(max(chance, 1e-4), 1 - 1e-4)
    odds = log(bounded / (1 - bounded))
    yield "odds", odds
    yield f"odds|{prop}", odds
    yield "often", min(3, sum(n > CLEAR for n, _, _ in statement.likely))
    place = contested(frame, candidate.claim)
    rival = max((n for other, n in hearing.rivals[place].items() if other != key), default=0.0)
    yield "rival", rival
    yield "behind", max(0.0, rival - chance)
    if frame.quantity:
        others = hearing.figures[frame.index, frame.anchor]
        yield "otherwise", max((n for name, n in others.items() if name != prop), default=0.0)
    if not statement.ruled:
        yield "ruled otherwise", any(other != key for other in hearing.ruled.get(place, ()))
        if frame.quantity:
            yield "figured", any(name != prop for name in hearing.figured.get((frame.index, frame.anchor), ()))


def of_neighbours(statement: Statement, hearing: Hearing) -> Iterator[tuple[str, float]]:
    """Whether its sentence and those beside it speak of the same subject otherwise too, or of another."""
    subject, index = statement.candidates[0].claim.subject, statement.index
    others = hearing.spoken.get(index, {})
    alike = max(0.0, others.get(subject, 0.0) - statement.sentences().get(index, 0.0))
    beside = max(hearing.spoken.get(near, {}).get(subject, 0.0) for near in (index - 1, index + 1))
    yield "alike", min(2, alike)
    yield "against", min(2, max((n for name, n in others.items() if name != subject), default=0.0))
    yield "beside", min(2, beside)
    yield "in company", alike + beside > CLEAR


def judged(hearing: Hearing, weights: Weights | None = None) -> Iterator[tuple[float, Statement]]:
    """Each statement with the probability that the text makes it."""
    table = (learned() if weights is None else weights).get("judge", {})
    for key, statement in hearing.statements.items():
        yield likelihood(sum(table.get(name, 0.0) * n for name, n in traits(key, statement, hearing))), statement
