"""Pieces that go back to the shelf."""

from sqlalchemy import bindparam, update
from sqlmodel import col

from db.models import Product
from services.work import Work

_PUT_BACK = (
    update(Product)
    .where(col(Product.id) == bindparam("number"), col(Product.stock).is_not(None))
    .values(stock=col(Product.stock) + bindparam("pieces"))
)


def put_back(w: Work, pieces: dict[int, int]) -> None:
    """Add pieces, by product, to the stock of those products whose stock is counted."""
    # By rising id, the order in which placing locks them.
    back = [{"number": product_id, "pieces": n} for product_id, n in sorted(pieces.items()) if n]
    if back:
        w.session.connection().execute(_PUT_BACK, back)
