"""How well extraction does against gold: precision, recall and qualifiers, in total, by property and by document.

Strict: document, subject, property, object, value, unit and negated-or-not agree. Relaxed leaves the subject and the
negation free. A further prediction that agrees with a claim already found is no error.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from graph.claims import QUALIFIERS, Claim, read_claims
from graph.extraction.confidence import FILE, measure
from graph.extraction.mentions import ORGANIZATION_KINDS
from graph.extraction.model import Mention
from graph.extraction.naming import names_table, recognised
from graph.extraction.pipeline import JudgedExtractor, RuleExtractor, concluded
from graph.extraction.readings import Reading
from graph.reading import Document, find_documents, read_document
from graph.register import Register, fold

Agree = Callable[[Claim, Claim], bool]


@dataclass(frozen=True)
class Figures:
    """Counts of one row of a table."""

    found: int
    missed: int
    spurious: int

    @property
    def precision(self) -> float:
        """Share of what was predicted that is right."""
        return self.found / (self.found + self.spurious) if self.found + self.spurious else 0.0

    @property
    def recall(self) -> float:
        """Share of what is right that was predicted."""
        return self.found / (self.found + self.missed) if self.found + self.missed else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True)
class Scores:
    """What a comparison yields; `pairs` are (gold, predicted)."""

    strict: Figures
    relaxed: Figures
    pairs: tuple[tuple[Claim, Claim], ...]
    missed: tuple[Claim, ...]
    spurious: tuple[Claim, ...]

    def by(self, field: str) -> dict[str, Figures]:
        """Strict figures for each value of a field (`property`, `document`)."""
        found = Counter(getattr(g, field) for g, _ in self.pairs)
        missed = Counter(getattr(c, field) for c in self.missed)
        spurious = Counter(getattr(c, field) for c in self.spurious)
        return {k: Figures(found[k], missed[k], spurious[k]) for k in sorted({*found, *missed, *spurious})}

    def qualifier(self, name: str) -> tuple[int, int]:
        """How often a qualifier is right, of how many strictly matched pairs in which either side gives it."""
        given = [(given_of(g, name), given_of(p, name)) for g, p in self.pairs]
        given = [(a, b) for a, b in given if a is not None or b is not None]
        return sum(same(a, b) for a, b in given), len(given)

    def evidence(self) -> int:
        """In how many pairs the two quotes overlap."""
        return sum(p.start_char < g.end_char and g.start_char < p.end_char for g, p in self.pairs)


def evaluate(gold: Iterable[Claim], predicted: Iterable[Claim], register: Register | None = None) -> Scores:
    """Compare claims with gold; a known alias counts as the name it stands for."""
    names = Names(register)
    wanted = list(gold)
    documents = {c.document for c in wanted}
    given = [c for c in predicted if c.document in documents]
    pairs, missed, spurious = match(wanted, given, names.strict, names)
    relaxed = match(wanted, given, names.relaxed, names)
    return Scores(
        Figures(len(pairs), len(missed), len(spurious)), Figures(*(len(part) for part in relaxed)),
        tuple(pairs), tuple(missed), tuple(spurious),
    )  # fmt: skip


def evaluate_folder(folder: Path, register: Register, *, errors: bool = False) -> str:
    """Extract the documents of a folder and score them against its `*.claims.jsonl`, as a text table."""
    gold_files = sorted(folder.rglob("*.claims.jsonl"))
    if not gold_files:
        raise FileNotFoundError(f"{folder}: no *.claims.jsonl in it; gold is one such file beside each document")
    gold = [claim for path in gold_files for claim in read_claims(path)]
    mentions: dict[str, list[Mention]] = {}
    claims: list[Claim] = []
    for reading, found in read_through(folder, register):
        mentions[reading.document.slug] = reading.mentions
        claims += found
    names = recognised(gold, mentions, register, Names(register).key)
    scores = evaluate(gold, claims, register)
    return "\n".join([table(scores, errors=errors), "", *names_table(names, errors=errors)])


def write_confidence(folders: Sequence[Path], register: Register, file: Path = FILE) -> Path:
    """Measure every rule on the gold of some folders and keep the counts as data, in the file that is returned."""
    rules = RuleExtractor(register)
    found = [one for folder in folders for document in documents_of(folder) for one in rules.extract(document)]
    gold = [c for folder in folders for path in sorted(folder.rglob("*.claims.jsonl")) for c in read_claims(path)]
    scores = evaluate(gold, [candidate.claim for candidate in found], register)
    file.write_text(measure(found, scores.spurious), encoding="utf-8")
    return file


def extracted(folder: Path, register: Register) -> list[Claim]:
    """The claims that are found in the documents of a folder that have gold."""
    return [claim for _, claims in read_through(folder, register) for claim in claims]


def read_through(folder: Path, register: Register) -> Iterator[tuple[Reading, list[Claim]]]:
    """The documents of a folder that have gold and that yield anything, as they are read, with their claims."""
    extractor = JudgedExtractor(register)
    for document in documents_of(folder):
        if reading := extractor.read(document):
            yield reading, [one.claim for one in concluded(reading, extractor.propose(reading)).found]


def documents_of(folder: Path) -> Iterator[Document]:
    """The documents of a folder that have gold."""
    wanted = {path.name.removesuffix(".claims.jsonl") for path in folder.rglob("*.claims.jsonl")}
    for place in sorted({path.parent for path in folder.rglob("*.claims.jsonl")}):
        yield from (read_document(p) for p in find_documents(place) if p.stem in wanted)


class Names:
    """Comparison of names: folded, and an alias counts as its entity's name."""

    def __init__(self, register: Register | None) -> None:
        """With a register, its aliases are known."""
        self.register = register

    def key(self, name: object) -> str:
        """What a name is compared by."""
        folded = fold(str(name))
        entity = self.register.resolve(str(name)) if self.register else None
        return fold(entity.name) if entity else self.plant(str(name)) or folded

    def plant(self, name: str) -> str | None:
        """A plant without a name of its own ("JLR Solihull plant") by its owner's name and its place."""
        words = name.split()
        if not self.register or words[-1:] != ["plant"]:
            return None
        for cut in range(len(words) - 2, 0, -1):
            owner = self.register.resolve(" ".join(words[:cut]))
            if owner and owner.kinds & ORGANIZATION_KINDS:
                return fold(" ".join([owner.name, *words[cut:]]))
        return None

    def ends(self, claim: Claim) -> list[str]:
        """Subject and object, ready to compare; the two of a partnership in either order."""
        pair = [self.key(claim.subject), self.key(claim.object) if claim.object else ""]
        return sorted(pair) if claim.property == "partnersWith" else pair

    def content(self, a: Claim, b: Claim) -> bool:
        """Whether value and unit agree."""
        return same(a.value, b.value) and a.unit == b.unit

    def strict(self, a: Claim, b: Claim) -> bool:
        """Whether two claims of one property say the same about the same."""
        denied = (a.modality == "negated") == (b.modality == "negated")
        return denied and self.content(a, b) and self.ends(a) == self.ends(b)

    def relaxed(self, a: Claim, b: Claim) -> bool:
        """The same with the subject and the negation left free."""
        if a.property == "partnersWith":
            return bool(set(self.ends(a)) & set(self.ends(b)))
        return self.content(a, b) and self.ends(a)[1] == self.ends(b)[1]


def match(
    gold: list[Claim], predicted: list[Claim], agree: Agree, names: Names
) -> tuple[list[tuple[Claim, Claim]], list[Claim], list[Claim]]:
    """Pairs with most qualifiers in common first; the gold that stays alone; predictions that agree with no gold."""
    alike: dict[tuple[str, str], list[tuple[int, Claim]]] = defaultdict(list)
    for j, p in enumerate(predicted):
        alike[p.document, p.property].append((j, p))
    edges = [
        (names.strict(g, p), sum(same(given_of(g, q), given_of(p, q)) for q in QUALIFIERS), i, j)
        for i, g in enumerate(gold)
        for j, p in alike[g.document, g.property]
        if agree(g, p)
    ]
    touched = {j for *_, j in edges}
    used_gold: set[int] = set()
    used: set[int] = set()
    pairs = []
    for *_, i, j in sorted(edges, key=lambda e: (e[0], e[1]), reverse=True):
        if i not in used_gold and j not in used:
            used_gold.add(i)
            used.add(j)
            pairs.append((gold[i], predicted[j]))
    missed = [g for i, g in enumerate(gold) if i not in used_gold]
    return pairs, missed, [p for j, p in enumerate(predicted) if j not in touched]


def given_of(claim: Claim, name: str) -> object:
    """A qualifier's value; a bound of `exact` counts as not given."""
    value: object = getattr(claim, name)
    return None if name == "bound" and value == "exact" else value


def same(a: object, b: object) -> bool:
    """Numbers agree to 0.1 %, anything else as names."""
    if a is None or b is None:
        return a is b
    if isinstance(a, int | float) and isinstance(b, int | float):
        return abs(a - b) <= 0.001 * max(abs(a), abs(b))
    return fold(str(a)) == fold(str(b))


def table(scores: Scores, *, errors: bool = False) -> str:
    """The scores as text, with `errors` the missed and the spurious claims too."""
    head = f"{'precision':>9} {'recall':>7} {'F1':>7} {'found':>6} {'missed':>7} {'spurious':>9}"
    lines = [f"{'':32} {head}", row("strict", scores.strict), row("relaxed", scores.relaxed), "", "qualifiers"]
    for name in QUALIFIERS:
        right, given = scores.qualifier(name)
        lines.append(f"  {name:16} {format(right / given, '.3f') if given else '-':>7}  of {given}")
    total = len(scores.pairs)
    lines.append(f"  {'evidence':16} {format(scores.evidence() / total, '.3f') if total else '-':>7}  of {total}")
    for field in ("property", "document"):
        lines += ["", f"{'by ' + field:32} {head}", *(row(k, f) for k, f in scores.by(field).items())]
    if errors:
        for kind, claims in (("missed", scores.missed), ("spurious", scores.spurious)):
            lines += ["", kind, *(f"  {line(claim)}" for claim in claims)]
    return "\n".join(lines)


def row(name: str, figures: Figures) -> str:
    """One row of a table."""
    return (
        f"{name:32} {figures.precision:9.3f} {figures.recall:7.3f} {figures.f1:7.3f} "
        f"{figures.found:6} {figures.missed:7} {figures.spurious:9}"
    )


def line(claim: Claim) -> str:
    """A claim in one line."""
    content = [claim.subject, claim.property, claim.object, claim.value, claim.unit]
    rest = [f"{q}={getattr(claim, q)}" for q in QUALIFIERS if getattr(claim, q) is not None]
    return f"{claim.document}: {' | '.join(str(x) for x in content if x is not None)}  [{', '.join(rest)}]"
