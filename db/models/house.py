"""The house itself: settings, audit, outbox, drafts, import runs."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from db.columns import JSON_DOCUMENT, text_enum


class Setting(SQLModel, table=True):
    """One answer about the company (name, currency, time zone ...). Read through services/company.py."""

    key: str = Field(primary_key=True, max_length=80)
    value: dict[str, Any] = Field(sa_type=JSON_DOCUMENT)  # {"is": ...}
    updated_at: datetime


#: What customers did to their account or wrote, among all that is noted: the condition of an index, word for word.
NEWS = "actor_role = 'customer' AND entity IN ('customer', 'message')"
#: Clocks of cases that came near their end or ran out: the condition of an index too.
ALARMS = "action = 'cases.alarm' AND entity = 'case'"


class AuditEntry(SQLModel, table=True):
    """Who did what, when, from where, with the values before and after. The database refuses change and removal."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entity", "entity", "entity_id", "at"),
        Index("ix_audit_customer", "customer_id", "at", "id"),
        Index("ix_audit_account", "customer_id", "entity", "at", "id"),  # account changes on the timeline
        Index("ix_audit_time", "at", "id"),
        Index("ix_audit_news", "at", "id", sqlite_where=text(NEWS), postgresql_where=text(NEWS)),
        Index("ix_audit_alarms", "at", "id", sqlite_where=text(ALARMS), postgresql_where=text(ALARMS)),
    )

    id: int = Field(default=None, primary_key=True)
    at: datetime
    actor_id: int | None = None  # person; no foreign key, for the entry outlives everything
    actor_name: str = Field(max_length=200)
    actor_role: str = Field(max_length=20)
    address: str = Field(default="", max_length=64)
    action: str = Field(max_length=80)  # "orders.place", "auth.sign_in_refused"
    entity: str = Field(max_length=60)
    entity_id: str = Field(default="", max_length=80)
    customer_id: int | None = None
    before: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_DOCUMENT)
    after: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_DOCUMENT)
    reason: str = Field(default="", max_length=400)


class OutboxState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"  # given up after many tries; an administrator sees it


class OutboxEntry(SQLModel, table=True):
    """A mail that leaves after the transaction which caused it. `state` and `next_try_at` drive the delivery."""

    __tablename__ = "outbox_entry"
    __table_args__ = (Index("ix_outbox_due", "state", "next_try_at"),)

    id: int = Field(default=None, primary_key=True)
    state: OutboxState = Field(default=OutboxState.WAITING, sa_type=text_enum(OutboxState))
    kind: str = Field(max_length=60)  # "confirm", "reset", "order-placed" ...
    recipient: str = Field(max_length=254)
    subject: str = Field(max_length=300)
    body: str = Field(max_length=20000)
    customer_id: int | None = Field(default=None, foreign_key="customer.id", ondelete="SET NULL", index=True)
    message_id: str = Field(max_length=200, unique=True)
    created_at: datetime
    next_try_at: datetime
    tries: int = 0
    leased_until: datetime | None = None
    sent_at: datetime | None = None
    error: str = Field(default="", max_length=400)


class Draft(SQLModel, table=True):
    """Unfinished typing of one person, kept on the server under the name of its form."""

    person_id: int = Field(foreign_key="person.id", ondelete="CASCADE", primary_key=True)
    key: str = Field(primary_key=True, max_length=120)  # "contact:17"
    fields: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_DOCUMENT)
    updated_at: datetime


class ImportState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNDONE = "undone"


class ImportRun(SQLModel, table=True):
    """One import: from where, what it took and left, and whether it was undone."""

    __tablename__ = "import_run"

    id: int = Field(default=None, primary_key=True)
    state: ImportState = Field(default=ImportState.QUEUED, sa_type=text_enum(ImportState))
    source: str = Field(max_length=40)
    folder: str = Field(max_length=500)
    started_by: str = Field(default="", max_length=200)
    created_at: datetime
    heartbeat_at: datetime | None = None
    finished_at: datetime | None = None
    progress: float = 0.0  # 0 to 1
    counts: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_DOCUMENT)  # table -> read, added, known, rejected
    notes: list[str] = Field(default_factory=list, sa_type=JSON_DOCUMENT)  # what the import noticed, in words
    rejects_file: str | None = Field(default=None, max_length=500)
    error: str = Field(default="", max_length=1000)
