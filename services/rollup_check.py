"""Do the small sums of the live board equal the rows behind them? Compare, or make them anew."""

from collections import Counter
from typing import Any

from sqlalchemy import and_, case, delete, func, literal_column, select
from sqlmodel import SQLModel, col

from db.models import (
    NOT_A_SALE,
    Customer,
    DailyCustomers,
    DailySales,
    Direction,
    HourlyContacts,
    HourlyOrders,
    Interaction,
    Order,
    OrderLine,
    Product,
)
from services import company
from services.rollups import KEYS, MEASURES, add
from services.work import Work

CHUNK = 50_000


def _sales_by_category() -> Any:
    category = func.coalesce(Product.category, literal_column("''"))
    return (
        select(
            col(Order.ordered_at).label("at"),
            category.label("category"),
            func.count().label("lines"),
            func.sum(OrderLine.quantity).label("units"),
            func.sum(OrderLine.line_total_cents).label("revenue_cents"),
        )
        .select_from(OrderLine)
        .join(Order, col(Order.id) == OrderLine.order_id)
        .outerjoin(Product, col(Product.id) == OrderLine.product_id)
        .where(col(Order.status).not_in(NOT_A_SALE))
        .group_by(col(Order.ordered_at), category)
    )


def _orders_by_channel() -> Any:
    return (
        select(
            col(Order.ordered_at).label("at"),
            col(Order.channel),
            func.count().label("orders"),
            func.sum(Order.lines_cents).label("revenue_cents"),
        )
        .where(col(Order.status).not_in(NOT_A_SALE))
        .group_by(col(Order.ordered_at), col(Order.channel))
    )


def _contacts_by_channel() -> Any:
    begun = col(Interaction.direction) == Direction.IN
    return (
        select(
            col(Interaction.happened_at).label("at"),
            col(Interaction.channel),
            func.count().label("contacts"),
            func.sum(case((begun, 1), else_=0)).label("begun"),
            func.sum(case((and_(begun, col(Interaction.explained_again)), 1), else_=0)).label("again"),
        )
        .where(col(Interaction.date_known))
        .group_by(col(Interaction.happened_at), col(Interaction.channel))
    )


def _customers_joined() -> Any:
    return (
        select(col(Customer.joined_at).label("at"), func.count().label("joined"))
        .where(col(Customer.joined_at).is_not(None))
        .group_by(col(Customer.joined_at))
    )


def _scan(w: Work) -> dict[type[SQLModel], Counter[tuple[Any, ...]]]:
    """The sums from the rows themselves: model -> Counter of (key..., measure) -> sum."""
    return {
        DailySales: _summed(w, DailySales, _sales_by_category()),
        HourlyOrders: _summed(w, HourlyOrders, _orders_by_channel()),
        HourlyContacts: _summed(w, HourlyContacts, _contacts_by_channel()),
        DailyCustomers: _summed(w, DailyCustomers, _customers_joined()),
    }


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
