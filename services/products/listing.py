"""The products as a table for the team: searched, narrowed, page by page."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlmodel import SQLModel, col

from db.models import Product, Role
from services import prices
from services.products import fees
from services.products.editing import may_price
from services.work import Work

PER_PAGE = 50
MOST_PER_PAGE = 200


class Wanted(SQLModel):
    """What to list."""

    text: str = ""  # part of a name or an article number
    category: str = ""
    off_shelf: bool = False  # also what is not sold any more
    fees: bool = False  # only fees, and what looks like one


@dataclass(frozen=True)
class Row:
    """One product. `cost_cents` only for managers. `planned`: another price is planned."""

    product_id: int
    version: int
    name: str
    sku: str
    category: str
    price_cents: int | None
    cost_cents: int | None
    stock: int | None
    delivery_days: int
    active: bool
    is_fee: bool | None
    looks_like_fee: bool
    planned: bool


def rows(w: Work, wanted: Wanted, *, after: int | None = None, most: int = PER_PAGE) -> list[Row]:
    """A page of products by name, beginning after the product with that id. Staff only."""
    w.require(Role.STAFF)
    conditions: list[Any] = [] if wanted.off_shelf else [col(Product.active).is_(True)]
    if wanted.category:
        conditions.append(col(Product.category) == wanted.category)
    if text := wanted.text.strip()[:100].lower():
        conditions.append(
            or_(*(func.lower(col(c)).contains(text, autoescape=True) for c in (Product.name, Product.sku)))
        )
    if wanted.fees:
        conditions.append(or_(col(Product.is_fee).is_(True), fees.undecided()))
    place = w.session.get(Product, after) if after is not None else None
    if place is not None:
        same = (col(Product.name) == place.name) & (col(Product.id) > place.id)
        conditions.append((col(Product.name) > place.name) | same)
    found = select(Product, prices.in_force(w.now)).where(*conditions).order_by(col(Product.name), col(Product.id))
    costs = may_price(w)
    return [
        Row(
            product_id=p.id,
            version=p.version,
            name=p.name,
            sku=p.sku or "",
            category=p.category or "",
            price_cents=cents,
            cost_cents=p.unit_cost_cents if costs else None,
            stock=p.stock,
            delivery_days=p.delivery_days,
            active=p.active,
            is_fee=p.is_fee,
            looks_like_fee=p.is_fee is None and fees.looks_like_one(p.name),
            planned=p.price_due_at is not None and p.price_due_at > w.now,
        )
        for p, cents in w.session.execute(found.limit(min(max(most, 1), MOST_PER_PAGE)))
    ]


def categories(w: Work) -> list[str]:
    """All categories that are in use. Staff only."""
    w.require(Role.STAFF)
    named = select(col(Product.category)).where(col(Product.category).is_not(None)).distinct()
    return [c for c in w.session.execute(named.order_by(col(Product.category))).scalars() if c]
