"""The table: rows as text, their verdicts against what is aimed at, and two sets of rows side by side."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

REACH = Path(__file__).with_name("reach.toml")
OURS = "evplans"
Row = dict[str, Any]
FIGURES = {"rate": "req/s", "p50": "p50 ms", "p99": "p99 ms", "cpu": "CPU ms"}
AIMS = {"rate": "ratio ≥", "p99": "p99 ratio ≤", "adds": "adds ms ≤", "beside": "p99 beside/alone ≤"}
HEAD = ("workload", "clients", "peer", *(f"{title}, peer" for title in FIGURES.values()), "ratio", "aim", "reached", "",
        "client CPU ms")  # fmt: skip


def judge(rows: Sequence[Row]) -> None:
    """Add to each row what is aimed at, what was reached of it, and whether that is enough (None: cannot be told)."""
    reach = tomllib.loads(REACH.read_text(encoding="utf-8"))
    for row in rows:
        ours, peer = row[OURS], row.get(row["peer"]) or {}
        row["ratio"] = _ratio(ours, peer, "rate")
        row["aim"] = reach.get(row["name"], {})
        row["reached"] = {
            key: _ratio(ours, peer, key) if key in {"rate", "p99"} else ours.get(key) for key in row["aim"]
        }
        known = [(key, value) for key, value in row["reached"].items() if value is not None]
        row["met"] = all(_enough(key, value, row["aim"][key]) for key, value in known) if known else None


def _enough(key: str, value: float, aim: float) -> bool:
    return value >= aim if key == "rate" else value <= aim


def _ratio(ours: Mapping[str, Any], peer: Mapping[str, Any], key: str) -> float | None:
    return float(ours[key] / peer[key]) if ours.get(key) and peer.get(key) else None


def text(rows: Sequence[Row]) -> str:
    """The rows as a table, and below it what else there is to say of them."""
    notes = dict.fromkeys(note for row in rows for note in _notes(row))
    return "\n".join([_drawn([HEAD, *(_line(row) for row in rows)]), *notes])


def _line(row: Row) -> tuple[str, ...]:
    ours, peer = row[OURS], row.get(row["peer"]) or {}
    pairs = [f"{number(ours.get(key))} | {number(peer.get(key))}" for key in FIGURES]
    aims = ", ".join(f"{AIMS[key]} {aim:g}" for key, aim in row["aim"].items())
    reached = ", ".join(number(value) for value in row["reached"].values())
    verdict = {True: "met", False: "missed", None: ""}[row["met"]]
    return (row["title"], str(row["clients"]), row["peer"] or "–", *pairs, number(row["ratio"]), aims, reached, verdict,
            number(ours.get("client_cpu")))  # fmt: skip


def _notes(row: Row) -> list[str]:
    notes = [f"{row['peer']} skipped: {row['skipped']}"] if row.get("skipped") else []
    for name in (OURS, row["peer"]):
        figures = row.get(name) or {}
        if figures.get("failures"):
            notes.append(f"{row['title']}: {figures['failures']} requests failed on {name}")
        if "engine" in figures:
            notes.append(f"{row['title']}: {name} {number(figures['adds'])} ms on {number(figures['engine'])} ms")
    return notes


def compared(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """Two results side by side: figures of ours in each, and how the second stands to the first."""
    others = {row["name"]: row for row in other["rows"]}
    lines = [("workload", *(f"{title}, then" for title in FIGURES.values()), "rate", "ratio to peer, then")]
    for row in one["rows"]:
        if row["name"] in others:
            then = others[row["name"]]
            pairs = [f"{number(row[OURS].get(key))} | {number(then[OURS].get(key))}" for key in FIGURES]
            change = number(_ratio(then[OURS], row[OURS], "rate"))
            lines.append((row["title"], *pairs, change, f"{number(row['ratio'])} | {number(then['ratio'])}"))
    told = [
        f"{name:12} {value} | {other['machine'].get(name, '–')}"
        for name, value in one["machine"].items()
        if value != other["machine"].get(name)
    ]
    return "\n".join([*told, _drawn(lines)])


def _drawn(lines: Sequence[Sequence[str]]) -> str:
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    drawn = []
    for line in lines:
        cells = [line[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True))]
        drawn.append("  ".join(cells).rstrip())
    drawn.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(drawn)


def number(value: float | None) -> str:
    """A figure with about three digits."""
    if value is None:
        return "–"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"
