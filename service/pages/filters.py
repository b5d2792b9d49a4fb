"""How values read on a page: numbers with separators, bounds as words, IRIs as links on the serving host."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from flask import current_app, request
from markupsafe import Markup, escape
from pyoxigraph import NamedNode

from graph.namespaces import DEFAULT_BASE

MARKS = re.compile(r"\*{1,3}|`+|(?m:^\s*(?:#{1,6}|[-*+>])\s+)|!?\[(?=[^\]\n]*\]\()|\]\([^)\n]*\)")
DATE = re.compile(r"\b\d{4}-\d\d(?:-\d\d)?\b")
LARGE = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"))
HASHED = {"ontology": "ontology/", "shapes": "graph/shapes#"}  # where the names behind a hash are shown
BOUNDS = {"about": "about ", "at-least": "at least ", "at-most": "at most "}


def number(value: object) -> str:
    """A number with thousands separated, a round one in millions or more with the word; anything else as it is."""
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if not amount.is_finite():
        return str(value)
    for size, word in LARGE:
        if abs(amount) >= size and (part := amount / size) == round(part, 2):
            return f"{number(part)} {word}"
    return f"{amount:,.0f}" if amount == amount.to_integral() else f"{amount.normalize():,f}"


def rounded(value: object) -> str:
    """A large amount to three figures: 24220150000 as `24.2 billion`."""
    amount = Decimal(str(value))
    return number(f"{Decimal(f'{amount:.3g}'):f}")


def dated(text: object) -> Markup:
    """Text as HTML whose dates are not broken at the end of a line."""
    return Markup(DATE.sub(r'<span class="date">\g<0></span>', str(escape(text))))  # noqa: S704 escaped before


def plural(noun: object) -> str:
    """A kind's label for several of it: `technologies`, `plants`."""
    text = str(noun)
    return f"{text[:-1]}ies" if text.endswith("y") else f"{text}s"


def bound(code: object) -> str:
    """The words for a bound; nothing for an exact or missing one."""
    return BOUNDS.get(str(code), "") if code else ""


def plain(text: object) -> str:
    """A quote without Markdown's marks: as it would be read aloud."""
    return " ".join(MARKS.sub(" " if "\n" in str(text) else "", str(text)).split())


def local(iri: object) -> str:
    """The last part of an IRI."""
    return str(iri).rstrip("/").replace("#", "/").rsplit("/", 1)[-1]


def link(iri: object) -> str:
    """Where an IRI leads: to this host for what this dataset names, else to itself if it is a web address."""
    text, home = str(iri), request.script_root + "/"
    for base in (current_app.config["SETTINGS"].base, DEFAULT_BASE):
        if text.startswith(base):
            path = text.removeprefix(base)
            room, hash_, name = path.partition("#")
            return home + (HASHED[room] + name if hash_ and room in HASHED else path)
    return text if text.startswith(("http://", "https://")) else "#"


def shown(term: object) -> Markup:
    """A term as HTML: a link for an IRI, escaped text for anything else."""
    if isinstance(term, NamedNode):
        return Markup('<a href="{}">{}</a>').format(link(term.value), local(term.value) or term.value)
    return escape(getattr(term, "value", str(term)))
