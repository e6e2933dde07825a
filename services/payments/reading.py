"""Payments to look at: those of an order, and what staff have to do about some."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, text, union
from sqlmodel import col, select

from db.models import Order, OrderStatus, Payment, PaymentState, Refund, RefundState, Role
from services import access, company
from services.payments.provider import provider
from services.search import order_number
from services.text import _
from services.work import Work

#: What is paid before the goods are packed.
IN_ADVANCE = ("transfer", "provider")


@dataclass(frozen=True)
class Given:
    """Money that goes back."""

    id: int
    amount_cents: int
    state: RefundState
    provider: str
    created_at: datetime


@dataclass(frozen=True)
class Shown:
    """How an order is paid. `state` is None where we know nothing of it; `trouble` is for staff only."""

    method: str
    state: PaymentState | None
    open_cents: int
    paid_cents: int
    due_on: date | None
    trouble: str
    refunds: list[Given]

    @property
    def awaited(self) -> bool:
        """Whether it has to be paid before it is packed, and is not."""
        return bool(self.open_cents) and self.method in IN_ADVANCE and self.state is not None


@dataclass(frozen=True)
class Stuck:
    """One order of which staff have to look at the money."""

    order_id: int
    number: str
    cents: int
    since: datetime
    why: str
    refund_id: int | None = None


def offered(w: Work) -> list[str]:
    """The ways to pay that can be chosen now."""
    return [m for m in company.of(w).pay_by if m != "provider" or provider() is not None]


def method_in_words(method: str) -> str:
    """A way to pay in words; those of an import stay as they are."""
    return {
        "on_account": _("On account"),
        "transfer": _("By transfer, in advance"),
        "provider": _("At once, online"),
    }.get(method, method)


def of_order(w: Work, order_id: int) -> Shown:
    """How an order is paid. Raises NotFound."""
    w.require(Role.CUSTOMER, Role.STAFF)
    order = access.order(w, order_id)
    rows = list(w.session.exec(select(Payment).where(Payment.order_id == order.id).order_by(col(Payment.seq))))
    unpaid = [p for p in rows if p.state in (PaymentState.OPEN, PaymentState.FAILED)]
    last = unpaid[0] if unpaid else rows[-1] if rows else None
    refunds = w.session.exec(select(Refund).where(Refund.order_id == order.id).order_by(col(Refund.id)))
    return Shown(
        method=order.payment_method or "",
        state=last.state if last and order.source is None else None,
        open_cents=sum(p.amount_cents - p.credited_cents for p in unpaid),
        paid_cents=sum(p.amount_cents for p in rows if p.state is PaymentState.PAID),
        due_on=last.due_on if last else None,
        trouble=next((p.trouble for p in rows if p.trouble), "") if w.actor.is_team else "",
        refunds=[Given(r.id, r.amount_cents, r.state, r.provider, r.created_at) for r in refunds],
    )


def stuck(w: Work) -> list[Stuck]:
    """Refunds to be paid out, transfers that are waited for, and payments with trouble. Staff only."""
    w.require(Role.STAFF)
    back = select(Refund).where(Refund.state != RefundState.DONE).order_by(col(Refund.created_at)).limit(100)
    found = [
        Stuck(r.order_id, order_number(r.order_id), r.amount_cents, r.created_at, _("to be refunded"), r.id)
        for r in w.session.exec(back)
    ]
    # Two short indexes, each with the very condition it was made for, instead of every payment there ever was.
    trouble, is_open = text("payment.trouble <> ''"), text("payment.state = 'open'")
    which = select(Payment.order_id, Payment.seq)
    some = union(which.where(trouble), which.where(is_open, Payment.method == "transfer")).subquery()
    rows = select(Payment, Order.ordered_at).join(Order, col(Order.id) == Payment.order_id)
    rows = rows.join(some, and_(some.c.order_id == Payment.order_id, some.c.seq == Payment.seq))
    rows = rows.where(Order.status != OrderStatus.CANCELLED).order_by(col(Order.ordered_at)).limit(100)
    for p, at in w.session.exec(rows):
        why = p.trouble or _("transfer not received yet")
        found.append(Stuck(p.order_id, order_number(p.order_id), p.amount_cents - p.credited_cents, at, why))
    return found
