"""Promises to customers, who see them: made with a day and an owner, kept or broken, moved, handed over."""

from datetime import date

from db.models import Promise, Role
from services import access, audit, due
from services.errors import Invalid, NotFound
from services.inputs import line
from services.interactions import coming
from services.text import _
from services.work import Work


def make(
    w: Work, customer_id: int, what: str, until: date, *, owner_id: int | None = None, case_id: int | None = None
) -> Promise:
    """Promise it. Staff only. Raises Invalid, NotFound."""
    w.require(Role.STAFF)
    row = Promise(
        customer_id=access.customer(w, customer_id).id,
        owner_id=w.actor.staff_id if owner_id is None else due.colleague(w, owner_id),
        what=line(what, _("Promise"), 400),
        due_on=coming(w, until, _("Promised until")),
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
    due.change(w, row, "promises.kept", kept_at=w.now)
    return row


def broken(w: Work, promise_id: int) -> Promise:
    """We did not, and will not any more. Staff only. Raises NotFound, Conflict when it was settled before."""
    row = _row(w, promise_id)
    due.change(w, row, "promises.broken", broken_at=w.now)
    return row


def move(w: Work, promise_id: int, until: date, *, seen: str | None = None) -> Promise:
    """A new day, as agreed with the customer. Staff only. Raises Invalid, NotFound, Conflict."""
    row = _row(w, promise_id)
    due.change(w, row, "promises.move", as_seen=seen, due_on=coming(w, until, _("Promised until")))
    return row


def hand_over(w: Work, promise_id: int, staff_id: int, *, seen: str | None = None) -> Promise:
    """To a colleague, or to oneself. Staff only. Raises NotFound, Conflict."""
    row = _row(w, promise_id)
    due.change(w, row, "promises.hand_over", as_seen=seen, owner_id=due.colleague(w, staff_id))
    return row


def _row(w: Work, promise_id: int) -> Promise:
    w.require(Role.STAFF)
    row = w.session.get(Promise, promise_id, populate_existing=True)
    if row is None:
        raise NotFound(_("promise"))
    return row
