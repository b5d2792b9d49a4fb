"""Addresses where nothing stands: what was replaced leads on, what was withdrawn says so, the rest names its likes."""

from __future__ import annotations

from pathlib import Path

from flask import Response, json, redirect, render_template, request
from rapidfuzz import process

from graph.withdrawn import withdrawn
from service.dataset import Dataset
from service.negotiation import choose
from service.pages.filters import link
from service.pages.finding import search
from service.pages.model import rows
from service.problems import PAGE, PROBLEM

SUGGESTIONS = 5
_replacements: dict[Path, dict[str, str]] = {}


def replaced(dataset: Dataset, iri: str, suffix: str | None) -> Response | None:
    """The way on (308) from an entity that was merged into another, or renamed; in the same format."""
    successor = _successors(dataset).get(iri)
    if successor is None:
        return None
    query = f"?{request.query_string.decode()}" if request.query_string else ""
    answer = redirect(link(successor) + (f".{suffix}" if suffix else "") + query, 308)
    return Response(answer.response, answer.status_code, answer.headers)


def absent(dataset: Dataset, iri: str, name: str, suffix: str | None) -> Response:
    """410 for a claim or document that an earlier build held, else 404 with what is called like it."""
    fate = withdrawn(dataset.home, iri)
    if fate is not None:
        successor = _labelled(dataset, fate.successor) or _labelled(dataset, fate.document)
        near = [successor] if successor else []
        return _told(410, "Withdrawn", name, near, suffix)
    words = name.replace("-", " ")
    names = {hit.iri: hit.label for hit in search(dataset.home / "search.sqlite", words, names_only=True)}
    found = process.extract(words, names, limit=SUGGESTIONS)
    return _told(404, "Not found", name, [(iri, label) for label, _, iri in found], suffix)


def _successors(dataset: Dataset) -> dict[str, str]:
    """What replaced which, asked once for each build."""
    known = _replacements.get(dataset.home)
    if known is None:
        known = {row["old"]: row["new"] for row in rows(dataset, "replaced")}
        _replacements.clear()
        _replacements[dataset.home] = known
    return known


def _labelled(dataset: Dataset, iri: str | None) -> tuple[str, str] | None:
    """A thing with its label, where it stands in this build."""
    known = rows(dataset, "called", (iri,)) if iri else []
    return (known[0]["this"], known[0]["label"]) if known else None


def _told(status: int, title: str, name: str, near: list[tuple[str, str]], suffix: str | None) -> Response:
    choice = choose(request.headers.get("Accept"), (PAGE, PROBLEM))
    others = [{"iri": iri, "label": label, "href": link(iri)} for iri, label in near]
    if suffix in {None, "html"} and choice and choice.offer is PAGE:
        body = render_template("missing.html", slug=name, near=others, status=status, title=title)
        answer = Response(body, status=status, mimetype="text/html")
    else:
        detail = f"{name}: an earlier build held it." if status == 410 else f"Nothing is called {name} here."
        told = {"type": "about:blank", "title": title, "status": status, "detail": detail}
        key = "successors" if status == 410 else "suggestions"
        answer = Response(
            json.dumps(told | {key: others}, ensure_ascii=False) + "\n", status=status, mimetype=PROBLEM.media_type
        )
    if suffix is None:
        answer.vary.add("Accept")
    return answer
