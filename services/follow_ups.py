"""Follow-ups: the next touch of a customer, with time, owner and reason; planned, done, put off, moved, handed over."""

from datetime import date, datetime, time

from db.models import Ending, FollowUp, Role
from services import access, audit, clock, company, due, series
from services.due_times import MORNING, Snooze, instant, put_off
from services.errors import Invalid, NotFound
from services.inputs import line
from services.interactions import coming
from services.text import _
from services.work import Work


def plan(
    w: Work, customer_id: int, reason: str, on: date, *, at: time | None = None, owner_id: int | None = None
) -> FollowUp:
    """The next touch, for oneself or for a colleague. Staff only. Raises Invalid, NotFound.

    `at` is a time on the actor's clock; without one the follow-up is of the morning, as the company counts days.
    """
    w.require(Role.STAFF)
    row = FollowUp(
        customer_id=access.customer(w, customer_id).id,
        owner_id=w.actor.staff_id if owner_id is None else due.colleague(w, owner_id),
        reason=line(reason, _("Reason"), 200),
        due_at=_at(w, on, at),
        created_at=w.now,
    )
    w.session.add(row)
    w.session.flush()
    audit.record(w, "follow_ups.plan", "follow_up", row.id, customer_id=customer_id, after=audit.snapshot(row))
    return row


def done(w: Work, follow_up_id: int) -> FollowUp:
    """The touch took place; one of a series plans the next. Staff only.

    Raises NotFound, Conflict when it was done before.
    """
    row = _of_series(w, follow_up_id)
    due.change(w, row, "follow_ups.done", done_at=w.now, ending=Ending.DONE)
    series.carry_on(w, row)
    return row


def skip(w: Work, follow_up_id: int) -> FollowUp:
    """Leave this one of a series out and go on with the next. Staff only. Raises NotFound, Invalid, Conflict."""
    row = _of_series(w, follow_up_id)
    if row.series_id is None:
        raise Invalid(_("Follow-up"), _("only one of a series can be skipped; move this one instead"))
    due.change(w, row, "follow_ups.skip", done_at=w.now, ending=Ending.SKIPPED)
    series.carry_on(w, row)
    return row


def snooze(w: Work, follow_up_id: int, how: Snooze, *, seen: str | None = None) -> FollowUp:
    """Put it off, by the actor's clock. Staff only. Raises NotFound, Conflict."""
    row = _row(w, follow_up_id)
    due.change(w, row, "follow_ups.snooze", as_seen=seen, due_at=put_off(w.now, Snooze(how), w.actor.zone))
    return row


def move(w: Work, follow_up_id: int, on: date, *, at: time | None = None, seen: str | None = None) -> FollowUp:
    """To another day. `seen` is the line's, as it was shown. Staff only. Raises Invalid, NotFound, Conflict."""
    row = _row(w, follow_up_id)
    due.change(w, row, "follow_ups.move", as_seen=seen, due_at=_at(w, on, at))
    return row


def hand_over(w: Work, follow_up_id: int, staff_id: int, *, seen: str | None = None) -> FollowUp:
    """To a colleague, or to oneself. Staff only. Raises NotFound, Conflict."""
    row = _row(w, follow_up_id)
    due.change(w, row, "follow_ups.hand_over", as_seen=seen, owner_id=due.colleague(w, staff_id))
    return row


def _at(w: Work, on: date, at: time | None) -> datetime:
    if at is None:
        return instant(coming(w, on, _("Next touch")), MORNING, company.of(w).zone)
    moment = instant(on, at, w.actor.zone)
    if moment < w.now:
        raise Invalid(_("Next touch"), _("this time is over; choose a later one"))
    coming(w, clock.day_of(moment, company.of(w).zone), _("Next touch"))
    return moment


def _row(w: Work, follow_up_id: int) -> FollowUp:
    w.require(Role.STAFF)
    row = w.session.get(FollowUp, follow_up_id, populate_existing=True)
    if row is None:
        raise NotFound(_("follow-up"))
    return row


def _of_series(w: Work, follow_up_id: int) -> FollowUp:
    """The follow-up as it is once its series, if it has one, is kept from others."""
    row = _row(w, follow_up_id)
    series.hold(w, row)
    return row if row.series_id is None else _row(w, follow_up_id)
