"""What happens around an account: changes that wait for approval, erasures, rounds of invitations."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from db.columns import JSON_DOCUMENT, text_enum


class RequestState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class ChangeRequest(SQLModel, table=True):
    """A change of an account that counts once staff accept it. `old` and `new` are what people read."""

    __tablename__ = "change_request"
    __table_args__ = (
        Index("ix_change_request_customer", "customer_id", "asked_at", "id"),
        Index(
            "ix_change_request_open", "asked_at", "id", sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )  # fmt: skip

    id: int = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", ondelete="RESTRICT")
    person_id: int | None = Field(default=None, foreign_key="person.id", ondelete="SET NULL", index=True)
    field: str = Field(max_length=20)  # name, company, email, address, phone
    change: dict[str, Any] = Field(sa_type=JSON_DOCUMENT)  # what to do when it is accepted
    old: str = Field(default="", max_length=1000)
    new: str = Field(default="", max_length=1000)
    state: RequestState = Field(default=RequestState.OPEN, sa_type=text_enum(RequestState))
    asked_at: datetime
    decided_at: datetime | None = None
    decided_by_id: int | None = Field(default=None, foreign_key="person.id", ondelete="SET NULL", index=True)
    answer: str = Field(default="", max_length=400)


class ErasureState(StrEnum):
    ASKED = "asked"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    RUNNING = "running"  # only within the transaction that erases: the audit trail gives way to nothing else
    DONE = "done"


class Erasure(SQLModel, table=True):
    """Somebody asks to be forgotten. Once done the row is the proof: when, who approved, how many rows."""

    __table_args__ = (
        Index(
            "uq_erasure_asked", "customer_id", unique=True, sqlite_where=text("state = 'asked'"),
            postgresql_where=text("state = 'asked'"),
        ),
        Index("ix_erasure_state", "state", "asked_at", "id"),
        Index("ix_erasure_customer", "customer_id"),
    )  # fmt: skip

    id: int = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", ondelete="RESTRICT")
    state: ErasureState = Field(default=ErasureState.ASKED, sa_type=text_enum(ErasureState))
    wish: str = Field(default="", max_length=1000)  # in the customer's words, which go with the rest
    asked_at: datetime
    decided_at: datetime | None = None
    decided_by_id: int | None = Field(default=None, foreign_key="person.id", ondelete="SET NULL", index=True)
    answer: str = Field(default="", max_length=400)  # why it was refused
    counts: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_DOCUMENT)  # kind of data -> rows
    kept_until: date | None = None  # what the law keeps goes after this day; None: nothing is kept any more


class InvitationRound(SQLModel, table=True):
    """Many customers invited to the portal at once. Their mails bear the number of the round in their kind."""

    __tablename__ = "invitation_round"

    id: int = Field(default=None, primary_key=True)
    started_by_id: int | None = Field(default=None, foreign_key="person.id", ondelete="SET NULL", index=True)
    started_at: datetime
    chosen: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_DOCUMENT)  # the filter
    invited: int
    stopped_at: datetime | None = None
    stopped: int = 0  # mails that were taken back before they left
