"""Looking at orders: the customer and staff see the same, through the same functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, tuple_
from sqlalchemy import select as columns_of
from sqlmodel import col, select

from db.models import FINISHED, Order, OrderLine, OrderStatus, Product, Role
from services import access, company, taxes
from services.catalogue.offer import shown_name
from services.errors import NotFound
from services.orders.cancelling import can_cancel
from services.orders.finding import Wanted
from services.orders.tracking import Parcel, parcels_of
from services.search import order_number
from services.taxes import RateSum
from services.text import _, ngettext
from services.work import Work

PER_PAGE = 20
MOST_PER_PAGE = 100
JUST_NOW = timedelta(minutes=10)
_NAMED = 2  # products of an order that are named in a list


@dataclass(frozen=True)
class Summary:
    """One line of a list of orders."""

    order_id: int
    number: str
    ordered_at: datetime
    status: OrderStatus
    total_cents: int
    promised_on: date | None  # in the company's zone: the day is that of the delivery
    contents: str


@dataclass(frozen=True)
class DetailLine:
    """One line of an order, as it was charged."""

    line_no: int
    product_id: int | None
    name: str
    quantity: int
    unit_price_cents: int | None
    total_cents: int  # before the voucher, as the sums below it begin


@dataclass(frozen=True)
class Detail:
    """One order as customers may see it: no costs, no notes of staff."""

    summary: Summary
    lines: list[DetailLine]
    lines_cents: int  # before the voucher
    discount_cents: int
    voucher_code: str
    shipping_cents: int
    tax_cents: int | None  # contained in the total; None: not recorded
    rates: list[RateSum]
    requested_on: date | None
    address: list[str]
    note: str
    shipped_at: datetime | None
    delivered_at: datetime | None
    cancelled_at: datetime | None
    cancellable: bool  # by whoever asks
    parcels: list[Parcel]


def listing(
    w: Work,
    customer_id: int | None = None,
    *,
    before: int | None = None,
    most: int = PER_PAGE,
    only: Wanted | None = None,
) -> list[Summary]:
    """Orders of a customer (one's own by default), newest first, those before the order `before`. Raises NotFound.

    `only` leaves out what is not looked for.
    """
    w.require(Role.CUSTOMER, Role.STAFF)
    owner = access.own_orders(w) if customer_id is None else access.customer(w, customer_id).id
    rows = select(Order).where(Order.customer_id == owner, *(only.conditions(w) if only else ()))
    if before is not None:
        mark = access.order(w, before)
        if mark.customer_id != owner:
            raise NotFound(_("order"))
        rows = rows.where(tuple_(col(Order.ordered_at), col(Order.id)) < tuple_(mark.ordered_at, mark.id))
    rows = rows.order_by(col(Order.ordered_at).desc(), col(Order.id).desc())
    return summaries(w, w.session.exec(rows.limit(min(max(most, 1), MOST_PER_PAGE))).all())


def opened(w: Work, *, most: int = 10) -> list[Summary]:
    """One's own orders of which something is still expected, newest first."""
    owner = access.own_orders(w)
    rows = select(Order).where(Order.customer_id == owner, col(Order.status).not_in(FINISHED))
    rows = rows.order_by(col(Order.ordered_at).desc(), col(Order.id).desc())
    return summaries(w, w.session.exec(rows.limit(most)).all())


def detail(w: Work, order_id: int) -> Detail:
    """One order with its lines. Raises NotFound."""
    w.require(Role.CUSTOMER, Role.STAFF)
    order = access.order(w, order_id)
    rows = w.session.exec(
        select(OrderLine, Product.name)
        .outerjoin(Product, col(Product.id) == OrderLine.product_id)
        .where(OrderLine.order_id == order.id)
        .order_by(col(OrderLine.line_no))
    ).all()
    discount = order.discount_cents if order.voucher_code else 0  # an import's is explained by its unit prices
    lines = [
        DetailLine(
            line.line_no,
            line.product_id,
            line.name or shown_name(product_name or "", line.product_code, line.product_id or 0),
            line.quantity,
            line.unit_price_cents,
            line.line_total_cents + (line.discount_cents if discount else 0),
        )
        for line, product_name in rows
    ]
    return Detail(
        summary=summaries(w, [order])[0],
        lines=lines,
        lines_cents=order.lines_cents + discount,
        discount_cents=discount,
        voucher_code=order.voucher_code,
        shipping_cents=order.shipping_cents,
        tax_cents=order.tax_cents,
        rates=taxes.of_order(order, [line for line, _name in rows]),
        requested_on=order.requested_on,
        address=_address(order),
        note=order.note,
        shipped_at=order.shipped_at,
        delivered_at=order.delivered_at,
        cancelled_at=order.cancelled_at,
        cancellable=can_cancel(w, order),
        parcels=parcels_of(w, order.id, {line.line_no: line.name for line in lines}),
    )


def _address(order: Order) -> list[str]:
    where = order.delivery_address
    town = " ".join(p for p in (where.get("postal_code"), where.get("city")) if p)
    region = where.get("region") if where.get("region") != where.get("city") else ""  # Berlin is named once
    return [p for p in (where.get("street"), town, region, where.get("country")) if p]


def just_placed(w: Work, order_id: int) -> bool:
    """Whether the order was placed in these minutes and still stands: the page then says thank you."""
    order = access.order(w, order_id)
    return order.status is OrderStatus.PLACED and w.now - order.ordered_at < JUST_NOW


def summaries(w: Work, orders: Sequence[Order]) -> list[Summary]:
    """Orders that the caller may see, as they stand in a list."""
    zone = company.of(w).zone
    contents = _contents(w, [order.id for order in orders])
    return [
        Summary(
            order_id=order.id,
            number=order_number(order.id),
            ordered_at=order.ordered_at,
            status=order.status,
            total_cents=order.total_cents,
            promised_on=order.promised_at.astimezone(zone).date() if order.promised_at else None,
            contents=contents.get(order.id, ""),
        )
        for order in orders
    ]


def _contents(w: Work, order_ids: list[int]) -> dict[int, str]:
    """The first products of each order by name, and how many more there are."""
    if not order_ids:
        return {}
    count = func.count().over(partition_by=col(OrderLine.order_id))
    place = func.row_number().over(partition_by=col(OrderLine.order_id), order_by=col(OrderLine.line_no))
    numbered = (
        columns_of(
            col(OrderLine.order_id),
            col(OrderLine.product_id),
            col(OrderLine.name),
            count.label("lines"),
            place.label("place"),
        )
        .where(col(OrderLine.order_id).in_(order_ids))
        .subquery()
    )
    first = (
        columns_of(numbered.c.order_id, numbered.c.product_id, numbered.c.name, numbered.c.lines, col(Product.name))
        .outerjoin(Product, col(Product.id) == numbered.c.product_id)
        .where(numbered.c.place <= _NAMED)
        .order_by(numbered.c.order_id, numbered.c.place)
    )
    names: dict[int, list[str]] = {}
    counts: dict[int, int] = {}
    for order_id, product_id, name, lines, product_name in w.session.execute(first):
        names.setdefault(order_id, []).append(name or shown_name(product_name or "", None, product_id or 0))
        counts[order_id] = lines
    return {i: _joined(found, counts[i] - len(found)) for i, found in names.items()}


def _joined(names: list[str], more: int) -> str:
    return ", ".join([*names, *([ngettext("{n} more", "{n} more", more)] if more > 0 else [])])
