"""A customer asks to send something back."""

from sqlmodel import SQLModel

from db.models import Order, OrderStatus, ReasonKind, Return, ReturnState, Role
from services import audit, company, reasons
from services.errors import Conflict, Invalid
from services.inputs import paragraph
from services.orders.shipping import Pieces
from services.orders.steps import held
from services.orders.words import in_words
from services.returns import mail
from services.returns.worth import last_day, returnable, returns_of, too_late
from services.text import _, local_date
from services.work import Work

ARRIVED = (OrderStatus.DELIVERED, OrderStatus.COMPLETED)


class NewReturn(SQLModel):
    """What is to go back, and why. `known` is the number of returns of the order that the person saw."""

    lines: list[Pieces]
    reason: str
    note: str = ""
    known: int = 0


def ask(w: Work, order_id: int, new: NewReturn) -> Return:
    """Ask for a return; the same request sent again gets the same return.

    For the customer within the days that the company gives, or for staff on the telephone at any time. Photos are
    attached with services/files afterwards. Raises NotFound, Invalid where a line has fewer pieces left, Conflict where
    nothing was delivered yet, the days are over, or something else was asked meanwhile.
    """
    w.require(Role.CUSTOMER, Role.STAFF)
    why = reasons.checked(w, ReasonKind.RETURN, new.reason)
    note = paragraph(new.note, _("Note"), 2000, required=False)
    order = held(w, order_id)
    lines = [{"line_no": p.line_no, "quantity": p.quantity} for p in new.lines if p.quantity]
    known = returns_of(w, order.id)
    if len(known) != new.known:
        last = known[-1] if known else None
        if last and (last.lines, last.reason, last.note) == (lines, why, note):
            return last
        raise Conflict(_("Something about this order was changed in another window. Please look again."))
    if order.status not in ARRIVED:
        told = _("Only what has arrived can be returned; this order is at “{state}”.")
        raise Conflict(told.format(state=in_words(order.status)))
    if not w.actor.is_team and too_late(w, order):
        day = local_date(last_day(w, order) or w.now, company.of(w).zone)
        raise Conflict(
            _("This order could be returned until {day}. Please write to us if something broke.").format(day=day)
        )
    _check(w, order, new)
    made = Return(order_id=order.id, reason=why, note=note, lines=lines, requested_at=w.now)
    w.session.add(made)
    w.session.flush()
    after = {"return_id": made.id, "state": ReturnState.REQUESTED, "why": why, "lines": lines}
    audit.record(w, "returns.ask", "order", order.id, customer_id=order.customer_id, after=after)
    mail.asked(w, order, made)
    return made


def _check(w: Work, order: Order, new: NewReturn) -> None:
    left = returnable(w, order)
    if len({p.line_no for p in new.lines}) != len(new.lines):
        raise Invalid(_("Return"), _("name each line once, with how many pieces"))
    for pieces in new.lines:
        if not 0 <= pieces.quantity <= left.get(pieces.line_no, 0):
            told = _("of line {line} there are {left} pieces that can go back")
            raise Invalid(_("Return"), told.format(line=pieces.line_no, left=left.get(pieces.line_no, 0)))
    if not any(p.quantity for p in new.lines):
        raise Invalid(_("Return"), _("say how many pieces of what you want to return"))
