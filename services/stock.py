"""The stock and every movement of it. Whoever changes `Product.stock` writes a movement in the same transaction.

The invariant: the movements of a product sum to its stock (0 where it is not counted). `mismatches` looks for
products where they do not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlmodel import SQLModel, col

from db.models import Product, Role, StockMovement, StockReason
from services import access, audit
from services.errors import Conflict, Invalid
from services.inputs import line
from services.text import _
from services.work import Work

#: What people may choose when they correct a stock by hand.
BY_HAND = (
    StockReason.RECEIVED,
    StockReason.COUNTED,
    StockReason.DAMAGED,
    StockReason.LOST,
    StockReason.FOUND,
    StockReason.USED,
    StockReason.CORRECTED,
)
MOST = 1_000_000
HISTORY = 100

_MOVE = insert(SQLModel.metadata.tables["stock_movement"])
_ADD = (
    update(Product).where(col(Product.id) == bindparam("number")).values(stock=col(Product.stock) + bindparam("pieces"))
)


@dataclass(frozen=True)
class Movement:
    """One movement, and the stock after it."""

    at: datetime
    delta: int
    after: int
    reason: StockReason
    note: str
    order_id: int | None
    by: str


def reason_in_words(reason: StockReason) -> str:
    """What a reason is called."""
    return {
        StockReason.OPENING: _("Opening balance"),
        StockReason.ORDERED: _("Ordered"),
        StockReason.CANCELLED: _("Order cancelled"),
        StockReason.RETURNED: _("Returned by the customer"),
        StockReason.ENDED: _("Not counted any more"),
        StockReason.IMPORTED: _("Imported"),
        StockReason.RECEIVED: _("Received from the supplier"),
        StockReason.COUNTED: _("Stock-taking"),
        StockReason.DAMAGED: _("Damaged"),
        StockReason.LOST: _("Lost"),
        StockReason.FOUND: _("Found"),
        StockReason.USED: _("Used or given away"),
        StockReason.CORRECTED: _("Correction of a slip"),
    }[reason]


def moved(
    w: Work, pieces: Iterable[tuple[int, int]], reason: StockReason, *, order_id: int | None = None, note: str = ""
) -> None:
    """Write down movements (product id, delta) of stocks that the caller has changed in this transaction."""
    rows = [
        {
            "product_id": product_id,
            "delta": delta,
            "reason": reason,
            "note": note,
            "order_id": order_id,
            "at": w.now,
            "by_id": w.actor.person_id,
            "by": w.actor.name[:200],
        }
        for product_id, delta in pieces
        if delta
    ]
    if rows:
        w.session.connection().execute(_MOVE, rows)


def put_back(w: Work, pieces: Mapping[int, int], reason: StockReason, order_id: int) -> None:
    """Add pieces, by product, to the stock of those products whose stock is counted."""
    ids = [product_id for product_id, n in pieces.items() if n]
    # By rising id, the order in which placing locks them.
    counted = select(col(Product.id)).where(col(Product.id).in_(ids), col(Product.stock).is_not(None))
    held = w.session.connection().execute(counted.order_by(col(Product.id)).with_for_update(key_share=True))
    back = [(product_id, pieces[product_id]) for product_id in held.scalars()]
    if back:
        w.session.connection().execute(_ADD, [{"number": number, "pieces": n} for number, n in back])
        moved(w, back, reason, order_id=order_id)


def adjust(w: Work, product_id: int, delta: int, reason: StockReason, *, note: str = "") -> Product:
    """Correct a stock by hand, with the reason. Staff only.

    Raises NotFound, Invalid for a number or reason that is none, Conflict where the product is not counted or fewer
    pieces are there than are taken away.
    """
    w.require(Role.STAFF)
    note = line(note, _("Note"), 200, required=False)
    pieces = checked_delta(delta)
    if reason not in BY_HAND:
        raise Invalid(_("Reason"), _("choose one from the list"))
    product = held(w, access.product(w, product_id).id)
    if product.stock is None:
        raise Conflict(_("The stock of this product is not counted. Start counting it first."))
    _add(w, product, pieces, reason, note)
    return product


def _add(w: Work, product: Product, pieces: int, reason: StockReason, note: str) -> None:
    before = product.stock or 0
    if before + pieces < 0:
        raise Conflict(_("There are only {n} pieces; more cannot be taken away.").format(n=before))
    if before + pieces > MOST:
        raise Invalid(_("Stock"), _("a whole number from 0 to {most}").format(most=MOST))
    product.stock = before + pieces
    w.session.add(product)
    w.session.flush()
    moved(w, [(product.id, pieces)], reason, note=note)
    told: dict[str, Any] = {"stock": product.stock, "reason": reason, "note": note}
    audit.record(w, "stock.adjust", "product", product.id, before={"stock": before}, after=told)


def count_from(w: Work, product_id: int, stock: int | None) -> Product:
    """Begin to count a stock with so many pieces, or (None) stop counting it. Staff only. Raises Invalid, NotFound."""
    w.require(Role.STAFF)
    product = held(w, access.product(w, product_id).id)
    if stock is not None and (isinstance(stock, bool) or not isinstance(stock, int) or not 0 <= stock <= MOST):
        raise Invalid(_("Stock"), _("a whole number from 0 to {most}").format(most=MOST))
    before = product.stock
    if (before is None) == (stock is None):
        return product
    product.stock = stock
    w.session.add(product)
    w.session.flush()
    reason = StockReason.ENDED if stock is None else StockReason.OPENING
    moved(w, [(product.id, (stock or 0) - (before or 0))], reason)
    audit.record(w, "stock.count", "product", product.id, before={"stock": before}, after={"stock": stock})
    return product


def checked_delta(delta: object) -> int:
    """A number of pieces that come or go. Raises Invalid."""
    if isinstance(delta, bool) or not isinstance(delta, int) or not 0 < abs(delta) <= MOST:
        raise Invalid(_("Pieces"), _("a whole number other than 0, like 5 or -2"))
    return delta


def held(w: Work, product_id: int) -> Product:
    """The product as it is now, kept from other transactions until this one ends."""
    mine = select(Product).where(col(Product.id) == product_id).with_for_update(key_share=True)
    found: Product = w.session.scalars(mine.execution_options(populate_existing=True)).one()
    return found


def there(w: Work, product_id: int) -> int | None:
    """How many pieces are there; None: not counted. Staff only. Raises NotFound."""
    w.require(Role.STAFF)
    return access.product(w, product_id).stock


def history(w: Work, product_id: int, *, most: int = HISTORY) -> list[Movement]:
    """The newest movements of a product with the running stock, newest first. Staff only. Raises NotFound."""
    w.require(Role.STAFF)
    product = access.product(w, product_id)
    newest = select(StockMovement).where(col(StockMovement.product_id) == product.id)
    rows = w.session.scalars(newest.order_by(col(StockMovement.id).desc()).limit(most))
    after, found = product.stock or 0, []
    for row in rows:
        found.append(Movement(row.at, row.delta, after, row.reason, row.note, row.order_id, row.by))
        after -= row.delta
    return found


def mismatches(w: Work) -> list[str]:
    """Products whose movements do not sum to their stock."""
    total = func.coalesce(func.sum(StockMovement.delta), 0)
    sums = (
        select(col(Product.id), func.coalesce(Product.stock, 0), total)
        .outerjoin(StockMovement, col(StockMovement.product_id) == col(Product.id))
        .group_by(col(Product.id), col(Product.stock))
        .having(total != func.coalesce(Product.stock, 0))
    )
    return [f"product {number}: {stock} there, {moves} moved" for number, stock, moves in w.session.execute(sums)]
