"""What passes between a customer and the company: contacts, cases, follow-ups, promises, messages."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from db.columns import JSON_DOCUMENT, text_enum, where_given


class Channel(StrEnum):
    VISIT = "visit"
    PHONE = "phone"
    LETTER = "letter"
    EMAIL = "e-mail"
    CONFERENCE = "conference"
    MESSAGE = "message"
    PORTAL = "portal"
    OTHER = "other"


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


#: `happened_at` of a contact whose source gives no date; `date_known` is False then, and charts leave it out.
UNDATED = datetime(1970, 1, 1, tzinfo=UTC)


class Interaction(SQLModel, table=True):
    """One contact, in words of those who were there. `happened_at` is when it was, `logged_at` when it was written."""

    __table_args__ = (
        Index("uq_interaction_source", "source", "source_id", unique=True),
        Index("ix_interaction_timeline", "customer_id", "happened_at", "id"),  # the customer page reads by it
        # The rows behind an hour of the live board; how many of a stretch the customers began is counted by it alone.
        Index("ix_interaction_time", "happened_at", "id", "direction"),
        Index("ix_interaction_reason", "reason", "customer_id"),  # whether others have a reason, when one is erased
        where_given("ix_interaction_order", "order_id"),
        Index(
            "ix_interaction_again",
            "happened_at",
            sqlite_where=text("explained_again"),
            postgresql_where=text("explained_again"),
        ),  # the figure asks for few of many
    )

    id: int = Field(default=None, primary_key=True)
    source: str | None = Field(default=None, max_length=40)
    source_id: str | None = Field(default=None, max_length=120)
    customer_id: int | None = Field(default=None, foreign_key="customer.id", ondelete="RESTRICT")
    order_id: int | None = Field(default=None, foreign_key="sales_order.id", ondelete="SET NULL")
    case_id: int | None = Field(default=None, foreign_key="support_case.id", ondelete="SET NULL", index=True)
    matter: str | None = Field(default=None, max_length=120, index=True)  # groups imported contacts of one matter
    channel: Channel = Field(sa_type=text_enum(Channel))
    direction: Direction = Field(default=Direction.IN, sa_type=text_enum(Direction))
    reason: str = Field(default="", max_length=200)  # topic of an import
    subtopic: str = Field(default="", max_length=200)
    summary: str = Field(default="", max_length=20000)
    outcome: str = Field(default="", max_length=200)
    duration_s: int | None = None
    participants: str = Field(default="", max_length=400)  # who else was there, as named
    explained_again: bool = False  # the customer had to tell what we were told before
    staff_id: int | None = Field(default=None, foreign_key="staff_member.id", ondelete="SET NULL", index=True)
    campaign_id: int | None = Field(default=None, foreign_key="campaign.id", ondelete="SET NULL")
    language: str | None = Field(default=None, max_length=16)
    happened_at: datetime
    date_known: bool = True
    logged_at: datetime
    resolved_at: datetime | None = None
    idempotency_key: str | None = Field(default=None, max_length=80, unique=True)
    attributes: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_DOCUMENT)
    import_run_id: int | None = Field(default=None, foreign_key="import_run.id", ondelete="RESTRICT")


class CaseState(StrEnum):
    OPEN = "open"
    WAITING = "waiting"  # for the customer
    SOLVED = "solved"
    CLOSED = "closed"


#: Somebody here still owes the customer something, or waits for an answer.
STILL_OPEN = (CaseState.OPEN, CaseState.WAITING)


class Case(SQLModel, table=True):
    """A concern that stays open until it is settled. The customer sees number, state and next step."""

    __tablename__ = "support_case"
    __table_args__ = (
        Index("ix_case_timeline", "customer_id", "opened_at", "id"),
        Index(
            "ix_case_open",
            "opened_at",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index(  # open cases by time left
            "ix_case_due",
            "due_at",
            "id",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index(
            "ix_case_owner_open",
            "owner_id",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        where_given("ix_case_order", "order_id"),
        where_given("ix_case_alarm", "alarm_at"),
        where_given("ix_case_team", "team_id"),
        # The live board counts by these without touching the cases themselves.
        Index("ix_case_opened", "opened_at", "id", "team_id"),
        *(
            Index(
                f"ix_case_{name}",
                *columns,
                sqlite_where=text(f"{columns[0]} IS NOT NULL"),
                postgresql_where=text(f"{columns[0]} IS NOT NULL"),
            )
            for name, columns in (
                ("settled", ("closed_at", "id", "team_id")),
                ("answered", ("first_answered_at", "id", "team_id", "first_answer_minutes")),
            )
        ),
    )

    id: int = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", ondelete="RESTRICT")
    order_id: int | None = Field(default=None, foreign_key="sales_order.id", ondelete="SET NULL")
    state: CaseState = Field(default=CaseState.OPEN, sa_type=text_enum(CaseState))
    priority: str = Field(default="normal", max_length=20)
    topic: str = Field(default="", max_length=120)
    subject: str = Field(max_length=200)
    next_step: str = Field(default="", max_length=400)  # in plain words, shown to the customer
    owner_id: int | None = Field(default=None, foreign_key="staff_member.id", ondelete="SET NULL", index=True)
    team_id: int | None = Field(default=None, foreign_key="team.id")
    routed_for: str = Field(default="", max_length=400)  # why it came to this team
    team_only: bool = False  # only the team (and managers) may settle it
    opened_at: datetime
    closed_at: datetime | None = None
    # The clocks, see services/cases/clocks.py. They stand still while the case waits for the customer.
    answer_by: datetime | None = None  # announced to the customer
    resolve_by: datetime | None = None
    resolve_left_minutes: int | None = None  # working time that was left when the clock was stopped
    first_answered_at: datetime | None = None
    first_answer_minutes: int | None = None  # working time from its opening until then
    due_at: datetime | None = None  # the earlier of both; empty while they stand still
    alarm_at: datetime | None = None  # when the worker looks at it next
    alarm: str = Field(default="", max_length=8)  # how far the present clock has alarmed: "", near, late


class Ending(StrEnum):
    """Why a follow-up is not open any more."""

    DONE = "done"
    SKIPPED = "skipped"
    IN_TOUCH = "in touch"  # the customer was faster
    SERIES_ENDED = "series ended"
    TAKEN_BACK = "taken back"  # planned for many at once, and undone


_TO_REMIND = "done_at IS NULL AND reminded_at IS NULL"


class FollowUp(SQLModel, table=True):
    """The next touch: when, who, why. Open while `done_at` is empty."""

    __tablename__ = "follow_up"
    __table_args__ = (
        Index("ix_follow_up_due", "owner_id", "done_at", "due_at"),
        Index("ix_follow_up_open", "due_at", "id", sqlite_where=text("done_at IS NULL"),
              postgresql_where=text("done_at IS NULL")),
        Index("uq_follow_up_series_step", "series_id", "series_step", unique=True),
        Index("ix_follow_up_remind", "due_at", sqlite_where=text(_TO_REMIND), postgresql_where=text(_TO_REMIND)),
        Index("ix_follow_up_timeline", "customer_id", "created_at", "id"),
        where_given("ix_follow_up_interaction", "interaction_id"),
    )  # fmt: skip

    id: int = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", ondelete="RESTRICT")
    interaction_id: int | None = Field(default=None, foreign_key="interaction.id", ondelete="SET NULL")
    owner_id: int | None = Field(default=None, foreign_key="staff_member.id", ondelete="SET NULL")
    reason: str = Field(max_length=200)
    due_at: datetime
    created_at: datetime
    done_at: datetime | None = None
    ending: Ending | None = Field(default=None, sa_type=text_enum(Ending))  # empty: done
    reminded_at: datetime | None = None  # when a mail about it was queued; empty again after a move
    series_id: int | None = Field(default=None, foreign_key="follow_up_series.id", ondelete="SET NULL")
    series_step: int | None = None
    series_on: date | None = None  # its day in the series, wherever it was moved to


_OPEN_PROMISE = "kept_at IS NULL AND broken_at IS NULL"
_PROMISE_TO_REMIND = f"{_OPEN_PROMISE} AND reminded_at IS NULL"


class Promise(SQLModel, table=True):
    """A promise made to a customer: what, until when, by whom. Open while `kept_at` and `broken_at` are empty."""

    __tablename__ = "promise"
    __table_args__ = (
        Index("ix_promise_customer", "customer_id", "due_on"),
        Index("ix_promise_timeline", "customer_id", "made_at", "id"),
        Index(
            "ix_promise_open", "due_on", "id", sqlite_where=text(_OPEN_PROMISE), postgresql_where=text(_OPEN_PROMISE)
        ),
        Index(
            "ix_promise_remind",
            "due_on",
            sqlite_where=text(_PROMISE_TO_REMIND),
            postgresql_where=text(_PROMISE_TO_REMIND),
        ),
        where_given("ix_promise_interaction", "interaction_id"),
        # The live board counts what was due by it alone.
        Index("ix_promise_due", "due_on", "id", "owner_id", "due_at", "kept_at", "broken_at", "kept_late"),
    )

    id: int = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", ondelete="RESTRICT")
    interaction_id: int | None = Field(default=None, foreign_key="interaction.id", ondelete="SET NULL")
    case_id: int | None = Field(default=None, foreign_key="support_case.id", ondelete="SET NULL")
    owner_id: int | None = Field(default=None, foreign_key="staff_member.id", ondelete="SET NULL", index=True)
    what: str = Field(max_length=400)
    due_on: date
    due_at: datetime | None = None  # the time on that day, where one was named
    made_at: datetime
    kept_at: datetime | None = None
    kept_late: bool = False  # kept, but after the day or time that was promised
    broken_at: datetime | None = None
    snoozed_until: datetime | None = None  # off the list of the day until then; what was promised stays
    reminded_at: datetime | None = None


class Message(SQLModel, table=True):
    """Written words between customer and company in the portal. Staff notes are contacts, never messages."""

    __table_args__ = (Index("ix_message_timeline", "customer_id", "sent_at", "id"),)

    id: int = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", ondelete="RESTRICT")
    case_id: int | None = Field(default=None, foreign_key="support_case.id", ondelete="SET NULL", index=True)
    direction: Direction = Field(sa_type=text_enum(Direction))
    author_id: int | None = Field(default=None, foreign_key="person.id", ondelete="SET NULL")
    subject: str = Field(default="", max_length=200)
    body: str = Field(max_length=20000)
    sent_at: datetime
    read_at: datetime | None = None
    idempotency_key: str | None = Field(default=None, max_length=80, unique=True)
