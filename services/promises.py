"""Promises to customers, who see them: made with day or time and an owner, kept or broken, moved, handed over.

Putting a promise off takes it from the list of the day for a while; what the customer was told stays.
"""

from datetime import date, datetime, time

from db.models import Promise, Role
from services import access, audit, clock, company, due
from services.due_times import Snooze, instant, put_off
from services.errors import Invalid, NotFound
from services.inputs import line
from services.interactions import coming
from services.text import _
from services.work import Work


def make(
    w: Work,
    customer_id: int,
    what: str,
    until: date,
    *,
    at: time | None = None,
    owner_id: int | None = None,
    case_id: int | None = None,
) -> Promise:
    """Promise it, by the end of the day or by `at` on the actor's clock. Staff only. Raises Invalid, NotFound."""
    w.require(Role.STAFF)
    day, moment = _until(w, until, at)
    row = Promise(
        customer_id=access.customer(w, customer_id).id,
        owner_id=w.actor.staff_id if owner_id is None else due.colleague(w, owner_id),
        what=line(what, _("Promise"), 400),
        due_on=day,
        due_at=moment,
        made_at=w.now,
    )
    if case_id is not None:
        if access.case(w, case_id).customer_id != customer_id:
            raise Invalid(_("Case"), _("this case belongs to another customer"))
        row.case_id = case_id
    w.session.add(row)
    w.session.flush()
    audit.record(w, "promises.make", "promise", row.id, customer_id=customer_id, after=audit.snapshot(row))
    return row


def kept(w: Work, promise_id: int) -> Promise:
    """We did what we said. Staff only. Raises NotFound, Conflict when it was settled before."""
    row = _row(w, promise_id)
    due.change(w, row, "promises.kept", kept_at=w.now, kept_late=is_late(w, row))
    return row


def broken(w: Work, promise_id: int) -> Promise:
    """We did not, and will not any more. Staff only. Raises NotFound, Conflict when it was settled before."""
    row = _row(w, promise_id)
    due.change(w, row, "promises.broken", broken_at=w.now)
    return row


def move(w: Work, promise_id: int, until: date, *, at: time | None = None, seen: str | None = None) -> Promise:
    """A new day, as agreed with the customer. Staff only. Raises Invalid, NotFound, Conflict."""
    row = _row(w, promise_id)
    day, moment = _until(w, until, at)
    due.change(w, row, "promises.move", as_seen=seen, due_on=day, due_at=moment, snoozed_until=None)
    return row


def snooze(w: Work, promise_id: int, how: Snooze, *, seen: str | None = None) -> Promise:
    """Off the list of the day for a while, by the actor's clock. Staff only. Raises NotFound, Conflict."""
    row = _row(w, promise_id)
    due.change(w, row, "promises.snooze", as_seen=seen, snoozed_until=put_off(w.now, Snooze(how), w.actor.zone))
    return row


def hand_over(w: Work, promise_id: int, staff_id: int, *, seen: str | None = None) -> Promise:
    """To a colleague, or to oneself. Staff only. Raises NotFound, Conflict."""
    row = _row(w, promise_id)
    due.change(w, row, "promises.hand_over", as_seen=seen, owner_id=due.colleague(w, staff_id))
    return row


def is_late(w: Work, row: Promise) -> bool:
    """Whether the time is over: the moment that was named, or the day as the company counts days."""
    if row.due_at is not None:
        return w.now > row.due_at
    return clock.day_of(w.now, company.of(w).zone) > row.due_on


def _until(w: Work, until: date, at: time | None) -> tuple[date, datetime | None]:
    """The day as the company counts days, and the moment where a time was named."""
    if at is None:
        return coming(w, until, _("Promised until")), None
    moment = instant(until, at, w.actor.zone)
    if moment < w.now:
        raise Invalid(_("Promised until"), _("this time is over; choose a later one"))
    return coming(w, clock.day_of(moment, company.of(w).zone), _("Promised until")), moment


def _row(w: Work, promise_id: int) -> Promise:
    w.require(Role.STAFF)
    row = w.session.get(Promise, promise_id, populate_existing=True)
    if row is None:
        raise NotFound(_("promise"))
    return row
