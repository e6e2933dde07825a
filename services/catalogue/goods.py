"""One product for those who buy: facts, documents, what goes with it, and what they have had of it themselves."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlmodel import col

from db.models import NOT_A_SALE, Order, OrderLine, Product, ProductLink, Role
from services import company
from services.catalogue.offer import FOR_SALE, Offer, offers, shown_name
from services.clock import day_of
from services.errors import NotFound
from services.search import order_number
from services.text import _
from services.work import Work

#: Of the orders with a product the newest this many are looked at: older habits say little.
NEWEST = 1000
#: Fewer orders than this together are chance; nothing is said then.
TOGETHER_AT_LEAST = 5
MOST_TOGETHER = 3
MOST_BOUGHT = 20


@dataclass(frozen=True)
class Bought:
    """One own order with the product. `warranty_until` where the product has one."""

    order_id: int
    number: str
    ordered_at: datetime
    pieces: int
    warranty_until: date | None


@dataclass(frozen=True)
class Companion:
    """Something that goes with a product: picked by hand (`orders` is 0) or bought together in `orders` of `of`."""

    offer: Offer
    orders: int = 0
    of: int = 0


@dataclass(frozen=True)
class Goods:
    """The page of a product. No `offer`: not sold any more, shown to those who have bought it."""

    product_id: int
    name: str
    description: str
    facts: dict[str, str]
    warranty_months: int | None
    offer: Offer | None
    bought: list[Bought]


def goods(w: Work, product_id: int) -> Goods:
    """A product that is on the shelf, or that one's own company has bought. Raises NotFound for any other."""
    w.require(Role.CUSTOMER, Role.STAFF)
    product = w.session.get(Product, product_id)
    found = offers(w, [product_id]) if product is not None else []
    mine = _bought(w, product) if product is not None else []
    if product is None or not (found or mine or w.actor.is_team):
        raise NotFound(_("product"))
    return Goods(
        product_id=product.id,
        name=shown_name(product.name, product.sku, product.id),
        description=product.description,
        facts=_facts(product),
        warranty_months=product.warranty_months,
        offer=found[0] if found else None,
        bought=mine,
    )


def _facts(product: Product) -> dict[str, str]:
    known = {_("Brand"): product.brand, _("Article number"): product.sku, _("Sold by"): product.unit}
    # An import may keep anything under attributes; only plain values are facts.
    more = {str(k): str(v) for k, v in product.attributes.items() if isinstance(v, str | int | float)}
    return {k: v for k, v in known.items() if v} | more


def _bought(w: Work, product: Product) -> list[Bought]:
    """One's own orders with the product, newest first; none for the team, and for whoever may not see the orders."""
    if w.actor.role is not Role.CUSTOMER or w.actor.customer_id is None or not w.actor.sees_orders:
        return []
    own = select(col(Order.id)).where(
        col(Order.customer_id) == w.actor.customer_id, col(Order.status).not_in(NOT_A_SALE)
    )
    lines = (
        select(col(Order.id), col(Order.ordered_at), col(Order.delivered_at), func.sum(OrderLine.quantity))
        .join(OrderLine, col(OrderLine.order_id) == col(Order.id))
        .where(col(OrderLine.product_id) == product.id, col(OrderLine.quantity) > 0, col(Order.id).in_(own))
        .group_by(col(Order.id), col(Order.ordered_at), col(Order.delivered_at))
        .order_by(col(Order.ordered_at).desc(), col(Order.id).desc())
        .limit(MOST_BOUGHT)
    )
    zone = company.of(w).zone
    found = []
    for number, ordered_at, delivered_at, pieces in w.session.execute(lines):
        begins = day_of(delivered_at or ordered_at, zone)
        until = months_later(begins, product.warranty_months) if product.warranty_months else None
        found.append(Bought(number, order_number(number), ordered_at, int(pieces), until))
    return found


def months_later(day: date, months: int) -> date:
    """The same day of the month so many months later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def companions(w: Work, product_id: int, bought_together: tuple[dict[int, int], int]) -> list[Companion]:
    """What goes with a product: first what was picked by hand, then what is bought together often enough to say so.

    `bought_together` is the answer of `together`, which may be kept for a while. Nothing that cannot be bought.
    """
    w.require(Role.CUSTOMER, Role.STAFF)
    picked = select(col(ProductLink.goes_with_id)).where(col(ProductLink.product_id) == product_id)
    by_hand = offers(w, list(w.session.execute(picked.order_by(col(ProductLink.position))).scalars()))
    counted, of = bought_together
    left = [i for i in counted if i not in {o.product_id for o in by_hand}]
    often = [Companion(o, counted[o.product_id], of) for o in offers(w, left)]
    return [*(Companion(o) for o in by_hand), *often[:MOST_TOGETHER]]


def together(w: Work, product_id: int) -> tuple[dict[int, int], int]:
    """(product -> orders with both, most first; orders looked at): the newest with the product, of all customers."""
    w.require(Role.CUSTOMER, Role.STAFF)
    newest = (
        select(col(OrderLine.order_id))
        .join(Order, col(Order.id) == col(OrderLine.order_id))
        .where(
            col(OrderLine.product_id) == product_id,
            col(OrderLine.quantity) > 0,
            col(Order.status).not_in(NOT_A_SALE),
        )
        .distinct()
        .order_by(col(OrderLine.order_id).desc())
        .limit(NEWEST)
    )
    ids = list(w.session.execute(newest).scalars())
    if len(ids) < TOGETHER_AT_LEAST:
        return {}, len(ids)
    both = func.count(func.distinct(col(OrderLine.order_id)))
    pairs = (
        select(col(OrderLine.product_id), both)
        .join(Product, col(Product.id) == col(OrderLine.product_id))
        .where(
            col(OrderLine.order_id).in_(ids),
            col(OrderLine.product_id) != product_id,
            col(OrderLine.quantity) > 0,
            col(Product.is_fee).is_not(True),
            *FOR_SALE,
        )
        .group_by(col(OrderLine.product_id))
        .having(both >= TOGETHER_AT_LEAST)
        .order_by(both.desc(), col(OrderLine.product_id))
        .limit(MOST_TOGETHER + 8)
    )
    return {number: int(n) for number, n in w.session.execute(pairs)}, len(ids)
