"""The competency questions: stored queries with a title, a description and the answer that is expected."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import dropwhile
from pathlib import Path

from graph.paths import QUESTIONS


@dataclass(frozen=True, slots=True)
class Question:
    """A stored query. `name` is its file's name without the ending; `needs: service`: it asks another endpoint too."""

    name: str
    title: str
    description: str
    expects: str
    text: str
    needs: str = ""

    @property
    def asked(self) -> str:
        """The query under its title alone, as people get it to start from."""
        lines = self.text.splitlines(keepends=True)
        return f"# {self.title}\n" + "".join(dropwhile(lambda line: line.startswith("#"), lines))


@cache
def questions(folder: Path = QUESTIONS) -> tuple[Question, ...]:
    """All stored questions in the order of their numbers."""
    return tuple(read_question(path) for path in sorted(folder.glob("*.rq")))


def read_question(path: Path) -> Question:
    """One stored question. Raises ValueError when its header lacks a part."""
    text = path.read_text(encoding="utf-8")
    head: dict[str, str] = {}
    key = ""
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        said = line.lstrip("# ").strip()
        if begun := re.match(r"(title|description|expects|needs):\s*(.*)", said):
            key, said = begun.groups()
            head[key] = said
        elif key:
            head[key] = f"{head[key]} {said}".strip()
    if missing := {"title", "description", "expects"} - set(head):
        raise ValueError(f"{path}: no {', '.join(sorted(missing))} in the header")
    return Question(name=path.stem, text=text, **head)
