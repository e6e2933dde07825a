"""One product as it is offered right now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from db.models import Product, Role
from services import access, delivery, prices, working_time
from services.errors import NotFound
from services.text import _
from services.work import Work

#: At this many or fewer the page says how many are left.
FEW = 5


class Stock(StrEnum):
    """What a customer is told about the stock."""

    AVAILABLE = "available"
    FEW = "few"
    OUT = "out"
    UNCOUNTED = "uncounted"  # services and digital goods never run out


@dataclass(frozen=True)
class Offer:
    """What anybody who buys may know of a product. `left` is told only when few are left."""

    product_id: int
    name: str
    sku: str
    category: str
    brand: str
    unit: str
    description: str
    price_cents: int
    stock: Stock
    left: int | None
    delivery_on: date
    is_service: bool


def columns(now: datetime) -> tuple[Any, ...]:
    """What is read for an offer at this instant. The unit cost is not among it, so that it cannot get out."""
    return (*_BEFORE_PRICE, prices.in_force(now), *_AFTER_PRICE)


_BEFORE_PRICE = (
    col(Product.id),
    col(Product.name),
    col(Product.sku),
    col(Product.category),
    col(Product.brand),
    col(Product.unit),
    col(Product.description),
)
_AFTER_PRICE = (
    col(Product.stock),
    col(Product.delivery_days),
    col(Product.is_service),
)
#: What is on the shelf at all.
FOR_SALE = (col(Product.active).is_(True), col(Product.list_price_cents).is_not(None))


def shown_name(name: str, sku: str | None, product_id: int) -> str:
    """What a product is called; imports may know only its code."""
    return name or sku or _("Product {number}").format(number=product_id)


def stock_state(stock: int | None) -> Stock:
    """The words for a stock figure."""
    if stock is None:
        return Stock.UNCOUNTED
    if stock <= 0:
        return Stock.OUT
    return Stock.FEW if stock <= FEW else Stock.AVAILABLE


def made(w: Work, rows: Iterable[Sequence[Any]]) -> list[Offer]:
    """Offers from rows of `columns`, in the same order."""
    calendar = working_time.of(w)
    days: dict[int, date] = {}
    found = []
    for number, name, sku, category, brand, unit, description, price, stock, wait, service in rows:
        if wait not in days:
            days[wait] = delivery.promised_on(w.now, wait, calendar)
        found.append(
            Offer(
                product_id=number,
                name=shown_name(name, sku, number),
                sku=sku or "",
                category=category or "",
                brand=brand or "",
                unit=unit or "",
                description=description or "",
                price_cents=price,
                stock=stock_state(stock),
                left=stock if stock_state(stock) is Stock.FEW else None,
                delivery_on=days[wait],
                is_service=service,
            )
        )
    return found


def offers(w: Work, product_ids: Sequence[int]) -> list[Offer]:
    """The offers with these ids, in this order; what is not for sale (any more) is left out."""
    w.require(Role.CUSTOMER, Role.STAFF)
    rows = w.session.execute(select(*columns(w.now)).where(col(Product.id).in_(product_ids), *FOR_SALE))
    found = {o.product_id: o for o in made(w, rows)}
    return [found[i] for i in product_ids if i in found]


def detail(w: Work, product_id: int) -> Offer:
    """One product with its description. Raises NotFound for what is not for sale."""
    w.require(Role.CUSTOMER, Role.STAFF)
    found = offers(w, [access.product(w, product_id).id])
    if not found:
        raise NotFound(_("product"))
    return found[0]
