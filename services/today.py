"""What an agent has to do today: what is due, the open cases by time left, and what customers did since yesterday.

The number of queries is constant, each stops after `MOST` rows, and none counts. Work that belongs to nobody stands in
every scope.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, or_, select, text
from sqlmodel import col

from db.models import NEWS, AuditEntry, Case, CaseState, Customer, Message, Role, StaffMember, Team
from services import clock, company, working_time
from services.accounts.details import labels
from services.cases.scoping import within
from services.due import Scope, called, customer_columns, owners
from services.due_lines import Due, due_lines
from services.text import _
from services.work import Work

MOST = 30


@dataclass(frozen=True)
class CaseLeft:
    """An open case, with the time until which an answer was announced."""

    id: int
    customer_id: int
    customer: str
    subject: str
    state: CaseState
    next_step: str
    answer_by: datetime | None
    due_at: datetime | None  # the end of the clock that runs out first
    late: bool
    near: bool
    urgent: bool
    owner: str
    team: str


@dataclass(frozen=True)
class News:
    """Something a customer did by itself: a change of its account, a new case, a message."""

    id: int
    at: datetime
    customer_id: int
    customer: str
    entity: str  # customer, case, message
    case_id: int | None
    text: str


@dataclass(frozen=True)
class Today:
    """The start page of staff. `more` is set where a list was cut off."""

    as_of: datetime
    since: datetime
    due: list[Due]
    cases: list[CaseLeft]
    news: list[News]
    more_due: bool
    more_cases: bool


def today(w: Work, scope: Scope) -> Today:
    """Overdue and due first, then by time left, newest news first. Staff only."""
    w.require(Role.STAFF)
    zone = company.of(w).zone
    day = clock.day_of(w.now, zone)
    due = due_lines(w, scope, day, MOST + 1)
    cases = _cases(w, scope)
    since, _end = clock.day_bounds(working_time.of(w).working_day_before(day), zone)
    return Today(w.now, since, due[:MOST], cases[:MOST], _news(w, scope, since), len(due) > MOST, len(cases) > MOST)


def _cases(w: Work, scope: Scope) -> list[CaseLeft]:
    """Open cases, least time left first; those that wait for the customer have all the time and stand last."""
    statement: Select[*tuple[Any, ...]] = (
        select(col(Case.id), col(Case.customer_id), col(Case.subject), col(Case.state), col(Case.next_step),
               col(Case.answer_by), col(Case.due_at), col(Case.alarm), col(Case.priority),
               col(StaffMember.name).label("owner"), col(Team.name).label("team"), *customer_columns())
        .join(Customer, col(Customer.id) == col(Case.customer_id))
        .outerjoin(StaffMember, col(StaffMember.id) == col(Case.owner_id))
        .outerjoin(Team, col(Team.id) == col(Case.team_id))
        .where(col(Case.closed_at).is_(None), within(w, scope))
        .limit(MOST + 1)
    )  # fmt: skip
    timed = statement.where(col(Case.due_at).is_not(None)).order_by(col(Case.due_at), col(Case.id))
    untimed = statement.where(col(Case.due_at).is_(None)).order_by(col(Case.state) == CaseState.WAITING, col(Case.id))
    rows = list(w.session.connection().execute(timed))
    if len(rows) <= MOST:
        rows += w.session.connection().execute(untimed)
    return [
        CaseLeft(
            id=r.id,
            customer_id=r.customer_id,
            customer=called(r.customer_id, r.customer_name, r.customer_company),
            subject=r.subject,
            state=r.state,
            next_step=r.next_step,
            answer_by=r.answer_by,
            due_at=r.due_at,
            late=r.due_at is not None and r.due_at < w.now,
            near=r.alarm == "near",
            urgent=r.priority in ("high", "urgent"),
            owner=r.owner or "",
            team=r.team or "",
        )
        for r in rows
    ]


def _news(w: Work, scope: Scope, since: datetime) -> list[News]:
    """What customers did themselves, of those whose account manager is in the scope or who have none."""
    manager = col(Customer.account_manager_id)
    statement: Select[*tuple[Any, ...]] = (
        select(col(AuditEntry.id), col(AuditEntry.at), col(AuditEntry.entity), col(AuditEntry.entity_id),
               col(AuditEntry.before), col(AuditEntry.after), col(Customer.id).label("customer_id"),
               *customer_columns())
        .join(Customer, col(Customer.id) == col(AuditEntry.customer_id))
        .where(
            col(AuditEntry.at) >= since,
            text(NEWS),
            or_(
                col(AuditEntry.entity) == "customer",
                and_(col(AuditEntry.entity) == "message", col(AuditEntry.action) == "cases.write"),
            ),
            or_(manager.in_(owners(w, scope)), manager.is_(None)),
        )
        .order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc())
        .limit(MOST)
    )  # fmt: skip
    rows = list(w.session.connection().execute(statement))
    ids = [int(r.entity_id) for r in rows if r.entity == "message"]
    about = select(col(Message.id), col(Message.case_id), col(Message.body)).where(col(Message.id).in_(ids))
    said = {str(m.id): m for m in w.session.connection().execute(about)} if ids else {}
    return [_told(r, said.get(r.entity_id)) for r in rows]


def _told(row: Any, message: Any) -> News:
    words = labels()
    changed = ", ".join(word for name, word in words.items() if row.before.get(name) or row.after.get(name))
    return News(
        id=row.id,
        at=row.at,
        customer_id=row.customer_id,
        customer=called(row.customer_id, row.customer_name, row.customer_company),
        entity=row.entity,
        case_id=message.case_id if message else None,
        text=message.body if message else changed or _("changed the account"),
    )
