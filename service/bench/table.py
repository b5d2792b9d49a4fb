"""The table: rows as text, their verdicts against what is aimed at, and two sets of rows side by side."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

REACH = Path(__file__).with_name("reach.toml")
OURS, PEER = "evplans", "oxigraph"
Row = dict[str, Any]
HEAD = ("workload", "clients", "req/s", "p50 ms", "p99 ms", "CPU ms", "peer req/s", "p50 ms", "p99 ms", "CPU ms",
        "ratio", "p99 ratio", "reach", "", "client CPU ms")  # fmt: skip


def judge(rows: Sequence[Row]) -> None:
    """Add to each row its ratios to the peer, what is aimed at, and whether that is met (None: cannot be told)."""
    reach = tomllib.loads(REACH.read_text(encoding="utf-8"))
    for row in rows:
        ours, peer, aim = row.get(OURS), row.get(PEER), reach.get(row["name"], {})
        row["reach"] = aim
        row["ratios"] = {key: _ratio(ours, peer, key) for key in ("rate", "p99")}
        verdicts = []
        for key, bound in aim.items():
            ratio = row["ratios"].get(key)
            if ratio is not None:
                verdicts.append(ratio >= bound if key == "rate" else ratio <= bound)
        row["met"] = all(verdicts) if verdicts else None


def _ratio(ours: Mapping[str, Any] | None, peer: Mapping[str, Any] | None, key: str) -> float | None:
    if not ours or not peer or ours[key] is None or not peer[key]:
        return None
    return float(ours[key] / peer[key])


def text(rows: Sequence[Row]) -> str:
    """The rows as a table."""
    lines = [HEAD, *(_line(row) for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEAD))]
    drawn = []
    for line in lines:
        cells = [line[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True))]
        drawn.append("  ".join(cells).rstrip())
    drawn.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(drawn)


def _line(row: Row) -> tuple[str, ...]:
    cells = [row["title"], str(row["clients"])]
    for name in (OURS, PEER):
        figures = row.get(name) or {}
        cells += [number(figures.get(key)) for key in ("rate", "p50", "p99", "cpu")]
    cells += [number(row["ratios"][key]) for key in ("rate", "p99")]
    verdict = {True: "met", False: "missed", None: ""}[row["met"]]
    return (*cells, _aim(row["reach"]), verdict, number((row.get(OURS) or {}).get("client_cpu")))


def _aim(reach: Mapping[str, float]) -> str:
    signs = {"rate": "≥", "p99": "p99 ≤"}
    return ", ".join(f"{signs[key]} {value:g}" for key, value in reach.items())


def number(value: float | None) -> str:
    """A figure with about three digits."""
    if value is None:
        return "–"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"
