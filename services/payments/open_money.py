"""What a customer owes: unpaid invoices, and what of them is overdue."""

from dataclasses import dataclass, field
from datetime import date

from sqlmodel import col, select

from db.models import Document, DocumentKind, Order, Payment, PaymentState, Role
from services import access, clock, company
from services.work import Work


@dataclass(frozen=True)
class OpenInvoice:
    """One invoice that is not paid, with what is left of it."""

    order_id: int
    number: str
    open_cents: int
    due_on: date
    overdue: bool


@dataclass(frozen=True)
class OpenMoney:
    """`open_cents` includes `overdue_cents`; in minor units."""

    open_cents: int = 0
    overdue_cents: int = 0
    invoices: list[OpenInvoice] = field(default_factory=list)


def open_money(w: Work, customer_id: int | None = None) -> OpenMoney:
    """The unpaid invoices of a customer (one's own by default), the oldest due first. Raises NotFound, NotAllowed.

    Orders that are paid in advance and not paid yet are no debt; orders from an import have no payments of ours.
    Overdue is what was due before today, in the company's zone.
    """
    w.require(Role.CUSTOMER, Role.STAFF)
    owner = access.own_orders(w) if customer_id is None else access.customer(w, customer_id).id
    today = clock.day_of(w.now, company.of(w).zone)
    rows = select(Payment, Document.number).join(Order, col(Order.id) == Payment.order_id)
    rows = rows.join(Document, col(Document.order_id) == col(Order.id))
    rows = rows.where(Order.customer_id == owner, Document.kind == DocumentKind.INVOICE)
    rows = rows.where(Payment.state == PaymentState.OPEN, col(Payment.due_on).is_not(None))
    found = [
        OpenInvoice(p.order_id, number, p.amount_cents - p.credited_cents, p.due_on, p.due_on < today)
        for p, number in w.session.exec(rows.order_by(col(Payment.due_on), col(Payment.order_id)))
        if p.due_on is not None
    ]
    overdue = sum(i.open_cents for i in found if i.overdue)
    return OpenMoney(sum(i.open_cents for i in found), overdue, found)
