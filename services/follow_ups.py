"""Follow-ups: the next touch of a customer, with day, owner and reason; planned, done, moved, handed over."""

from datetime import UTC, date, datetime

from db.models import FollowUp, Role
from services import access, audit, company, due
from services.errors import NotFound
from services.inputs import line
from services.interactions import TOUCH_AT, coming
from services.text import _
from services.work import Work


def plan(w: Work, customer_id: int, reason: str, on: date, *, owner_id: int | None = None) -> FollowUp:
    """The next touch, for oneself or for a colleague. Staff only. Raises Invalid, NotFound."""
    w.require(Role.STAFF)
    row = FollowUp(
        customer_id=access.customer(w, customer_id).id,
        owner_id=w.actor.staff_id if owner_id is None else due.colleague(w, owner_id),
        reason=line(reason, _("Reason"), 200),
        due_at=_at(w, on),
        created_at=w.now,
    )
    w.session.add(row)
    w.session.flush()
    audit.record(w, "follow_ups.plan", "follow_up", row.id, customer_id=customer_id, after=audit.snapshot(row))
    return row


def done(w: Work, follow_up_id: int) -> FollowUp:
    """The touch took place. Staff only. Raises NotFound, Conflict when it was done before."""
    row = _row(w, follow_up_id)
    due.change(w, row, "follow_ups.done", done_at=w.now)
    return row


def move(w: Work, follow_up_id: int, on: date, *, seen: str | None = None) -> FollowUp:
    """To another day. `seen` is the line's, as it was shown. Staff only. Raises Invalid, NotFound, Conflict."""
    row = _row(w, follow_up_id)
    due.change(w, row, "follow_ups.move", as_seen=seen, due_at=_at(w, on))
    return row


def hand_over(w: Work, follow_up_id: int, staff_id: int, *, seen: str | None = None) -> FollowUp:
    """To a colleague, or to oneself. Staff only. Raises NotFound, Conflict."""
    row = _row(w, follow_up_id)
    due.change(w, row, "follow_ups.hand_over", as_seen=seen, owner_id=due.colleague(w, staff_id))
    return row


def _at(w: Work, on: date) -> datetime:
    day = coming(w, on, _("Next touch"))
    return datetime.combine(day, TOUCH_AT, company.of(w).zone).astimezone(UTC)


def _row(w: Work, follow_up_id: int) -> FollowUp:
    w.require(Role.STAFF)
    row = w.session.get(FollowUp, follow_up_id, populate_existing=True)
    if row is None:
        raise NotFound(_("follow-up"))
    return row
