"""The rows of payments, and the rule from which everything owed follows."""

import secrets
from collections import Counter
from datetime import date, timedelta

from sqlmodel import col, func, select

from db.models import (
    Order,
    OrderStatus,
    Payment,
    PaymentState,
    Refund,
    Return,
    ReturnState,
    Role,
)
from services import audit, clock, company
from services.errors import Conflict, Invalid
from services.orders.steps import held
from services.payments.reading import IN_ADVANCE, offered
from services.text import _, money
from services.work import Work


def chosen(w: Work, method: str) -> str:
    """The way to pay that was asked for, or the usual one for none. Raises Invalid for one that is not offered."""
    ways = offered(w)
    if method and method not in ways:
        raise Invalid(_("Way to pay"), _("choose one of those that are offered"))
    return method or (ways[0] if ways else "on_account")


def opened(w: Work, order: Order) -> None:
    """The payment that a new order expects."""
    home, method = company.of(w), order.payment_method or ""
    today = clock.day_of(w.now, home.zone)
    until = today + timedelta(days=home.payment_days) if method == "transfer" else None
    w.session.add(_row(order, 1, method, order.total_cents, until))


def due(w: Work, order: Order, until: date | None) -> None:
    """The invoice is there: what is paid on account is due from now on."""
    for payment in of(w, order.id):
        if payment.state is PaymentState.OPEN and payment.method == "on_account":
            payment.due_on = until
            w.session.add(payment)
    w.session.flush()


def waits(w: Work, order: Order) -> bool:
    """Whether the order has to be paid before it is packed, and is not."""
    if order.payment_method not in IN_ADVANCE or order.source is not None:
        return False
    rows = of(w, order.id)
    return bool(rows) and sum(p.amount_cents for p in rows if p.state is PaymentState.PAID) < order.total_cents


def receive(w: Work, order_id: int, cents: int) -> None:
    """The whole open amount has come in, by transfer or on account. Staff only. Raises NotFound, Conflict, Invalid."""
    w.require(Role.STAFF)
    order = held(w, order_id)
    found = next((p for p in of(w, order.id) if p.state in (PaymentState.OPEN, PaymentState.FAILED)), None)
    if found is None:
        raise Conflict(_("Nothing is open for this order, perhaps a colleague was faster. Please look again."))
    left = found.amount_cents - found.credited_cents
    if cents != left:
        told = _("exactly {left} is open; what came in differently is settled with the customer first")
        raise Invalid(_("Amount"), told.format(left=money(left, company.of(w).currency)))
    mark_paid(w, order, found)


def mark_paid(w: Work, order: Order, payment: Payment) -> None:
    """Money has come in for a held order; what is too much becomes a refund."""
    before = payment.state
    payment.amount_cents -= payment.credited_cents
    payment.credited_cents = 0
    payment.state, payment.paid_at, payment.trouble = PaymentState.PAID, w.now, ""
    w.session.add(payment)
    w.session.flush()
    record(w, order, "payments.paid", before, payment)
    settle(w, order)


def settle(w: Work, order: Order) -> None:
    """Bring what is open and what goes back into line with what the order costs now.

    Open = charged - paid + given back, never below nothing; what is paid above that goes back. Orders without payments
    of ours (imports) stay as they are.
    """
    rows = of(w, order.id)
    if order.source is not None or not rows:
        return
    charged = 0 if order.status is OrderStatus.CANCELLED else order.total_cents - _credited(w, order.id)
    given = Counter[int]()
    for refund in w.session.exec(select(Refund).where(Refund.order_id == order.id)):
        given[refund.seq] += refund.amount_cents
    paid = [p for p in rows if p.state is PaymentState.PAID]
    balance = charged - sum(p.amount_cents for p in paid) + given.total()
    for payment in rows:
        if payment.state in (PaymentState.OPEN, PaymentState.FAILED):
            _adjust(w, order, payment, max(balance, 0))
            balance = min(balance, 0)
    over = max(-balance, 0)
    for payment in reversed(paid):
        part = min(over, payment.amount_cents - given[payment.seq])
        if part > 0:
            _give(w, order, payment, part)
            over -= part
    w.session.flush()


def _adjust(w: Work, order: Order, payment: Payment, left: int) -> None:
    """So much of a payment is still to be paid."""
    before = payment.state
    left = min(left, payment.amount_cents)
    payment.credited_cents = payment.amount_cents - left
    if not left and payment.amount_cents:
        payment.state = PaymentState.VOID
        record(w, order, "payments.void", before, payment)
    w.session.add(payment)


def _give(w: Work, order: Order, payment: Payment, cents: int) -> None:
    reason = "cancelled" if order.status is OrderStatus.CANCELLED else "returned"
    w.session.add(
        Refund(
            order_id=order.id,
            seq=payment.seq,
            amount_cents=cents,
            reason=reason,
            provider=payment.provider,
            reference=f"refund-{secrets.token_urlsafe(18)}",
            created_at=w.now,
        )
    )
    after = {"amount_cents": cents, "seq": payment.seq}
    audit.record(w, "payments.refund_due", "payment", order.id, after=after, reason=reason)


def again(w: Work, order: Order, provider: str) -> Payment | None:
    """The payment to be made now through a provider: the open one, or a new try after a failed one.

    None where nothing is to be paid. Of a held order. It has a reference of its own, which nobody can guess.
    """
    rows = of(w, order.id)
    found = next((p for p in rows if p.state is PaymentState.OPEN), None)
    failed = next((p for p in reversed(rows) if p.state is PaymentState.FAILED), None)
    if found is None and failed is not None:
        left = failed.amount_cents - failed.credited_cents
        found = _row(order, rows[-1].seq + 1, failed.method or "", left, None)
        failed.state = PaymentState.VOID  # a late message of it still finds it by its reference
        w.session.add(failed)
    if found is None:
        return None
    found.provider = provider
    found.reference = found.reference or f"pay-{secrets.token_urlsafe(18)}"
    w.session.add(found)
    w.session.flush()
    return found


def of(w: Work, order_id: int) -> list[Payment]:
    """The payments of an order that the caller has reached."""
    mine = select(Payment).where(Payment.order_id == order_id).order_by(col(Payment.seq))
    return list(w.session.exec(mine, execution_options={"populate_existing": True}))


def record(w: Work, order: Order, action: str, before: PaymentState, payment: Payment) -> None:
    """One step of a payment in the audit trail."""
    after = {"state": payment.state, "amount_cents": payment.amount_cents, "method": payment.method}
    audit.record(w, action, "payment", order.id, before={"state": before}, after=after)


def _row(order: Order, seq: int, method: str, cents: int, until: date | None) -> Payment:
    state = PaymentState.OPEN if cents > 0 else PaymentState.PAID
    return Payment(order_id=order.id, seq=seq, method=method, amount_cents=cents, state=state, due_on=until)


def _credited(w: Work, order_id: int) -> int:
    back = select(func.coalesce(func.sum(Return.refund_cents), 0)).where(Return.order_id == order_id)
    return int(w.session.exec(back.where(Return.state == ReturnState.REFUNDED)).one())
