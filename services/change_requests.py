"""Deciding on changes of an account that wait for approval, and showing them to both sides."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from db.models import ChangeRequest, Customer, Person, RequestState, Role
from services import access, due, outbox, recovery
from services.accounts import addresses, approval, details, phones
from services.errors import Conflict, NotFound
from services.inputs import line
from services.text import _, speaking
from services.work import Work

MOST = 50
SHOWN_FOR = timedelta(days=30)  # how long the customer is shown what became of it


@dataclass(frozen=True)
class Request:
    """One wish: what it was when asked, what it should become, and what it is `now` (theirs, where that differs)."""

    id: int
    customer_id: int
    customer: str
    field: str
    old: str
    new: str
    now: str
    state: RequestState
    asked_at: datetime
    asked_by: str
    decided_at: datetime | None
    answer: str
    mine: bool  # asked by whoever looks

    @property
    def stale(self) -> bool:
        return self.state is RequestState.OPEN and self.now != self.old


def mine(w: Work) -> list[Request]:
    """The customer's own: all that wait, and what was decided in the last 30 days, the newest first."""
    own = access.own_customer_id(w)
    lately = or_(col(ChangeRequest.state) == RequestState.OPEN, col(ChangeRequest.decided_at) >= w.now - SHOWN_FOR)
    seen = select(ChangeRequest).where(ChangeRequest.customer_id == own, lately)
    seen = seen.where(col(ChangeRequest.state) != RequestState.WITHDRAWN)
    # What somebody else of the customer is called, and their address, is theirs.
    private = col(ChangeRequest.field).in_(("name", "email")) & (col(ChangeRequest.person_id) != w.actor.person_id)
    seen = seen.where(~private)
    return _shown(w, seen.order_by(col(ChangeRequest.asked_at).desc(), col(ChangeRequest.id).desc()))


def of_customer(w: Work, customer_id: int) -> list[Request]:
    """What waits at a customer, the oldest first. Staff only. Raises NotFound."""
    w.require(Role.STAFF)
    access.customer(w, customer_id)
    return _shown(w, _open().where(ChangeRequest.customer_id == customer_id))


def waiting(w: Work, scope: due.Scope) -> list[Request]:
    """What waits at the customers of the scope (and of nobody), the oldest first. Staff only."""
    w.require(Role.STAFF)
    manager = col(Customer.account_manager_id)
    of_scope = or_(manager.in_(due.owners(w, scope)), manager.is_(None))
    return _shown(w, _open().join(Customer, col(Customer.id) == col(ChangeRequest.customer_id)).where(of_scope))


def _open() -> SelectOfScalar[ChangeRequest]:
    asked = select(ChangeRequest).where(ChangeRequest.state == RequestState.OPEN)
    return asked.order_by(col(ChangeRequest.asked_at), col(ChangeRequest.id))


def withdraw(w: Work, request_id: int) -> None:
    """Take one's own wish back. Raises NotFound, and Conflict when it was decided meanwhile."""
    own, row = access.own_customer_id(w), w.session.get(ChangeRequest, request_id)
    if row is None or row.customer_id != own or not _may_withdraw(w, row):
        raise NotFound(_("request"))
    approval.closed(w, row, RequestState.WITHDRAWN)


def _may_withdraw(w: Work, row: ChangeRequest) -> bool:
    return row.person_id in (None, w.actor.person_id)


def accept(w: Work, request_id: int, *, seen: str) -> None:
    """Carry the change out; the customer is told. `seen` is what the page showed as the present value.

    Staff only. Raises NotFound, and Conflict when it was decided, or the field was changed again, meanwhile.
    """
    row = _asked(w, request_id)
    own = access.customer(w, row.customer_id)
    person = w.session.get(Person, row.person_id) if row.person_id else None
    now = _now(w, row, own, person)
    if now != seen:
        told = _("This was changed again meanwhile; it says “{now}” now. Nothing was done; please look again.")
        raise Conflict(told.format(now=now))
    approval.closed(w, row, RequestState.ACCEPTED)
    details.renewed(w, own, None)
    _apply(w, row, own, person)
    _tell(w, row, person, _("Your change was accepted"), "")


def reject(w: Work, request_id: int, reason: object) -> None:
    """Turn it down with a reason that the customer reads. Staff only. Raises NotFound, Invalid, Conflict."""
    row = _asked(w, request_id)
    told = line(reason, _("Reason"), 400)
    approval.closed(w, row, RequestState.REJECTED, told)
    person = w.session.get(Person, row.person_id) if row.person_id else None
    _tell(w, row, person, _("Your change was not accepted"), told)


def _asked(w: Work, request_id: int) -> ChangeRequest:
    w.require(Role.STAFF)
    found = w.session.get(ChangeRequest, request_id)
    if found is None:
        raise NotFound(_("request"))
    return found


def _now(w: Work, row: ChangeRequest, own: Customer, person: Person | None) -> str:
    """What the account says at this moment where the request wants something else."""
    change: dict[str, Any] = row.change
    if change["verb"] == "add":
        return ""
    if row.field == "address":
        return addresses.line_of(w, own, int(change["row"]))
    if row.field == "phone":
        return phones.number_of(w, own, int(change["row"]))
    if person is None:
        return ""
    return person.email if row.field == "email" else details.value_of(w, own, person, row.field)


def _apply(w: Work, row: ChangeRequest, own: Customer, person: Person | None) -> None:
    change: dict[str, Any] = row.change
    if row.field == "address":
        _apply_address(w, own, change)
    elif row.field == "phone":
        if change["verb"] == "add":
            phones.free(w, own.id, change["e164"])
            phones.added(w, own, change["e164"], change["written"])
        else:
            phones.removed(w, own, phones.own_phone(w, own, int(change["row"])))
    elif person is None:
        raise NotFound(_("person"))
    elif row.field == "email":
        recovery.use_email(w, person, change["value"])
    else:
        before = details.value_of(w, own, person, row.field)
        details.put(own, person, row.field, change["value"])
        w.session.add_all([own, person])
        w.session.flush()
        details.saved(w, own, "accounts.change", {row.field: before}, {row.field: change["value"]})


def _apply_address(w: Work, own: Customer, change: dict[str, Any]) -> None:
    if change["verb"] == "add":
        addresses.room(w, own.id)
        addresses.added(w, own, change["values"], is_delivery=change["is_delivery"], is_billing=change["is_billing"])
        return
    row = addresses.own_address(w, own, int(change["row"]))
    if change["verb"] == "remove":
        addresses.removed(w, own, row)
    else:
        addresses.changed(w, own, row, change["values"], is_delivery=False, is_billing=False)


def _tell(w: Work, row: ChangeRequest, person: Person | None, subject: str, reason: str) -> None:
    if person is None or person.disabled_at is not None:
        return
    with speaking(person.language):
        told = [
            _("You wanted to change: {field}").format(field=details.labels()[row.field]),
            _("Before: {value}").format(value=row.old or "–"),
            _("Wanted: {value}").format(value=row.new or "–"),
            *([_("Why not: {reason}").format(reason=reason)] if reason else []),
            outbox.link("account"),
        ]
        outbox.post(w, "change-decided", person.email, subject, told, customer_id=row.customer_id)


def _shown(w: Work, statement: SelectOfScalar[ChangeRequest]) -> list[Request]:
    rows, labels, found = list(w.session.exec(statement.limit(MOST))), details.labels(), []
    people = _rows(w, Person, {r.person_id for r in rows if r.person_id})
    customers = _rows(w, Customer, {r.customer_id for r in rows})
    for r in rows:
        own, person = customers[r.customer_id], people.get(r.person_id or 0)
        now = _now(w, r, own, person) if r.state is RequestState.OPEN else r.old
        found.append(
            Request(
                id=r.id, customer_id=own.id, customer=due.called(own.id, own.name, own.company),
                field=labels[r.field], old=r.old, new=r.new, now=now, state=r.state, asked_at=r.asked_at,
                asked_by=person.name if person else "", decided_at=r.decided_at, answer=r.answer,
                mine=_may_withdraw(w, r),
            )
        )  # fmt: skip
    return found


def _rows(w: Work, model: Any, ids: set[int]) -> dict[int, Any]:
    return {r.id: r for r in w.session.exec(select(model).where(model.id.in_(ids)))} if ids else {}
