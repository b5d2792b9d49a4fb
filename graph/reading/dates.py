"""Dates as documents and pages write their own."""

from __future__ import annotations

import re
from datetime import date, datetime

_MONTHS = "January February March April May June July August September October November December".split()
_MONTH = "|".join(rf"{name[:3]}(?:{name[3:]}|t)?\.?" if name != "May" else name for name in _MONTHS)
DATE = (
    rf"(?:(?P<month>{_MONTH})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>(?:19|20)\d\d)"
    rf"|(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<month2>{_MONTH}),?\s+(?P<year2>(?:19|20)\d\d)"
    rf"|(?P<month3>{_MONTH}),?\s+(?P<year3>(?:19|20)\d\d)"
    r"|(?P<iso>(?:19|20)\d\d(?:-[01]\d(?:-[0-3]\d)?)?))"
)
_FULL_DATE = re.compile(DATE, re.IGNORECASE)


def as_date(value: object) -> str | None:
    """A date of front matter or of a page as `YYYY`, `YYYY-MM` or `YYYY-MM-DD`."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    text = str(value).strip()
    match = _FULL_DATE.match(text)
    return iso(match) if match and (match.end() == len(text) or text[match.end()] in "T ") else None


def iso(match: re.Match[str]) -> str | None:
    """A match of DATE in ISO form; None if there is no such day."""
    if match["iso"]:
        year, month, day = ([int(p) for p in match["iso"].split("-")] + [0, 0])[:3]
    else:
        year = int(match["year"] or match["year2"] or match["year3"])
        name = (match["month"] or match["month2"] or match["month3"])[:3].title()
        month = next(i for i, m in enumerate(_MONTHS, 1) if m.startswith(name))
        day = int(match["day"] or match["day2"] or 0)
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        return None
    return f"{year}" + (f"-{month:02}" if month else "") + (f"-{day:02}" if day else "")
