"""The money that staff have to look after, by what is to be done about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, select, text
from sqlmodel import col

from db.models import Customer, Order, OrderStatus, Payment, Refund, RefundState, Role
from services import clock, company, due
from services.search import order_number
from services.text import _
from services.work import Work

MOST = 100


class Matter(StrEnum):
    """What is to be done about it."""

    REFUND = "refund"
    TROUBLE = "trouble"  # the provider told something else than we expected
    OVERDUE = "overdue"
    TRANSFER = "transfer"


@dataclass(frozen=True)
class Stuck:
    """One order of which staff have to look at the money. `since` is when refund or order were made, or the due day."""

    matter: Matter
    order_id: int
    number: str
    customer: str
    cents: int
    since: date | datetime
    why: str
    refund_id: int | None = None


def stuck(w: Work) -> list[Stuck]:
    """Refunds to be paid out, payments with trouble, overdue invoices and transfers that are waited for. Staff only.

    At most MOST of each, the oldest first.
    """
    w.require(Role.STAFF)
    return [*_refunds(w), *_payments(w)]


def _of(model: type[Refund | Payment], *columns: Any) -> Select[Any]:
    """Rows of a table with the customer of their order."""
    rows = select(*columns, col(Order.customer_id), *due.customer_columns())
    rows = rows.join_from(model, Order, col(Order.id) == col(model.order_id))
    return rows.outerjoin(Customer, col(Customer.id) == col(Order.customer_id)).limit(MOST)


def _called(row: Any) -> str:
    return due.called(row.customer_id, row.customer_name, row.customer_company) if row.customer_id else ""


def _refunds(w: Work) -> Iterator[Stuck]:
    rows = _of(Refund, Refund.id, Refund.order_id, Refund.amount_cents, Refund.created_at)
    rows = rows.where(col(Refund.state) != RefundState.DONE).order_by(col(Refund.created_at))
    for r in w.session.execute(rows):
        number, why = order_number(r.order_id), _("to be refunded")
        yield Stuck(Matter.REFUND, r.order_id, number, _called(r), r.amount_cents, r.created_at, why, r.id)


def _payments(w: Work) -> Iterator[Stuck]:
    today = clock.day_of(w.now, company.of(w).zone)
    # Short indexes, each with the very condition it was made for, instead of every payment there ever was.
    trouble, is_open = text("payment.trouble <> ''"), text("payment.state = 'open'")
    on_account = col(Payment.method) == "on_account"
    # Sorted by a value and not by a column: by its index SQLite would walk through all orders, the oldest first.
    oldest = func.coalesce(col(Order.ordered_at), col(Order.ordered_at))
    for matter, which, order in (
        (Matter.TROUBLE, (trouble,), oldest),
        (Matter.OVERDUE, (is_open, on_account, col(Payment.due_on) < today), col(Payment.due_on)),
        (
            Matter.TRANSFER,
            (is_open, col(Payment.trouble) == "", col(Payment.method) == "transfer"),
            oldest,
        ),
    ):
        rows = _of(Payment, Payment.order_id, Payment.amount_cents, Payment.credited_cents, Payment.trouble,
                   Payment.due_on, Order.ordered_at)  # fmt: skip
        rows = rows.where(*which, col(Order.status) != OrderStatus.CANCELLED, col(Order.source).is_(None))
        for p in w.session.execute(rows.order_by(order)):
            why = {Matter.OVERDUE: _("invoice overdue"), Matter.TRANSFER: _("transfer not received yet")}
            since = p.due_on if matter is Matter.OVERDUE else p.ordered_at
            left, told = p.amount_cents - p.credited_cents, why.get(matter, p.trouble)
            yield Stuck(matter, p.order_id, order_number(p.order_id), _called(p), left, since, told)
