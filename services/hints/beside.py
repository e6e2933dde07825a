"""What went wrong with customers lately, in words and numbers: read from the cases, promises, contacts and orders.

A fixed number of questions for any number of customers, each through an index that begins with the customer.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlmodel import col

from db.models import Case, Interaction, Order, OrderStatus, Promise, Return
from services import clock, company
from services.cases.rules import case_number
from services.search import order_number
from services.segments.asking import complaint_words
from services.text import _, local_day, ngettext
from services.work import Work

#: A complaint, a broken promise, a cancelled or returned order is told for so long.
LATELY = timedelta(days=60)
#: What is cancelled or returned lately was ordered within these days.
ORDERED = timedelta(days=180)

Told = dict[int, str]


def beside(w: Work, customers: Collection[int]) -> dict[int, list[str]]:
    """Customer -> reasons, those first that we owe something: late cases, promises, complaints, orders that came to
    nothing. Who has none is left out.
    """
    if not customers:
        return {}
    late, cases = _late_cases(w, customers)
    parts = (late, _promises(w, customers), _complaints(w, customers, cases), _orders(w, customers))
    found: dict[int, list[str]] = {}
    for part in parts:
        for customer_id, told in part.items():
            found.setdefault(customer_id, []).append(told)
    return found


def _late_cases(w: Work, customers: Collection[int]) -> tuple[Told, set[int]]:
    """The case that is longest past its goal, and the numbers of all that are."""
    late: Select[*tuple[Any, ...]] = select(
        col(Case.customer_id), col(Case.id), col(Case.opened_at), col(Case.due_at)
    ).where(col(Case.customer_id).in_(customers), col(Case.closed_at).is_(None), col(Case.due_at) < w.now)
    told, numbers = Told(), set[int]()
    found = sorted(w.session.connection().execute(late), key=lambda r: r.due_at, reverse=True)
    for customer_id, case_id, opened, due in found:
        numbers.add(case_id)
        open_for = ngettext("open for {n} day", "open for {n} days", (w.now - opened).days)
        over = (w.now - due).days
        past = ngettext("{n} past its goal", "{n} past its goal", over) if over else _("past its goal")
        words = _("case {number}: {open}, {past}")
        told[customer_id] = words.format(number=case_number(case_id), open=open_for, past=past)
    return told, numbers


def _promises(w: Work, customers: Collection[int]) -> Told:
    """The last one that was not kept: broken, or past its day."""
    zone = company.of(w).zone
    today = clock.day_of(w.now, zone)
    kept_open = and_(col(Promise.broken_at).is_(None), col(Promise.due_on) < today)
    rows = w.session.connection().execute(
        select(col(Promise.customer_id), col(Promise.due_on))
        .where(
            col(Promise.customer_id).in_(customers),
            col(Promise.due_on) >= today - LATELY,
            col(Promise.kept_at).is_(None),
            or_(col(Promise.broken_at).is_not(None), kept_open),
        )
        .order_by(col(Promise.due_on))
    )
    return {who: _("promised for {day} and not kept").format(day=local_day(on)) for who, on in rows}


def _complaints(w: Work, customers: Collection[int], told_already: set[int]) -> Told:
    """The last one, as a contact or a case; not about a case that is told already."""
    words, since = complaint_words(w), w.now - LATELY
    talks: Select[*tuple[Any, ...]] = select(
        col(Interaction.customer_id), col(Interaction.happened_at).label("at"), col(Interaction.case_id)
    ).where(
        col(Interaction.customer_id).in_(customers),
        col(Interaction.happened_at).between(since, w.now),
        func.lower(col(Interaction.reason)).in_(words),
    )
    cases: Select[*tuple[Any, ...]] = select(
        col(Case.customer_id), col(Case.opened_at).label("at"), col(Case.id).label("case_id")
    ).where(
        col(Case.customer_id).in_(customers),
        col(Case.opened_at).between(since, w.now),
        func.lower(col(Case.topic)).in_(words),
    )
    # Sorted here: a database that is asked for an order walks an index of times, through everybody's contacts.
    found = [r for asked in (talks, cases) for r in w.session.connection().execute(asked)]
    rows = sorted(found, key=lambda r: r.at)
    words_told = _("complaint on {day}")
    return {r.customer_id: words_told.format(day=_day(w, r.at)) for r in rows if r.case_id not in told_already}


def _orders(w: Work, customers: Collection[int]) -> Told:
    """The last order that was cancelled or of which something came back."""
    since = w.now - LATELY
    cancelled = func.coalesce(col(Order.cancelled_at), col(Order.ordered_at))
    rows = w.session.connection().execute(
        select(col(Order.customer_id), col(Order.id), cancelled.label("cancelled_at"), col(Return.requested_at))
        .outerjoin(Return, and_(col(Return.order_id) == col(Order.id), col(Return.requested_at) >= since))
        .where(
            col(Order.customer_id).in_(customers),
            col(Order.ordered_at) >= w.now - ORDERED,
            or_(and_(col(Order.status) == OrderStatus.CANCELLED, cancelled >= since), col(Return.id).is_not(None)),
        )
        .order_by(func.coalesce(col(Return.requested_at), cancelled))
    )
    told = Told()
    for r in rows:
        words = (
            _("order {number} cancelled on {day}") if r.requested_at is None else _("return of order {number} on {day}")
        )
        at = r.requested_at or r.cancelled_at
        told[r.customer_id] = words.format(number=order_number(r.id), day=_day(w, at))
    return told


def _day(w: Work, at: datetime) -> str:
    return local_day(clock.day_of(at, company.of(w).zone))
