"""One run of a standing order: the order, its event and the next day in one transaction, or nothing of it.

Exactly once: the row of the standing order is held while its day is compared with today, the order is placed and the
day moves on; a second worker waits for the row and then finds another day. A crash leaves everything as it was. The
table of events refuses a second order of one day besides.
"""

from dataclasses import dataclass
from datetime import date

from sqlmodel import col, select

from db.models import CustomerAddress, Order, Product, StandingLine, StandingOrder, StandingState, StandingStep
from services import access, company, orders, payments, prices, pricing
from services.catalogue.offer import shown_name
from services.errors import Conflict
from services.orders import NewLine, NewOrder
from services.pricing import Part
from services.standing import mail
from services.standing.asking import today
from services.standing.dates import following
from services.standing.steps import happened, held
from services.text import _, money
from services.work import Work


class Waits(Conflict):
    """The customer has to say something before this run can be ordered; the sentence says what."""


@dataclass(frozen=True)
class _Line:
    line: StandingLine
    product: Product
    price_cents: int | None  # in force now

    @property
    def name(self) -> str:
        return shown_name(self.product.name, self.product.sku, self.product.id)

    @property
    def sold(self) -> bool:
        return self.product.active and self.price_cents is not None

    @property
    def there(self) -> bool:
        return self.sold and (self.product.stock is None or self.product.stock >= self.line.quantity)


def place_due(w: Work, standing_id: int) -> int | None:
    """Order what is due of a standing order of the actor's own customer; None where nothing is due (any more).

    It is paid on account where that is offered, else the usual way: such an order waits for its money like any other.

    A lower price is taken; a higher one needs the customer's word. What cannot be had is left out and named; where
    nothing can be had the run is missed and the next day stands. Raises Waits, and whatever refuses an order.
    """
    one = held(w, standing_id)
    if one.state is not StandingState.ACTIVE or one.next_on > today(w):
        return None
    run_on, found = one.next_on, _lines(w, one)
    ready = [i for i in found if i.there]
    _as_agreed(w, ready)
    one.next_on = following(one.first_on, one.every, one.unit, today(w))
    one.announced_on = None
    absent = [i.name for i in found if not i.there]
    if not ready:
        happened(w, one, StandingStep.MISSED, run_on=run_on, after={"left_out": absent})
        mail.missed(w, one, absent)
        return None
    order = w.session.get_one(Order, orders.place(w, _asked(w, one, run_on, ready)).id)
    order.attributes = {**order.attributes, "standing_order": one.id}
    w.session.add(order)
    happened(
        w, one, StandingStep.ORDERED, run_on=run_on, order_id=order.id, after={"left_out": absent} if absent else {}
    )
    if absent:
        mail.left_out(w, one, order, absent)
    return order.id


def accept(w: Work, standing_id: int, version: int) -> int | None:
    """The customer agrees to today's prices, and the run that waited is ordered at once. Returns the order's id.

    Raises NotFound, Conflict where it does not wait any more, Waits where something else stands in the way.
    """
    own = access.own_ordering(w)
    one = held(w, standing_id)
    if one.customer_id != own or one.state is not StandingState.WAITING or one.version != version:
        raise Conflict(_("This standing order was changed in another window. Please look again."))
    for found in _lines(w, one):
        if found.price_cents is not None:
            found.line.agreed_cents = found.price_cents
            w.session.add(found.line)
    one.state = StandingState.ACTIVE
    happened(w, one, StandingStep.CHANGED, after={"agreed": True})
    return place_due(w, one.id)


def hold(w: Work, standing_id: int, why: str) -> None:
    """Let a run that is due wait for the customer, who is told why. Nothing happens where it is not due any more."""
    one = held(w, standing_id)
    if one.state is StandingState.ACTIVE and one.next_on <= today(w):
        one.state = StandingState.WAITING
        happened(w, one, StandingStep.HELD, run_on=one.next_on, after={"why": why})
        mail.waits(w, one, why)


def _lines(w: Work, one: StandingOrder) -> list[_Line]:
    rows = select(StandingLine, Product).join(Product, col(Product.id) == col(StandingLine.product_id))
    mine = rows.where(StandingLine.standing_order_id == one.id).order_by(col(Product.id))
    found = w.session.exec(mine, execution_options={"populate_existing": True})
    return [_Line(line, product, prices.now(w, product)) for line, product in found]


def _as_agreed(w: Work, lines: list[_Line]) -> None:
    currency = company.of(w).currency
    risen = [
        _("{name} costs {new} now, not {old}.").format(
            name=i.name,
            new=money(i.price_cents or 0, currency),
            old=money(i.line.agreed_cents, currency),
        )
        for i in lines
        if (i.price_cents or 0) > i.line.agreed_cents
    ]
    if risen:
        raise Waits(" ".join(risen))


def _asked(w: Work, one: StandingOrder, run_on: date, ready: list[_Line]) -> NewOrder:
    goods = any(not i.product.is_service for i in ready)
    known = w.session.get(CustomerAddress, one.address_id) if one.address_id else None
    if goods and (known is None or known.customer_id != one.customer_id):
        raise Waits(_("The delivery address is not there any more. Please choose another one."))
    lines = [NewLine(product_id=i.product.id, quantity=i.line.quantity, price_cents=i.price_cents or 0) for i in ready]
    parts = [
        Part(i.quantity * i.price_cents, r.product.category, r.product.tax_class, r.product.is_service)
        for i, r in zip(lines, ready, strict=True)
    ]
    priced = pricing.price(w, one.customer_id, parts, country=(known.country or "") if known and goods else "")
    return NewOrder(
        idempotency_key=f"standing-{one.id}-{run_on.isoformat()}",
        lines=lines,
        shipping_cents=priced.shipping_cents,
        address_id=one.address_id if goods else None,
        note=one.note,
        payment="on_account" if "on_account" in payments.offered(w) else "",
    )
