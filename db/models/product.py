"""What the company sells, and what it has cost over time."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from db.columns import JSON_DOCUMENT, where_given


class Product(SQLModel, table=True):
    """Goods or a service. Stock can never fall below zero: the database itself refuses."""

    __table_args__ = (
        Index("uq_product_source", "source", "source_id", unique=True),
        CheckConstraint("stock IS NULL OR stock >= 0", name="product_stock_not_negative"),
        CheckConstraint("list_price_cents IS NULL OR list_price_cents >= 0", name="product_price_not_negative"),
        Index("ix_product_shelf", "active", "category", "name"),  # the catalogue reads by it
        where_given("ix_product_price_due", "price_due_at"),
    )

    id: int = Field(default=None, primary_key=True)
    source: str | None = Field(default=None, max_length=40)
    source_id: str | None = Field(default=None, max_length=120)
    sku: str | None = Field(default=None, max_length=120, index=True)
    name: str = Field(default="", max_length=300)
    description: str = Field(default="", max_length=4000)
    category: str | None = Field(default=None, max_length=120)
    subcategory: str | None = Field(default=None, max_length=120)
    brand: str | None = Field(default=None, max_length=120)
    unit: str | None = Field(default=None, max_length=60)
    list_price_cents: int | None = None  # None: not for sale here. What is in force: services/prices.py
    price_due_at: datetime | None = None  # when the next price of the history comes into force, until it has
    unit_cost_cents: int | None = None
    tax_class: str | None = Field(default=None, max_length=40)  # None: the company's default class
    stock: int | None = None  # None: not counted (services, digital goods)
    warranty_months: int | None = None
    delivery_days: int = 3  # working days from order to door, as promised to the customer
    is_service: bool = False
    is_fee: bool | None = None  # charged with an order (postage), not bought again; None: nobody has said
    active: bool = True
    attributes: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_DOCUMENT)
    version: int = 1
    created_at: datetime
    updated_at: datetime
    import_run_id: int | None = Field(default=None, foreign_key="import_run.id", ondelete="RESTRICT")


class PriceChange(SQLModel, table=True):
    """The price history: what a product cost from a moment on."""

    __tablename__ = "price_change"
    __table_args__ = (Index("ix_price_change_product", "product_id", "valid_from"),)

    id: int = Field(default=None, primary_key=True)
    product_id: int = Field(foreign_key="product.id", ondelete="CASCADE")
    list_price_cents: int | None = None
    unit_cost_cents: int | None = None
    valid_from: datetime  # in the future: planned
    set_by: str = Field(default="", max_length=200)  # who entered it; empty: an import


class ProductLink(SQLModel, table=True):
    """What goes with a product, picked by hand: an ordered list."""

    __tablename__ = "product_link"
    __table_args__ = (
        CheckConstraint("product_id <> goes_with_id", name="product_link_to_another"),
        Index("ix_product_link_goes_with", "goes_with_id"),
    )

    product_id: int = Field(foreign_key="product.id", ondelete="CASCADE", primary_key=True)
    goes_with_id: int = Field(foreign_key="product.id", ondelete="CASCADE", primary_key=True)
    position: int = 0
