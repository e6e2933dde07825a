"""Columns of text are read exactly: as Decimal, zoneinfo and the rules for typed input would read each value alone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services import inputs
from services.errors import Invalid
from services.exchange.cells import texts
from services.exchange.columns import read
from services.exchange.distinct import Local
from services.exchange.schema import MOST_CENTS, Column, Kind

BERLIN = Local(ZoneInfo("Europe/Berlin"), 2, "DE")
TYPED = st.text(st.characters(codec=None), max_size=12)


def taken(kind: Kind, values: list[str], local: Local = BERLIN, most: int = 200) -> tuple[list[Any], list[str]]:
    """(values, reasons) of a column read at once."""
    cells = np.empty(len(values), dtype=object)
    cells[:] = values
    result = read(Column("x", kind, most), cells, local)
    reasons = [""] * len(values) if result.problems is None else [str(reason) for reason in result.problems]
    found = result.values.tolist() if result.values.dtype.kind != "M" else list(result.values)
    return found, reasons


def alone(check: Callable[[str], Any], value: str) -> tuple[Any, bool]:
    """(what the rule for one typed value makes of it, whether it is refused)."""
    try:
        return check(value), False
    except Invalid:
        return None, True


@given(st.lists(st.decimals(-(10**12), 10**12, allow_nan=False, places=4), min_size=1), st.sampled_from([0, 2, 3]))
@example([Decimal("0.005"), Decimal("-0.005"), Decimal("1.675"), Decimal("0.10"), Decimal("-0.00")], 2)
def test_amounts_are_exact_to_the_last_unit(amounts: list[Decimal], digits: int) -> None:
    local = Local(BERLIN.zone, digits, "DE")
    money, refused = taken(Kind.MONEY, [str(a) for a in amounts], local, MOST_CENTS * 100)
    prices, _ = taken(Kind.PRICE, [str(a) for a in amounts], local, MOST_CENTS * 100)
    for amount, cents, reason, price in zip(amounts, money, refused, prices, strict=True):
        with localcontext(prec=60):
            scaled = amount.scaleb(digits)
            assert price == int(scaled.to_integral_value(ROUND_HALF_UP))
            if scaled == scaled.to_integral_value():
                assert (cents, reason) == (int(scaled), "")
            else:
                assert reason


@given(st.integers(-(10**11), 10**11), st.integers(1, 40))
def test_what_a_program_made_of_an_amount_is_read_as_the_amount(cents: int, parts: int) -> None:
    """A sum of floats ends a little beside the amount; it must neither be refused nor drift."""
    total = sum([cents / 100 / parts] * parts)
    found, reasons = taken(Kind.MONEY, [repr(total)], most=MOST_CENTS)
    if abs(Decimal(total) * 100 - cents) < Decimal("0.0000005"):
        assert (found, reasons) == ([cents], [""])


@pytest.mark.parametrize(
    "text", ["1,234.50", "12,50", "NaN", "Infinity", "1e400", "0x10", "--1", "1_000", "١٢", "€5", "1e99"]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    assert taken(Kind.MONEY, [text], most=MOST_CENTS)[1] != [""]


@given(st.lists(TYPED, min_size=1, max_size=30))
@example(["a\x00b", "a\nb", "a\u202eb", "e\u0301", "\ud800", " x ", "", "a\tb", "\x85"])
def test_texts_are_judged_as_if_they_were_typed(values: list[str]) -> None:
    broken = [v.replace("\r", " ").replace("\n", " ").replace("\t", " ") for v in values]
    found, reasons = taken(Kind.LINE, values)
    for value, got, reason in zip(broken, found, reasons, strict=True):
        expected, refused = alone(lambda v: inputs.line(v, "", required=False), value)
        assert bool(reason) == refused
        if not refused:
            assert got.split() == expected.split()


@given(st.lists(TYPED, min_size=1, max_size=30))
@example(["a\r\nb", "a\rb", "a\u202eb", "\x0b", "\ud800", "a\n\n\tb"])
def test_paragraphs_keep_their_lines(values: list[str]) -> None:
    found, reasons = taken(Kind.PARAGRAPH, values)
    for value, got, reason in zip(values, found, reasons, strict=True):
        plain = value.replace("\r\n", "\n").replace("\r", "\n")
        expected, refused = alone(lambda v: inputs.paragraph(v, "", required=False), plain)
        assert (bool(reason), got if not reason else None) == (refused, expected)


LOCALS = st.from_regex(r"[A-Za-z0-9._+-]{1,12}", fullmatch=True)
DOMAINS = st.sampled_from(["example.com", "EXAMPLE.com", "bücher.de", "localhost", "a.b.example.org", "x..y", "-a.com"])


@given(st.lists(st.builds("{}@{}".format, LOCALS, DOMAINS) | st.text(max_size=8), min_size=1, max_size=20))
@example(["ok@example.com", "a..b@example.com", ".a@example.com", "A.B@Example.com", "x@y@example.com"])
def test_a_short_cut_for_plain_addresses_changes_no_answer(values: list[str]) -> None:
    found, reasons = taken(Kind.EMAIL, values)
    for value, got, reason in zip(values, found, reasons, strict=True):
        if value.strip():
            expected, refused = alone(inputs.email, value)
            assert (bool(reason), got if not reason else None) == (refused, expected)


@given(
    st.lists(st.datetimes(datetime(1971, 1, 1), datetime(2037, 1, 1)), min_size=1, max_size=20),  # noqa: DTZ001 - local
    st.sampled_from(["Europe/Berlin", "America/Sao_Paulo", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]),
)
@example([datetime(2024, 10, 27, 2, 30), datetime(2024, 3, 31, 2, 30)], "Europe/Berlin")  # noqa: DTZ001 - local
def test_local_times_become_instants_as_the_zone_says(moments: list[datetime], name: str) -> None:
    zone = ZoneInfo(name)
    found, reasons = taken(Kind.TIME, [m.isoformat() for m in moments], Local(zone, 2, "DE"))
    assert not any(reasons)
    for moment, got in zip(moments, found, strict=True):
        instant = got.astype(datetime).replace(tzinfo=UTC)
        first = moment.replace(tzinfo=zone).astimezone(UTC)
        if first.astimezone(zone).replace(tzinfo=None) == moment:  # it exists; of two, the first
            assert instant == first
        else:  # it was skipped: the first moment after the gap
            wall = instant.astimezone(zone).replace(tzinfo=None)
            assert moment < wall <= moment + timedelta(hours=1)
            before = (instant - timedelta(microseconds=1)).astimezone(zone).replace(tzinfo=None)
            assert before < moment


def test_time_zones_are_known_by_their_names() -> None:
    found, reasons = taken(Kind.ZONE, ["Europe/Berlin", " asia/kolkata ", "", "CEST", "../etc/passwd"])
    assert found == ["Europe/Berlin", "Asia/Kolkata", "", "", ""]
    assert [bool(reason) for reason in reasons] == [False, False, False, True, True]


def test_times_with_a_zone_of_their_own_keep_it() -> None:
    found, reasons = taken(Kind.TIME, ["2024-05-01T10:00:00Z", "2024-05-01 10:00:00+02:00", "2024-05-01", ""])
    assert [str(f)[:16] for f in found] == ["2024-05-01T10:00", "2024-05-01T08:00", "2024-04-30T22:00", "NaT"]
    assert reasons == ["", "", "", ""]


@pytest.mark.parametrize(
    "text", ["31.12.2020", "2020-13-01", "2020-02-30", "1066-10-14", "9999-12-31", "20200101", "now"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    assert taken(Kind.TIME, [text, "2024-05-01"])[1][0] != ""


@pytest.mark.parametrize(
    "text", ["[1]", "1", "{", "NaN", '{"a": NaN}', '{"a": "\\u0000"}', '{"a": "\\ud800"}', "{" * 9, '{"a":' * 4000]
)
def test_only_json_objects_that_every_database_can_hold_are_taken(text: str) -> None:
    found, reasons = taken(Kind.DOCUMENT, [text, '{"ä": [1, null]}', ""], most=20_000)
    assert reasons[0] != ""
    assert found[1:] == ['{"ä": [1, null]}', "{}"]


@given(st.lists(st.one_of(st.none(), st.integers(-(2**40), 2**40)), min_size=1))
def test_whole_numbers_survive_being_decimal_numbers(values: list[int | None]) -> None:
    """A column with gaps is a float column in many programs: 7 arrives as 7.0."""
    found, reasons = taken(Kind.INTEGER, list(texts(pd.Series(values, dtype="float64"))), most=2**41)
    assert (found, any(reasons)) == (values, False)
