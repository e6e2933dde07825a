"""Customers who wait longer than is usual for them, and complained meanwhile: some come back, some never do."""

import numpy as np
import pandas as pd

from db.demo.contacts import Shop
from db.demo.people import HERO
from db.demo.phrases import NAMES
from db.demo.seasons import DAYS, OPENING_HOURS, Counts

EVERY, TIMES = 3, 40  # a complaint about every three days, over four months
LEAST, MOST = 1.6, 6.0  # times the own interval since the last purchase
FEWEST_GAPS = 3


def complaints(rng: np.random.Generator, shop: Shop, scale: int) -> pd.DataFrame:
    """Out: order (the last one before), at, reason. Nobody twice, and never the demonstration's customer."""
    bought = _purchase_days(shop)
    chosen: list[int] = []
    days: list[int] = []
    for day in range(DAYS - 2, DAYS - 2 - EVERY * TIMES, -EVERY):
        late = np.setdiff1d(_waiting(bought, day), chosen)
        some = rng.permutation(late)[:scale]
        chosen += some.tolist()
        days += [day] * len(some)
    on = np.array(days, np.int64)
    order = [_last_before(bought, who, day) for who, day in zip(chosen, days, strict=True)]
    at = shop.calendar.time(rng, on, OPENING_HOURS)
    return pd.DataFrame({"order": np.array(order, np.int64), "at": at, "reason": NAMES.index("Complaint")})


def _purchase_days(shop: Shop) -> pd.DataFrame:
    """One row per customer and day with a sale: who, day, order (the last one of the day), gap to the day before."""
    sold = shop.orders[shop.orders["status"] != "cancelled"]
    rows = sold[["who", "day"]].assign(order=sold.index)
    rows = rows[rows["who"] != HERO].sort_values(["who", "day", "order"]).drop_duplicates(["who", "day"], keep="last")
    return rows.assign(gap=rows.groupby("who")["day"].diff())


def _waiting(bought: pd.DataFrame, day: int) -> Counts:
    """Who was overdue on a day by the own interval."""
    until = bought[bought["day"] <= day].groupby("who")
    known = until.agg(gaps=("gap", "count"), usual=("gap", "median"), last=("day", "max"))
    known = known[known["gaps"] >= FEWEST_GAPS]
    return known.index[((day - known["last"]) / known["usual"]).between(LEAST, MOST)].to_numpy(np.int64)


def _last_before(bought: pd.DataFrame, who: int, day: int) -> int:
    mine = bought[(bought["who"] == who) & (bought["day"] <= day)]
    return int(mine["order"].iloc[-1])
