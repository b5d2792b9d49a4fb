"""Review over HTTP: a document's claims with what was decided on each, kept in the file that `evplans review` keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Literal, get_args

from graph import paths
from graph.build import source_folders
from graph.claims import QUANTITIES, Claim
from graph.extraction.model import Candidate, Extraction
from graph.extraction.pipeline import JudgedExtractor
from graph.namespaces import slug
from graph.reading import find_documents, read_document
from graph.register import load_register
from graph.review import SUFFIX, Decision, Review, anchor, apply, problem, read_review, write_review

Choice = Literal["accept", "reject", "amend", "undo"]
CHOICES: tuple[Choice, ...] = get_args(Choice)
FIELDS = tuple(f.name for f in fields(Claim) if f.name not in {"document", "start_char", "end_char"})
CONTEXT = 200  # characters beside a quote
LONGEST = 5000  # characters of a field
_lock = Lock()  # decisions are read, changed and written by one request at a time


class DecisionError(ValueError):
    """A decision that cannot be taken; the message says why."""


@dataclass(frozen=True, slots=True)
class Item:
    """A claim under review. `kind` is what was decided, empty for a claim that waits; `name` is the claim's digest."""

    name: str
    claim: Claim
    kind: str
    was: Claim | None = None
    found: Candidate | None = None

    @property
    def values(self) -> list[tuple[str, Any]]:
        """What the claim states beside its quote, the contract's keys in their order."""
        return [(key, value) for key, value in self.claim.as_dict().items() if key in FIELDS and key != "quote"]


@dataclass(frozen=True, slots=True)
class Sheet:
    """All claims of one document, found and decided, in the order of the text."""

    path: Path
    extraction: Extraction
    items: list[Item]
    notes: list[str]

    @property
    def waiting(self) -> list[Item]:
        """Those that nobody has decided on."""
        return [item for item in self.items if not item.kind]

    def around(self, claim: Claim) -> tuple[str, str, str]:
        """The text before a claim's quote, the quote, and the text after it."""
        text, start, end = self.extraction.document.text, claim.start_char, claim.end_char
        return text[max(0, start - CONTEXT) : start], text[start:end], text[end : end + CONTEXT]

    def next_to(self, name: str) -> str | None:
        """The first claim that waits after the one of this name, or before it where none follows."""
        names = [item.name for item in self.items]
        place = names.index(name) if name in names else 0
        waiting = [item.name for item in (*self.items[place:], *self.items[:place]) if not item.kind]
        return waiting[0] if waiting else None


def file_of(data: Path, name: str) -> Path | None:
    """The file of a document, of the house or ingested; None where there is none of that name."""
    files = (path for folder in source_folders(data) for path in find_documents(folder))
    return next((path for path in files if slug(path.stem) == name), None)


def sheet(path: Path) -> Sheet:
    """What is to be decided and what was. Raises UnreadableDocument, ReviewError."""
    extraction = _extracted(path, path.stat().st_mtime_ns)
    return _sheet(path, extraction, read_review(_review_file(path)))


def decide(path: Path, name: str, choice: Choice, form: Mapping[str, str]) -> Sheet:
    """Keep a decision on the claim `name`, and tell what then is; for `amend`, `form` holds the claim as it should be.

    Raises DecisionError, OSError where the file cannot be written, and as `sheet` does.
    """
    with _lock:
        extraction = _extracted(path, path.stat().st_mtime_ns)
        review = read_review(_review_file(path)) or Review(extraction.document.slug, False, "", ())
        item = next((i for i in _sheet(path, extraction, review).items if i.name == name), None)
        if item is None:
            raise DecisionError("no such claim is under review; load the page again")
        rest = [d for d in review.decisions if not _is_of(d, item, extraction.document.text)]
        made = _decision(item, choice, form, extraction)
        if made and any(d.claim == made.claim for d in rest):
            raise DecisionError("another decision on this document says the same already")
        decisions = tuple(rest if made is None else (*rest, made))
        changed = replace(review, decisions=decisions, reviewed=datetime.now(UTC).date().isoformat())
        write_review(_review_file(path), changed)
        return _sheet(path, extraction, changed)


def _decision(item: Item, choice: Choice, form: Mapping[str, str], extraction: Extraction) -> Decision | None:
    before = item.was or item.claim
    if choice == "undo":
        return None
    if choice == "amend":
        return Decision("amend", amended(item.claim, form, extraction.document.text), was=before)
    return Decision(choice, before)


def amended(claim: Claim, form: Mapping[str, str], text: str) -> Claim:
    """A claim with the fields of a form in place of its own. Raises DecisionError for what cannot stand."""
    given = {name: form.get(name, "").replace("\r\n", "\n").strip() for name in FIELDS}
    if long := [name for name, value in given.items() if len(value) > LONGEST]:
        raise DecisionError(f"{', '.join(long)}: longer than {LONGEST} characters")
    values: dict[str, Any] = {name: value or None for name, value in given.items()}
    if missing := [name for name in ("subject", "property", "modality", "quote") if not values[name]]:
        raise DecisionError(f"{', '.join(missing)}: needed")
    values["value"] = _number(given["value"]) if given["property"] in QUANTITIES else given["value"] or None
    values["duration_years"] = _number(given["duration_years"])
    quote = given["quote"]
    made = anchor(replace(claim, **values, end_char=claim.start_char + len(quote)), text)
    if made is None:
        raise DecisionError("the quote does not stand in the document; copy it from there")
    if why := problem(made, claim.document):
        raise DecisionError(why)
    return made


def _number(text: str) -> int | float | str | None:
    """A number as it was written; what is none is for the shapes to judge."""
    plain = text.replace(",", "")
    for kind in (int, float):
        try:
            return kind(plain)
        except ValueError:
            continue
    return text or None


def _sheet(path: Path, extraction: Extraction, review: Review | None) -> Sheet:
    text = extraction.document.text
    outcome = apply(extraction, review)
    found = {c.claim: c for c in extraction.found}
    items = [
        Item(c.digest(text), c, d.kind, d.was)
        for d in (review.decisions if review else ())
        if (c := anchor(d.claim, text))
    ]
    waiting = [*(c.claim for c in outcome.pending), *(r.claim for r in outcome.claims if r.state == "unreviewed")]
    items += [Item(claim.digest(text), claim, "", None, found.get(claim)) for claim in waiting]
    return Sheet(path, extraction, sorted(items, key=lambda i: (i.claim.start_char, i.name)), outcome.notes)


def _is_of(decision: Decision, item: Item, text: str) -> bool:
    standing = anchor(decision.claim, text)
    return bool(item.kind) and standing is not None and standing.digest(text) == item.name


def _review_file(path: Path) -> Path:
    return path.with_name(slug(path.stem) + SUFFIX)


@lru_cache(maxsize=1)
def _extractor(register: Path) -> JudgedExtractor:
    return JudgedExtractor(load_register(register))


@lru_cache(maxsize=32)
def _extracted(path: Path, _changed: int) -> Extraction:
    return _extractor(paths.REGISTER).run(read_document(path))
