"""Amounts that people type become exact minor units, or are refused with a sentence."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services import money
from services.errors import Invalid

DIGITS = {"EUR": 2, "JPY": 0, "KWD": 3}


@given(st.sampled_from(sorted(DIGITS)), st.integers(-(10**12), 10**12), st.sampled_from(".,"))
def test_what_is_written_in_full_is_read_to_the_last_unit(currency: str, units: int, point: str) -> None:
    written = format(Decimal(units).scaleb(-DIGITS[currency]), "f").replace(".", point)
    assert money.parse(f" {written} ", currency) == units


@pytest.mark.parametrize(
    "typed", ["", "twelve", "NaN", "inf", "1e3", "1.000,50", "1,000.50", "--1", "0x10", "12.", "9" * 16]
)
def test_what_is_no_plain_amount_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        money.parse(typed, "EUR")


@pytest.mark.parametrize(("typed", "currency"), [("0.001", "EUR"), ("12.5", "JPY"), ("1.0001", "KWD")])
def test_a_fraction_of_the_smallest_coin_is_refused(typed: str, currency: str) -> None:
    with pytest.raises(Invalid):
        money.parse(typed, currency)


def test_digits_of_other_scripts_are_digits() -> None:
    assert money.parse("١٢.٥٠", "EUR") == 1250
