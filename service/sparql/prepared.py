"""Answers to the stored questions, found in the background as soon as a build is served: nobody waits for them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from graph.paths import QUESTIONS
from service.sparql.forwarding import Answering
from service.sparql.protocol import Query
from service.sparql.results import PAGE
from service.sparql.workers import Answer, Failed, Stopped

FORMATS = (("json", "ttl"), (PAGE, PAGE))  # what programs and people get without asking for anything else
LARGEST = 1 << 20  # bytes of an answer


class Prepared:
    """Answers by the text of their query and their format, all of one revision. Safe to use from several threads."""

    def __init__(self, base: str, limit: float) -> None:
        """`limit` is the seconds that a question may take."""
        self._base, self._limit = base, limit
        self._answers: dict[tuple[str, str | None], Answer] = {}

    def fill(self, pool: Answering) -> None:
        """Ask all questions, one after the other, and keep their answers in place of those kept before."""
        answers: dict[tuple[str, str | None], Answer] = {}
        for path in sorted(QUESTIONS.glob("*.rq")):
            text = path.read_text(encoding="utf-8").strip()
            for table, graph in FORMATS:
                job = Query(text, None, None, self._limit).job(self._base, table, graph, network=False)
                try:
                    answer = pool.run(dict(job))
                    whole = b"".join(answer.pieces)
                except Failed:
                    continue
                except Stopped as error:
                    if error.reason == "unavailable":
                        return
                    continue
                if len(whole) <= LARGEST:
                    answers[job["query"].strip(), answer.format] = replace(answer, whole=whole, pieces=iter(()))
        self._answers = answers

    def get(self, revision: str, job: dict[str, Any]) -> Answer | None:
        """The answer to a job at this revision, if it was prepared."""
        if not self._answers or not job["union"] or job["network"] or job["default_graphs"] or job.get("explain"):
            return None
        text = job["query"].strip()
        found = self._answers.get((text, job["table"])) or self._answers.get((text, job["graph"]))
        if found is None or found.whole is None or found.revision != revision:
            return None
        return replace(found, pieces=iter((found.whole,)))
