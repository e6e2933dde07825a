"""The season by month and the pattern of the week, by the reference over the orders of each day; orders by weekday and
hour; and who is behind each of these."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from services.analytics.patterns import calendar
from services.patterns.asked import Answer, View, ask
from services.work import Work

_SOLD = """FROM sale_line AS f LEFT JOIN product AS p ON p.product_id = f.product_id
WHERE f.is_sale AND f.day BETWEEN $first_day AND $last_day
    AND (CAST($category AS VARCHAR) IS NULL OR p.category = $category)
    AND (CAST($product AS BIGINT) IS NULL OR f.product_id = $product)"""
_WEEKDAY = "CAST(extract(ISODOW FROM f.day) AS INTEGER) - 1"
_MONTH = "CAST(extract(MONTH FROM f.day) AS INTEGER)"
_DAILY = f"""SELECT f.day AS day, count(DISTINCT f.order_id) AS orders {_SOLD}
GROUP BY f.day ORDER BY f.day"""
_HOURS = f"""SELECT {_WEEKDAY} AS weekday, f.hour AS hour, count(DISTINCT f.order_id) AS orders {_SOLD}
GROUP BY {_WEEKDAY}, f.hour ORDER BY weekday, hour"""
_WHO = f"""SELECT f.customer_id AS customer_id, count(DISTINCT f.order_id) AS orders, max(f.day) AS last_on {_SOLD}
    AND ($month < 0 OR {_MONTH} = $month) AND ($weekday < 0 OR {_WEEKDAY} = $weekday)
    AND ($hour < 0 OR f.hour = $hour)
GROUP BY f.customer_id ORDER BY orders DESC, f.customer_id"""


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
    until = pd.Timestamp(_over(view).last)
    orders = pd.DataFrame({"ordered_at": np.repeat(days.to_numpy(), counts)})
    span = 0 if days.empty else max(0, (until - days.min()).days + 1)
    return Season(calendar.by_month(orders, until), calendar.by_weekday(orders, until), span, int(counts.sum()),
                  found.as_of, found.version)  # fmt: skip


def hours(w: Work, view: View) -> Answer:
    """Orders by weekday (0 is Monday) and hour of the company's clock, up to yesterday: weekday, hour, orders."""
    return ask(w, "orders_by_hour", _HOURS, **_over(view).values)


def behind(
    w: Work, view: View, *, month: int | None = None, weekday: int | None = None, hour: int | None = None
) -> Answer:
    """The customers behind a month (1 to 12), a weekday or an hour of it: customer_id (missing: anonymous), orders,
    which add up to the mark, last_on. Managers only.
    """
    marked = {"month": month, "weekday": weekday, "hour": hour}
    values = {name: -1 if n is None else int(n) for name, n in marked.items()}
    return ask(w, "orders_of_season", _WHO, **_over(view).values, **values)


def _over(view: View) -> View:
    """Up to yesterday: today is not over."""
    return replace(view, last=view.last - timedelta(days=1))
