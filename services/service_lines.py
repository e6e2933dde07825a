"""The specialised line of service: customers that a team looks after, for a reason that everybody sees.

New cases of such a customer go to the team, and only the team (and managers) may settle them.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import col, select

from db.models import CustomerLine, Person, Role, Team
from services import access, audit, clock, company, teams
from services.inputs import line
from services.interactions import coming
from services.text import _
from services.work import Work


@dataclass(frozen=True)
class Line:
    """The line of a customer as it is shown."""

    team_id: int
    team: str
    reason: str
    until_on: date | None
    set_at: datetime
    set_by: str


def put(w: Work, customer_id: int, team_id: int, reason: str, until_on: date | None = None) -> CustomerLine:
    """Give a customer to a team, for a reason. Staff only; who may is the team's own matter. Raises Invalid, NotFound.

    Its open cases stay where they are; new ones go to the team.
    """
    w.require(Role.STAFF)
    customer = access.customer(w, customer_id)
    row = w.session.get(CustomerLine, customer.id)
    before = {} if row is None else audit.snapshot(row)
    row = row or CustomerLine(customer_id=customer.id, team_id=0, reason="", set_at=w.now)
    row.team_id = teams.offered(w, team_id).id
    row.reason = line(reason, _("Reason"), 400)
    row.until_on = None if until_on is None else coming(w, until_on, _("Until"))
    row.set_at, row.set_by_id = w.now, w.actor.person_id
    w.session.add(row)
    w.session.flush()
    audit.record(w, "service_lines.put", "customer", customer.id, customer_id=customer.id, before=before,
                 after=audit.snapshot(row))  # fmt: skip
    return row


def end(w: Work, customer_id: int) -> None:
    """The customer is one of all again. Staff only. Raises NotFound."""
    w.require(Role.STAFF)
    row = w.session.get(CustomerLine, access.customer(w, customer_id).id)
    if row is not None:
        audit.record(w, "service_lines.end", "customer", customer_id, customer_id=customer_id,
                     before=audit.snapshot(row))  # fmt: skip
        w.session.delete(row)
        w.session.flush()


def of(w: Work, customer_id: int) -> Line | None:
    """The line of a customer today; None once its last day is over. One question. Staff only."""
    w.require(Role.STAFF)
    return _line(w, customer_id)


def behind(w: Work, customer_id: int) -> Line | None:
    """As `of`, for verbs that have authorised themselves: a customer's own new case is routed by it too."""
    return _line(w, customer_id)


def _line(w: Work, customer_id: int) -> Line | None:
    found = (
        select(CustomerLine, Team.name, Person.name)
        .join(Team, col(Team.id) == col(CustomerLine.team_id))
        .outerjoin(Person, col(Person.id) == col(CustomerLine.set_by_id))
        .where(CustomerLine.customer_id == customer_id)
    )
    row = w.session.exec(found).one_or_none()
    if row is None:
        return None
    of_it, team, by = row
    if of_it.until_on is not None and of_it.until_on < clock.day_of(w.now, company.of(w).zone):
        return None
    return Line(of_it.team_id, team, of_it.reason, of_it.until_on, of_it.set_at, by or "")
