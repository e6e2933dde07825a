"""Customers nobody has an eye on: nothing is planned with them, or nobody has spoken with them for long.

Both lists walk an index from the newest on and look at `WINDOW` rows a page, however many fit; the next page goes on
where this one stopped. So a page costs the same with a thousand customers and with a million.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from db.models import UNDATED, Customer, FollowUp, Interaction, Order, Role
from services.due import called, customer_columns
from services.errors import Invalid
from services.text import _
from services.work import Work

PAGE = 25
WINDOW = 500
MOST_DAYS = 3650
_ORDER_PLACE = re.compile(r"(\d{1,17}) (\S{10,40})")


@dataclass(frozen=True)
class Quiet:
    """One customer, and the instant that the list is about: of the last order, or of the last contact (None: never)."""

    customer_id: int
    customer: str
    at: datetime | None


@dataclass(frozen=True)
class Page:
    """`after` leads to the next page; empty at the end. A page may be empty and still have a next one."""

    rows: list[Quiet]
    after: str = ""


def nothing_planned(w: Work, after: str = "") -> Page:
    """Customers without an open follow-up, those who ordered last first. Staff only."""
    w.require(Role.STAFF)
    newer = aliased(Order)
    is_last = ~exists().where(
        col(newer.customer_id) == col(Order.customer_id),
        or_(col(newer.ordered_at) > col(Order.ordered_at),
            and_(col(newer.ordered_at) == col(Order.ordered_at), col(newer.id) > col(Order.id))),
    )  # fmt: skip
    planned = exists().where(col(FollowUp.customer_id) == col(Order.customer_id), col(FollowUp.done_at).is_(None))
    statement = (
        select(col(Order.id), col(Order.ordered_at), col(Order.customer_id), and_(is_last, ~planned).label("fits"),
               *customer_columns())
        .join(Customer, col(Customer.id) == col(Order.customer_id))
        .order_by(col(Order.ordered_at).desc(), col(Order.id).desc())
        .limit(WINDOW)
    )  # fmt: skip
    place = _place(after)
    if place is not None:
        order_id, at = place
        earlier = or_(col(Order.ordered_at) < at, col(Order.id) < order_id)
        statement = statement.where(col(Order.ordered_at) <= at, earlier)
    found: list[Quiet] = []
    last, looked = "", 0
    for row in w.session.connection().execute(statement):
        last, looked = f"{row.id} {row.ordered_at.isoformat()}", looked + 1
        if row.fits:
            name = called(row.customer_id, row.customer_name, row.customer_company)
            found.append(Quiet(row.customer_id, name, row.ordered_at))
        if len(found) == PAGE:
            break
    return Page(found, last if looked == WINDOW or len(found) == PAGE else "")


def not_contacted(w: Work, days: int, after: str = "") -> Page:
    """Customers whose last contact lies more than `days` days back, or who never had one; newest first. Staff only."""
    w.require(Role.STAFF)
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(_("Days"), _("from 1 to {most}").format(most=MOST_DAYS))
    contacts = select(col(Interaction.happened_at)).where(col(Interaction.customer_id) == col(Customer.id))
    latest = contacts.order_by(col(Interaction.happened_at).desc()).limit(1)
    statement = (
        select(col(Customer.id), latest.scalar_subquery().label("at"), *customer_columns())
        .order_by(col(Customer.id).desc())
        .limit(WINDOW)
    )
    if after.isascii() and after.isdecimal() and len(after) < 10:
        statement = statement.where(col(Customer.id) < int(after))
    before = w.now - timedelta(days=days)
    found: list[Quiet] = []
    last, looked = "", 0
    for row in w.session.connection().execute(statement):
        last, looked = str(row.id), looked + 1
        if row.at is None or row.at < before:
            name = called(row.id, row.customer_name, row.customer_company)
            found.append(Quiet(row.id, name, None if row.at == UNDATED else row.at))
        if len(found) == PAGE:
            break
    return Page(found, last if looked == WINDOW or len(found) == PAGE else "")


def _place(after: str) -> tuple[int, datetime] | None:
    """A place that cannot be read is the beginning of the list."""
    told = _ORDER_PLACE.fullmatch(after)
    try:
        at = datetime.fromisoformat(told[2]) if told else None
    except ValueError:
        return None
    return (int(told[1]), at) if told and at is not None and at.tzinfo is not None else None
