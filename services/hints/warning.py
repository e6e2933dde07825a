"""Customers who may be slipping away: silent for longer than is usual for them, and what went wrong beside it.

A list of what is so now, not a forecast: nothing here was tested against who really left. Nobody who objects to
predictions about the own person is in it, from the moment of the objection on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, or_, select
from sqlmodel import col

from db.models import (
    NOT_A_SALE,
    Customer,
    CustomerWarning,
    Direction,
    FollowUp,
    Interaction,
    Order,
    Purpose,
    Role,
)
from services import access, clock, company, consents
from services.due import Scope, called, customer_columns, owners
from services.expected_purchase import LOOKED_AT
from services.hints.beside import beside
from services.hints.silence import Interval, Silence, silence
from services.segments.watching import forgotten
from services.work import Work

REASONS = 3
#: Of the list found last night so many are looked at again for each that is shown: what is settled by now goes.
SPARE = 3
#: Whom we spoke to ourselves within these days is not called again for this.
SPOKEN = timedelta(days=14)


@dataclass(frozen=True)
class Slipping:
    """`reasons`: up to three, the silence first. `as_of`: when the whole company was looked through for it."""

    customer_id: int
    customer: str
    reasons: tuple[str, ...]
    as_of: datetime


def of_customer(w: Work, customer_id: int) -> Slipping | None:
    """One customer as things stand now; the silence alone is enough while it is not over long. Staff only.

    Raises NotFound.
    """
    w.require(Role.STAFF)
    customer = access.customer(w, customer_id)
    zone = company.of(w).zone
    mine = (
        select(col(Order.ordered_at))
        .where(
            col(Order.customer_id) == customer_id,
            col(Order.status).not_in(NOT_A_SALE),
            ~consents.objects(customer_id, Purpose.PROFILING),
        )
        .order_by(col(Order.ordered_at).desc(), col(Order.id).desc())
        .limit(LOOKED_AT)
    )
    bought = [clock.day_of(at, zone) for at in w.session.connection().scalars(mine)]
    quiet = silence(bought, clock.day_of(w.now, zone))
    if quiet is None or not quiet.long:
        return None
    reasons = told(quiet, beside(w, [customer_id]).get(customer_id, []))
    if len(reasons) == 1 and quiet.gone:
        return None
    return Slipping(customer_id, called(customer_id, customer.name, customer.company), reasons, w.now)


def told(quiet: Silence, others: list[str]) -> tuple[str, ...]:
    """The silence, then what stands beside it."""
    return (str(quiet), *others)[:REASONS]


def lately(w: Work, scope: Scope, most: int) -> list[Slipping]:
    """Of last night's list those of the scope's customers with whom nothing is planned, each read again. Staff only."""
    w.require(Role.STAFF)
    rows = list(w.session.connection().execute(_found(w, scope).limit(SPARE * most)))
    today = clock.day_of(w.now, company.of(w).zone)
    waiting = {r.customer_id: quiet for r in rows if (quiet := _silence(w, r, today)).long}
    others = beside(w, list(waiting))
    return list(_shown(rows, waiting, others))[:most]


def _shown(rows: list[Any], waiting: dict[int, Silence], others: dict[int, list[str]]) -> Iterator[Slipping]:
    for r in rows:
        if r.customer_id in waiting and r.customer_id in others:
            reasons = told(waiting[r.customer_id], others[r.customer_id])
            name = called(r.customer_id, r.customer_name, r.customer_company)
            yield Slipping(r.customer_id, name, reasons, r.as_of)


def _silence(w: Work, row: Any, today: date) -> Silence:
    """With the interval of last night, and the last purchase there is now."""
    last = clock.day_of(row.last_at, company.of(w).zone) if row.last_at else today
    return Silence((today - last).days, Interval(row.low, row.usual, row.high))


def _found(w: Work, scope: Scope) -> Any:
    who, manager = col(CustomerWarning.customer_id), col(Customer.account_manager_id)
    last = (
        select(col(Order.ordered_at))
        .where(col(Order.customer_id) == who, col(Order.status).not_in(NOT_A_SALE))
        .order_by(col(Order.ordered_at).desc(), col(Order.id).desc())
        .limit(1)
    )
    planned = exists().where(col(FollowUp.customer_id) == who, col(FollowUp.done_at).is_(None))
    spoken = exists().where(
        and_(col(Interaction.customer_id) == who, col(Interaction.happened_at) >= w.now - SPOKEN),
        col(Interaction.direction) == Direction.OUT,
    )
    mine = or_(manager.in_(owners(w, scope)), manager.is_(None))
    # An outer join although each row has its customer: from an inner one SQLite goes through all customers first.
    return (
        select(who, col(CustomerWarning.low), col(CustomerWarning.usual), col(CustomerWarning.high),
               col(CustomerWarning.as_of), last.scalar_subquery().label("last_at"), *customer_columns())
        .outerjoin(Customer, col(Customer.id) == who)
        .where(mine, ~planned, ~spoken, ~consents.objects(who, Purpose.PROFILING), ~forgotten())
        .order_by(col(CustomerWarning.place), who)
    )  # fmt: skip
