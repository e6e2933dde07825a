"""Cancelling an order, as long as nobody has begun to pack it."""

from sqlalchemy import bindparam, select, update
from sqlmodel import col

from db.models import Order, OrderLine, OrderStatus, Product, Role
from services import access, audit, rollups
from services.errors import Conflict
from services.inputs import line
from services.orders.mail import cancelled
from services.orders.words import in_words
from services.text import _
from services.work import Work

_PUT_BACK = (
    update(Product)
    .where(col(Product.id) == bindparam("number"), col(Product.stock).is_not(None))
    .values(stock=col(Product.stock) + bindparam("pieces"))
)


def can_cancel(order: Order) -> bool:
    """Until it is picked."""
    return order.status is OrderStatus.PLACED


def cancel(w: Work, order_id: int, *, reason: str = "") -> Order:
    """Call the order off; stock and sums go back. Cancelling twice is like once. Raises Conflict when too late."""
    w.require(Role.CUSTOMER, Role.STAFF)
    order = access.order(w, order_id)
    reason = line(reason, _("Reason"), 200, required=False)
    connection = w.session.connection()
    won = connection.execute(
        update(Order)
        .where(col(Order.id) == order.id, col(Order.status) == OrderStatus.PLACED)
        .values(status=OrderStatus.CANCELLED, cancelled_at=w.now)
    )
    w.session.refresh(order)
    if won.rowcount == 0:
        if order.status is OrderStatus.CANCELLED:
            return order
        raise Conflict(_("This order cannot be cancelled any more: {state}.").format(state=in_words(order.status)))
    _give_back(w, order)
    states = {"status": OrderStatus.PLACED}, {"status": OrderStatus.CANCELLED}
    audit.record(
        w,
        "orders.cancel",
        "order",
        order.id,
        customer_id=order.customer_id,
        before=states[0],
        after=states[1],
        reason=reason,
    )
    cancelled(w, order)
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
        .order_by(col(OrderLine.product_id))  # the order in which placing locks them
    ).all()
    taken = set(order.attributes.get("taken", ()))  # an imported order never lowered our stock
    back = [{"number": n.product_id, "pieces": n.quantity} for n in lines if n.product_id in taken]
    if back:
        connection.execute(_PUT_BACK, back)
    sold = [(n.category, n.quantity, n.line_total_cents) for n in lines]
    rollups.sold(w, order.ordered_at, order.channel, sold, sign=-1)
