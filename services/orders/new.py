"""What is asked for when an order is placed."""

import hashlib
from datetime import date

from sqlmodel import SQLModel

from services import baskets
from services.errors import Invalid
from services.inputs import line, paragraph
from services.money import MOST
from services.text import _
from services.work import Work


class NewLine(SQLModel):
    """A product, how many, and the price the person saw."""

    product_id: int
    quantity: int
    price_cents: int


class NewOrder(SQLModel):
    """What was shown and confirmed. The same key never makes a second order.

    `basket_key` ties the order to the state of the basket it was made from (see baskets.View.key).
    """

    idempotency_key: str
    lines: list[NewLine]
    shipping_cents: int
    address_id: int | None = None  # needed where goods are among the lines
    note: str = ""
    basket_key: str = ""
    voucher_code: str = ""
    discount_cents: int = 0  # as it was shown
    requested_on: date | None = None  # the day it shall come, not before the earliest possible
    payment: str = ""  # see services/payments; empty: the usual way

    def digest(self) -> str:
        """Tells the same request, sent again, from another one under the same key."""
        asked = self.model_dump_json(exclude={"idempotency_key", "basket_key"})
        return hashlib.sha256(asked.encode()).hexdigest()


def from_basket(
    shown: baskets.View,
    *,
    address_id: int | None,
    note: str = "",
    requested_on: date | None = None,
    payment: str = "",
) -> NewOrder:
    """The order for the basket as it was shown; every tab that shows it so gives the same key."""
    return NewOrder(
        idempotency_key=shown.key,
        basket_key=shown.key,
        lines=[NewLine(product_id=i.product_id, quantity=i.quantity, price_cents=i.price_cents) for i in shown.lines],
        shipping_cents=shown.shipping_cents,
        address_id=address_id,
        note=note,
        voucher_code=shown.voucher,
        discount_cents=shown.priced.discount_cents,
        requested_on=requested_on,
        payment=payment,
    )


def checked(new: NewOrder) -> tuple[list[NewLine], str]:
    """The lines, in the order in which they were put together, and the note. Raises Invalid."""
    if not new.lines:
        raise Invalid(_("Order"), _("there is nothing in it yet"))
    if len(new.lines) > baskets.MOST_LINES:
        raise Invalid(_("Order"), _("at most {most} different products").format(most=baskets.MOST_LINES))
    if len({item.product_id for item in new.lines}) != len(new.lines):
        raise Invalid(_("Order"), _("name each product once, with how many you want"))
    for item in new.lines:
        if not 1 <= item.quantity <= baskets.MOST_PIECES:
            raise Invalid(_("Quantity"), _("a whole number from 1 to {most}").format(most=baskets.MOST_PIECES))
        if not 0 <= item.price_cents <= MOST:
            raise Invalid(_("Price"), _("this amount is too fine or too large"))
    return new.lines, paragraph(new.note, _("Note"), 1000, required=False)


def stored_key(w: Work, new: NewOrder) -> str:
    """The key as kept: one person's keys can neither meet nor guess another's."""
    key = line(new.idempotency_key, _("Order"), 200)
    return hashlib.sha256(f"{w.actor.person_id}:{key}".encode()).hexdigest()
