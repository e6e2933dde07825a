"""What follow-ups and promises have in common: whose they are, which day they are for, and who acted first."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CursorResult, Select, or_, select, update
from sqlmodel import col

from db.models import Customer, FollowUp, Person, Promise, StaffMember, TeamMember
from services import audit, teams
from services.errors import Conflict, NotFound
from services.search import customer_number
from services.text import _
from services.work import Work


class Scope(StrEnum):
    """Whose work is looked at. What belongs to nobody is everybody's, so that it is not lost."""

    MINE = "mine"
    TEAM = "team"
    ALL = "all"


def owners(w: Work, scope: Scope) -> Select[int]:
    """The staff members of the scope, as a subquery. Without a team one's own team is oneself."""
    everybody = select(col(StaffMember.id))
    if scope is Scope.ALL:
        return everybody
    mine = col(StaffMember.id) == (w.actor.staff_id or 0)
    if scope is Scope.MINE:
        return everybody.where(mine)
    mates = select(col(TeamMember.staff_id)).where(col(TeamMember.team_id).in_(teams.own(w)))
    return everybody.where(or_(mine, col(StaffMember.id).in_(mates)))


def colleagues(w: Work) -> dict[int, str]:
    """Staff members with a sign-in that works, by name: those whom work can be handed to."""
    active = (
        select(col(StaffMember.id), col(StaffMember.name))
        .join(Person, col(Person.staff_id) == col(StaffMember.id))
        .where(col(Person.disabled_at).is_(None))
        .order_by(col(StaffMember.name), col(StaffMember.id))
    )
    return {row.id: row.name for row in w.session.connection().execute(active)}


def owners_to_choose(w: Work, now: int | None) -> dict[int, str]:
    """The colleagues, and whoever has it now by name, also without a sign-in."""
    known = colleagues(w)
    if now is not None and now not in known:
        was = w.session.get(StaffMember, now)
        known[now] = _("{name} (without a sign-in)").format(name=was.name if was else _("former colleague"))
    return known


def colleague(w: Work, staff_id: int) -> int:
    """The staff member, if work can be handed to them. Raises NotFound."""
    if staff_id not in colleagues(w):
        raise NotFound(_("colleague"))
    return staff_id


def called(customer_id: int, name: str | None, firm: str | None) -> str:
    """What a customer is called in a list."""
    return name or firm or customer_number(customer_id)


def customer_columns() -> tuple[Any, ...]:
    """What `called` needs of a joined customer."""
    return (col(Customer.name).label("customer_name"), col(Customer.company).label("customer_company"))


def seen(row: FollowUp | Promise) -> str:
    """How the row stood when it was shown; a verb that is given it back notices what a colleague did since."""
    if isinstance(row, FollowUp):
        return stamp(row.owner_id, row.due_at)
    return stamp(row.owner_id, row.due_on, row.due_at, row.snoozed_until)


def stamp(owner_id: int | None, *at: datetime | date | None) -> str:
    """See `seen`."""
    return " ".join([*(a.isoformat() if a else "" for a in at), str(owner_id or "")])


#: A change of one of these makes a new reminder.
_REMINDS_ANEW = {"due_at", "due_on", "snoozed_until", "owner_id"}


def change(
    w: Work,
    row: FollowUp | Promise,
    action: str,
    *,
    as_seen: str | None = None,
    **values: datetime | date | int | str | None,
) -> None:
    """Write `values` into an open row, once: of two colleagues the second is told so. Raises Conflict."""
    if values.keys() & _REMINDS_ANEW:
        values["reminded_at"] = None
    model = type(row)
    name = "follow_up" if isinstance(row, FollowUp) else "promise"
    open_as_read = [
        col(model.id) == row.id,
        col(model.owner_id).is_not_distinct_from(row.owner_id),
        *(
            (col(FollowUp.done_at).is_(None), col(FollowUp.due_at) == row.due_at)
            if isinstance(row, FollowUp)
            else (
                col(Promise.kept_at).is_(None),
                col(Promise.broken_at).is_(None),
                col(Promise.due_on) == row.due_on,
            )
        ),
    ]
    done = None
    if as_seen in (None, seen(row)):
        done = w.session.connection().execute(update(model).where(*open_as_read).values(**values))
    if not isinstance(done, CursorResult) or done.rowcount != 1:
        raise Conflict(_("A colleague was faster: this is done or changed already. The list is up to date now."))
    before = audit.snapshot(row)
    w.session.refresh(row)
    audit.record(w, action, name, row.id, customer_id=row.customer_id, before=before, after=audit.snapshot(row))
