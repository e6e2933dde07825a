"""Cancelling an order, as long as nobody has begun to pack it."""

from collections import Counter

from sqlalchemy import select
from sqlmodel import col

from db.models import Order, OrderLine, OrderStatus, Product, ReasonKind, Role, StockReason
from services import payments, reasons, rollups, vouchers
from services.errors import Conflict
from services.inputs import line
from services.orders.mail import cancelled
from services.orders.steps import held, parcels, take
from services.orders.words import in_words
from services.stock import put_back
from services.text import _
from services.work import Work


def can_cancel(w: Work, order: Order) -> bool:
    """The customer until it is packed, staff until the first parcel has left."""
    if order.status is OrderStatus.PICKED:
        return w.actor.is_team and not parcels(w, order.id)
    return order.status is OrderStatus.PLACED


def cancel(w: Work, order_id: int, *, reason: str = "", why: str = "") -> Order:
    """Call the order off; stock and sums go back. Cancelling twice is like once.

    `why` is the code of a reason of the managed list, which a customer may leave open. What staff write as `reason` is
    told to the customer. Raises Invalid without a reason of theirs, Conflict when too late.
    """
    w.require(Role.CUSTOMER, Role.STAFF)
    order = held(w, order_id)
    if order.status is OrderStatus.CANCELLED:
        return order
    by_staff = w.actor.is_team and not w.actor.system
    why = reasons.checked(w, ReasonKind.CANCEL, why, required=False)
    reason = line(reason, _("Reason"), 200, required=by_staff)
    if not can_cancel(w, order):
        state = _("a parcel of it has left") if parcels(w, order.id) else in_words(order.status)
        raise Conflict(_("This order cannot be cancelled any more: {state}.").format(state=state))
    told, given = ({"why": why} if why else None), {"cancelled_at": w.now, "cancel_reason": why or None}
    take(w, order, "orders.cancel", OrderStatus.CANCELLED, of=(order.status,), reason=reason, told=told, **given)
    _give_back(w, order)
    vouchers.give_back(w, order)
    payments.settle(w, order)
    cancelled(w, order, reason if by_staff else "")
    return order


def _give_back(w: Work, order: Order) -> None:
    connection = w.session.connection()
    lines = connection.execute(
        select(
            col(OrderLine.product_id),
            col(OrderLine.quantity),
            col(OrderLine.line_total_cents),
            col(Product.category),
        )
        .outerjoin(Product, col(Product.id) == col(OrderLine.product_id))
        .where(col(OrderLine.order_id) == order.id)
    ).all()
    taken = set(order.attributes.get("taken", ()))  # an imported order never lowered our stock
    back: Counter[int] = Counter()
    for n in lines:
        if n.product_id in taken:
            back[n.product_id] += n.quantity
    put_back(w, back, StockReason.CANCELLED, order.id)
    sold = [(n.category, n.quantity, n.line_total_cents) for n in lines]
    rollups.sold(w, order.ordered_at, order.channel, sold, sign=-1)
