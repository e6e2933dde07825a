"""Segments: named groups of customers by a rule, who was in them when, and what was done with them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from db.columns import JSON_DOCUMENT, text_enum, where_given


class Sharing(StrEnum):
    """Who sees a segment besides its owner."""

    NOBODY = "nobody"
    MANAGERS = "managers"
    TEAM = "team"  # everybody who works here


class Segment(SQLModel, table=True):
    """A rule with a name. Its members are asked of the columnar copy; `segment_member` remembers the last check."""

    __table_args__ = (where_given("ix_segment_owner", "owner_id"),)

    id: int = Field(default=None, primary_key=True)
    name: str = Field(max_length=80)
    definition: dict[str, Any] = Field(sa_type=JSON_DOCUMENT)  # see services/segments/definition.py
    owner_id: int | None = Field(default=None, foreign_key="person.id", ondelete="SET NULL")
    sharing: Sharing = Field(default=Sharing.MANAGERS, sa_type=text_enum(Sharing))
    version: int = 1
    created_at: datetime
    ruled_at: datetime  # since when the rule is as it is; entries and exits are counted from the check after it
    checked_at: datetime | None = None  # the last check; one before `ruled_at` says nothing about this rule
    claimed_until: datetime | None = None  # a worker is checking
    retired_at: datetime | None = None


class SegmentMember(SQLModel, table=True):
    """Who was in a segment at its last check."""

    __tablename__ = "segment_member"

    segment_id: int = Field(primary_key=True, foreign_key="segment.id", ondelete="CASCADE")
    customer_id: int = Field(primary_key=True, foreign_key="customer.id", ondelete="CASCADE", index=True)
    since: datetime


class SegmentEvent(SQLModel, table=True):
    """Somebody came into a segment or left it, as noticed by a check. A change of the rule makes none."""

    __tablename__ = "segment_event"
    __table_args__ = (Index("ix_segment_event", "segment_id", "at", "id"),)

    id: int = Field(default=None, primary_key=True)
    segment_id: int = Field(foreign_key="segment.id", ondelete="CASCADE")
    customer_id: int = Field(foreign_key="customer.id", ondelete="CASCADE", index=True)
    at: datetime
    entered: bool


class RoundState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


class SegmentRound(SQLModel, table=True):
    """Follow-ups for all members of a segment at one moment, with a share that is left alone to compare with."""

    __tablename__ = "segment_round"
    __table_args__ = (
        Index("ix_segment_round_segment", "segment_id"),
        Index("ix_segment_round_state", "state"),
        CheckConstraint("hold_out_percent BETWEEN 0 AND 50", name="segment_round_hold_out_share"),
    )

    id: int = Field(default=None, primary_key=True)
    segment_id: int = Field(foreign_key="segment.id", ondelete="RESTRICT")
    definition: dict[str, Any] = Field(sa_type=JSON_DOCUMENT)  # the rule as it was then
    reason: str = Field(max_length=200)
    due_on: date
    owner_id: int | None = Field(default=None, foreign_key="staff_member.id", ondelete="SET NULL", index=True)
    hold_out_percent: int = 0
    state: RoundState = Field(default=RoundState.RUNNING, sa_type=text_enum(RoundState))
    made_by_id: int | None = Field(default=None, foreign_key="person.id", ondelete="SET NULL", index=True)
    made_by: str = Field(default="", max_length=200)
    made_at: datetime
    idempotency_key: str | None = Field(default=None, max_length=80, unique=True)


class SegmentTouch(SQLModel, table=True):
    """One member of a round: held out, still to be planned (no follow-up, not `settled`), or planned."""

    __tablename__ = "segment_touch"
    __table_args__ = (
        where_given("ix_segment_touch_follow_up", "follow_up_id"),
        Index("ix_segment_touch_customer", "customer_id"),
    )

    round_id: int = Field(primary_key=True, foreign_key="segment_round.id", ondelete="CASCADE")
    customer_id: int = Field(primary_key=True, foreign_key="customer.id", ondelete="CASCADE")
    held_out: bool = False
    settled: bool = False  # nothing is left to do for this member
    follow_up_id: int | None = Field(default=None, foreign_key="follow_up.id", ondelete="SET NULL")
