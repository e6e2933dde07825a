"""What is usual: the same weekday of the four weeks before, or as many days just before. For managers.

For a day that is not over yet, only what had been sold by the same time of day counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import and_, func, or_, select
from sqlmodel import col

from db.models import NOT_A_SALE, HourlyOrders, Order, Role
from services import company
from services.board import spans
from services.board.cells import table_of
from services.board.periods import Period
from services.board.regional import Regional
from services.work import Work

WEEKS = 4


@dataclass(frozen=True)
class Usual:
    """What a period is compared with. Means over `weeks` weekdays, or the sums of the days before (`weeks` 0)."""

    orders: float
    revenue_cents: float
    weeks: int
    so_far: bool  # only up to the present time of day
    last_orders: int = 0  # the whole of last week's day
    last_revenue_cents: int = 0
    #: bucket, orders, revenue_cents: the mean of each whole hour; empty for ranges
    by_hour: pd.DataFrame | None = None


def usual(w: Work, period: Period, sales: Period | None, part: Regional | None = None) -> Usual | None:
    """What to compare the sales of a period with; None where nothing was sold before it. `sales`: days with sales."""
    w.require(Role.MANAGER)
    if sales is None or sales.first >= period.first:
        return None
    return _weekday(w, period.first, sales.first, part) if period.single else _days_before(w, period, part)


def _days_before(w: Work, period: Period, part: Regional | None) -> Usual:
    if part is not None:
        hours = part.hours(period.before)
        return Usual(_sum(hours, "orders"), _sum(hours, "revenue_cents"), 0, so_far=False)
    sums = func.sum(HourlyOrders.orders), func.sum(HourlyOrders.revenue_cents)
    days = col(HourlyOrders.day).between(period.before.first, period.before.last)
    orders, cents = w.session.execute(select(*sums).where(days)).one()
    return Usual(float(orders or 0), float(cents or 0), 0, so_far=False)


def _weekday(w: Work, day: date, first_sale: date, of: Regional | None) -> Usual | None:
    days = [day - timedelta(weeks=n) for n in range(1, WEEKS + 1) if day - timedelta(weeks=n) >= first_sale]
    if not days:
        return None
    hours = table_of(HourlyOrders).c
    sums = func.sum(hours.orders).label("orders"), func.sum(hours.revenue_cents).label("revenue_cents")
    key = hours.day, hours.hour
    rows: Sequence[Any]
    if of is None:
        rows = w.session.execute(select(*key, *sums).where(hours.day.in_(days)).group_by(*key)).all()
    else:
        rows = [row for row in of.hours(Period(days[-1], days[0])) if row.day in days]
    now = w.now.astimezone(company.of(w).zone)
    so_far = day == now.date()
    part = _this_hour(w, days, now, of) if so_far else (0, 0)
    by_now = [row for row in rows if not so_far or row.hour < now.hour]
    last = [row for row in rows if row.day == days[0]]
    return Usual(
        (_sum(by_now, "orders") + part[0]) / len(days),
        (_sum(by_now, "revenue_cents") + part[1]) / len(days),
        len(days),
        so_far,
        _sum(last, "orders"),
        _sum(last, "revenue_cents"),
        _by_hour(rows, len(days)),
    )


def _sum(rows: Sequence[Any], measure: str) -> int:
    return sum(int(getattr(row, measure)) for row in rows)


def _by_hour(rows: Sequence[Any], days: int) -> pd.DataFrame:
    """Out: bucket, orders, revenue_cents; the mean of each hour of the day."""
    hours = [[row for row in rows if row.hour == hour] for hour in range(24)]
    return pd.DataFrame(
        {
            "bucket": [f"h{hour:02}" for hour in range(24)],
            "orders": [_sum(found, "orders") / days for found in hours],
            "revenue_cents": [_sum(found, "revenue_cents") / days for found in hours],
        }
    )


def _this_hour(w: Work, days: Sequence[date], now: datetime, of: Regional | None) -> tuple[int, int]:
    """Orders and revenue of the hour that is not over yet, up to the same minute and second of each day."""
    zone = company.of(w).zone
    parts: list[spans.Span] = []
    for day in days:
        start = datetime.combine(day, time(now.hour))
        end = datetime.combine(day, now.time())
        parts += spans.wall(start, end, zone) if end > start else []
    if not parts:
        return 0, 0
    if of is not None:
        return of.sold_within(parts)
    at = col(Order.ordered_at)
    statement = select(func.count(), func.coalesce(func.sum(Order.lines_cents), 0)).where(
        or_(*(and_(at >= start, at < end) for start, end in parts)), col(Order.status).not_in(NOT_A_SALE)
    )
    count, cents = w.session.execute(statement).one()
    return int(count), int(cents)
