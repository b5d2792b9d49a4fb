"""Exchange rates of a year, against the averages that the European Central Bank published."""

from __future__ import annotations

from decimal import Decimal

import pytest

from graph.claims import MONEY
from graph.money import usd_per_unit


@pytest.mark.parametrize(("year", "published"), [(2021, "1.1827"), (2022, "1.0530"), (2023, "1.0813")])
def test_the_euro_stands_as_the_bank_published_it(year: int, published: str) -> None:
    rate = usd_per_unit("EUR", year)
    assert rate is not None and abs(rate - Decimal(published)) < Decimal("0.0001")


def test_other_currencies_go_through_the_euro() -> None:
    yen = usd_per_unit("JPY", 2022)
    assert yen is not None and abs(yen - Decimal("1.0530") / Decimal("138.03")) < Decimal("0.00001")


def test_the_dollar_is_a_dollar() -> None:
    assert usd_per_unit("USD", 2022) == 1


@pytest.mark.parametrize("currency", sorted(MONEY))
def test_every_currency_of_the_contract_has_a_rate_with_six_digits_at_most(currency: str) -> None:
    rate = usd_per_unit(currency, 2022)
    assert rate is not None and len(rate.as_tuple().digits) <= 6


@pytest.mark.parametrize(("currency", "year"), [("EUR", 1990), ("USD", 1990), ("EUR", 2999), ("CHF", 2022)])
def test_no_rate_where_the_bank_has_none(currency: str, year: int) -> None:
    assert usd_per_unit(currency, year) is None
