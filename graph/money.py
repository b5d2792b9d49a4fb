"""The European Central Bank's exchange rates, averaged over a year, from the daily rates in currencyconverter."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from graph.claims import MONEY

if TYPE_CHECKING:
    from currency_converter import CurrencyConverter

SOURCE = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist.zip"
_DIGITS = 6


@cache
def _converter() -> CurrencyConverter:
    from currency_converter import CurrencyConverter

    return CurrencyConverter()


@cache
def usd_per_unit(currency: str, year: int) -> Decimal | None:
    """US dollars for one unit of `currency` (ISO 4217) on average over `year`, to six significant digits.

    The year's mean rates are those against the euro, as the bank publishes them; a running year counts up to the last
    day that the package knows. None for a currency or a year without rates.
    """
    if currency not in MONEY:
        return None
    if currency == "USD":
        return Decimal(1) if _mean_per_euro("USD", year) else None
    dollars, units = _mean_per_euro("USD", year), _mean_per_euro(currency, year)
    if not dollars or not units:
        return None
    return Decimal(f"{dollars / units:.{_DIGITS}g}")


@cache
def _mean_per_euro(currency: str, year: int) -> float | None:
    """Units of `currency` for one euro, the mean of the year's daily rates."""
    from currency_converter import RateNotFoundError

    if currency == "EUR":
        return 1.0
    bounds = _converter().bounds[currency]
    day = max(date(year, 1, 1), bounds.first_date)
    last = min(date(year, 12, 31), bounds.last_date)
    rates = []
    while day <= last:
        with suppress(RateNotFoundError):  # weekends and holidays have no rate
            rates.append(float(_converter().convert(1, "EUR", currency, date=day)))
        day += timedelta(days=1)
    return sum(rates) / len(rates) if rates else None
