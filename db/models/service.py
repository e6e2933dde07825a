"""What helps with contacts (templates) and what comes out of a service (reports)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from db.columns import JSON_DOCUMENT


class ContactTemplate(SQLModel, table=True):
    """What the form of a contact is filled with for a reason. Days count from the day of the contact."""

    __tablename__ = "contact_template"

    id: int = Field(default=None, primary_key=True)
    name: str = Field(max_length=80, unique=True)
    reason: str = Field(default="", max_length=120)  # the code of a reason of contacts; empty: offered always
    way: str = Field(default="", max_length=32)  # "phone in"; empty: as it stands in the form
    summary: str = Field(default="", max_length=4000)
    outcome: str = Field(default="", max_length=200)
    promise: str = Field(default="", max_length=400)
    promise_days: int | None = None
    touch_reason: str = Field(default="", max_length=200)
    touch_days: int | None = None
    active: bool = True
    version: int = 1


class ServiceReport(SQLModel, table=True):
    """What was done for a customer: seen in the account, never changed. `parts` are [{"name", "quantity"}]."""

    __tablename__ = "service_report"
    __table_args__ = (Index("ix_service_report", "customer_id", "written_at", "id"),)

    id: int = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", ondelete="RESTRICT")
    case_id: int | None = Field(default=None, foreign_key="support_case.id", ondelete="SET NULL", index=True)
    staff_id: int | None = Field(default=None, foreign_key="staff_member.id", ondelete="SET NULL", index=True)
    subject: str = Field(max_length=200)
    done_on: date
    minutes: int | None = None
    who: str = Field(default="", max_length=200)
    what: str = Field(max_length=8000)
    parts: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON_DOCUMENT)
    next_step: str = Field(default="", max_length=400)
    written_at: datetime
    idempotency_key: str | None = Field(default=None, max_length=80, unique=True)
