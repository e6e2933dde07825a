"""The totals an owner asks for first: orders, revenue, months, the best customers and products. SQL on both databases.

Revenue is the sum of the order lines, without shipping. An order that was cancelled, adjusted or could not be supplied
is no sale and counts only in `orders_all` and `revenue_all_cents`.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Subquery, case, cast, collate, desc, extract, func, select
from sqlmodel import col

from db.models import NOT_A_SALE, Customer, DailySales, HourlyOrders, Order, OrderLine, Product, Role
from services import company
from services.search import customer_number
from services.text import _
from services.work import Work


@dataclass(frozen=True)
class Totals:
    """All orders of the company in a few numbers."""

    orders_all: int
    orders_sold: int
    orders_anonymous: int  # sold, to nobody by name
    lines_sold: int
    revenue_all_cents: int
    revenue_cents: int
    customers: int  # who bought at least once
    customers_again: int  # at least twice
    first: datetime | None  # sale, in the company's zone
    last: datetime | None

    @property
    def orders_not_sold(self) -> int:
        return self.orders_all - self.orders_sold

    @property
    def average_order_cents(self) -> float:
        """Revenue per sold order; 0 without orders."""
        return self.revenue_cents / self.orders_sold if self.orders_sold else 0.0


@dataclass(frozen=True)
class Month:
    """A calendar month of the company's time zone."""

    start: date
    orders: int
    revenue_cents: int


@dataclass(frozen=True)
class Best:
    """One of the best customers or products. `key` is its id in the source, else its number here."""

    id: int | None  # None: a product that is only known by its code
    key: str
    name: str
    value: int  # cents, or orders


def _sold() -> ColumnElement[bool]:
    return col(Order.status).not_in(NOT_A_SALE)


def totals(w: Work) -> Totals:
    """The totals over everything that is stored. Managers only. Reads the orders once and no lines."""
    w.require(Role.MANAGER)
    zone = company.of(w).zone
    sold = case((_sold(), 1))
    orders = w.session.execute(
        select(
            func.count(),
            func.count(sold),
            func.count(case((_sold() & col(Order.customer_id).is_(None), 1))),
            func.coalesce(func.sum(Order.lines_cents), 0),
            func.min(case((_sold(), col(Order.ordered_at)))),
            func.max(case((_sold(), col(Order.ordered_at)))),
        )
    ).one()
    lines, revenue = w.session.execute(
        select(func.coalesce(func.sum(DailySales.lines), 0), func.coalesce(func.sum(DailySales.revenue_cents), 0))
    ).one()
    per_customer = _per_customer()
    again = select(func.count(), func.count(case((per_customer.c.orders > 1, 1)))).select_from(per_customer)
    customers, twice = w.session.execute(again).one()
    first, last = (at.astimezone(zone) if at else None for at in orders[4:6])
    return Totals(
        orders[0], orders[1], orders[2], int(lines), int(orders[3]), int(revenue), customers, twice, first, last
    )


def months(w: Work) -> list[Month]:
    """Orders and revenue by month, oldest first, from the small sums of the live board. Managers only."""
    w.require(Role.MANAGER)
    found: dict[tuple[int, int], list[int]] = {}
    for place, model, measure in ((0, HourlyOrders, HourlyOrders.orders), (1, DailySales, DailySales.revenue_cents)):
        year, month = (cast(extract(part, col(model.day)), Integer) for part in ("year", "month"))
        for y, m, value in w.session.execute(select(year, month, func.sum(measure)).group_by(year, month)):
            found.setdefault((y, m), [0, 0])[place] = int(value)
    return [Month(date(y, m, 1), orders, cents) for (y, m), (orders, cents) in sorted(found.items()) if orders or cents]


def _per_customer() -> Subquery:
    """Orders and revenue of everybody who bought."""
    return (
        select(
            col(Order.customer_id).label("id"),
            func.count().label("orders"),
            func.sum(Order.lines_cents).label("cents"),
        )
        .where(_sold(), col(Order.customer_id).is_not(None))
        .group_by(col(Order.customer_id))
        .subquery()
    )


def best_customers(w: Work, *, by_orders: bool = False, most: int = 5) -> list[Best]:
    """Customers with the most revenue (or orders), best first; equal ones in the order of their ids. Who has no name
    is called by the customer number, as everywhere else. Managers only.
    """
    w.require(Role.MANAGER)
    per = _per_customer()
    value = per.c.orders if by_orders else per.c.cents
    columns: list[Any] = [Customer.id, Customer.source_id, Customer.name, value]
    query = select(*columns).join(per, per.c.id == Customer.id)
    best = _best(w, query, value, col(Customer.source_id), col(Customer.id), most)
    return [b if b.name or b.id is None else replace(b, name=customer_number(b.id)) for b in best]


def best_products(w: Work, *, most: int = 5) -> list[Best]:
    """Products with the most revenue, also those known by their code only. Managers only. Reads all lines."""
    w.require(Role.MANAGER)
    value = func.sum(OrderLine.line_total_cents)
    code = func.coalesce(Product.source_id, OrderLine.product_code)
    columns: list[Any] = [OrderLine.product_id, code, func.coalesce(func.max(Product.name), ""), value]
    query = (
        select(*columns)
        .select_from(OrderLine)
        .join(Order, col(Order.id) == OrderLine.order_id)
        .outerjoin(Product, col(Product.id) == OrderLine.product_id)
        .where(_sold())
        .group_by(col(OrderLine.product_id), code)
    )
    best = _best(w, query, value, code, col(OrderLine.product_id), most)
    return [b if b.name else replace(b, name=_("(no name)")) for b in best]


def _best(w: Work, query: Select[Any], value: Any, source_id: Any, own_id: Any, most: int) -> list[Best]:
    # Byte order on both databases, so that equal ones come in the same order everywhere.
    key = collate(func.coalesce(source_id, ""), "BINARY" if w.dialect == "sqlite" else "C")
    rows = w.session.execute(query.order_by(desc(value), key, own_id).limit(most))
    return [Best(row[0], row[1] or str(row[0]), row[2], int(row[3])) for row in rows]


def share_of_best_customers(w: Work, *, per_cent: int = 10) -> float:
    """The share (0 to 1) of the best `per_cent` of all buyers in the revenue with known buyers. Managers only."""
    w.require(Role.MANAGER)
    per = _per_customer()
    buyers, whole = w.session.execute(select(func.count(), func.sum(per.c.cents)).select_from(per)).one()
    if not whole:
        return 0.0
    few = max(1, buyers * per_cent // 100)
    best = select(per.c.cents).order_by(desc(per.c.cents)).limit(few).subquery()
    return float(w.session.execute(select(func.sum(best.c.cents))).scalar_one()) / float(whole)
