"""The worker's part: what is due is ordered, what comes soon is announced, what was paused until today goes on."""

import logging
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from db.models import Customer, Person, Role, StandingOrder, StandingState
from services import company
from services.errors import RapportError
from services.standing import mail
from services.standing.asking import today
from services.standing.running import hold, place_due
from services.standing.steps import go_on, held
from services.text import _
from services.work import SYSTEM, Actor, Work, reading, work

LOG = logging.getLogger(__name__)
#: From this hour of the company's day on, so that no mail comes at night.
FROM = time(6, 0)
#: A run is announced this many days before, so that it can still be skipped or changed.
ANNOUNCED = timedelta(days=2)
PER_TICK = 20


def tick() -> int:
    """Do what is due now, at most `PER_TICK` standing orders of each kind. Returns how many were dealt with.

    One that fails does not keep the others; several processes may tick at once.
    """
    dealt = 0
    for ids, act in ((_paused, _resume), (_coming, _announce), (_due, run)):
        with reading(SYSTEM) as w:
            found = ids(w) if _is_day(w) else []
        for standing_id in found:
            try:
                act(standing_id)
                dealt += 1
            except RapportError:
                LOG.exception("standing order %s could not be dealt with", standing_id)
    return dealt


def run(standing_id: int) -> int | None:
    """Order one that is due and return the order's id; None where it waits for the customer or is not due any more."""
    actor = _orderer(standing_id)
    try:
        if actor is not None:
            with work(actor) as w:
                return place_due(w, standing_id)
        why = _("Nobody who may order belongs to this account at the moment.")
    except RapportError as refused:  # also a price that has risen: see running.Waits
        why = str(refused)
    with work(SYSTEM) as w:
        hold(w, standing_id, why)
    return None


def _orderer(standing_id: int) -> Actor | None:
    """Whoever began it, or else another person of the same customer who may order; None where there is nobody."""
    with reading(SYSTEM) as w:
        one = w.session.get_one(StandingOrder, standing_id)
        rows = select(Person).where(
            Person.customer_id == one.customer_id,
            Person.role == Role.CUSTOMER,
            col(Person.may_order),
            col(Person.disabled_at).is_(None),
        )
        people = w.session.exec(rows.order_by(col(Person.id))).all()
        who = next((p for p in people if p.id == one.person_id), people[0] if people else None)
        if who is None:
            return None
        own = who.time_zone or w.session.get_one(Customer, one.customer_id).time_zone
        return Actor(
            person_id=who.id,
            role=who.role,
            name=who.name,
            email=who.email,
            customer_id=who.customer_id,
            language=who.language,
            zone=ZoneInfo(own) if own else company.of(w).zone,
            sees_orders=who.sees_orders,
            may_order=who.may_order,
            manages_people=who.manages_people,
        )


def _resume(standing_id: int) -> None:
    with work(SYSTEM) as w:
        one = held(w, standing_id)
        if one.state is StandingState.PAUSED and one.paused_until is not None and one.paused_until <= today(w):
            go_on(w, one)


def _announce(standing_id: int) -> None:
    with work(SYSTEM) as w:
        one = held(w, standing_id)
        if one.state is StandingState.ACTIVE and one.announced_on != one.next_on:
            one.announced_on = one.next_on
            w.session.add(one)
            mail.announced(w, one)


def _is_day(w: Work) -> bool:
    return w.now.astimezone(company.of(w).zone).time() >= FROM


def _due(w: Work) -> list[int]:
    rows = select(StandingOrder.id).where(StandingOrder.state == StandingState.ACTIVE)
    rows = rows.where(col(StandingOrder.next_on) <= today(w)).order_by(
        col(StandingOrder.next_on), col(StandingOrder.id)
    )
    return list(w.session.exec(rows.limit(PER_TICK)))


def _coming(w: Work) -> list[int]:
    soon = today(w), today(w) + ANNOUNCED
    rows = select(StandingOrder.id).where(
        StandingOrder.state == StandingState.ACTIVE,
        col(StandingOrder.next_on) > soon[0],
        col(StandingOrder.next_on) <= soon[1],
        col(StandingOrder.announced_on).is_distinct_from(col(StandingOrder.next_on)),
    )
    return list(w.session.exec(rows.order_by(col(StandingOrder.id)).limit(PER_TICK)))


def _paused(w: Work) -> list[int]:
    rows = select(StandingOrder.id).where(
        StandingOrder.state == StandingState.PAUSED, col(StandingOrder.paused_until) <= today(w)
    )
    return list(w.session.exec(rows.order_by(col(StandingOrder.id)).limit(PER_TICK)))
