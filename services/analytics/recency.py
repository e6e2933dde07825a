"""Purchases at day grain and what the repeat-purchase models need of them: (x, t_x, T) of each customer on a day.

Several orders on one day count as one purchase: the models speak of occasions, and a second order an hour later is
none.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

HISTORY_TYPES = {"x": "int64", "t_x": "float64", "T": "float64", "spend": "float64"}
_CUSTOMER_STEP = 1 << 20  # days of a customer's own stretch of keys: 2,800 years


@dataclass(frozen=True)
class Purchases:
    """One entry per customer and day, sorted by both. `customers[code]` is the id; `day` counts from 1970."""

    customers: pd.Index
    code: Ints
    day: Ints
    spend: Floats

    @property
    def key(self) -> Ints:
        """Sorted numbers that place a customer's day; made for `searchsorted`."""
        return self.code * _CUSTOMER_STEP + self.day

    @property
    def first_day(self) -> int:
        return int(self.day.min()) if self.day.size else 0

    @property
    def last_day(self) -> int:
        return int(self.day.max()) if self.day.size else 0

    def of(self, codes: Ints) -> "Purchases":
        """The same for some customers only; they are numbered anew in the order of their old numbers."""
        wanted = np.unique(codes)
        keep = np.isin(self.code, wanted)
        return Purchases(
            self.customers[wanted], np.searchsorted(wanted, self.code[keep]), self.day[keep], self.spend[keep]
        )

    def until(self, day: int) -> "Purchases":
        """What was known at the end of that day. Who had not yet bought keeps a number without entries."""
        keep = self.day <= day
        return Purchases(self.customers, self.code[keep], self.day[keep], self.spend[keep])


def day_number(day: date | pd.Timestamp) -> int:
    """Days since 1970-01-01."""
    return int((pd.Timestamp(day).normalize() - pd.Timestamp(1970, 1, 1)).days)


def day_of(number: int) -> date:
    """The calendar day of `day_number`."""
    found: date = (pd.Timestamp(1970, 1, 1) + pd.Timedelta(days=number)).date()
    return found


def purchases(orders: pd.DataFrame) -> Purchases:
    """Orders to purchases.

    In: customer_id (any sortable type), ordered_at (naive timestamp of the company's calendar), optionally revenue.
    Rows without customer or time are left out. The order of the rows does not matter.
    """
    known = orders[["customer_id", "ordered_at"]].notna().all(axis=1).to_numpy()
    code, customers = pd.factorize(orders["customer_id"][known], sort=True)
    days = pd.to_datetime(orders["ordered_at"][known]).to_numpy().astype("datetime64[D]").astype(np.int64)
    keys, place = np.unique(code.astype(np.int64) * _CUSTOMER_STEP + days, return_inverse=True)
    revenue = orders["revenue"][known].to_numpy(float) if "revenue" in orders else np.zeros(len(code))
    spend = np.bincount(place, weights=np.nan_to_num(revenue), minlength=len(keys))
    # A day before 1970 would borrow from the customer's stretch; floor division keeps it in order all the same.
    owner = (keys + _CUSTOMER_STEP // 2) // _CUSTOMER_STEP
    return Purchases(pd.Index(customers), owner, keys - owner * _CUSTOMER_STEP, spend.astype(np.float64))


@dataclass(frozen=True)
class Spans:
    """Where each customer's entries begin and end, for the customers who have any."""

    code: Ints
    begin: Ints
    end: Ints


def spans(bought: Purchases) -> Spans:
    """The stretches of `bought`, one per customer with a purchase."""
    code, begin, count = np.unique(bought.code, return_index=True, return_counts=True)
    return Spans(code, begin.astype(np.int64), (begin + count).astype(np.int64))


def history(bought: Purchases, as_of: int) -> pd.DataFrame:
    """The statistics that suffice for the models, at the end of the day `as_of` (a `day_number`).

    Out, one row per customer who had bought by then, indexed by customer_id: x (purchase days after the first), t_x
    (days from the first to the last one), T (days from the first one to `as_of`), spend (mean per purchase day).
    """
    known = bought.until(as_of)
    at = spans(known)
    if not at.code.size:
        empty = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in HISTORY_TYPES.items()})
        return empty.set_index(pd.Index(bought.customers[:0], name="customer_id"))
    first, last = known.day[at.begin], known.day[at.end - 1]
    total = np.add.reduceat(known.spend, at.begin)
    columns: dict[str, Any] = {
        "x": at.end - at.begin - 1,
        "t_x": (last - first).astype(float),
        "T": (as_of - first).astype(float),
        "spend": total / (at.end - at.begin),
    }
    return pd.DataFrame(columns, index=pd.Index(bought.customers[at.code], name="customer_id"))


def bought_in(bought: Purchases, customers: pd.Index, after: int, until: int) -> pd.DataFrame:
    """What really happened in the days after `after` up to and with `until`: the labels of a back-test.

    Out, in the order of `customers`: n (purchase days), spend (total), first (days from `after` to the next purchase,
    NaN without one).
    """
    inside = (bought.day > after) & (bought.day <= until)
    code, day = bought.code[inside], bought.day[inside]
    size = len(bought.customers)
    n = np.bincount(code, minlength=size)
    spend = np.bincount(code, weights=bought.spend[inside], minlength=size)
    first = np.full(size, np.inf)
    np.minimum.at(first, code, (day - after).astype(float))
    place = bought.customers.get_indexer(customers)
    found = {"n": n[place], "spend": spend[place], "first": np.where(np.isinf(first), np.nan, first)[place]}
    return pd.DataFrame(found, index=customers)
