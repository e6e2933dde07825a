"""Who may sign in: persons, their sessions, one-time tickets and the brakes on guessing."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from db.columns import JSON_DOCUMENT, text_enum


class Role(StrEnum):
    """What a signed-in person is to the company. One person has one role."""

    CUSTOMER = "customer"
    STAFF = "staff"
    MANAGER = "manager"
    ADMIN = "admin"


#: Everybody who works for the company.
TEAM = (Role.STAFF, Role.MANAGER, Role.ADMIN)


class TicketKind(StrEnum):
    """What a one-time token is good for."""

    SIGN_IN = "sign-in"
    CONFIRM = "confirm"
    RESET = "reset"
    INVITE = "invite"
    EMAIL_CHANGE = "email-change"
    JOIN = "join"  # somebody of a customer is invited to the portal
    SECOND_FACTOR = "second-factor"  # the password was right, the code is still missing


class Person(SQLModel, table=True):
    """Somebody with a login. `email` is normalised and unique; mail goes to it and to nothing that was typed."""

    id: int = Field(default=None, primary_key=True)
    email: str = Field(max_length=254, unique=True)
    name: str = Field(max_length=200)
    role: Role = Field(sa_type=text_enum(Role), index=True)
    password_hash: str | None = Field(default=None, max_length=255)
    customer_id: int | None = Field(default=None, foreign_key="customer.id", ondelete="RESTRICT", index=True)
    staff_id: int | None = Field(default=None, foreign_key="staff_member.id", ondelete="SET NULL", unique=True)
    language: str = Field(default="en", max_length=16)
    time_zone: str | None = Field(default=None, max_length=64)  # None: the company's
    confirmed_at: datetime | None = None
    disabled_at: datetime | None = None
    created_at: datetime
    last_sign_in_at: datetime | None = None
    # What somebody may do for the customer they belong to; the first person of a customer may everything.
    sees_orders: bool = True
    may_order: bool = True
    manages_people: bool = True


class SecondFactor(SQLModel, table=True):
    """The authenticator app of a person. It counts once `confirmed_at` is filled.

    Every code is computed from the secret, so it has to be read again: it is sealed (services/sealing) with a key that
    lies beside the database and in no backup. Who can read this table alone can make no codes.
    """

    __tablename__ = "second_factor"

    person_id: int = Field(primary_key=True, foreign_key="person.id", ondelete="CASCADE")
    secret: str = Field(max_length=255)
    created_at: datetime
    confirmed_at: datetime | None = None
    last_step: int = 0  # the half minute of the last code that was used; none up to it counts again
    recovery_codes: list[str] = Field(default_factory=list, sa_type=JSON_DOCUMENT)  # SHA-256 of those still unused


class LoginSession(SQLModel, table=True):
    """One signed-in browser. The cookie holds the secret, this table only its SHA-256."""

    __tablename__ = "login_session"

    id: str = Field(primary_key=True, max_length=64)
    person_id: int = Field(foreign_key="person.id", ondelete="CASCADE", index=True)
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime  # absolute end, whatever the activity
    user_agent: str = Field(default="", max_length=300)
    address: str = Field(default="", max_length=64)


class Ticket(SQLModel, table=True):
    """A secret that works once: sign-in hand-over, confirmation, reset, invitation, change of e-mail."""

    id: str = Field(primary_key=True, max_length=64)  # SHA-256 of the secret
    kind: TicketKind = Field(sa_type=text_enum(TicketKind))
    person_id: int | None = Field(default=None, foreign_key="person.id", ondelete="CASCADE", index=True)
    email: str = Field(default="", max_length=254)
    browser: str = Field(default="", max_length=64)  # SHA-256 of the pre-login cookie it is bound to
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_DOCUMENT)
    created_at: datetime
    expires_at: datetime = Field(index=True)


class Throttle(SQLModel, table=True):
    """Failures per account or network address; the next try has to wait until `blocked_until`."""

    key: str = Field(primary_key=True, max_length=320)
    failures: int = 0
    blocked_until: datetime
    last_failure_at: datetime


class StaffMember(SQLModel, table=True):
    """Somebody who works here, with or without a login (imported staff have none until invited)."""

    __tablename__ = "staff_member"
    __table_args__ = (Index("uq_staff_source", "source", "source_id", unique=True),)

    id: int = Field(default=None, primary_key=True)
    source: str | None = Field(default=None, max_length=40)
    source_id: str | None = Field(default=None, max_length=120)
    name: str = Field(max_length=200)
    title: str | None = Field(default=None, max_length=200)
    email: str | None = Field(default=None, max_length=254)
    phone: str | None = Field(default=None, max_length=60)
    manager_id: int | None = Field(default=None, foreign_key="staff_member.id", ondelete="SET NULL")
    hired_at: datetime | None = None
    import_run_id: int | None = Field(default=None, foreign_key="import_run.id", ondelete="RESTRICT")
