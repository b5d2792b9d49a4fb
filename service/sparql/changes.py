"""A change of users' graphs before it is made: tried in a copy of the store, and checked by the shapes."""

from __future__ import annotations

import time
from typing import Any

from service.sparql import loader
from service.sparql.forwarding import Answering
from service.sparql.userlog import Record


class Invalid(RuntimeError):
    """A change after which a shape would be broken: the report as plain values, and in Turtle."""

    def __init__(self, report: dict[str, Any], turtle: str) -> None:
        super().__init__("a shape would be broken")
        self.report = report
        self.turtle = turtle


class Superseded(RuntimeError):
    """A change that was meant for another revision than the one that there is."""


def tried(pool: Answering, request: dict[str, Any], data: bytes) -> tuple[bool, Record | None]:
    """Whether a change makes a graph that was not there, and the record to keep; None where it changes nothing.

    Raises Failed, Invalid or Stopped.
    """
    deadline = time.monotonic() + request["seconds"]
    told = pool.ask(loader.TRY_NETWORK if request["network"] else loader.TRY, request, data)
    if told["record"] is None or request.get("trial"):
        return told["created"], None
    if told["check"]:
        checked = pool.ask(loader.CHECK, told["check"] | {"seconds": max(deadline - time.monotonic(), 0)})
        if not checked["conforms"]:
            raise Invalid(checked["report"], checked["turtle"])
    return told["created"], Record.read(told["record"].encode())
