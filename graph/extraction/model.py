"""What passes between the stages of extraction. Every stage is a function from these objects to these objects.

All positions count code points of the document's text, end exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from graph.claims import Claim
from graph.reading import Document

if TYPE_CHECKING:
    from graph.extraction.readings import Reading

BlockKind = Literal["front-matter", "heading", "list-item", "paragraph", "table-row", "boilerplate", "teaser"]


@dataclass(frozen=True, slots=True)
class Block:
    """A run of lines that belongs together. `label` is the span of a leading `**Label**:` without its marks.

    `parent` is the index of the heading or list item that it stands under, `repeats` that of an equal earlier block.
    Front matter, boilerplate, teasers and repeats yield no claims.
    """

    kind: BlockKind
    start: int
    end: int
    label: tuple[int, int] | None = None
    level: int = 0
    parent: int | None = None
    repeats: int | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence (or a list item's or heading's whole text) inside block number `block`."""

    start: int
    end: int
    block: int


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit: `unit` is one of the contract's units, a counted noun's stem, or None for a bare number.

    A range is two quantities over the same span, `at-least` and `at-most`. `converted` marks an amount in parentheses
    that repeats the one before it in another currency. `per` holds a following "a year", "per vehicle" and the like.
    """

    start: int
    end: int
    value: int | float
    unit: str | None = None
    bound: str | None = None
    per: str | None = None
    converted: bool = False
    ordinal: bool = False


@dataclass(frozen=True, slots=True)
class When:
    """A date, period or duration. `first` and `last` are `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.

    A point in time has `last` only ("by 2030", "in late 2010"), a start `first` only ("from 2025"), a period both,
    a length of time `years` only. `cue` is the word that leads it ("by", "in", "from", "between", "over", "since").
    """

    start: int
    end: int
    first: str | None = None
    last: str | None = None
    years: int | float | None = None
    cue: str | None = None
    relative: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in the text. `name` is canonical; `kinds` are class names of the ontology (`Automaker`, `VehicleModel`).

    `known` is False for a name that only a shape pattern found.
    """

    start: int
    end: int
    name: str
    kinds: frozenset[str]
    known: bool = True


@dataclass(frozen=True, slots=True)
class Candidate:
    """A claim as an extractor proposes it, before the verifier, with the rule that found it and why it reads so."""

    claim: Claim
    rule: str
    confidence: float | None = None
    trace: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejection:
    """A candidate that the verifier refused, and the reason."""

    candidate: Candidate
    reason: str


@dataclass(frozen=True, slots=True)
class Extraction:
    """What extraction makes of one document."""

    document: Document
    found: tuple[Candidate, ...]
    rejected: tuple[Rejection, ...] = ()
    unknown_names: tuple[Mention, ...] = ()
    notes: tuple[str, ...] = field(default=())


class Extractor(Protocol):
    """Anything that finds claims in a document and can account for them: the rules, or a language model behind them.

    What it proposes stands only after the verifier and the merger (`pipeline.concluded`).
    """

    name: str

    def run(self, document: Document) -> Extraction: ...

    def read(self, document: Document) -> Reading | None: ...

    def propose(self, reading: Reading) -> list[Candidate]: ...
