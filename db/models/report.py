"""Saved views of the figures, the schedules by which they are mailed, and the files that go with a mail."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlmodel import Field, SQLModel

from db.columns import JSON_DOCUMENT, text_enum


class SavedView(SQLModel, table=True):
    """A question about the figures that somebody keeps. `definition` is checked on the way in and on the way out."""

    __tablename__ = "saved_view"
    __table_args__ = (Index("ix_saved_view_owner", "owner_id", "removed_at"),)

    id: int = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="person.id", ondelete="CASCADE")
    name: str = Field(max_length=120)
    definition: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_DOCUMENT)
    shared: bool = False  # with all managers, to read; only the owner changes it
    created_at: datetime
    changed_at: datetime
    removed_at: datetime | None = None  # may be fetched back until it is swept
    version: int = 1


class ReportRhythm(StrEnum):
    """On which days a report is due."""

    WEEK = "week"
    MONTH = "month"
    WEEKDAYS = "weekdays"


class ReportState(StrEnum):
    """Whether a schedule runs."""

    ACTIVE = "active"
    PAUSED = "paused"
    STOPPED = "stopped"  # by Rapport: the owner may not read the figures any more, or the view is gone
    ENDED = "ended"


class ReportSchedule(SQLModel, table=True):
    """A saved view that goes out by mail. Day and time are those of the company; `due_at` is the next time, UTC."""

    __tablename__ = "report_schedule"
    __table_args__ = (
        CheckConstraint("minute BETWEEN 0 AND 1439", name="report_schedule_minute"),
        CheckConstraint("day BETWEEN 0 AND 31", name="report_schedule_day"),
        Index("ix_report_schedule_due", "state", "try_at"),  # the worker asks who is due
        Index("ix_report_schedule_view", "view_id"),
        Index("ix_report_schedule_owner", "owner_id"),
    )

    id: int = Field(default=None, primary_key=True)
    view_id: int = Field(foreign_key="saved_view.id", ondelete="CASCADE")
    owner_id: int = Field(foreign_key="person.id", ondelete="CASCADE")
    state: ReportState = Field(default=ReportState.ACTIVE, sa_type=text_enum(ReportState))
    every: ReportRhythm = Field(sa_type=text_enum(ReportRhythm))
    day: int = 0  # 1 to 7 from Monday, or 1 to 31 of the month; 0 for weekdays
    minute: int  # after midnight
    as_pdf: bool = True
    as_xlsx: bool = True
    due_at: datetime
    try_at: datetime  # later than `due_at` after a run that could not be made
    created_at: datetime
    last_due_at: datetime | None = None  # the newest time that was served
    last_sent_at: datetime | None = None
    error: str = Field(default="", max_length=400)  # why the newest run was not made, in words
    version: int = 1


class ReportRecipient(SQLModel, table=True):
    """Somebody of the team who gets a report."""

    __tablename__ = "report_recipient"

    schedule_id: int = Field(foreign_key="report_schedule.id", ondelete="CASCADE", primary_key=True)
    person_id: int = Field(foreign_key="person.id", ondelete="CASCADE", primary_key=True, index=True)


class OutboxFile(SQLModel, table=True):
    """A file that goes with a mail. It is written with the mail and goes as soon as the mail server has taken it."""

    __tablename__ = "outbox_file"

    entry_id: int = Field(foreign_key="outbox_entry.id", ondelete="CASCADE", primary_key=True)
    position: int = Field(primary_key=True)
    file_name: str = Field(max_length=200)
    content_type: str = Field(max_length=120)
    size: int
    content: bytes = Field(sa_type=LargeBinary)
