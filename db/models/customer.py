"""The customer: an individual or a company, with any number of addresses, e-mails, phones and dated consents."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from db.columns import JSON_DOCUMENT, text_enum


class CustomerKind(StrEnum):
    INDIVIDUAL = "individual"
    COMPANY = "company"


class Purpose(StrEnum):
    """What a customer may agree to, each on its own."""

    SERVICE = "service"
    NEWSLETTER = "newsletter"
    PROFILING = "profiling"
    RESEARCH = "research"


class Customer(SQLModel, table=True):
    """One row per customer. `version` grows with each change, so that a stale save is noticed."""

    __table_args__ = (
        Index("uq_customer_source", "source", "source_id", unique=True),
        Index("ix_customer_joined", "joined_at", "id"),  # new customers per day open the rows behind it
    )

    id: int = Field(default=None, primary_key=True)
    source: str | None = Field(default=None, max_length=40)  # name of the system it was imported from
    source_id: str | None = Field(default=None, max_length=120)
    kind: CustomerKind = Field(default=CustomerKind.INDIVIDUAL, sa_type=text_enum(CustomerKind))
    name: str = Field(default="", max_length=200)  # empty where the source knows none
    company: str | None = Field(default=None, max_length=200)
    language: str | None = Field(default=None, max_length=16)
    time_zone: str | None = Field(default=None, max_length=64)
    birth_band: str | None = Field(default=None, max_length=40)
    gender: str | None = Field(default=None, max_length=40)
    segment: str | None = Field(default=None, max_length=80)
    income_band: str | None = Field(default=None, max_length=40)
    household_size: str | None = Field(default=None, max_length=20)
    acquisition_channel: str | None = Field(default=None, max_length=80)
    account_manager_id: int | None = Field(default=None, foreign_key="staff_member.id", ondelete="SET NULL")
    joined_at: datetime | None = None  # first contact or purchase, where known
    attributes: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_DOCUMENT)
    version: int = 1
    created_at: datetime
    updated_at: datetime
    import_run_id: int | None = Field(default=None, foreign_key="import_run.id", ondelete="RESTRICT")


class CustomerAddress(SQLModel, table=True):
    __tablename__ = "customer_address"

    id: int = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", ondelete="CASCADE", index=True)
    street: str = Field(default="", max_length=300)
    city: str = Field(default="", max_length=120)
    region: str = Field(default="", max_length=120)
    postal_code: str = Field(default="", max_length=40)
    country: str = Field(default="", max_length=80)
    is_billing: bool = True  # the default for invoices
    is_delivery: bool = True  # the default for parcels


class CustomerEmail(SQLModel, table=True):
    """An address the customer can be written to. It gives no right to sign in; that is `person.email`."""

    __tablename__ = "customer_email"

    id: int = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", ondelete="CASCADE", index=True)
    email: str = Field(max_length=254, index=True)  # normalised
    is_primary: bool = True
    confirmed_at: datetime | None = None


class CustomerPhone(SQLModel, table=True):
    __tablename__ = "customer_phone"

    id: int = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", ondelete="CASCADE", index=True)
    e164: str | None = Field(default=None, max_length=20, index=True)  # None: could not be understood
    as_written: str = Field(max_length=60)
    is_primary: bool = True


class Consent(SQLModel, table=True):
    """What was agreed or withdrawn, when and how. Rows are added, never changed: the newest one counts."""

    __table_args__ = (
        Index("ix_consent_latest", "customer_id", "purpose", "at"),
        Index(  # of many answers few are a no; questions about everybody read only those
            "ix_consent_no",
            "purpose",
            "customer_id",
            sqlite_where=text("granted = 0"),
            postgresql_where=text("NOT granted"),
        ),
    )

    id: int = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", ondelete="CASCADE")
    purpose: Purpose = Field(sa_type=text_enum(Purpose))
    granted: bool
    at: datetime
    how: str = Field(default="", max_length=200)


class CustomerSearch(SQLModel, table=True):
    """What a customer is found by, written down once in a form that is fast to search (see db/search_index.py)."""

    __tablename__ = "customer_search"

    customer_id: int = Field(primary_key=True, foreign_key="customer.id", ondelete="CASCADE")
    text: str  # folded: no accents, lower case; name, company, e-mails, digits of the phones
