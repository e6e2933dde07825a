"""What a run knows: purchases, open cases and contacts, read from the columnar copy into arrays of bounded size."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from services import columnar, company
from services.analytics.recency import Ints, Purchases, day_number, day_of
from services.clock import day_of as calendar_day
from services.work import Work

#: Nothing bought for longer than this: the data are an imported past, and its last day is "today".
STALE_DAYS = 30
CONTACT_DAYS = 90
OPEN_CASES, CONTACTS = "open_cases", "contacts_90"
#: Below so many customers with any, what was said to us is not made a column of the models.
FEWEST_BESIDE = 30
_FOREVER = 1 << 40


@dataclass(frozen=True)
class Known:
    """`as_of` is the last day that is known whole; `beside` gives extra columns of any day, None without data."""

    bought: Purchases
    as_of: int
    beside: "Beside | None"
    read_at: str


class Beside(Mapping[int, pd.DataFrame]):
    """Open cases, and contacts of the last 90 days, as they were at the end of any day that is asked for."""

    def __init__(self, cases: tuple[Ints, Ints, Ints, Ints], contacts: tuple[Ints, Ints, Ints]) -> None:
        self._cases, self._contacts = cases, contacts

    def __getitem__(self, day: int) -> pd.DataFrame:
        who, opened, closed, n = self._cases
        open_then = (opened <= day) & (closed > day)
        cases = pd.Series(n[open_then]).groupby(who[open_then]).sum()
        who, when, n = self._contacts
        lately = (when <= day) & (when > day - CONTACT_DAYS)
        contacts = pd.Series(n[lately]).groupby(who[lately]).sum()
        found = pd.DataFrame({OPEN_CASES: cases, CONTACTS: contacts}).fillna(0.0).astype(float)
        return found.rename_axis("customer_id")

    def __contains__(self, day: object) -> bool:
        return True

    def __iter__(self) -> Iterator[int]:
        return iter(())

    def __len__(self) -> int:
        return 1


def known(w: Work) -> Known:
    """Everything up to yesterday, or up to the last purchase where that is long ago. Managers only, and jobs.

    Raises Preparing while there is no copy yet.
    """
    today = calendar_day(w.now, company.of(w).zone)
    with columnar.reading(w) as copy:
        bought = purchases_of(copy.arrow("purchase_days", to_day=today))
        beside = _beside(copy.arrow("case_spans"), copy.arrow("contact_days"))
        return Known(bought, last_whole_day(bought, today), beside, copy.as_of.isoformat())


def last_whole_day(bought: Purchases, today: date) -> int:
    """Yesterday; the day of the last purchase where the data end long before."""
    yesterday = day_number(today - timedelta(days=1))
    ended = bought.day.size and yesterday - bought.last_day > STALE_DAYS
    return bought.last_day if ended else yesterday


def purchases_of(table: pa.Table) -> Purchases:
    """The answer to `purchase_days`, which comes sorted, as what the models read. Spend in minor units."""
    who = _numbers(table, "customer_id")
    customers, code = np.unique(who, return_inverse=True)
    spent = _numbers(table, "spent_cents").astype(np.float64)
    return Purchases(pd.Index(customers), code.astype(np.int64), _days(table, "day"), spent)


def part(bought: Purchases, begin: int, end: int) -> Purchases:
    """The customers at these places, by slices instead of a search through all purchases."""
    first, last = np.searchsorted(bought.code, [begin, end])
    inside = slice(int(first), int(last))
    code = bought.code[inside] - begin
    return Purchases(bought.customers[begin:end], code, bought.day[inside], bought.spend[inside])


def _beside(cases: pa.Table, contacts: pa.Table) -> Beside | None:
    ended = _days(cases, "closed_on")
    spans = (
        _numbers(cases, "customer_id"),
        _days(cases, "opened_on"),
        np.where(ended == _MISSING, _FOREVER, ended),
        _numbers(cases, "cases"),
    )
    came = _numbers(contacts, "customer_id"), _days(contacts, "day"), _numbers(contacts, "contacts")
    if max(np.unique(spans[0]).size, np.unique(came[0]).size) < FEWEST_BESIDE:
        return None
    return Beside(spans, came)


_MISSING = np.iinfo(np.int64).min


def _numbers(table: pa.Table, name: str) -> Ints:
    found: Ints = table.column(name).to_numpy().astype(np.int64)
    return found


def _days(table: pa.Table, name: str) -> Ints:
    """Days since 1970; `_MISSING` where there is none."""
    found: Any = table.column(name).to_numpy().astype("datetime64[D]").astype(np.int64)
    return np.asarray(found, dtype=np.int64)


__all__ = ["CONTACTS", "OPEN_CASES", "Beside", "Known", "day_of", "known", "last_whole_day", "part", "purchases_of"]
