"""Names of entities in the reader's language, where the register has them; in English elsewhere."""

from __future__ import annotations

from pathlib import Path

from flask import has_request_context, request
from pyoxigraph import Literal

from graph.namespaces import SKOS
from service.dataset import Dataset
from service.languages import languages

Names = dict[str, dict[str, str]]  # by language, then by IRI
_QUERY = """SELECT ?this ?label WHERE {
  ?this skos:prefLabel|skos:altLabel ?label . FILTER (LANG(?label) != "" && LANG(?label) != "en")
}"""
_known: dict[Path, Names] = {}


def names(dataset: Dataset) -> Names:
    """The names that are not English, asked once for each build; of several the longest, which is the full one."""
    known = _known.get(dataset.home)
    if known is None:
        known = {}
        for row in dataset.select(_QUERY):
            thing, label = str(getattr(row["this"], "value", "")), row["label"]
            if isinstance(label, Literal) and label.language:
                found = known.setdefault(label.language.partition("-")[0], {})
                found[thing] = max(found.get(thing, ""), label.value, key=lambda text: (len(text), text))
        _known.clear()
        _known[dataset.home] = known
    return known


def wanted(dataset: Dataset) -> tuple[str, ...]:
    """The languages other than English that this request prefers and that something is called in."""
    if not has_request_context() or not (preferred := languages(request.headers.get("Accept-Language"))):
        return ()
    known = names(dataset)
    return tuple(language for language in preferred if language in known)


def localise(dataset: Dataset, found: list[dict[str, str]], about: str | None) -> None:
    """Put names into rows in place of English ones: `x` has its name in `xLabel`, `this` and `entity` in `label`.

    `about` is the entity whose statements the rows are, where they are one's.
    """
    chosen = wanted(dataset)
    if not chosen:
        return
    known = names(dataset)

    def name(iri: str | None) -> str | None:
        return next((label for language in chosen if (label := known[language].get(iri or ""))), None)

    for row in found:
        for key in [key for key in row if key.endswith("Label")]:
            row[key] = name(row.get(key.removesuffix("Label"))) or row[key]
        if "label" in row:
            row["label"] = name(row.get("this") or row.get("entity")) or row["label"]
        if about and row.get("property") == SKOS + "prefLabel":
            row["value"] = name(about) or row["value"]
