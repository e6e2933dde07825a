"""What the staff is pointed to, found anew every night: customers who may be slipping away, and what follows what.

Rows of both tables say nothing that is not reckoned from orders, contacts and cases; each is made anew as a whole.
"""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class CustomerWarning(SQLModel, table=True):
    """A customer whom the last look found silent for longer than is usual, with something beside it.

    Only who it is, in which order, and the own interval: the reasons are read again when the list is shown.
    """

    __tablename__ = "customer_warning"
    __table_args__ = (Index("ix_customer_warning_place", "place", "customer_id"),)  # the list of the day, from the top

    customer_id: int = Field(foreign_key="customer.id", ondelete="CASCADE", primary_key=True)
    place: int  # 0 is the most urgent of all
    low: int  # days between purchases: the quartiles, and the median
    usual: int
    high: int
    as_of: datetime


class ProductFollow(SQLModel, table=True):
    """Of `n` customers who first bought a product, `k` first bought the other one within `days` (services/patterns)."""

    __tablename__ = "product_follow"
    __table_args__ = (Index("ix_product_follow_other", "other_id"),)

    product_id: int = Field(foreign_key="product.id", ondelete="CASCADE", primary_key=True)
    other_id: int = Field(foreign_key="product.id", ondelete="CASCADE", primary_key=True)
    n: int
    k: int
    days: int
    base: float  # share who did so after a first purchase of anything else
    expected: float  # share to expect: k of n, drawn to the base
    as_of: datetime
