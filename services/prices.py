"""Prices and when they come into force: at once, or planned for an instant.

`Product.list_price_cents` is the price in force as long as nothing planned has come due (`price_due_at`). From that
very instant `in_force` and `now` read the history instead, whether or not the worker has been there: a price begins at
its time on every path that sells, also while no worker runs. `apply_due` then writes it into the product, within a
second, for everything that only shows a price. A price that is only looked up in the history would cost every page of
the catalogue a look for each product; one that only the worker applies would begin when the worker gets to it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, case, func, select
from sqlmodel import col

from db.models import PriceChange, Product, Role
from services import access, audit, stock
from services.errors import Invalid, NotFound
from services.text import _
from services.work import SYSTEM, Work, reading, work

MOST_CENTS = 2_000_000_000  # what the column can hold on PostgreSQL
MOST_PLANNED = 10
FURTHEST = timedelta(days=3 * 366)


@dataclass(frozen=True)
class Price:
    """One entry of the price history. `planned` lies in the future. `cost_cents` only for managers."""

    id: int
    cents: int | None
    cost_cents: int | None
    valid_from: datetime
    planned: bool
    by: str


def in_force(now: datetime | BindParameter[datetime]) -> Any:
    """The price at the instant `now` as a column of `Product`."""
    from_history = (
        select(col(PriceChange.list_price_cents))
        .where(col(PriceChange.product_id) == col(Product.id), col(PriceChange.valid_from) <= now)
        .order_by(col(PriceChange.valid_from).desc(), col(PriceChange.id).desc())
        .limit(1)
        .correlate(Product)
        .scalar_subquery()
    )
    return case((col(Product.price_due_at) <= now, from_history), else_=col(Product.list_price_cents))


def now(w: Work, product: Product) -> int | None:
    """The price of a product at the instant of this work."""
    if product.price_due_at is None or product.price_due_at > w.now:
        return product.list_price_cents
    return _newest(w, product.id)


def _newest(w: Work, product_id: int) -> int | None:
    history = select(col(PriceChange.list_price_cents)).where(
        col(PriceChange.product_id) == product_id, col(PriceChange.valid_from) <= w.now
    )
    newest = history.order_by(col(PriceChange.valid_from).desc(), col(PriceChange.id).desc()).limit(1)
    return w.session.execute(newest).scalar_one_or_none()


def checked(cents: object) -> int:
    """A price that can be one. Raises Invalid."""
    if isinstance(cents, bool) or not isinstance(cents, int) or not 0 <= cents <= MOST_CENTS:
        raise Invalid(_("Price"), _("an amount that is not below zero and not that large"))
    return cents


def change(w: Work, product_id: int, cents: int, *, cost_cents: int | None = None) -> Product:
    """This is the price from now on. Planned prices stay. Managers only. Raises NotFound, Invalid."""
    w.require(Role.MANAGER)
    cents = checked(cents)
    cost = cost_cents if cost_cents is None else checked(cost_cents)
    product = settled(w, access.product(w, product_id).id)
    before = {"list_price_cents": product.list_price_cents, "unit_cost_cents": product.unit_cost_cents}
    after: dict[str, Any] = {
        "list_price_cents": cents,
        "unit_cost_cents": product.unit_cost_cents if cost is None else cost,
    }
    if before == after:
        return product
    product.list_price_cents, product.unit_cost_cents = after["list_price_cents"], after["unit_cost_cents"]
    _touched(w, product)
    entry = PriceChange(product_id=product.id, **after, valid_from=w.now, set_by=w.actor.name[:200])
    w.session.add(entry)
    w.session.flush()
    audit.record(w, "prices.change", "product", product.id, before=before, after=after)
    return product


def plan(w: Work, product_id: int, cents: int, valid_from: datetime) -> PriceChange:
    """Let a price come into force by itself at an instant in the future. Managers only. Raises NotFound, Invalid."""
    w.require(Role.MANAGER)
    cents, field = checked(cents), _("Valid from")
    if valid_from.tzinfo is None or not w.now < valid_from <= w.now + FURTHEST:
        raise Invalid(field, _("choose a time in the future, at most three years ahead"))
    product = settled(w, access.product(w, product_id).id)
    planned = select(col(PriceChange.valid_from)).where(
        col(PriceChange.product_id) == product.id, col(PriceChange.valid_from) > w.now
    )
    there = list(w.session.execute(planned).scalars())
    if valid_from in there:
        raise Invalid(field, _("a price is planned for this very time already; take that one back first"))
    if len(there) >= MOST_PLANNED:
        raise Invalid(field, _("at most {most} prices can be planned").format(most=MOST_PLANNED))
    entry = PriceChange(product_id=product.id, list_price_cents=cents, valid_from=valid_from, set_by=w.actor.name[:200])
    w.session.add(entry)
    product.price_due_at = min([valid_from, *there])
    _touched(w, product)
    audit.record(w, "prices.plan", "product", product.id, after={"list_price_cents": cents, "valid_from": valid_from})
    return entry


def take_back(w: Work, product_id: int, price_id: int) -> None:
    """Give up a planned price. Managers only. Raises NotFound, also for a price that has come into force."""
    w.require(Role.MANAGER)
    product = settled(w, access.product(w, product_id).id)
    entry = w.session.get(PriceChange, price_id)
    if entry is None or entry.product_id != product.id or entry.valid_from <= w.now:
        raise NotFound(_("planned price"))
    before = audit.snapshot(entry)
    w.session.delete(entry)
    w.session.flush()
    product.price_due_at = _next_due(w, product.id)
    _touched(w, product)
    audit.record(w, "prices.take_back", "product", product.id, before=before)


def history(w: Work, product_id: int, *, most: int = 100) -> list[Price]:
    """All prices, planned ones first, then the newest. Staff only; what it costs us only for managers."""
    w.require(Role.STAFF)
    product = access.product(w, product_id)
    mine = select(PriceChange).where(col(PriceChange.product_id) == product.id)
    rows = w.session.scalars(mine.order_by(col(PriceChange.valid_from).desc(), col(PriceChange.id).desc()).limit(most))
    costs = w.actor.system or w.actor.role in (Role.MANAGER, Role.ADMIN)
    return [
        Price(
            r.id, r.list_price_cents, r.unit_cost_cents if costs else None, r.valid_from, r.valid_from > w.now, r.set_by
        )
        for r in rows
    ]


def settled(w: Work, product_id: int) -> Product:
    """The product, held, with the price that is in force written into it."""
    product = stock.held(w, product_id)
    if product.price_due_at is not None and product.price_due_at <= w.now:
        before = product.list_price_cents
        product.list_price_cents = _newest(w, product.id)
        product.price_due_at = _next_due(w, product.id)
        _touched(w, product)
        audit.record(
            w,
            "prices.in_force",
            "product",
            product.id,
            before={"list_price_cents": before},
            after={"list_price_cents": product.list_price_cents},
        )
    return product


def _next_due(w: Work, product_id: int) -> datetime | None:
    later = select(func.min(col(PriceChange.valid_from))).where(
        col(PriceChange.product_id) == product_id, col(PriceChange.valid_from) > w.now
    )
    found: datetime | None = w.session.execute(later).scalar_one()
    return found


def _touched(w: Work, product: Product) -> None:
    product.version += 1
    product.updated_at = w.now
    w.session.add(product)
    w.session.flush()


def apply_due() -> int:
    """Write every price that has come due into its product; how many. For the worker; doing it twice is like once."""
    with reading(SYSTEM) as w:
        due = select(col(Product.id)).where(col(Product.price_due_at) <= w.now).order_by(col(Product.id))
        ids = list(w.session.execute(due).scalars())
    for product_id in ids:
        with work(SYSTEM) as w:
            settled(w, product_id)
    return len(ids)
