"""What is asked for when a standing order is begun or changed, and whether it can be."""

from datetime import date, timedelta

from sqlmodel import SQLModel, col, select

from db.models import CustomerAddress, IntervalUnit, Product
from services import access, baskets, company, prices
from services.catalogue.offer import shown_name
from services.errors import Conflict, Invalid
from services.inputs import paragraph
from services.standing.dates import MOST_EVERY
from services.text import _, money
from services.work import Work

FARTHEST = timedelta(days=366)


class StandingLineAsked(SQLModel):
    """A product, how many, and the price per piece that the person saw and agrees to."""

    product_id: int
    quantity: int
    price_cents: int


class NewStanding(SQLModel):
    """A standing order as it was shown and confirmed. `next_on` is the day of the (next) run, one of the company's."""

    lines: list[StandingLineAsked]
    every: int
    unit: IntervalUnit
    next_on: date
    address_id: int | None = None
    note: str = ""


def today(w: Work) -> date:
    """The company's day."""
    return w.now.astimezone(company.of(w).zone).date()


def checked(w: Work, asked: NewStanding, customer_id: int) -> tuple[list[StandingLineAsked], str]:
    """The lines and the note. Raises Invalid, Conflict where a price changed."""
    if asked.unit not in MOST_EVERY or not 1 <= asked.every <= MOST_EVERY[asked.unit]:
        raise Invalid(_("How often"), _("choose from every week to once a year"))
    if not today(w) < asked.next_on <= today(w) + FARTHEST:
        raise Invalid(_("First time"), _("choose a day from tomorrow on, within a year"))
    lines, goods = _lines(w, asked.lines)
    if asked.address_id is not None or goods:
        _owned(w, asked.address_id, customer_id)
    return lines, paragraph(asked.note, _("Note"), 1000, required=False)


def _lines(w: Work, asked: list[StandingLineAsked]) -> tuple[list[StandingLineAsked], bool]:
    """The lines by product, and whether there are goods among them that need an address."""
    if not asked:
        raise Invalid(_("Standing order"), _("choose at least one product"))
    if len(asked) > baskets.MOST_LINES or len({i.product_id for i in asked}) != len(asked):
        most = _("name each product once, at most {most}").format(most=baskets.MOST_LINES)
        raise Invalid(_("Standing order"), most)
    goods = False
    for item in asked:
        if not 1 <= item.quantity <= baskets.MOST_PIECES:
            raise Invalid(_("Quantity"), _("a whole number from 1 to {most}").format(most=baskets.MOST_PIECES))
        product = access.product(w, item.product_id)
        _agreed(w, product, item.price_cents)
        goods = goods or not product.is_service
    return sorted(asked, key=lambda i: i.product_id), goods


def _agreed(w: Work, product: Product, seen_cents: int) -> None:
    name = shown_name(product.name, product.sku, product.id)
    price = prices.now(w, product)
    if not product.active or price is None:
        raise Conflict(_("{name} is not sold any more.").format(name=name))
    if price != seen_cents:
        now = money(price, company.of(w).currency)
        raise Conflict(_("{name} costs {new} now. Please look again and confirm.").format(name=name, new=now))


def _owned(w: Work, address_id: int | None, customer_id: int) -> None:
    mine = select(CustomerAddress.id).where(
        col(CustomerAddress.id) == address_id, CustomerAddress.customer_id == customer_id
    )
    if address_id is None or w.session.exec(mine).one_or_none() is None:
        raise Invalid(_("Delivery address"), _("choose one of your addresses, or add one to your account"))
