"""What orders cost beside the goods, how they are paid, and the papers of it: taxes, fees, vouchers, documents."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlmodel import Field, SQLModel

from db.columns import JSON_DOCUMENT, text_enum, where_given


class TaxClass(SQLModel, table=True):
    """What products can be taxed as: standard, reduced, exempt ... One of them is that of all products without one."""

    __tablename__ = "tax_class"

    code: str = Field(primary_key=True, max_length=40)
    name: str = Field(max_length=80)
    is_default: bool = False


class TaxRate(SQLModel, table=True):
    """The rate of a tax class from a day on, in hundredths of a per cent (1900 is 19 %)."""

    __tablename__ = "tax_rate"
    __table_args__ = (CheckConstraint("basis_points >= 0 AND basis_points <= 10000", name="tax_rate_sane"),)

    tax_class: str = Field(foreign_key="tax_class.code", ondelete="CASCADE", primary_key=True, max_length=40)
    valid_from: date = Field(primary_key=True)
    basis_points: int


class DeliveryFee(SQLModel, table=True):
    """What delivery costs from a value of goods on; `country` empty: wherever no row names the country."""

    __tablename__ = "delivery_fee"
    __table_args__ = (CheckConstraint("from_cents >= 0 AND fee_cents >= 0", name="delivery_fee_not_negative"),)

    country: str = Field(primary_key=True, max_length=2)
    from_cents: int = Field(primary_key=True, sa_type=BigInteger)
    fee_cents: int = Field(sa_type=BigInteger)


class Voucher(SQLModel, table=True):
    """A code that makes an order cheaper: by a share or by an amount. `used` counts the orders that stand."""

    __table_args__ = (
        CheckConstraint("(percent_bp IS NULL) <> (amount_cents IS NULL)", name="voucher_share_or_amount"),
        CheckConstraint("used >= 0 AND (uses_total IS NULL OR used <= uses_total)", name="voucher_not_overused"),
    )

    id: int = Field(default=None, primary_key=True)
    code: str = Field(max_length=40, unique=True)  # upper case
    name: str = Field(default="", max_length=120)  # for the house
    percent_bp: int | None = None
    amount_cents: int | None = Field(default=None, sa_type=BigInteger)
    minimum_cents: int = Field(default=0, sa_type=BigInteger)  # of the goods that it is for
    categories: list[str] = Field(default_factory=list, sa_type=JSON_DOCUMENT)  # none: all goods
    valid_from: datetime
    valid_until: datetime | None = None
    uses_total: int | None = None
    uses_per_customer: int | None = None
    used: int = 0
    active: bool = True
    created_at: datetime
    updated_at: datetime


class VoucherUse(SQLModel, table=True):
    """Which order a voucher went into; given back when the order is cancelled."""

    __tablename__ = "voucher_use"
    __table_args__ = (Index("ix_voucher_use_customer", "voucher_id", "customer_id"),)

    order_id: int = Field(foreign_key="sales_order.id", ondelete="CASCADE", primary_key=True)
    voucher_id: int = Field(foreign_key="voucher.id", ondelete="RESTRICT")
    customer_id: int = Field(foreign_key="customer.id", ondelete="CASCADE", index=True)
    discount_cents: int = Field(sa_type=BigInteger)
    used_at: datetime
    given_back_at: datetime | None = None


class DocumentKind(StrEnum):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    DELIVERY_NOTE = "delivery_note"


class Document(SQLModel, table=True):
    """A paper of the company. `content` is all that is printed, as it was then; nothing of it is ever changed."""

    __table_args__ = (
        Index("uq_document_number", "series", "year", "seq", unique=True),
        where_given("ix_document_return", "return_id"),
        where_given("ix_document_shipment", "shipment_id"),
    )

    id: int = Field(default=None, primary_key=True)
    kind: DocumentKind = Field(sa_type=text_enum(DocumentKind))
    series: str = Field(max_length=8)
    year: int
    seq: int
    number: str = Field(max_length=40, unique=True)
    order_id: int | None = Field(default=None, foreign_key="sales_order.id", ondelete="SET NULL", index=True)
    customer_id: int | None = Field(default=None, foreign_key="customer.id", ondelete="RESTRICT", index=True)
    return_id: int | None = Field(default=None, foreign_key="order_return.id", ondelete="SET NULL")
    shipment_id: int | None = Field(default=None, foreign_key="shipment.id", ondelete="SET NULL")
    issued_at: datetime
    due_on: date | None = None
    total_cents: int = Field(default=0, sa_type=BigInteger)
    content: dict[str, Any] = Field(sa_type=JSON_DOCUMENT)


class NumberSeries(SQLModel, table=True):
    """The last number given in a series and year. Held until the transaction that takes one ends: no gaps."""

    __tablename__ = "number_series"

    series: str = Field(primary_key=True, max_length=8)
    year: int = Field(primary_key=True)
    last: int


class RefundState(StrEnum):
    OPEN = "open"  # somebody has to pay it out
    SENT = "sent"  # the payment provider was asked
    DONE = "done"


class Refund(SQLModel, table=True):
    """Money that goes back to a customer, and how far it has got."""

    __table_args__ = (Index("ix_refund_state", "state", "created_at"),)

    id: int = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="sales_order.id", ondelete="CASCADE", index=True)
    seq: int  # the payment it belongs to
    amount_cents: int = Field(sa_type=BigInteger)
    state: RefundState = Field(default=RefundState.OPEN, sa_type=text_enum(RefundState))
    reason: str = Field(default="", max_length=60)
    provider: str = Field(default="", max_length=40)
    reference: str = Field(max_length=80, unique=True)  # our name for it at the provider: asked twice, paid once
    created_at: datetime
    done_at: datetime | None = None
    trouble: str = Field(default="", max_length=200)


class PaymentEvent(SQLModel, table=True):
    """What a payment provider told us, each message once, and what we made of it."""

    __tablename__ = "payment_event"
    __table_args__ = (Index("uq_payment_event", "provider", "event_id", unique=True),)

    id: int = Field(default=None, primary_key=True)
    provider: str = Field(max_length=40)
    event_id: str = Field(max_length=120)
    kind: str = Field(max_length=40)
    reference: str = Field(default="", max_length=80)
    amount_cents: int = Field(default=0, sa_type=BigInteger)
    currency: str = Field(default="", max_length=3)
    happened_at: datetime
    received_at: datetime
    outcome: str = Field(max_length=40)  # "applied", "known", "amount differs" ...
    order_id: int | None = Field(default=None, foreign_key="sales_order.id", ondelete="SET NULL", index=True)
