"""Ordering the same again: first what would be different, then into the basket."""

from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import col, select

from db.models import OrderLine, Product, Role
from services import access, baskets, prices
from services.catalogue.offer import shown_name
from services.errors import Conflict
from services.text import _
from services.work import Work


class Change(StrEnum):
    """How a line differs from last time."""

    NONE = "none"
    PRICE = "price"
    SHORT = "short"  # fewer there than ordered last time
    OUT = "out"
    GONE = "gone"


@dataclass(frozen=True)
class AgainLine:
    """One line of the proposal. `quantity` is what can be had now, `asked` what it was; prices are per piece."""

    product_id: int | None
    name: str
    asked: int
    quantity: int
    was_cents: int | None
    price_cents: int | None
    change: Change

    @property
    def repriced(self) -> bool:
        return self.price_cents is not None and self.was_cents not in (None, self.price_cents)


@dataclass(frozen=True)
class Again:
    """What ordering again would put into the basket, with every difference named."""

    lines: list[AgainLine]

    @property
    def wanted(self) -> list[baskets.Wanted]:
        return [
            baskets.Wanted(product_id=line.product_id, quantity=line.quantity, price_cents=line.price_cents)
            for line in self.lines
            if line.product_id is not None and line.quantity > 0
        ]

    @property
    def differs(self) -> bool:
        return any(line.change is not Change.NONE for line in self.lines)


def again(w: Work, order_id: int) -> Again:
    """What this order would be today. Changes nothing. Raises NotFound."""
    w.require(Role.CUSTOMER, Role.STAFF)
    order = access.order(w, order_id)
    rows = w.session.exec(
        select(OrderLine, Product)
        .outerjoin(Product, col(Product.id) == OrderLine.product_id)
        .where(OrderLine.order_id == order.id, OrderLine.quantity > 0)
        .order_by(col(OrderLine.line_no))
    )
    merged: dict[int | None, AgainLine] = {}
    lines: list[AgainLine] = []
    for line, product in rows:
        earlier = merged.get(line.product_id) if product is not None else None
        asked = line.quantity + (earlier.asked if earlier else 0)
        made = _line(w, line, product, min(asked, baskets.MOST_PIECES))
        if earlier is not None:  # an imported order may name a product twice; a basket holds it once
            lines.remove(earlier)
        merged[line.product_id] = made
        lines.append(made)
    return Again(lines)


def _line(w: Work, line: OrderLine, product: Product | None, asked: int) -> AgainLine:
    was = line.unit_price_cents if line.unit_price_cents is not None else line.line_total_cents // line.quantity
    price = prices.now(w, product) if product is not None else None
    if product is None or not product.active or price is None:
        name = line.name or (shown_name(product.name, product.sku, product.id) if product else line.product_code)
        return AgainLine(line.product_id, name or _("A product without a name"), asked, 0, was, None, Change.GONE)
    there = asked if product.stock is None else min(asked, product.stock)
    change = Change.NONE if was == price else Change.PRICE
    if there < asked:
        change = Change.SHORT if there else Change.OUT
    name = shown_name(product.name, product.sku, product.id)
    return AgainLine(product.id, name, asked, there, was, price, change)


def put_again(w: Work, order_id: int, shown: Again) -> None:
    """Put into the basket what was shown, as far as the order named it. Raises Conflict when there is nothing left."""
    w.require(Role.CUSTOMER)
    of_order = {line.product_id: line.quantity for line in again(w, order_id).lines}
    wanted = [
        baskets.Wanted(
            product_id=want.product_id,
            quantity=min(want.quantity, of_order[want.product_id]),
            price_cents=want.price_cents,
        )
        for want in shown.wanted
        if of_order.get(want.product_id, 0) > 0
    ]
    if not wanted:
        raise Conflict(_("Nothing of this order can be had at the moment."))
    baskets.put(w, wanted)
