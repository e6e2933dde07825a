"""One's usual order, read from one's own purchases of the last two years."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlmodel import col

from db.models import NOT_A_SALE, Order, OrderLine, Product, Purpose, SuggestionMute
from services import access, baskets, catalogue, company, consents
from services.catalogue import Offer, Stock
from services.errors import Conflict
from services.reorder.rhythm import Due, Rhythm, rhythm
from services.text import _
from services.work import Work

LOOKED_BACK = timedelta(days=730)
LOOKED_AT = 3000  # newest lines; a bound for those who order all day
MOST = 40


@dataclass(frozen=True)
class UsualLine:
    """One product of the usual order, as it can be had now."""

    offer: Offer
    rhythm: Rhythm
    muted: bool

    @property
    def due(self) -> bool:
        """Whether to remind of it now."""
        return self.rhythm.due is Due.NOW and not self.muted and self.offer.stock is not Stock.OUT

    @property
    def quantity(self) -> int:
        """The usual quantity, or what is left of it."""
        left = self.offer.left if self.offer.left is not None else self.rhythm.quantity
        return max(min(self.rhythm.quantity, left, baskets.MOST_PIECES), 1)


@dataclass(frozen=True)
class Usual:
    """The usual order. `allowed` is False where the customer has objected to such suggestions; then it is empty."""

    allowed: bool
    lines: list[UsualLine]


def usual(w: Work) -> Usual:
    """What one buys again and again: what is due first, then by the day it is expected, what has stopped last."""
    own = access.own_orders(w)
    if not consents.holds(w, own, Purpose.PROFILING):
        return Usual(False, [])
    found, muted = rhythms(w, own), _muted(w, own)
    nearest = sorted(found, key=lambda p: (found[p].due is Due.STOPPED, found[p].next_on, p))[:MOST]
    lines = [UsualLine(o, found[o.product_id], o.product_id in muted) for o in catalogue.offers(w, nearest)]
    return Usual(True, sorted(lines, key=lambda i: (not i.due, i.rhythm.due is Due.STOPPED, i.rhythm.next_on)))


def suggestions(w: Work, most: int = 3) -> list[UsualLine]:
    """What is due again, for reminding; nothing for those who have objected."""
    return [line for line in usual(w).lines if line.due][:most]


def put(w: Work, wanted: list[baskets.Wanted]) -> None:
    """Put the lines with a quantity into the basket, at the prices that were shown. Raises as `baskets.put` does."""
    chosen = [i for i in wanted if i.quantity]
    if not chosen:
        raise Conflict(_("Choose at least one product."))
    baskets.put(w, chosen)


def rhythms(w: Work, customer_id: int) -> dict[int, Rhythm]:
    """The rhythm of each product that the customer buys again and again, for callers who have checked that they may."""
    today = w.now.astimezone(company.of(w).zone).date()
    return {p: found for p, days in bought(w, customer_id).items() if (found := rhythm(days, today)) is not None}


def bought(w: Work, customer_id: int) -> dict[int, list[tuple[date, int]]]:
    """What the customer bought in the last two years: product -> days and pieces, the newest first."""
    zone = company.of(w).zone
    rows = (
        select(col(OrderLine.product_id), col(Order.ordered_at), col(OrderLine.quantity))
        .join(Order, col(Order.id) == col(OrderLine.order_id))
        .join(Product, col(Product.id) == col(OrderLine.product_id))
        .where(
            col(Order.customer_id) == customer_id,
            col(Product.is_fee).is_not(True),
            col(Order.ordered_at) > w.now - LOOKED_BACK,
            col(Order.status).not_in(NOT_A_SALE),
            col(OrderLine.quantity) > 0,
        )
        .order_by(col(Order.ordered_at).desc(), col(Order.id).desc())
        .limit(LOOKED_AT)
    )
    found: dict[int, list[tuple[date, int]]] = {}
    for product_id, at, quantity in w.session.connection().execute(rows):
        found.setdefault(product_id or 0, []).append((at.astimezone(zone).date(), quantity))
    return found


def _muted(w: Work, own: int) -> set[int]:
    rows = select(col(SuggestionMute.product_id)).where(col(SuggestionMute.customer_id) == own)
    return set(w.session.connection().execute(rows).scalars())
