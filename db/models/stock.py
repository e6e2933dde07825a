"""Why a stock is what it is: every piece that came or went."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from db.columns import text_enum, where_given


class StockReason(StrEnum):
    """Why pieces came or went. The first six are written by Rapport, the others are chosen by people."""

    OPENING = "opening"  # the balance when the counting began
    ORDERED = "ordered"
    CANCELLED = "cancelled"
    RETURNED = "returned"
    ENDED = "ended"  # the product is not counted any more
    IMPORTED = "imported"
    RECEIVED = "received"  # from a supplier
    COUNTED = "counted"  # stock-taking found another number
    DAMAGED = "damaged"
    LOST = "lost"
    FOUND = "found"
    USED = "used"  # by ourselves, or given away
    CORRECTED = "corrected"  # a slip


class StockMovement(SQLModel, table=True):
    """Pieces of one product that came (delta > 0) or went. The movements of a product always sum to its stock."""

    __tablename__ = "stock_movement"
    __table_args__ = (
        Index("ix_stock_movement_product", "product_id", "id"),  # the history of a product
        where_given("ix_stock_movement_order", "order_id"),
        CheckConstraint("delta <> 0", name="stock_movement_moves"),
    )

    id: int = Field(default=None, primary_key=True)
    product_id: int = Field(foreign_key="product.id", ondelete="CASCADE")
    delta: int
    reason: StockReason = Field(sa_type=text_enum(StockReason))
    note: str = Field(default="", max_length=200)
    order_id: int | None = Field(default=None, foreign_key="sales_order.id", ondelete="SET NULL")
    at: datetime
    by_id: int | None = Field(default=None, foreign_key="person.id", ondelete="SET NULL")
    by: str = Field(default="", max_length=200)  # the name at that time
