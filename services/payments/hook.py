"""What a payment provider tells us, each message once, in whatever order and however late it comes."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel, select

from db.models import Order, Payment, PaymentState, Refund, RefundState
from services import audit, company
from services.orders.steps import held
from services.payments.provider import Event
from services.payments.rows import mark_paid, record
from services.work import Work

_EVENTS = SQLModel.metadata.tables["payment_event"]
APPLIED, KNOWN, UNKNOWN, DIFFERS, LATE, IGNORED = (
    "applied", "known already", "unknown reference", "amount differs", "too late", "ignored",
)  # fmt: skip


def take(w: Work, provider: str, event: Event) -> str:
    """Apply a message whose signature was checked, and say what was made of it. For the system alone.

    Paid is paid: what says otherwise later is ignored. Another amount or currency than asked for is never a payment;
    staff see it. Money for an order that was called off meanwhile, or paid twice, becomes a refund.
    """
    w.require()
    if not _noted(w, provider, event):
        return KNOWN
    outcome, order_id = _apply(w, provider, event)
    table = _EVENTS.update().where(_EVENTS.c.provider == provider, _EVENTS.c.event_id == event.id)
    w.session.connection().execute(table.values(outcome=outcome, order_id=order_id))
    told = {"kind": event.kind, "outcome": outcome, "amount_cents": event.amount_cents}
    audit.record(w, "payments.event", "payment", order_id or "", after=told, reason=event.id)
    return outcome


def _noted(w: Work, provider: str, event: Event) -> bool:
    insert: Any = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[w.dialect]
    row = insert(_EVENTS).values(
        provider=provider,
        event_id=event.id,
        kind=event.kind,
        reference=event.reference,
        amount_cents=event.amount_cents,
        currency=event.currency,
        happened_at=event.happened_at,
        received_at=w.now,
        outcome="",
    )
    once = row.on_conflict_do_nothing(index_elements=["provider", "event_id"]).returning(_EVENTS.c.id)
    return w.session.connection().execute(once).first() is not None


def _apply(w: Work, provider: str, event: Event) -> tuple[str, int | None]:
    if event.kind.startswith("refund."):
        return _refunded(w, provider, event)
    named = select(Payment.order_id).where(Payment.reference == event.reference, Payment.provider == provider)
    order_id = w.session.exec(named).first()
    if order_id is None:
        return UNKNOWN, None
    order = held(w, order_id)
    payment = w.session.exec(
        select(Payment).where(Payment.reference == event.reference).execution_options(populate_existing=True)
    ).one()
    return _paid_or_failed(w, order, payment, event), order.id


def _paid_or_failed(w: Work, order: Order, payment: Payment, event: Event) -> str:
    if payment.state is PaymentState.PAID:
        return LATE
    if event.kind == "payment.failed":
        if payment.state is not PaymentState.OPEN:
            return LATE
        payment.state = PaymentState.FAILED
        w.session.add(payment)
        record(w, order, "payments.failed", PaymentState.OPEN, payment)
        return APPLIED
    if event.kind != "payment.paid":
        return IGNORED
    if (event.amount_cents, event.currency) != (payment.amount_cents, company.of(w).currency):
        payment.trouble = f"{event.amount_cents} {event.currency} ({event.id})"[:200]
        w.session.add(payment)
        return DIFFERS
    payment.credited_cents = 0  # all of it was paid; what came back meanwhile becomes a refund
    mark_paid(w, order, payment)
    return APPLIED


def _refunded(w: Work, provider: str, event: Event) -> tuple[str, int | None]:
    found = w.session.exec(
        select(Refund).where(Refund.reference == event.reference, Refund.provider == provider).with_for_update()
    ).first()
    if found is None:
        return UNKNOWN, None
    if found.state is RefundState.DONE:
        return LATE, found.order_id
    if event.kind != "refund.done":
        found.state, found.trouble = RefundState.OPEN, event.kind
        w.session.add(found)
        return APPLIED, found.order_id
    if (event.amount_cents, event.currency) != (found.amount_cents, company.of(w).currency):
        found.trouble = f"{event.amount_cents} {event.currency}"
        w.session.add(found)
        return DIFFERS, found.order_id
    found.state, found.done_at, found.trouble = RefundState.DONE, w.now, ""
    w.session.add(found)
    return APPLIED, found.order_id
