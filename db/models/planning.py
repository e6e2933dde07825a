"""Planned contact: series of follow-ups, reminders, calendar feeds, and rules that plan a contact after delivery."""

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from db.columns import text_enum, where_given


class Every(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Series(SQLModel, table=True):
    """Follow-ups that repeat. One of them is open at a time; doing it plans the next. Ended once `ended_at` is set."""

    __tablename__ = "follow_up_series"
    __table_args__ = (
        CheckConstraint("every > 0", name="follow_up_series_every_positive"),
        where_given("ix_follow_up_series_owner", "owner_id"),
    )

    id: int = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", ondelete="RESTRICT", index=True)
    owner_id: int | None = Field(default=None, foreign_key="staff_member.id", ondelete="SET NULL")
    reason: str = Field(max_length=200)
    unit: Every = Field(sa_type=text_enum(Every))
    every: int
    first_on: date  # the dates are counted from it, so that the 31st comes back after February
    at: time  # as the clocks in `time_zone` show it
    time_zone: str = Field(max_length=64)
    until_on: date | None = None
    times: int | None = None
    made: int = 0
    created_at: datetime
    ended_at: datetime | None = None


class ByMail(StrEnum):
    """How somebody wants to be reminded by mail."""

    EACH = "each"  # when it falls due
    DIGEST = "digest"  # all of the day, once in the morning
    OFF = "off"


class ReminderChoice(SQLModel, table=True):
    """What a person chose about reminders; without a row, a mail for each."""

    __tablename__ = "reminder_choice"

    person_id: int = Field(primary_key=True, foreign_key="person.id", ondelete="CASCADE")
    by_mail: ByMail = Field(default=ByMail.EACH, sa_type=text_enum(ByMail))
    working_hours_only: bool = False
    digest_on: date | None = None  # the day of the last digest, in the person's time zone


class CalendarFeed(SQLModel, table=True):
    """The secret address under which a calendar program reads what somebody has planned. Only its digest is kept."""

    __tablename__ = "calendar_feed"

    person_id: int = Field(primary_key=True, foreign_key="person.id", ondelete="CASCADE")
    secret_hash: str = Field(max_length=64, unique=True)
    details: bool = False  # False: only that something is planned
    created_at: datetime


class OwnerBy(StrEnum):
    """Who gets the follow-up of a rule."""

    CUSTOMERS_OWNER = "customer's owner"
    TEAM = "team"  # whoever of the team has the fewest open
    PERSON = "person"


class ContactRule(SQLModel, table=True):
    """So many days after delivery of a product, or of anything of a category, the customer is called."""

    __tablename__ = "contact_rule"
    __table_args__ = (
        CheckConstraint("days >= 0", name="contact_rule_days_not_negative"),
        CheckConstraint("hold_out_percent BETWEEN 0 AND 50", name="contact_rule_hold_out_share"),
        where_given("ix_contact_rule_product", "product_id"),
    )

    id: int = Field(default=None, primary_key=True)
    product_id: int | None = Field(default=None, foreign_key="product.id", ondelete="CASCADE")
    category: str | None = Field(default=None, max_length=120)
    days: int
    reason: str = Field(max_length=200)
    talking_points: str = Field(default="", max_length=4000)
    owner_by: OwnerBy = Field(default=OwnerBy.CUSTOMERS_OWNER, sa_type=text_enum(OwnerBy))
    team_id: int | None = Field(default=None, foreign_key="team.id", ondelete="SET NULL", index=True)
    owner_id: int | None = Field(default=None, foreign_key="staff_member.id", ondelete="SET NULL", index=True)
    hold_out_percent: int = 0  # so many of a hundred customers are not called, to compare with
    active: bool = True
    since: datetime  # deliveries from then on count
    version: int = 1


class RuleTouch(SQLModel, table=True):
    """What a rule decided about one order, once. Held out: nobody calls. `in_touch_at`: the customer was faster."""

    __tablename__ = "rule_touch"
    __table_args__ = (
        where_given("ix_rule_touch_follow_up", "follow_up_id"),
        Index("ix_rule_touch_order", "order_id"),
        Index("ix_rule_touch_customer", "customer_id"),
    )

    rule_id: int = Field(primary_key=True, foreign_key="contact_rule.id", ondelete="CASCADE")
    order_id: int = Field(primary_key=True, foreign_key="sales_order.id", ondelete="CASCADE")
    customer_id: int = Field(foreign_key="customer.id", ondelete="CASCADE")
    follow_up_id: int | None = Field(default=None, foreign_key="follow_up.id", ondelete="SET NULL")
    held_out: bool = False
    delivered_at: datetime
    made_at: datetime
    in_touch_at: datetime | None = None


class CustomerLine(SQLModel, table=True):
    """A specialised line of service for a customer: which team, why, until which day (None: until it is ended)."""

    __tablename__ = "customer_line"

    customer_id: int = Field(primary_key=True, foreign_key="customer.id", ondelete="CASCADE")
    team_id: int = Field(foreign_key="team.id", ondelete="RESTRICT", index=True)
    reason: str = Field(max_length=400)
    until_on: date | None = None
    set_at: datetime
    set_by_id: int | None = Field(default=None, foreign_key="person.id", ondelete="SET NULL")
