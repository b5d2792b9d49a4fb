"""Learning from gold: `evplans learn` writes the weights that recogniser and judge use.

Both are logistic regressions. The judge learns from what a recogniser says of documents that it did not learn from.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graph.claims import Claim, read_claims
from graph.extraction.evaluate import Names
from graph.extraction.frame import Frame
from graph.extraction.learned.judge import Hearing, candidates_of, heard, traits
from graph.extraction.learned.proposals import Proposal
from graph.extraction.learned.recogniser import HEARD, Likely, Recogniser, table_of, telling
from graph.extraction.learned.weights import Weights, likelihood
from graph.extraction.model import Candidate
from graph.extraction.pipeline import RuleExtractor
from graph.extraction.proposer import Proposer
from graph.reading import find_documents, read_document
from graph.register import Register

FOLDS = 5
STRENGTH = 0.2  # how far weights may go from nought (the inverse of regularization)
# How much a feature counts before its weight is learnt, by how it begins: what is told of two names' places more than
# the words near them, and those more than the rest of the sentence. Chosen on a fifth of the practice articles.
COUNTS = (
    (re.compile(r"s:"), 0.3),
    (re.compile(r"[-+]c?:"), 0.6),
    (
        re.compile(
            r"[12](?:often|titled|ago|opener|back)|k|by:|of:|topic|acts|acted|alike|owner|owned|there|others|site|rank|[<>~^][nm]\d|block"
        ),
        2.0,
    ),
)
SMALL = 0.05  # weights below it are left out
SEED = 20


@dataclass
class Example:
    """A proposal to learn from: its features by number, and whether gold has it (None: elsewhere in the text)."""

    proposal: Proposal
    index: int
    table: str
    features: Any
    right: bool | None


@dataclass
class Vocabulary:
    """Features by number."""

    numbers: dict[str, int] = field(default_factory=dict)
    _names: list[str] = field(default_factory=list)

    def count(self, number: int) -> float:
        """How much a feature counts."""
        if len(self._names) < len(self.numbers):
            self._names = list(self.numbers)
        name = self._names[number]
        return next((count for pattern, count in COUNTS if pattern.match(name)), 1.0)

    def of(self, features: Iterable[str]) -> Any:
        """The numbers of features, as an array."""
        import numpy as np

        numbers = self.numbers
        return np.fromiter((numbers.setdefault(f, len(numbers)) for f in dict.fromkeys(features)), dtype=np.int32)


class Lesson:
    """One document with its gold."""

    def __init__(
        self, proposer: Proposer, gold: Sequence[Claim], names: Names, vocabulary: Vocabulary, folder: Path
    ) -> None:
        """Find what the rules propose; the recogniser's proposals come with `sites` and `rest`."""
        self.folder = folder
        self.proposer = proposer
        self.recogniser = Recogniser(proposer.frames.plants, {})
        self.names = names
        self.vocabulary = vocabulary
        self.gold: dict[str, list[Claim]] = defaultdict(list)
        for claim in gold:
            self.gold[claim.property].append(claim)
        self.ruled = list(proposer.ruled())
        self.sites = list(self.examples(self.recogniser.site_proposals()))
        self.rest: list[Example] = []

    def learn_sites(self, chances: Iterable[float]) -> None:
        """Judge the sites, then list the other proposals."""
        for example, chance in zip(self.sites, chances, strict=True):
            self.recogniser.sites.judge(example.proposal, chance)
        self.rest = list(self.examples(self.recogniser.proposals()))

    def examples(self, proposals: Iterator[tuple[int, list[Proposal]]]) -> Iterator[Example]:
        """Proposals with their features and what gold says of them."""
        for index, several in proposals:
            for proposal in several:
                features = self.vocabulary.of(self.recogniser.features(index, proposal))
                yield Example(proposal, index, table_of(proposal), features, self.right(proposal.frame))

    def right(self, frame: Frame) -> bool | None:
        """Whether gold has a frame; None where only another sentence says so."""
        if not self.possible(frame):
            return False
        line = self.proposer.reading.sentences[frame.index]
        found: bool | None = False
        for candidate in self.proposer.claims(frame):
            claim = candidate.claim
            for wanted in self.gold.get(claim.property, ()):
                if self.names.strict(wanted, claim):
                    if wanted.start_char < line.end and line.start < wanted.end_char:
                        return True
                    found = None
        return found

    def possible(self, frame: Frame) -> bool:
        """Whether some gold has the frame's property and value, or its object; a quick look before claims are made."""
        wanted = self.gold.get(frame.property, ())
        if frame.value is not None:
            return any(str(w.value) == str(frame.value) or w.value == frame.value for w in wanted)
        return bool(wanted)

    def hearing(self, chances: Iterable[float]) -> Hearing:
        """What the judge hears of the document, where the recogniser gives these chances to sites and the rest."""
        rows = zip([*self.sites, *self.rest], chances, strict=True)
        found = telling([Likely(e.proposal.frame, chance) for e, chance in rows if chance >= HEARD])
        return heard(self.ruled, candidates_of(found, self.proposer))

    def holds(self, candidates: Sequence[Candidate]) -> bool:
        """Whether gold has a statement."""
        claim = candidates[0].claim
        return any(self.names.strict(wanted, claim) for wanted in self.gold.get(claim.property, ()))


def lessons(folders: Iterable[Path], register: Register) -> list[Lesson]:
    """Every document of some folders that has gold."""
    extractor, names, vocabulary = RuleExtractor(register), Names(register), Vocabulary()
    found: list[Lesson] = []
    for folder in folders:
        gold = {path.name.removesuffix(".claims.jsonl"): path for path in sorted(folder.rglob("*.claims.jsonl"))}
        for place in sorted({path.parent for path in gold.values()}):
            for path in find_documents(place):
                reading = extractor.read(read_document(path)) if path.stem in gold else None
                if reading:
                    told = list(read_claims(gold[path.stem]))
                    found.append(Lesson(Proposer(reading), told, names, vocabulary, place))
    return found


def fitted(examples: Iterable[Example], vocabulary: Vocabulary) -> dict[str, dict[int, float]]:
    """A logistic regression for each table: feature number -> weight."""
    tables: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        if example.right is not None:
            tables[example.table].append(example)
    return {
        name: regression(rows, vocabulary) for name, rows in tables.items() if {True, False} <= {r.right for r in rows}
    }


def regression(rows: Sequence[Example], vocabulary: Vocabulary) -> dict[int, float]:
    """The weights of one table; features that only one example has teach nothing."""
    import numpy as np
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    every = np.concatenate([row.features for row in rows])
    known, columns, counts = np.unique(every, return_inverse=True, return_counts=True)
    common = counts >= 2
    renumbered = np.cumsum(common) - 1
    keep = common[columns]
    lengths = np.array([len(row.features) for row in rows])
    line = np.repeat(np.arange(len(rows)), lengths)[keep]
    used = renumbered[columns[keep]]
    counted = np.array([vocabulary.count(n) for n in known[common].tolist()])
    matrix = csr_matrix((counted[used], (line, used)), shape=(len(rows), len(counted)))
    model = LogisticRegression(C=STRENGTH, solver="liblinear", max_iter=300, fit_intercept=False)
    model.fit(matrix, [bool(row.right) for row in rows])
    weights = model.coef_[0] * counted
    return {int(n): float(w) for n, w in zip(known[common], weights, strict=True) if abs(w) >= SMALL}


def chances(examples: Sequence[Example], weights: dict[str, dict[int, float]]) -> list[float]:
    """How likely each example is by some weights."""
    return [
        likelihood(sum(weights[e.table].get(n, 0.0) for n in e.features.tolist())) if e.table in weights else 0.0
        for e in examples
    ]


def folds(every: Sequence[Lesson]) -> list[list[Lesson]]:
    """The lessons in so many parts, by chance but the same each time."""
    order = list(every)
    random.Random(SEED).shuffle(order)  # noqa: S311 -- parts by chance, no secret
    return [order[n::FOLDS] for n in range(FOLDS)]


def crossed(every: Sequence[Lesson], of: str) -> Iterator[tuple[Lesson, list[float]]]:
    """Each lesson with the chances that weights from the other lessons give its examples."""
    for part in folds(every):
        inside = {id(lesson) for lesson in part}
        rows = [e for lesson in every if id(lesson) not in inside for e in examples_of(lesson, of)]
        weights = fitted(rows, every[0].vocabulary)
        for lesson in part:
            yield lesson, chances(examples_of(lesson, of), weights)


def examples_of(lesson: Lesson, of: str) -> list[Example]:
    """A lesson's examples: of its sites alone, or all."""
    return lesson.sites if of == "sites" else [*lesson.sites, *lesson.rest]


def learnt(folders: Sequence[Path], judging: Sequence[Path], register: Register) -> Weights:
    """All weights, from all folders; the judge's from those of `judging` (else all), which no rule was written on."""
    every = lessons((*folders, *judging), register)
    inside = {path.resolve() for path in judging}
    told = [lesson for lesson in every if inside & {*lesson.folder.resolve().parents, lesson.folder.resolve()}]
    return learn(every, told or every)


def learn(every: Sequence[Lesson], judging: Sequence[Lesson]) -> Weights:
    """The weights that lessons teach, the judge those of `judging`."""
    for lesson, likely in list(crossed(every, "sites")):
        lesson.learn_sites(likely)
    told = {id(lesson) for lesson in judging}
    cases = [(lesson, lesson.hearing(likely)) for lesson, likely in crossed(every, "all") if id(lesson) in told]
    names = list(every[0].vocabulary.numbers)
    tables = fitted([e for lesson in every for e in examples_of(lesson, "all")], every[0].vocabulary)
    weights = {name: {names[n]: round(w, 3) for n, w in rows.items()} for name, rows in tables.items()}
    return {**weights, "judge": judge_weights(cases)}


def judge_weights(cases: Iterable[tuple[Lesson, Hearing]]) -> dict[str, float]:
    """What the judge makes of its traits."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    rows, right = [], []
    for lesson, hearing in cases:
        for key, statement in hearing.statements.items():
            rows.append({name: float(n) for name, n in traits(key, statement, hearing)})
            right.append(lesson.holds(statement.candidates))
    vectorizer = DictVectorizer()
    matrix = vectorizer.fit_transform(rows)
    matrix.indices, matrix.indptr = matrix.indices.astype("int32"), matrix.indptr.astype("int32")
    model = LogisticRegression(C=0.3, solver="liblinear", max_iter=2000, fit_intercept=False).fit(matrix, right)
    names = vectorizer.get_feature_names_out()
    return {str(n): round(float(w), 3) for n, w in zip(names, model.coef_[0], strict=True) if abs(w) >= SMALL}
