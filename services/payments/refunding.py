"""Giving money back: through the provider it came from, or by hand."""

from sqlmodel import select

from db.models import Payment, Refund, RefundState, Role
from services import access, audit, company
from services.errors import Conflict, NotFound, Unavailable
from services.payments.provider import provider
from services.text import _
from services.work import Actor, Work, work


def _held(w: Work, refund_id: int) -> Refund:
    w.require(Role.STAFF)
    found = w.session.exec(select(Refund).where(Refund.id == refund_id).with_for_update()).one_or_none()
    if found is None:
        raise NotFound(_("refund"))
    access.order(w, found.order_id)
    if found.state is RefundState.DONE:
        raise Conflict(_("This was refunded already."))
    return found


def paid_out(w: Work, refund_id: int) -> None:
    """Somebody has sent the money back. Staff only, once. Raises NotFound, Conflict."""
    found = _held(w, refund_id)
    found.state, found.done_at = RefundState.DONE, w.now
    w.session.add(found)
    after = {"refund_id": found.id, "amount_cents": found.amount_cents}
    audit.record(w, "payments.refunded", "payment", found.order_id, after=after)


def send(actor: Actor, refund_id: int) -> None:
    """Ask the provider to give the money back; it is done when its message says so. Raises as above, Unavailable."""
    chosen = provider()
    with work(actor) as w:
        found = _held(w, refund_id)
        if chosen is None or found.provider != chosen.name:
            raise Unavailable(_("This was not paid through the payment provider in use; please send it back by hand."))
        paid = select(Payment.reference).where(Payment.order_id == found.order_id, Payment.seq == found.seq)
        of, currency = w.session.exec(paid).one() or "", company.of(w).currency
        reference, cents = found.reference, found.amount_cents
    chosen.refund(reference, of, cents, currency)
    with work(actor) as w:
        found = _held_or_done(w, refund_id)
        if found.state is RefundState.OPEN:
            found.state = RefundState.SENT
            w.session.add(found)
        audit.record(w, "payments.refund_sent", "payment", found.order_id, after={"refund_id": refund_id})


def _held_or_done(w: Work, refund_id: int) -> Refund:
    """The provider's message may have been faster than its answer."""
    return w.session.exec(select(Refund).where(Refund.id == refund_id).with_for_update()).one()
