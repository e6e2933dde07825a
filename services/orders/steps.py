"""One step of an order: hold it, see whether the step is allowed from here, take it, write it down."""

from typing import Any

from sqlmodel import col, select

from db.models import Order, OrderStatus, Shipment
from services import access, audit
from services.errors import Conflict
from services.orders.words import in_words
from services.search import order_number
from services.text import _
from services.work import Work


def held(w: Work, order_id: int) -> Order:
    """The order as it is now, kept from other transactions until this one ends. Raises NotFound.

    Of two colleagues at once the second waits here and then sees what the first has done.
    """
    access.may_order(w)
    order = access.order(w, order_id)
    mine = select(Order).where(col(Order.id) == order.id).with_for_update()
    return w.session.exec(mine, execution_options={"populate_existing": True}).one()


def take(
    w: Work,
    order: Order,
    action: str,
    to: OrderStatus,
    *,
    of: tuple[OrderStatus, ...],
    reason: str = "",
    told: dict[str, Any] | None = None,
    **values: object,
) -> None:
    """Move a held order on, with an audit entry that the timeline shows; `told` is kept in it. Raises Conflict."""
    if order.status not in of:
        sentence = _("Order {number} is at “{state}” now, perhaps a colleague was faster. Please look again.")
        raise Conflict(sentence.format(number=order_number(order.id), state=in_words(order.status)))
    before = order.status
    order.status = to
    for name, value in values.items():
        setattr(order, name, value)
    w.session.add(order)
    w.session.flush()
    audit.record(
        w,
        action,
        "order",
        order.id,
        customer_id=order.customer_id,
        before={"status": before},
        after={"status": to, **(told or {})},
        reason=reason,
    )


def parcels(w: Work, order_id: int) -> list[Shipment]:
    """The parcels of an order that the caller has already reached, oldest first."""
    mine = select(Shipment).where(Shipment.order_id == order_id)
    return list(w.session.exec(mine.order_by(col(Shipment.shipped_at), col(Shipment.id))))
