"""The season by month and the pattern of the week, by the reference over the orders of each day."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from services.analytics.patterns import calendar
from services.patterns.asked import View, ask
from services.work import Work

_DAILY = """SELECT f.day AS day, count(DISTINCT f.order_id) AS orders FROM sale_line AS f
LEFT JOIN product AS p ON p.product_id = f.product_id
WHERE f.is_sale AND f.day BETWEEN $first_day AND $last_day
    AND ($category IS NULL OR p.category = $category) AND ($product IS NULL OR f.product_id = $product)
GROUP BY f.day ORDER BY f.day"""


@dataclass(frozen=True)
class Season:
    """`months` and `weekdays`: see services/analytics/patterns/calendar; days: how many days of data there are."""

    months: pd.DataFrame
    weekdays: pd.DataFrame
    days: int
    orders: int
    as_of: datetime
    version: str


def season(w: Work, view: View) -> Season:
    """Orders by month and weekday against the mean, over whole years and weeks up to yesterday. Managers only."""
    found = ask(w, "daily_orders", _DAILY, **view.values)
    days, counts = pd.to_datetime(found.frame["day"]), found.frame["orders"].to_numpy(np.int64)
    until = pd.Timestamp(view.last) - pd.Timedelta(days=1)  # today is not over
    orders = pd.DataFrame({"ordered_at": np.repeat(days.to_numpy(), counts)})
    span = 0 if days.empty else max(0, (until - days.min()).days + 1)
    return Season(calendar.by_month(orders, until), calendar.by_weekday(orders, until), span, int(counts.sum()),
                  found.as_of, found.version)  # fmt: skip
