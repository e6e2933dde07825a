"""What is in an order, in few words: for lists in which an order is one line, and for finding it by what is in it."""

from typing import Any

from sqlalchemy import ColumnElement, bindparam, select
from sqlmodel import col

from db.models import Order, OrderLine, Product
from services.work import Work

NAMED = 3  # products named in the line of an order
_LINES = (
    select(
        col(OrderLine.order_id),
        col(OrderLine.quantity),
        col(OrderLine.name),
        col(OrderLine.product_code),
        col(Product.name),
    )
    .outerjoin(Product, col(Product.id) == col(OrderLine.product_id))
    .where(col(OrderLine.order_id).in_(bindparam("ids", expanding=True)), col(OrderLine.line_no) <= NAMED + 1)
    .order_by(col(OrderLine.order_id), col(OrderLine.line_no))
)


def first_lines(w: Work, order_ids: list[int]) -> dict[int, str]:
    """The first lines of each order, "2 × Kettle, 1 × Descaler …"; an order of hundreds of lines is read no further."""
    found: dict[int, list[str]] = {}
    for order_id, quantity, own, code, product in w.session.connection().execute(_LINES, {"ids": order_ids}):
        found.setdefault(order_id, []).append(f"{quantity} × {own or product or code}")
    return {i: ", ".join(lines[:NAMED]) + (" …" if len(lines) > NAMED else "") for i, lines in found.items()}


def named(pattern: Any) -> ColumnElement[bool]:
    """Whether a line of the order has a name like this."""
    lines = select(col(OrderLine.order_id)).outerjoin(Product, col(Product.id) == col(OrderLine.product_id))
    fits = col(OrderLine.name).ilike(pattern, escape="\\") | col(Product.name).ilike(pattern, escape="\\")
    return lines.where(col(OrderLine.order_id) == col(Order.id), fits).exists()
