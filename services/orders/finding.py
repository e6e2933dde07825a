"""Which of one's orders somebody wants to see: those of a year, of a state, with a product or a number."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import func, or_
from sqlmodel import col, select

from db.models import NOT_A_SALE, Order, OrderLine, OrderStatus, Product
from services import access, clock, company
from services.work import Work

MOST_TYPED = 60
_EARLIEST, _LATEST = 1970, 9998  # years that a calendar of dates can hold the ends of


class Stage(StrEnum):
    """States as a customer would ask for them."""

    COMING = "coming"
    ARRIVED = "arrived"
    OFF = "off"


_STAGES = {
    Stage.COMING: (OrderStatus.PLACED, OrderStatus.PICKED, OrderStatus.SHIPPED),
    Stage.ARRIVED: (OrderStatus.DELIVERED, OrderStatus.COMPLETED),
    Stage.OFF: (*NOT_A_SALE, OrderStatus.RETURNED),
}


@dataclass(frozen=True)
class Wanted:
    """`year` is one of the company's calendar; `words` is a part of a product's name or an order number."""

    year: int | None = None
    stage: Stage | None = None
    words: str = ""

    @property
    def anything(self) -> bool:
        """Whether something is left out."""
        return self.year is not None or self.stage is not None or bool(self.words.strip())

    def conditions(self, w: Work) -> tuple[Any, ...]:
        """Conditions on the table of orders."""
        found: list[Any] = []
        if self.year is not None:
            zone, year = company.of(w).zone, min(max(self.year, _EARLIEST), _LATEST)
            first, _end = clock.day_bounds(date(year, 1, 1), zone)
            after, _end = clock.day_bounds(date(year + 1, 1, 1), zone)
            found += [col(Order.ordered_at) >= first, col(Order.ordered_at) < after]
        if self.stage is not None:
            found.append(col(Order.status).in_(_STAGES[self.stage]))
        if words := " ".join(self.words.split())[:MOST_TYPED]:
            found.append(_named(words))
        return tuple(found)


def years(w: Work) -> list[int]:
    """The years, of the company's calendar, from one's last order back to the first; empty without orders."""
    own = access.own_orders(w)
    ends = select(func.min(Order.ordered_at), func.max(Order.ordered_at)).where(Order.customer_id == own)
    first, last = w.session.execute(ends).one()
    if first is None:
        return []
    zone = company.of(w).zone
    return list(range(clock.day_of(last, zone).year, clock.day_of(first, zone).year - 1, -1))


def _named(words: str) -> Any:
    """A number as it is written on the order, or a part of what a line was called; capitals do not matter."""
    plain = words.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    like = f"%{plain}%"
    line_of = select(OrderLine.order_id).join(Product, col(Product.id) == col(OrderLine.product_id), isouter=True)
    named = or_(col(OrderLine.name).ilike(like, escape="\\"), col(Product.name).ilike(like, escape="\\"))
    matches = line_of.where(col(OrderLine.order_id) == col(Order.id), named).exists()
    digits = words.upper().removeprefix("O")
    if digits.isascii() and digits.isdecimal() and len(digits) < 10:
        return or_(matches, col(Order.id) == int(digits))
    return matches
