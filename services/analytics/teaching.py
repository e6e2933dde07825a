"""What the learned models are taught with: earlier days of the same customers, with what then came."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from services.analytics.design import Fits, fitted, table_at
from services.analytics.recency import Floats, Purchases, bought_in, history

#: Below so many customers with a repeat purchase nothing is learned.
FEWEST_REPEATERS = 200
#: Below so many buyers and so many others in the label windows neither.
FEWEST_OF_EACH = 20
#: Customers learned from at most, per cut-off.
MOST_LEARNED = 30_000
SHORTEST_PAST = 60  # days of history before the earliest cut-off
_CUT_OFFS = 3


def cut_offs(bought: Purchases, as_of: int, days: int, most: int = _CUT_OFFS) -> tuple[int, ...]:
    """The days to learn from, latest first: each window of `days` ends by `as_of`, and some past lies before it."""
    first = bought.first_day + SHORTEST_PAST
    step = max(days // 3, 30)  # windows may overlap: what they teach is not the same, and the latest teach most
    return tuple(c for c in range(as_of - days, as_of - days - most * step, -step) if c >= first)


def sample(known: Purchases, at: int, most: int = MOST_LEARNED) -> Purchases:
    """All purchases of at most so many of the customers who had bought by `at`; the same draw for the same ones."""
    there = np.unique(known.code[known.day <= at])
    if there.size <= most:
        return known
    return known.of(np.sort(np.random.default_rng(at).choice(there, most, replace=False)))


def rows(
    known: Purchases,
    at: int,
    days: int,
    extras: Mapping[int, pd.DataFrame] | None = None,
    memo: dict[int, Fits] | None = None,
) -> tuple[pd.DataFrame, Floats] | None:
    """Columns (`design.table_at`) and counts at one cut-off, of a sample of the customers of that day.

    None below `FEWEST_REPEATERS`, or where a model cannot be fitted to that day.
    """
    drawn = sample(known, at)
    past = history(drawn, at)
    if int((past["x"] > 0).sum()) < FEWEST_REPEATERS:
        return None
    fits = fitted(drawn, at, memo)
    if not all(f.usable for f in fits.values()):
        return None
    table = table_at(drawn, at, days, fits, extras)
    return table, bought_in(drawn, table.index, at, at + days)["n"].to_numpy(float)
