"""What staff do with a return: receive the goods, refund, or refuse. Each step once, whoever is faster."""

from collections import Counter
from typing import Any

from db.models import Order, OrderStatus, Return, ReturnState, Role, StockReason
from services import access, audit, company, documents, payments
from services.errors import Conflict, Invalid
from services.inputs import line
from services.money import split
from services.orders.steps import held
from services.returns import mail
from services.returns.words import state_in_words
from services.returns.worth import all_came_back, lines_of, parts, pieces_of
from services.stock import put_back
from services.text import _, money
from services.work import Work


def receive(w: Work, return_id: int, *, restock: bool) -> Return:
    """The goods are back; with `restock` they can be sold again.

    With its last piece the order is returned. Staff only. Raises NotFound, Conflict.
    """
    w.require(Role.STAFF)
    found, order = _held(w, return_id, ReturnState.REQUESTED)
    found.state = ReturnState.RECEIVED
    w.session.add(found)
    w.session.flush()
    if restock:
        _to_shelf(w, found)
    before = order.status
    if all_came_back(w, order):
        order.status = OrderStatus.RETURNED
        w.session.add(order)
    _record(w, "returns.receive", order, found, before, {"restocked": restock})
    mail.received(w, order)
    return found


def refund(w: Work, return_id: int, cents: int, *, reason: str = "") -> Return:
    """Give money back: at most what was paid for these pieces, and less only with a reason, which is told. Staff only.

    Raises NotFound, Conflict where the goods are not here yet or it was refunded before, Invalid.
    """
    w.require(Role.STAFF)
    found, order = _held(w, return_id, ReturnState.RECEIVED)
    worth = parts(w, found)
    most = sum(part for _line, _pieces, part in worth)
    if not 0 <= cents <= most:
        limit = money(most, company.of(w).currency)
        raise Invalid(_("Refund"), _("at most {limit}, which is what was paid for it").format(limit=limit))
    reason = line(reason, _("Reason for refunding less"), 200, required=cents < most)
    found.state, found.refund_cents, found.closed_at = ReturnState.REFUNDED, cents, w.now
    w.session.add(found)
    _record(w, "returns.refund", order, found, order.status, {"refund_cents": cents}, reason)
    mail.refunded(w, order, cents, reason)
    given = split(cents, [part for _line, _pieces, part in worth])
    told = [(i, pieces, part) for (i, pieces, _worth), part in zip(worth, given, strict=True)]
    payments.settle(w, order)
    documents.credit_note(w, order, found, told, reason)
    return found


def refuse(w: Work, return_id: int, reason: str) -> Return:
    """Say no, and why; the pieces can be asked for again. Staff only. Raises NotFound, Conflict, Invalid."""
    w.require(Role.STAFF)
    reason = line(reason, _("Reason"), 200)
    found, order = _held(w, return_id, ReturnState.REQUESTED)
    found.state, found.closed_at = ReturnState.REFUSED, w.now
    w.session.add(found)
    _record(w, "returns.refuse", order, found, order.status, {}, reason)
    mail.refused(w, order, reason)
    return found


def _held(w: Work, return_id: int, state: ReturnState) -> tuple[Return, Order]:
    """The return and its order as they are now, kept from others; Conflict where the return is not in `state`."""
    found = access.order_return(w, return_id)
    order = held(w, found.order_id)
    w.session.refresh(found)
    if found.state is not state:
        told = _("This return is at “{state}” now, perhaps a colleague was faster. Please look again.")
        raise Conflict(told.format(state=state_in_words(found.state)))
    return found, order


def _to_shelf(w: Work, found: Return) -> None:
    lines, back = lines_of(w, found.order_id), Counter[int]()
    for number, pieces in pieces_of([found]).items():
        product_id = lines[number].product_id if number in lines else None
        if product_id is not None:
            back[product_id] += pieces
    put_back(w, back, StockReason.RETURNED, found.order_id)


def _record(
    w: Work, action: str, order: Order, found: Return, before: OrderStatus, more: dict[str, Any], reason: str = ""
) -> None:
    w.session.flush()
    after = {"status": order.status, "return_id": found.id, "state": found.state, **more}
    audit.record(
        w,
        action,
        "order",
        order.id,
        customer_id=order.customer_id,
        before={"status": before},
        after=after,
        reason=reason,
    )
