"""Which rows of a table are about a customer: as "My data" says, for all persons of the customer together."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, literal, or_, select
from sqlmodel import SQLModel, col

from db import models as m
from services.my_data.sections import SECTIONS, Owner
from services.work import Work


@dataclass(frozen=True)
class Whole:
    """A customer with everybody who signs in for it, and every address they are known by."""

    customer_id: int
    person_ids: list[int]
    emails: list[str]


def whole(w: Work, customer_id: int) -> Whole:
    """The persons and addresses of a customer as they are now."""
    people = w.session.connection().execute(
        select(col(m.Person.id), col(m.Person.email)).where(col(m.Person.customer_id) == customer_id)
    )
    rows = list(people)
    known = select(col(m.CustomerEmail.email)).where(col(m.CustomerEmail.customer_id) == customer_id)
    emails = {r.email for r in rows} | set(w.session.connection().scalars(known))
    return Whole(customer_id, [r.id for r in rows], sorted(emails))


def _of_customer(model: Any) -> Callable[[Whole], ColumnElement[bool]]:
    return lambda who: model.customer_id == who.customer_id


def _trail(who: Whole) -> ColumnElement[bool]:
    """The same rows that the database lets go (migration 0011), all but what an erasure wrote down."""
    trail = m.AuditEntry
    theirs = and_(col(trail.entity) == "person", col(trail.entity_id).in_([str(i) for i in who.person_ids]))
    return and_(
        ~col(trail.action).startswith("erasure.", autoescape=True),
        or_(col(trail.customer_id) == who.customer_id, col(trail.actor_id).in_(who.person_ids), theirs),
    )


def _cases(who: Whole) -> Select[int]:
    return select(col(m.Case.id)).where(col(m.Case.customer_id) == who.customer_id)


def _drafts(who: Whole) -> ColumnElement[bool]:
    """Their own, and what staff have begun to write about them."""
    draft, mine = m.Draft, col(m.Case.customer_id) == who.customer_id
    about = [
        select(literal(form) + cast(col(m.Case.id), String)).where(mine) for form in ("case-answer:", "case-note:")
    ]
    return or_(
        col(draft.person_id).in_(who.person_ids),
        col(draft.key) == f"contact:{who.customer_id}",
        *(col(draft.key).in_(keys) for keys in about),
    )


#: Tables that "My data" leaves out or shows in part.
_OWN: dict[type[SQLModel], Callable[[Whole], ColumnElement[bool]]] = {
    m.AuditEntry: _trail,
    m.Draft: _drafts,
    m.StoredFile: _of_customer(m.StoredFile),
    m.CustomerScore: _of_customer(m.CustomerScore),
    m.BacktestMember: _of_customer(m.BacktestMember),
    m.CustomerWarning: _of_customer(m.CustomerWarning),
    m.FollowUp: _of_customer(m.FollowUp),
    m.StockMovement: lambda who: col(m.StockMovement.by_id).in_(who.person_ids),
    m.Series: _of_customer(m.Series),
    m.CustomerView: _of_customer(m.CustomerView),
    m.CaseItem: lambda who: col(m.CaseItem.case_id).in_(_cases(who)),
    m.CaseMerge: lambda who: or_(col(m.CaseMerge.case_id).in_(_cases(who)), col(m.CaseMerge.into_id).in_(_cases(who))),
    m.CaseRating: lambda who: col(m.CaseRating.case_id).in_(_cases(who)),
    m.CustomerSearch: _of_customer(m.CustomerSearch),
    m.CustomerWord: _of_customer(m.CustomerWord),
    m.Basket: lambda who: col(m.Basket.person_id).in_(who.person_ids),
    m.Person: _of_customer(m.Person),
    m.Ticket: lambda who: or_(col(m.Ticket.person_id).in_(who.person_ids), col(m.Ticket.email).in_(who.emails)),
    m.OutboxEntry: lambda who: or_(
        col(m.OutboxEntry.customer_id) == who.customer_id, col(m.OutboxEntry.recipient).in_(who.emails)
    ),
}
_SHOWN = {s.model: s for s in SECTIONS}


def rows_of(model: type[SQLModel], who: Whole) -> ColumnElement[bool]:
    """The rows of a table that are about this customer."""
    if model in _OWN:
        return _OWN[model](who)
    section = _SHOWN[model]
    return or_(*(section.owned(Owner(who.customer_id, person)) for person in who.person_ids or [0]))
