"""Narrowing the timeline to somebody, to channels, to days; and to which case or order an entry belongs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, bindparam, false, or_
from sqlmodel import col, select

from db.models import (
    AccountLook,
    AuditEntry,
    Case,
    Channel,
    Direction,
    FollowUp,
    Interaction,
    Message,
    Order,
    Person,
    Promise,
    ServiceReport,
    StaffMember,
    SurveyResponse,
)
from services.timeline_kinds import SOURCES, Kind
from services.work import Work

BY_CUSTOMER = "customer"
MOST_PEOPLE = 300
_STAFF, _PERSON = bindparam("by_staff", type_=Integer), bindparam("by_person", type_=Integer)
_BY_AUDIT: tuple[Any, Any] = (col(AuditEntry.actor_id) == _PERSON, col(AuditEntry.actor_role) == "customer")
#: For each kind: done by this member of the team; done by the customer.
_BY: dict[Kind, tuple[Any, Any]] = {
    Kind.CONTACT: (col(Interaction.staff_id) == _STAFF, col(Interaction.direction) == Direction.IN),
    Kind.MESSAGE: (col(Message.author_id) == _PERSON, col(Message.direction) == Direction.IN),
    Kind.PROMISE: (col(Promise.owner_id) == _STAFF, false()),
    Kind.FOLLOW_UP: (col(FollowUp.owner_id) == _STAFF, false()),
    Kind.CASE: (col(Case.owner_id) == _STAFF, false()),
    Kind.REPORT: (col(ServiceReport.staff_id) == _STAFF, false()),
    Kind.ORDER: (
        or_(col(Order.staff_id) == _STAFF, col(Order.placed_by_id) == _PERSON),
        and_(col(Order.staff_id).is_(None), col(Order.channel) == "portal"),
    ),
    Kind.STEP: _BY_AUDIT,
    Kind.SURVEY: (false(), col(SurveyResponse.id).is_not(None)),
    Kind.CHANGE: _BY_AUDIT,
    Kind.LOOK: (col(AccountLook.person_id) == _PERSON, false()),
}
_NOTHING: tuple[Any, Any] = (None, None)
#: For each kind: the case, the order it belongs to.
MATTERS: dict[Kind, tuple[Any, Any]] = {
    Kind.CONTACT: (col(Interaction.case_id), col(Interaction.order_id)),
    Kind.MESSAGE: (col(Message.case_id), None),
    Kind.PROMISE: (col(Promise.case_id), None),
    Kind.CASE: (col(Case.id), None),
    Kind.REPORT: (col(ServiceReport.case_id), None),
    Kind.ORDER: (None, col(Order.id)),
    Kind.STEP: (None, col(AuditEntry.entity_id)),
    Kind.SURVEY: (None, col(SurveyResponse.order_id)),
}


@dataclass(frozen=True)
class Narrow:
    """Empty fields do not narrow. `by` is BY_CUSTOMER or the id of a member of the team; `until` is not included."""

    by: str = ""
    channels: frozenset[Channel] = frozenset()
    since: datetime | None = None
    until: datetime | None = None

    @property
    def shape(self) -> "Shape":
        """What of the question does not depend on the values."""
        by = self.by if self.by in ("", BY_CUSTOMER) else "staff"
        return Shape(by, self.channels, self.since is not None, self.until is not None)


@dataclass(frozen=True)
class Shape:
    """The part of a Narrow by which a question is kept."""

    by: str = ""
    channels: frozenset[Channel] = frozenset()
    since: bool = False
    until: bool = False


def values(w: Work, narrow: Narrow) -> dict[str, Any]:
    """What is filled into the question."""
    told: dict[str, Any] = {}
    if narrow.shape.by == "staff":
        staff_id = int(narrow.by) if narrow.by.isascii() and narrow.by.isdecimal() and len(narrow.by) < 10 else 0
        person = w.session.exec(select(Person.id).where(Person.staff_id == staff_id)).first()
        told |= {"by_staff": staff_id, "by_person": person or 0}
    if narrow.since is not None:
        told["since"] = narrow.since
    if narrow.until is not None:
        told["until"] = narrow.until
    return told


def conditions(kind: Kind, shape: Shape) -> list[ColumnElement[bool]]:
    """What an entry of this kind has to fulfil."""
    source = SOURCES[kind]
    tests: list[ColumnElement[bool]] = []
    if shape.by:
        tests.append(_BY[kind][shape.by == BY_CUSTOMER])
    if shape.channels:
        tests.append(_in_channels(kind, shape.channels))
    bounds: tuple[tuple[bool, Callable[[], ColumnElement[bool]]], ...] = (
        (shape.since, lambda: source.at >= bindparam("since", type_=source.at.type)),
        (shape.until, lambda: source.at < bindparam("until", type_=source.at.type)),
    )
    return tests + [bound() for wanted, bound in bounds if wanted]


def _in_channels(kind: Kind, channels: frozenset[Channel]) -> ColumnElement[bool]:
    if kind is Kind.CONTACT:
        return col(Interaction.channel).in_(sorted(channels))
    if kind is Kind.MESSAGE and Channel.PORTAL in channels:
        return col(Message.id).is_not(None)
    return false()


def people(w: Work) -> list[tuple[int, str]]:
    """Who may be chosen: the members of the team with a sign-in first, by name."""
    mine = (
        select(StaffMember.id, StaffMember.name)
        .outerjoin(Person, col(Person.staff_id) == col(StaffMember.id))
        .order_by(col(Person.id).is_(None), col(StaffMember.name), col(StaffMember.id))
    )
    return [(staff_id, name) for staff_id, name in w.session.exec(mine.limit(MOST_PEOPLE))]
