"""What happens when the time of a case runs out: people are told, it becomes more urgent, the lead takes it.

A step of the worker. A case is looked at again only after its `alarm_at`, which moves on in the same transaction as
what was done; several processes pass over each other's cases. So all happens exactly once for each run of the clock.
"""

from sqlmodel import col, select

from db.models import Case, Person, Role, Team
from services import audit, teams
from services.cases import levels, notices
from services.cases.rules import PRIORITIES
from services.work import SYSTEM, Work, reading, work

AT_ONCE = 50


def step() -> int:
    """Look after the cases whose time has come; how many there were. For the worker."""
    with reading(SYSTEM) as w:  # mostly there is none, and a writer would keep others waiting
        waits = select(Case.id).where(col(Case.alarm_at) <= w.now, col(Case.closed_at).is_(None)).limit(1)
        if w.session.exec(waits).first() is None:
            return 0
    with work(SYSTEM) as w:
        return due(w)


def due(w: Work, most: int = AT_ONCE) -> int:
    """The same in a unit of work of the system's."""
    w.require(Role.ADMIN)
    waiting = (
        select(Case)
        .where(col(Case.alarm_at) <= w.now, col(Case.closed_at).is_(None))
        .order_by(col(Case.alarm_at))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    found = list(w.session.exec(waiting, execution_options={"populate_existing": True}))
    for case in found:
        _alarm(w, case)
    return len(found)


def _alarm(w: Work, case: Case) -> None:
    before = audit.snapshot(case)
    late = case.due_at is None or case.due_at <= w.now
    goal = ("answer" if case.due_at == case.answer_by else "solution") if late else ""  # counted by `breaches`
    case.alarm, case.alarm_at = ("late", None) if late else ("near", case.due_at)
    if late:
        _raise(w, case)
    w.session.add(case)
    w.session.flush()
    notices.tell(w, case, notices.Kind.LATE if late else notices.Kind.NEAR, _whom(w, case))
    after = audit.snapshot(case)
    audit.record(
        w, "cases.alarm", "case", case.id, customer_id=case.customer_id, before=before, after=after, reason=goal
    )


def _raise(w: Work, case: Case) -> None:
    level = levels.of(w, case)
    if level.raise_priority and case.priority in PRIORITIES[:-1]:
        case.priority = PRIORITIES[PRIORITIES.index(case.priority) + 1]
    lead = w.session.get(Team, case.team_id) if level.to_lead and case.team_id else None
    if lead is not None and lead.lead_id is not None:
        case.owner_id = lead.lead_id


def _whom(w: Work, case: Case) -> list[Person]:
    """The owner; of a case of nobody's the whole team."""
    return notices.owner(w, case) or (teams.addresses(w, case.team_id) if case.team_id else [])
