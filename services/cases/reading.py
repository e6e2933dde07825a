"""One's cases, and one case with what was said in it. Notes and ownership are for staff only."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select as columns_of
from sqlmodel import col, select

from db.models import (
    Case,
    CaseMerge,
    CaseState,
    Customer,
    Direction,
    Interaction,
    Message,
    Person,
    Role,
    StaffMember,
    Team,
)
from services import access, due
from services.cases import checklists, routing
from services.cases.changing import stand
from services.cases.rules import case_number, family, root_of
from services.work import Work

PER_PAGE = 20
MOST_SAID = 200  # the newest messages, and the newest notes, of a case that are shown


@dataclass(frozen=True)
class CaseRow:
    id: int
    number: str
    subject: str
    state: CaseState
    next_step: str
    answer_by: datetime | None
    opened_at: datetime
    topic: str = ""


@dataclass(frozen=True)
class Said:
    """A message of the thread."""

    id: int
    author: str
    by_customer: bool
    text: str
    at: datetime
    unread: bool


@dataclass(frozen=True)
class Note:
    """A contact about the case; the customer never sees it."""

    id: int
    author: str
    text: str
    at: datetime


@dataclass(frozen=True)
class CaseView:
    """One case. `notes`, `owner_id`, `team_id`, `priority` and `seen` are empty for the customer."""

    row: CaseRow
    customer_id: int
    customer: str
    order_id: int | None
    thread: list[Said]
    notes: list[Note]
    last_message: int
    unread: bool
    owner_id: int | None = None
    team_id: int | None = None
    priority: str = ""
    seen: str = ""
    routed_for: str = ""
    may_settle: bool = True
    due_at: datetime | None = None
    resolve_by: datetime | None = None
    resolve_left_minutes: int | None = None
    alarm: str = ""
    team: str = ""  # who looks after it, also for the customer
    steps_left: int = 0  # of its checklist
    came_as: str = ""  # the number that was asked for, where it leads to another


def listing(w: Work, before: int | None = None) -> list[CaseRow]:
    """One's own cases, newest first, `PER_PAGE` of them older than the case `before`."""
    joined = select(CaseMerge.id).where(CaseMerge.case_id == Case.id, col(CaseMerge.undone_at).is_(None))
    mine = select(Case).where(access.own_cases(w), ~joined.exists()).order_by(col(Case.id).desc()).limit(PER_PAGE)
    if before is not None:
        mine = mine.where(col(Case.id) < before)
    return [_row(case) for case in w.session.exec(mine)]


def view(w: Work, case_id: int) -> CaseView:
    """The case for its customer or for staff. The number of queries does not grow with the thread. Raises NotFound."""
    w.require(Role.CUSTOMER, Role.STAFF)
    case, ours = _led_to(w, case_id)
    customer = w.session.get_one(Customer, case.customer_id)
    thread = _thread(w, ours)
    theirs = w.actor.role is not Role.CUSTOMER
    seen = CaseView(
        row=_row(case),
        customer_id=case.customer_id,
        customer=due.called(case.customer_id, customer.name, customer.company),
        order_id=case.order_id,
        thread=thread,
        notes=[],
        last_message=thread[-1].id if thread else 0,
        team=_team(w, case),
        came_as=case_number(case_id) if case_id != case.id else "",
        unread=any(s.unread and s.by_customer is theirs for s in thread),
    )
    if w.actor.role is Role.CUSTOMER:
        return seen
    return replace(
        seen,
        notes=_notes(w, ours),
        owner_id=case.owner_id,
        team_id=case.team_id,
        priority=case.priority,
        seen=stand(case),
        routed_for=case.routed_for,
        may_settle=routing.may_settle(w, case),
        due_at=case.due_at,
        resolve_by=case.resolve_by,
        resolve_left_minutes=case.resolve_left_minutes,
        alarm=case.alarm,
        steps_left=checklists.left(w, case.id),
    )


def others(w: Work, case_id: int, most: int = 30) -> dict[int, str]:
    """The customer's other cases that stand for themselves, newest first: number and subject. Staff only."""
    w.require(Role.STAFF)
    case, ours = _led_to(w, case_id)
    joined = select(CaseMerge.id).where(CaseMerge.case_id == Case.id, col(CaseMerge.undone_at).is_(None))
    rows = select(Case).where(Case.customer_id == case.customer_id, col(Case.id).not_in(ours), ~joined.exists())
    found = w.session.exec(rows.order_by(col(Case.id).desc()).limit(most))
    return {other.id: f"{case_number(other.id)} {other.subject}" for other in found}


def _team(w: Work, case: Case) -> str:
    team = w.session.get(Team, case.team_id) if case.team_id is not None else None
    return team.name if team else ""


def changed(w: Work, case_id: int) -> tuple[int, str]:
    """What differs once somebody wrote or changed the case, for asking often. Raises NotFound."""
    w.require(Role.CUSTOMER, Role.STAFF)
    case, ours = _led_to(w, case_id)
    newest = select(Message.id).where(col(Message.case_id).in_(ours)).order_by(col(Message.id).desc()).limit(1)
    told = (case.state.value, case.next_step) if w.actor.role is Role.CUSTOMER else stand(case)
    return w.session.exec(newest).first() or 0, str(told)


def _led_to(w: Work, case_id: int) -> tuple[Case, list[int]]:
    """The case that a number leads to, and all whose threads are read with it. Raises NotFound."""
    access.case(w, case_id)
    root = root_of(w, case_id)
    return w.session.get_one(Case, root), family(w, root)


def _row(case: Case) -> CaseRow:
    return CaseRow(
        case.id,
        case_number(case.id),
        case.subject,
        case.state,
        case.next_step,
        case.answer_by,
        case.opened_at,
        case.topic,
    )


def _thread(w: Work, ours: list[int]) -> list[Said]:
    newest = (
        columns_of(col(Message.id), col(Message.direction), col(Message.body), col(Message.sent_at),
                   col(Message.read_at), col(Person.name))
        .outerjoin(Person, col(Person.id) == col(Message.author_id))
        .where(col(Message.case_id).in_(ours))
        .order_by(col(Message.id).desc())
        .limit(MOST_SAID)
    )  # fmt: skip
    rows = list(w.session.connection().execute(newest))
    return [
        Said(r.id, r.name or "", r.direction is Direction.IN, r.body, r.sent_at, r.read_at is None)
        for r in reversed(rows)
    ]


def _notes(w: Work, ours: list[int]) -> list[Note]:
    newest = (
        columns_of(col(Interaction.id), col(Interaction.summary), col(Interaction.happened_at), col(StaffMember.name))
        .outerjoin(StaffMember, col(StaffMember.id) == col(Interaction.staff_id))
        .where(col(Interaction.case_id).in_(ours))
        .order_by(col(Interaction.id).desc())
        .limit(MOST_SAID)
    )
    rows = w.session.connection().execute(newest)
    return [Note(r.id, r.name or "", r.summary, r.happened_at) for r in rows]
