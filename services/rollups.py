"""The small sums behind the live board, kept exact in the transaction of the write.

Days and hours are those of the company's time zone, so these sums belong to services and not to database triggers.
`mismatches` compares them with a full scan and `rebuild` makes them anew.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import delete, func, literal_column, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel, col

from db.models import (
    NOT_A_SALE,
    Customer,
    DailyCustomers,
    DailySales,
    HourlyContacts,
    HourlyOrders,
    Interaction,
    Order,
    OrderLine,
    Product,
)
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
    HourlyContacts: ("contacts",),
    DailyCustomers: ("joined",),
}
CHUNK = 50_000
_CATEGORY = func.coalesce(Product.category, literal_column("''"))


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
    insert = sqlite.insert if w.dialect == "sqlite" else postgresql.insert
    statement = insert(model)
    table = model.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
    update = {m: table.c[m] + statement.excluded[m] for m in measures}
    w.session.connection().execute(statement.on_conflict_do_update(index_elements=list(keys), set_=update), ready)


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


def contacted(w: Work, happened_at: datetime, channel: str, sign: int = 1) -> None:
    """Count one contact with a known date."""
    local = happened_at.astimezone(company.of(w).zone)
    add(w, HourlyContacts, [{"day": local.date(), "hour": local.hour, "channel": channel, "contacts": sign}])


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


def _scan(w: Work) -> dict[type[SQLModel], Counter[tuple[Any, ...]]]:
    """The same sums from the rows themselves: model -> Counter of (key..., measure) -> sum."""
    sale = col(Order.status).not_in(NOT_A_SALE)
    wanted: list[tuple[type[SQLModel], Any]] = [
        (
            DailySales,
            select(
                col(Order.ordered_at).label("at"),
                _CATEGORY.label("category"),
                func.count().label("lines"),
                func.sum(OrderLine.quantity).label("units"),
                func.sum(OrderLine.line_total_cents).label("revenue_cents"),
            )
            .select_from(OrderLine)
            .join(Order, col(Order.id) == OrderLine.order_id)
            .outerjoin(Product, col(Product.id) == OrderLine.product_id)
            .where(sale)
            .group_by(col(Order.ordered_at), _CATEGORY),
        ),
        (
            HourlyOrders,
            select(
                col(Order.ordered_at).label("at"),
                col(Order.channel),
                func.count().label("orders"),
                func.sum(Order.lines_cents).label("revenue_cents"),
            )
            .where(sale)
            .group_by(col(Order.ordered_at), col(Order.channel)),
        ),
        (
            HourlyContacts,
            select(
                col(Interaction.happened_at).label("at"),
                col(Interaction.channel),
                func.count().label("contacts"),
            )
            .where(col(Interaction.date_known))
            .group_by(col(Interaction.happened_at), col(Interaction.channel)),
        ),
        (
            DailyCustomers,
            select(col(Customer.joined_at).label("at"), func.count().label("joined"))
            .where(col(Customer.joined_at).is_not(None))
            .group_by(col(Customer.joined_at)),
        ),
    ]
    return {model: _summed(w, model, statement) for model, statement in wanted}


def _summed(w: Work, model: type[SQLModel], statement: Any) -> Counter[tuple[Any, ...]]:
    sums: Counter[tuple[Any, ...]] = Counter()
    zone = company.of(w).zone
    result = w.session.execute(statement.execution_options(yield_per=CHUNK))
    for row in result.mappings():
        local = row["at"].astimezone(zone)
        parts = {"day": local.date(), "hour": local.hour, **row}
        key = tuple(str(parts[k]) if k in ("channel", "category") else parts[k] for k in KEYS[model])
        for measure in MEASURES[model]:
            sums[(*key, measure)] += int(row[measure])
    return sums


def _stored(w: Work, model: type[SQLModel]) -> Counter[tuple[Any, ...]]:
    sums: Counter[tuple[Any, ...]] = Counter()
    for row in w.session.execute(select(model)).scalars():
        key = tuple(getattr(row, k) for k in KEYS[model])
        for measure in MEASURES[model]:
            sums[(*key, measure)] += getattr(row, measure)
    return sums


def mismatches(w: Work) -> list[str]:
    """Where a stored sum differs from the rows behind it; empty when all is well. Reads everything: for checks."""
    wrong: list[str] = []
    for model, true in _scan(w).items():
        stored = _stored(w, model)
        wrong += [
            f"{model.__name__}{key}: stored {stored[key]}, rows say {true[key]}"
            for key in sorted(true.keys() | stored.keys(), key=str)
            if true[key] != stored[key]
        ]
    return wrong


def rebuild(w: Work) -> None:
    """Make all roll-ups anew from the rows, for instance after the company's time zone was changed."""
    for model, sums in _scan(w).items():
        w.session.connection().execute(delete(model))
        rows: dict[tuple[Any, ...], dict[str, Any]] = {}
        for key, value in sums.items():
            row = rows.setdefault(key[:-1], dict.fromkeys(MEASURES[model], 0))
            row[key[-1]] = value
        add(w, model, [{**dict(zip(KEYS[model], k, strict=True)), **v} for k, v in rows.items()])
