"""The small sums behind the live board, kept exact in the transaction of the write.

Days and hours are those of the company's time zone, so these sums belong to services and not to database triggers.
services/rollup_check.py compares them with a full scan and makes them anew.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import pandas as pd
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

from db.models import DailyCustomers, DailySales, HourlyContacts, HourlyOrders
from services import company
from services.work import Work

KEYS: dict[type[SQLModel], tuple[str, ...]] = {
    DailySales: ("day", "category"),
    HourlyOrders: ("day", "hour", "channel"),
    HourlyContacts: ("day", "hour", "channel"),
    DailyCustomers: ("day",),
}
MEASURES: dict[type[SQLModel], tuple[str, ...]] = {
    DailySales: ("lines", "units", "revenue_cents"),
    HourlyOrders: ("orders", "revenue_cents"),
    HourlyContacts: ("contacts", "begun", "again"),
    DailyCustomers: ("joined",),
}


def add(w: Work, model: type[SQLModel], rows: Iterable[dict[str, Any]]) -> None:
    """Add increments (they may be negative) to a roll-up table. Rows of one key are summed first."""
    keys, measures = KEYS[model], MEASURES[model]
    sums: dict[tuple[Any, ...], list[int]] = {}
    for row in rows:
        kept = sums.setdefault(tuple(row[k] for k in keys), [0] * len(measures))
        for i, m in enumerate(measures):
            kept[i] += int(row[m])
    # Always the same order of keys: two transactions that add to the same days cannot lock each other out.
    ready = [dict(zip(keys + measures, (*k, *v), strict=True)) for k, v in sorted(sums.items()) if any(v)]
    if not ready:
        return
    w.session.connection().execute(_increment(model, w.dialect), ready)


@cache
def _increment(model: type[SQLModel], dialect: str) -> Any:
    """The statement that adds to a sum or begins it; made once, for every order sends two of them."""
    statement = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(model)
    table = model.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
    update = {m: table.c[m] + statement.excluded[m] for m in MEASURES[model]}
    return statement.on_conflict_do_update(index_elements=list(KEYS[model]), set_=update)


def sold(
    w: Work, ordered_at: datetime, channel: str, lines: Sequence[tuple[str | None, int, int]], sign: int = 1
) -> None:
    """Count one sale. `lines` are (category, quantity, line total in cents); `sign` -1 takes it back."""
    local = ordered_at.astimezone(company.of(w).zone)
    add(
        w,
        DailySales,
        [
            {
                "day": local.date(),
                "category": c or "",
                "lines": sign,
                "units": sign * q,
                "revenue_cents": sign * cents,
            }
            for c, q, cents in lines
        ],
    )
    revenue = sign * sum(cents for _c, _q, cents in lines)
    hour = {
        "day": local.date(),
        "hour": local.hour,
        "channel": channel,
        "orders": sign,
        "revenue_cents": revenue,
    }
    add(w, HourlyOrders, [hour])


def contacted(
    w: Work, happened_at: datetime, channel: str, sign: int = 1, *, begun: bool = False, again: bool = False
) -> None:
    """Count one contact with a known date: `begun` by the customer, who had to explain something `again`."""
    local = happened_at.astimezone(company.of(w).zone)
    measures = {"contacts": sign, "begun": sign * begun, "again": sign * (begun and again)}
    add(w, HourlyContacts, [{"day": local.date(), "hour": local.hour, "channel": channel, **measures}])


def joined(w: Work, joined_at: datetime, sign: int = 1) -> None:
    """Count one new customer."""
    add(w, DailyCustomers, [{"day": joined_at.astimezone(company.of(w).zone).date(), "joined": sign}])


def bulk(w: Work, model: type[SQLModel], frame: pd.DataFrame, sign: int = 1) -> None:
    """Count many rows at once.

    In: `at` (datetime64, UTC; missing: not counted), the other key columns of `model` except day and hour, and its
    measures. Missing key texts count under "".
    """
    keys, measures = KEYS[model], list(MEASURES[model])
    frame = frame[frame["at"].notna()]
    if frame.empty:
        return
    local = frame["at"].dt.tz_convert(company.of(w).zone)
    frame = frame.assign(day=local.dt.date, hour=local.dt.hour)
    for key in set(keys) - {"day", "hour"}:
        frame[key] = frame[key].fillna("")
    summed = frame.groupby(list(keys), as_index=False)[measures].sum()
    summed[measures] = summed[measures] * sign
    add(w, model, ({str(k): v for k, v in row.items()} for row in summed.astype(object).to_dict("records")))
