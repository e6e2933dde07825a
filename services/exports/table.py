"""Numbers on their way out: typed columns, and from what, over what time and as of when they are."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from services.errors import Invalid
from services.text import _, minor_digits, number

MOST_ROWS = 100_000
LONGEST_TEXT = 32_000  # a cell of a spreadsheet holds 32,767 characters
#: How spreadsheets recognise a formula, in half and in full width. Blanks before them are skipped by some.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

Cell = str | int | float | Decimal | date | datetime | None


class Kind(StrEnum):
    """What the values of a column are."""

    TEXT = "text"
    COUNT = "count"  # whole
    NUMBER = "number"  # any
    MONEY = "money"  # minor units of `currency`
    SHARE = "share"  # 0 to 1
    DATE = "date"  # calendar days
    INSTANT = "instant"  # aware times


@dataclass(frozen=True)
class Column:
    """A column of the frame, what it is called, and what is in it."""

    name: str
    label: str
    kind: Kind = Kind.TEXT
    currency: str = ""

    @property
    def heading(self) -> str:
        """What a file calls it; amounts say their currency, for their cells are plain numbers."""
        return f"{self.label} ({self.currency})" if self.kind is Kind.MONEY else self.label


@dataclass(frozen=True)
class About:
    """What the reader of a figure has to know, in words. `zone`: in which its times are written."""

    title: str
    source: str
    period: str
    as_of: datetime
    zone: ZoneInfo
    filters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Table:
    """Numbers with their columns. Columns of the frame that are not named stay behind."""

    frame: pd.DataFrame
    columns: tuple[Column, ...]
    about: About


def bounded(table: Table) -> None:
    """Refuse what nobody can open. Raises Invalid."""
    if len(table.frame) > MOST_ROWS:
        told = _("these are {n} rows, a file takes {most} at most; choose a shorter period or fewer groups")
        raise Invalid(_("Rows"), told.format(n=number(len(table.frame)), most=number(MOST_ROWS)))


def rows(table: Table) -> Iterator[list[Cell]]:
    """The rows as plain values: amounts in major units, times in the zone of the table, nothing where none is known."""
    columns = [table.frame[c.name].tolist() for c in table.columns]
    for values in zip(*columns, strict=True):
        yield [_plain(v, c, table.about.zone) for v, c in zip(values, table.columns, strict=True)]


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: one that begins like it gets an apostrophe in front."""
    clean = text[:LONGEST_TEXT].replace("\x00", "\\0")
    return f"'{clean}" if clean.lstrip(" ").startswith(_FORMULA) or clean.lstrip().startswith(_FORMULA) else clean


def _plain(value: Any, column: Column, zone: ZoneInfo) -> Cell:
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if column.kind is Kind.TEXT:
        return harmless(str(value))
    if column.kind is Kind.COUNT:
        return int(value)
    if column.kind is Kind.MONEY:
        return Decimal(round(value)).scaleb(-minor_digits(column.currency))
    if column.kind is Kind.DATE:
        return pd.Timestamp(value).date()
    if column.kind is Kind.INSTANT:
        found: datetime = pd.Timestamp(value).tz_convert(zone).to_pydatetime()
        return found
    return float(value)
