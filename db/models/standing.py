"""Standing orders: what comes again by itself, and everything that ever happened to one as a dated event."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from db.columns import JSON_DOCUMENT, text_enum


class StandingState(StrEnum):
    """Whether it runs."""

    ACTIVE = "active"
    PAUSED = "paused"
    WAITING = "waiting"  # a run needs the customer's word first: a price has risen, an address is missing
    ENDED = "ended"


class IntervalUnit(StrEnum):
    """What the interval of a standing order is counted in."""

    WEEK = "week"
    MONTH = "month"


class StandingOrder(SQLModel, table=True):
    """An order that is placed again and again. `next_on` is a day of the company; a month keeps `first_on`'s day."""

    __tablename__ = "standing_order"
    __table_args__ = (
        CheckConstraint("every > 0", name="standing_order_interval_positive"),
        Index("ix_standing_due", "state", "next_on", "id"),  # the worker asks who is due
    )

    id: int = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", ondelete="RESTRICT", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", ondelete="SET NULL", index=True)
    state: StandingState = Field(default=StandingState.ACTIVE, sa_type=text_enum(StandingState))
    every: int
    unit: IntervalUnit = Field(sa_type=text_enum(IntervalUnit))
    first_on: date
    next_on: date
    paused_until: date | None = None
    announced_on: date | None = None  # the run that was announced by mail
    address_id: int | None = Field(default=None, foreign_key="customer_address.id", ondelete="SET NULL", index=True)
    note: str = Field(default="", max_length=1000)
    version: int = 1
    created_at: datetime
    ended_at: datetime | None = None


class StandingLine(SQLModel, table=True):
    """What comes, how many, and the price per piece that the customer has agreed to pay at most."""

    __tablename__ = "standing_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="standing_line_quantity_positive"),
        Index("ix_standing_line_product", "product_id"),
    )

    standing_order_id: int = Field(foreign_key="standing_order.id", ondelete="CASCADE", primary_key=True)
    product_id: int = Field(foreign_key="product.id", ondelete="RESTRICT", primary_key=True)
    quantity: int
    agreed_cents: int


class StandingStep(StrEnum):
    """What happened to a standing order."""

    STARTED = "started"
    CHANGED = "changed"
    SKIPPED = "skipped"
    PAUSED = "paused"
    RESUMED = "resumed"
    ENDED = "ended"
    ORDERED = "ordered"
    HELD = "held"  # a run waits for the customer
    MISSED = "missed"  # nothing of it could be had


class StandingEvent(SQLModel, table=True):
    """One step. A day is ordered at most once: the database itself refuses a second order of the same day."""

    __tablename__ = "standing_event"
    __table_args__ = (
        Index("ix_standing_event", "standing_order_id", "at", "id"),
        Index(
            "uq_standing_run", "standing_order_id", "run_on", unique=True,
            sqlite_where=text("step = 'ordered'"), postgresql_where=text("step = 'ordered'"),
        ),
    )  # fmt: skip

    id: int = Field(default=None, primary_key=True)
    standing_order_id: int = Field(foreign_key="standing_order.id", ondelete="CASCADE")
    at: datetime
    step: StandingStep = Field(sa_type=text_enum(StandingStep))
    person_id: int | None = Field(default=None, foreign_key="person.id", ondelete="SET NULL", index=True)
    run_on: date | None = None
    order_id: int | None = Field(default=None, foreign_key="sales_order.id", ondelete="SET NULL", index=True)
    reason: str = Field(default="", max_length=120)
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_DOCUMENT)


class SuggestionMute(SQLModel, table=True):
    """A product that a customer does not want to be reminded of."""

    __tablename__ = "suggestion_mute"
    __table_args__ = (Index("ix_suggestion_mute_product", "product_id"),)

    customer_id: int = Field(foreign_key="customer.id", ondelete="CASCADE", primary_key=True)
    product_id: int = Field(foreign_key="product.id", ondelete="CASCADE", primary_key=True)
    at: datetime
