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
from services.text import _, minor_digits, money, number, percent

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
    """A column of the frame, what it is called, and what is in it; `by_row`: a column with the kind of each row."""

    name: str
    label: str
    kind: Kind = Kind.TEXT
    currency: str = ""
    by_row: str = ""

    @property
    def heading(self) -> str:
        """What a file calls it; amounts say their currency, for their cells are plain numbers."""
        return f"{self.label} ({self.currency})" if self.kind is Kind.MONEY and not self.by_row else self.label

    def kinds(self, frame: pd.DataFrame) -> list[Kind]:
        """What is in each row."""
        return [Kind(k) for k in frame[self.by_row]] if self.by_row else [self.kind] * len(frame)


@dataclass(frozen=True)
class About:
    """What the reader of a figure has to know, in words. `zone`: in which its times are written."""

    title: str
    source: str
    period: str
    as_of: datetime | None  # None: `source` says it
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
    frame, zone = table.frame, table.about.zone
    columns = [zip(frame[c.name].tolist(), c.kinds(frame), strict=True) for c in table.columns]
    for cells in zip(*columns, strict=True):
        yield [_plain(v, kind, c.currency, zone) for (v, kind), c in zip(cells, table.columns, strict=True)]


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: one that begins like it gets an apostrophe in front."""
    clean = text[:LONGEST_TEXT].replace("\x00", "\\0")
    return f"'{clean}" if clean.lstrip(" ").startswith(_FORMULA) or clean.lstrip().startswith(_FORMULA) else clean


def in_words(value: Any, kind: Kind, currency: str) -> str:
    """A figure as a reader knows it, for columns that hold several kinds."""
    if value is None or pd.isna(value):
        return ""
    if kind is Kind.MONEY:
        return money(round(value), currency)
    if kind is Kind.SHARE:
        return percent(round(value * 1000) * 10)
    return str(value) if kind is Kind.TEXT else number(value, 0 if float(value).is_integer() else 1)


def _plain(value: Any, kind: Kind, currency: str, zone: ZoneInfo) -> Cell:
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if kind is Kind.TEXT:
        return harmless(str(value))
    if kind is Kind.COUNT:
        return int(value)
    if kind is Kind.MONEY:
        return Decimal(round(value)).scaleb(-minor_digits(currency))
    if kind is Kind.DATE:
        return pd.Timestamp(value).date()
    if kind is Kind.INSTANT:
        found: datetime = pd.Timestamp(value).tz_convert(zone).to_pydatetime()
        return found
    return float(value)
