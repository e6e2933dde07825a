"""The follow-ups and promises whose day has come, as lines of the day; each part stops after a given number."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, or_, select, union_all
from sqlmodel import col

from db.models import ContactRule, Customer, FollowUp, Promise, RuleTouch, StaffMember
from services import clock, company
from services.due import Scope, called, customer_columns, owners, stamp
from services.work import Work


class Kind(StrEnum):
    FOLLOW_UP = "follow-up"
    PROMISE = "promise"


@dataclass(frozen=True)
class Due:
    """A follow-up or a promise whose day has come. `seen` goes back to the verbs of follow_ups and promises."""

    kind: Kind
    id: int
    customer_id: int
    customer: str
    text: str
    on: date  # in the company's time zone
    late: bool
    owner_id: int | None
    owner: str
    seen: str
    at: datetime | None = None  # None: a promise for the day
    over: bool = False  # the time has passed
    series_id: int | None = None
    talking_points: str = ""


def due_lines(w: Work, scope: Scope, day: date, most: int) -> list[Due]:
    """Those of the scope and of nobody until the end of `day`, the oldest first; at least `most` if there are any."""
    touches, promised = _follow_ups(w, scope, day, most), _promises(w, scope, day, most)
    return sorted([*touches, *promised], key=lambda d: (d.on, d.kind, d.at or w.now, d.id))


def _each_owner(
    w: Work, scope: Scope, statement: Select[*tuple[Any, ...]], owner: Any, order: Any, most: int
) -> list[Any]:
    """Rows of the scope's owners and those of nobody: one's own by the index of the owner, those of many by the index
    of what is open, from the oldest on until there are enough."""
    if scope is not Scope.MINE:
        if scope is Scope.TEAM:
            apart = owner + 0  # not by the index of the owner, for that has to read and sort all that the team has
            statement = statement.where(or_(apart.in_(owners(w, scope)), apart.is_(None)))
        return list(w.session.connection().execute(statement.order_by(*order).limit(most)))
    parts = [
        statement.where(which).order_by(*order).limit(most).subquery()
        for which in (owner.in_(owners(w, scope)), owner.is_(None))
    ]
    both = union_all(*(select(p) for p in parts))
    return list(w.session.connection().execute(both))


def _follow_ups(w: Work, scope: Scope, day: date, most: int) -> list[Due]:
    zone = company.of(w).zone
    _start, end = clock.day_bounds(day, zone)
    statement: Select[*tuple[Any, ...]] = (
        select(col(FollowUp.id), col(FollowUp.customer_id), col(FollowUp.reason), col(FollowUp.due_at),
               col(FollowUp.owner_id), col(FollowUp.series_id), col(ContactRule.talking_points),
               col(StaffMember.name).label("owner"), *customer_columns())
        .join(Customer, col(Customer.id) == col(FollowUp.customer_id))
        .outerjoin(StaffMember, col(StaffMember.id) == col(FollowUp.owner_id))
        .outerjoin(RuleTouch, col(RuleTouch.follow_up_id) == col(FollowUp.id))
        .outerjoin(ContactRule, col(ContactRule.id) == col(RuleTouch.rule_id))
        .where(col(FollowUp.done_at).is_(None), col(FollowUp.due_at) < end)
    )  # fmt: skip
    order = (col(FollowUp.due_at), col(FollowUp.id))
    rows = _each_owner(w, scope, statement, col(FollowUp.owner_id), order, most)
    return [
        Due(
            kind=Kind.FOLLOW_UP,
            id=r.id,
            customer_id=r.customer_id,
            customer=called(r.customer_id, r.customer_name, r.customer_company),
            text=r.reason,
            on=clock.day_of(r.due_at, zone),
            late=clock.day_of(r.due_at, zone) < day,
            owner_id=r.owner_id,
            owner=r.owner or "",
            seen=stamp(r.owner_id, r.due_at),
            at=r.due_at,
            over=r.due_at < w.now,
            series_id=r.series_id,
            talking_points=r.talking_points or "",
        )
        for r in rows
    ]


def _promises(w: Work, scope: Scope, day: date, most: int) -> list[Due]:
    statement: Select[*tuple[Any, ...]] = (
        select(col(Promise.id), col(Promise.customer_id), col(Promise.what), col(Promise.due_on), col(Promise.due_at),
               col(Promise.snoozed_until), col(Promise.owner_id), col(StaffMember.name).label("owner"),
               *customer_columns())
        .join(Customer, col(Customer.id) == col(Promise.customer_id))
        .outerjoin(StaffMember, col(StaffMember.id) == col(Promise.owner_id))
        .where(col(Promise.kept_at).is_(None), col(Promise.broken_at).is_(None), col(Promise.due_on) <= day,
               or_(col(Promise.snoozed_until).is_(None), col(Promise.snoozed_until) <= w.now))
    )  # fmt: skip
    order = (col(Promise.due_on), col(Promise.id))
    rows = _each_owner(w, scope, statement, col(Promise.owner_id), order, most)
    return [
        Due(
            kind=Kind.PROMISE,
            id=r.id,
            customer_id=r.customer_id,
            customer=called(r.customer_id, r.customer_name, r.customer_company),
            text=r.what,
            on=r.due_on,
            late=r.due_on < day,
            owner_id=r.owner_id,
            owner=r.owner or "",
            seen=stamp(r.owner_id, r.due_on, r.due_at, r.snoozed_until),
            at=r.due_at,
            over=r.due_at is not None and r.due_at < w.now,
        )
        for r in rows
    ]
