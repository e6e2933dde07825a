"""Payments to look at: those of an order, and what staff have to do about some."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import col, select

from db.models import Payment, PaymentState, Refund, RefundState, Role
from services import access, company
from services.payments.provider import provider
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
