"""Entries of rules and lexicon that can have no effect: said twice, shadowed by another, or read by nothing."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graph.extraction.lexicon import FOLDER, RULES, any_of
from graph.extraction.readings import expand
from graph.extraction.rules import read_rows

CODE = Path(__file__).parent
PLAIN = re.compile(r"[\w’' -]+")
MACRO = re.compile(r"\{+([a-zA-Z]+)\}+")
WORDS = re.compile(r"[\w'-]+(?: [\w'-]+){3,}")  # a list of words in one text


def dead_entries() -> list[str]:
    """One line for each entry without effect."""
    return [*_in_lists(), *_unread(), *_twin_rules()]


def _lexicon() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(FOLDER.glob("*.toml")):
        yield path.name, tomllib.loads(path.read_text(encoding="utf-8"))


def _in_lists() -> Iterator[str]:
    """Words that a list holds twice, or that a pattern beside them matches whole."""
    for file, content in _lexicon():
        for place, entries in _lists(content, ()):
            where = f"{file}: {'.'.join(place)}"
            for entry, number in Counter(entries).items():
                if number > 1:
                    yield f"{where}: {entry!r} stands there {number} times"
            patterns = [e for e in dict.fromkeys(entries) if not PLAIN.fullmatch(e)]
            plain = [e for e in dict.fromkeys(entries) if PLAIN.fullmatch(e)]
            for entry in plain:
                shadow = next((p for p in patterns if _matches(p, entry)), None)
                if shadow:
                    yield f"{where}: {entry!r} is shadowed by {shadow!r}"


def _lists(content: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    if isinstance(content, dict):
        for name, inner in content.items():
            yield from _lists(inner, (*place, name))
    elif isinstance(content, list):
        texts = [entry for entry in content if isinstance(entry, str)]
        if texts:
            yield place, texts
        for number, entry in enumerate(content):
            if isinstance(entry, dict):
                yield from _lists({k: v for k, v in entry.items() if k != "example"}, (*place, str(number)))
    elif isinstance(content, str) and WORDS.fullmatch(content) and place[-1] not in {"text", "name", "id"}:
        yield place, content.split()


def _matches(pattern: str, entry: str) -> bool:
    try:
        return re.fullmatch(any_of([expand(pattern)]), entry) is not None
    except re.error:
        return False


def _unread() -> Iterator[str]:
    """Tables and lists of the lexicon that no code names, and word classes that no pattern uses."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in sorted(CODE.rglob("*.py")))
    patterns = "\n".join(p.read_text(encoding="utf-8") for f in (RULES, FOLDER) for p in sorted(f.glob("*.toml")))
    used = set(MACRO.findall(code + patterns))
    for file, content in _lexicon():
        for name, inner in content.items():
            if not re.search(rf"[\"'.]{re.escape(name)}\b", code):
                yield f"{file}: nothing reads {name}"
            if name == "classes" and isinstance(inner, dict):
                yield from (f"{file}: no pattern uses {{{one}}}" for one in inner if one not in used)


def _twin_rules() -> Iterator[str]:
    """Rules with the same condition and the same claim as an earlier one."""
    seen: dict[str, str] = {}
    for kind in ("pattern", "quantity", "plant"):
        for row in read_rows(kind):
            said = repr(sorted((k, v) for k, v in row.items() if k not in {"id", "example", "hints"}))
            if other := seen.get(said):
                yield f"rule {row['id']}: rule {other} says the same"
            seen.setdefault(said, row["id"])
