"""Who of the team looks at which customer: right now, as the customer sees it, and in the customer's own list."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from db.columns import text_enum


class Presence(SQLModel, table=True):
    """Somebody has a page open; a few seconds without a sign of life and it counts no more."""

    __table_args__ = (Index("ix_presence_place", "place", "seen_at"),)

    person_id: int = Field(foreign_key="person.id", ondelete="CASCADE", primary_key=True)
    place: str = Field(primary_key=True, max_length=60)  # "customer:17", "case:4"
    seen_at: datetime
    editing: bool = False


class CustomerView(SQLModel, table=True):
    """A browser of the team looks at a customer's pages as the customer sees them; it ends by itself."""

    __tablename__ = "customer_view"

    session_id: str = Field(primary_key=True, foreign_key="login_session.id", ondelete="CASCADE", max_length=64)
    customer_id: int = Field(foreign_key="customer.id", ondelete="CASCADE", index=True)
    person_id: int = Field(foreign_key="person.id", ondelete="CASCADE", index=True)  # whose pages are shown
    reason: str = Field(max_length=200)
    began_at: datetime
    expires_at: datetime


class LookHow(StrEnum):
    """In which way somebody looked at an account."""

    OPENED = "opened"  # the page that the team works with
    AS_CUSTOMER = "as-customer"  # the customer's own pages


class AccountLook(SQLModel, table=True):
    """Somebody of the team looked at a customer's account. `slot` keeps one row an hour of the page's openings."""

    __tablename__ = "account_look"
    __table_args__ = (
        Index("ix_look_customer", "customer_id", "at", "id"),
        Index("uq_look", "customer_id", "person_id", "how", "slot", unique=True),
    )

    id: int = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", ondelete="CASCADE")
    person_id: int  # no foreign key, for the entry outlives the sign-in
    name: str = Field(max_length=200)  # as it was then
    how: LookHow = Field(sa_type=text_enum(LookHow))
    slot: int = Field(sa_type=BigInteger)  # the hour since 1970; for a look as the customer the microsecond
    reason: str = Field(default="", max_length=200)
    at: datetime
