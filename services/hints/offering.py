"""One product to offer in a call: what the customer buys again and again and is due, or what buyers of the same went on
to buy. With the counts it rests on; nothing without them, nothing that cannot be ordered, nothing that was muted.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select, union_all
from sqlmodel import col

from db.models import (
    NOT_A_SALE,
    Order,
    OrderLine,
    Product,
    ProductFollow,
    Purpose,
    Role,
    StandingLine,
    StandingOrder,
    StandingState,
    SuggestionMute,
)
from services import access, catalogue, clock, company, consents, reorder
from services.catalogue import Offer, Stock
from services.catalogue.offer import shown_name
from services.reorder import Due, Rhythm
from services.scores.words import share
from services.text import _, local_day, ngettext, number
from services.work import Work

LOOKED_THROUGH = 20


@dataclass(frozen=True)
class Suggested:
    """`evidence`: what it rests on, in numbers."""

    product_id: int
    name: str
    price_cents: int
    evidence: tuple[str, ...]


def suggested(w: Work, customer_id: int) -> Suggested | None:
    """What to offer now; None for those who object to predictions, and with too little data. Staff only.

    Raises NotFound.
    """
    w.require(Role.STAFF)
    access.customer(w, customer_id)
    if not consents.holds(w, customer_id, Purpose.PROFILING):
        return None
    bought = reorder.bought(w, customer_id)
    if not bought:
        return None
    unwanted = _unwanted(w, customer_id)
    return _due(w, bought, unwanted) or _next(w, customer_id, bought, unwanted)


def _due(w: Work, bought: dict[int, list[tuple[date, int]]], unwanted: set[int]) -> Suggested | None:
    """The most often bought of what comes at a regular interval and is due."""
    today = clock.day_of(w.now, company.of(w).zone)
    found = {p: r for p, days in bought.items() if (r := reorder.rhythm(days, today)) is not None and _regular(r)}
    due = [
        p for p in sorted(found, key=lambda p: (-found[p].times, p)) if found[p].due is Due.NOW and p not in unwanted
    ]
    offer = _first_to_order(w, due)
    return _told(offer, _again(found[offer.product_id], today)) if offer else None


def _regular(found: Rhythm) -> bool:
    """Of the middle half of its intervals the longest is at most twice the shortest."""
    return found.high <= 2 * found.low


def _again(found: Rhythm, today: date) -> tuple[str, ...]:
    times = ngettext("bought {n} time", "bought {n} times", found.times)
    if found.low == found.high:
        every = _("{times}, every {days} days").format(times=times, days=number(found.typical))
    else:
        every = _("{times}, usually after {low} to {high} days").format(
            times=times, low=number(found.low), high=number(found.high)
        )
    ago = ngettext("{n} day ago", "{n} days ago", (today - found.last_on).days)
    return every, _("last on {day}, {ago}").format(day=local_day(found.last_on), ago=ago)


def _next(w: Work, customer_id: int, bought: dict[int, list[tuple[date, int]]], unwanted: set[int]) -> Suggested | None:
    """What follows something first bought lately, as far as last night's counts say so."""
    today = clock.day_of(w.now, company.of(w).zone)
    first = {product: min(day for day, _pieces in days) for product, days in bought.items()}
    rows = [
        row
        for row in w.session.scalars(
            select(ProductFollow)
            .where(col(ProductFollow.product_id).in_(first), col(ProductFollow.other_id).not_in(unwanted))
            .order_by(col(ProductFollow.expected).desc(), col(ProductFollow.product_id), col(ProductFollow.other_id))
        )
        if first[row.product_id] > today - timedelta(days=row.days)
    ]
    had = _had(w, customer_id, {row.other_id for row in rows})
    left = [row for row in rows if row.other_id not in had][:LOOKED_THROUGH]
    offer = _first_to_order(w, [row.other_id for row in left])
    if offer is None:
        return None
    row = next(row for row in left if row.other_id == offer.product_id)
    after = w.session.get_one(Product, row.product_id)
    return _told(offer, _followed(row, shown_name(after.name, after.sku, after.id)))


def _followed(row: ProductFollow, after: str) -> tuple[str, ...]:
    counts = {"n": number(row.n), "k": number(row.k), "days": number(row.days), "product": after}
    return (
        _("{k} of {n} who first bought {product} went on to buy it within {days} days").format(**counts),
        _("to be expected: {share}; after other purchases: {base}").format(
            share=share(row.expected), base=share(row.base)
        ),
    )


def _first_to_order(w: Work, products: list[int]) -> Offer | None:
    """The first of them that can be ordered now."""
    found = catalogue.offers(w, products[:LOOKED_THROUGH]) if products else []
    return next((offer for offer in found if offer.stock is not Stock.OUT), None)


def _told(offer: Offer, evidence: tuple[str, ...]) -> Suggested:
    return Suggested(offer.product_id, offer.name, offer.price_cents, evidence)


def _unwanted(w: Work, customer_id: int) -> set[int]:
    """What the customer does not want to be reminded of, and what comes by itself."""
    muted = select(col(SuggestionMute.product_id)).where(col(SuggestionMute.customer_id) == customer_id)
    comes = (
        select(col(StandingLine.product_id))
        .join(StandingOrder, col(StandingOrder.id) == col(StandingLine.standing_order_id))
        .where(col(StandingOrder.customer_id) == customer_id, col(StandingOrder.state) != StandingState.ENDED)
    )
    return set(w.session.connection().scalars(union_all(muted, comes)))


def _had(w: Work, customer_id: int, products: set[int]) -> set[int]:
    """Which of these the customer ever bought."""
    if not products:
        return set()
    rows = (
        select(col(OrderLine.product_id))
        .join(Order, col(Order.id) == col(OrderLine.order_id))
        .where(
            col(Order.customer_id) == customer_id,
            col(Order.status).not_in(NOT_A_SALE),
            col(OrderLine.product_id).in_(products),
        )
    )
    return {product for product in w.session.connection().scalars(rows) if product is not None}
