"""Baskets and orders, and what becomes of an order: payments, shipments, returns."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from db.columns import JSON_DOCUMENT, text_enum, where_given


class OrderStatus(StrEnum):
    """Where an order stands. Source words of imports are kept beside it in `source_status`."""

    PLACED = "placed"
    PICKED = "picked"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    ADJUSTMENT = "adjustment"  # a correction in the books, not a sale
    UNAVAILABLE = "unavailable"  # could not be supplied


#: An order in one of these is no sale: it is left out of revenue, counts and patterns.
NOT_A_SALE = (OrderStatus.CANCELLED, OrderStatus.ADJUSTMENT, OrderStatus.UNAVAILABLE)
#: Nothing more is expected to happen.
FINISHED = (*NOT_A_SALE, OrderStatus.DELIVERED, OrderStatus.COMPLETED, OrderStatus.RETURNED)


class Basket(SQLModel, table=True):
    """One basket per person, on the server: it survives sign-out and is shared by all devices."""

    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", ondelete="CASCADE", unique=True)
    voucher_code: str = Field(default="", max_length=40)  # as typed; whether it counts is decided when it is looked at
    updated_at: datetime


class BasketLine(SQLModel, table=True):
    """Holds a product and a quantity, never a price: the price is taken when the order is placed."""

    __tablename__ = "basket_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="basket_line_quantity_positive"),
        Index("ix_basket_line_product", "product_id"),
    )

    basket_id: int = Field(foreign_key="basket.id", ondelete="CASCADE", primary_key=True)
    product_id: int = Field(foreign_key="product.id", ondelete="CASCADE", primary_key=True)
    quantity: int
    seen_price_cents: int | None = None  # what the page showed; a difference is named before the order
    added_at: datetime


class Order(SQLModel, table=True):
    """One order. Revenue is `lines_cents`; `total_cents` adds shipping. `discount_cents` is already in the lines."""

    __tablename__ = "sales_order"
    __table_args__ = (
        Index("uq_order_source", "source", "source_id", unique=True),
        Index("ix_order_timeline", "customer_id", "ordered_at", "id"),  # the customer's orders, newest first
        Index("ix_order_time", "ordered_at", "id"),  # the rows behind a day or an hour
        Index("ix_order_desk", "status", "ordered_at", "id"),  # the order desk, oldest first in each state
        where_given("ix_order_returned", "returns_order_id"),
        where_given("ix_order_delivered", "delivered_at"),  # what the rules after delivery look at
    )

    id: int = Field(default=None, primary_key=True)
    source: str | None = Field(default=None, max_length=40)
    source_id: str | None = Field(default=None, max_length=120)
    customer_id: int | None = Field(default=None, foreign_key="customer.id", ondelete="RESTRICT")  # None: anonymous
    ordered_at: datetime
    status: OrderStatus = Field(sa_type=text_enum(OrderStatus))
    source_status: str | None = Field(default=None, max_length=60)
    channel: str = Field(default="portal", max_length=40)
    store_id: str | None = Field(default=None, max_length=60)
    staff_id: int | None = Field(default=None, foreign_key="staff_member.id", ondelete="SET NULL")
    placed_by_id: int | None = Field(default=None, foreign_key="person.id", ondelete="SET NULL")
    lines_cents: int = Field(default=0, sa_type=BigInteger)  # sum of the lines, kept in the same transaction
    discount_cents: int = Field(default=0, sa_type=BigInteger)
    shipping_cents: int = Field(default=0, sa_type=BigInteger)
    total_cents: int = Field(default=0, sa_type=BigInteger)
    tax_cents: int | None = Field(default=None, sa_type=BigInteger)  # contained in the total; None: not recorded
    shipping_tax_bp: int | None = None
    shipping_tax_cents: int | None = Field(default=None, sa_type=BigInteger)
    voucher_code: str = Field(default="", max_length=40)
    payment_method: str | None = Field(default=None, max_length=60)
    delivery_address: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_DOCUMENT)
    note: str = Field(default="", max_length=1000)
    requested_on: date | None = None  # the day the customer asked for; the promise is that day then
    promised_at: datetime | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    cancelled_at: datetime | None = None
    cancel_reason: str | None = Field(default=None, max_length=120)  # the code of a reason, see db/models/reason.py
    returns_order_id: int | None = Field(default=None, foreign_key="sales_order.id", ondelete="SET NULL")
    idempotency_key: str | None = Field(default=None, max_length=80, unique=True)
    attributes: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_DOCUMENT)
    import_run_id: int | None = Field(default=None, foreign_key="import_run.id", ondelete="RESTRICT")


class OrderLine(SQLModel, table=True):
    """One line. `line_total_cents` is what was charged, after discount; it is the truth, the unit price explains it."""

    __tablename__ = "order_line"
    __table_args__ = (Index("ix_order_line_product", "product_id", "order_id"),)

    order_id: int = Field(foreign_key="sales_order.id", ondelete="CASCADE", primary_key=True)
    line_no: int = Field(primary_key=True)
    product_id: int | None = Field(default=None, foreign_key="product.id", ondelete="RESTRICT")
    product_code: str = Field(default="", max_length=120)  # as the order named it, also when no product is known
    name: str = Field(default="", max_length=300)  # as it was called then; empty: ask the product
    quantity: int  # negative: returned
    unit_price_cents: int | None = Field(default=None, sa_type=BigInteger)  # rounded where the source is finer
    discount_cents: int = Field(default=0, sa_type=BigInteger)
    line_total_cents: int = Field(sa_type=BigInteger)
    unit_cost_cents: int | None = Field(default=None, sa_type=BigInteger)
    tax_bp: int | None = None  # hundredths of a per cent; None: not recorded
    tax_cents: int | None = Field(default=None, sa_type=BigInteger)  # contained in the line total
    import_run_id: int | None = Field(default=None, foreign_key="import_run.id", ondelete="RESTRICT")


class PaymentState(StrEnum):
    OPEN = "open"
    PAID = "paid"
    FAILED = "failed"  # the payment provider says so; the customer may try again
    VOID = "void"  # nothing is to be paid any more


class Payment(SQLModel, table=True):
    """One payment of an order, expected or made. `credited_cents` need not be paid any more, for goods came back."""

    __table_args__ = (
        Index("uq_payment_reference", "reference", unique=True),
        Index("ix_payment_open", "due_on", "order_id", sqlite_where=text("state = 'open'"),
              postgresql_where=text("state = 'open'")),
        Index("ix_payment_trouble", "order_id", "seq", sqlite_where=text("trouble <> ''"),
              postgresql_where=text("trouble <> ''")),
    )  # fmt: skip

    order_id: int = Field(foreign_key="sales_order.id", ondelete="CASCADE", primary_key=True)
    seq: int = Field(primary_key=True)
    method: str | None = Field(default=None, max_length=60)
    installments: int | None = None
    amount_cents: int = Field(sa_type=BigInteger)
    credited_cents: int = Field(default=0, sa_type=BigInteger)
    state: PaymentState = Field(default=PaymentState.PAID, sa_type=text_enum(PaymentState))
    due_on: date | None = None
    paid_at: datetime | None = None
    provider: str = Field(default="", max_length=40)
    reference: str | None = Field(default=None, max_length=80)  # our name for it at the provider
    trouble: str = Field(default="", max_length=200)  # what staff have to look at
    import_run_id: int | None = Field(default=None, foreign_key="import_run.id", ondelete="RESTRICT")


class Shipment(SQLModel, table=True):
    id: int = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="sales_order.id", ondelete="CASCADE", index=True)
    shipped_at: datetime
    delivered_at: datetime | None = None
    carrier: str = Field(default="", max_length=80)
    tracking_code: str = Field(default="", max_length=120)
    lines: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON_DOCUMENT)  # line_no and quantity of each


class ReturnState(StrEnum):
    REQUESTED = "requested"
    RECEIVED = "received"
    REFUNDED = "refunded"
    REFUSED = "refused"


class Return(SQLModel, table=True):
    """Goods that come back: what, why, and how far it has got."""

    __tablename__ = "order_return"

    id: int = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="sales_order.id", ondelete="CASCADE", index=True)
    state: ReturnState = Field(default=ReturnState.REQUESTED, sa_type=text_enum(ReturnState))
    reason: str = Field(default="", max_length=120)
    note: str = Field(default="", max_length=2000)
    lines: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON_DOCUMENT)
    refund_cents: int = Field(default=0, sa_type=BigInteger)
    requested_at: datetime
    closed_at: datetime | None = None
