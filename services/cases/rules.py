"""What a case may become, until when it is answered, and what it is called."""

from datetime import UTC, datetime, timedelta

from sqlmodel import select

from db.models import STILL_OPEN, Case, CaseState, Role
from services import access, company
from services.errors import Invalid
from services.text import _
from services.work import Work

NEXT = {
    CaseState.OPEN: (CaseState.WAITING, CaseState.SOLVED, CaseState.CLOSED),
    CaseState.WAITING: (CaseState.OPEN, CaseState.SOLVED, CaseState.CLOSED),
    CaseState.SOLVED: (CaseState.OPEN, CaseState.WAITING, CaseState.CLOSED),
    CaseState.CLOSED: (CaseState.OPEN,),
}
PRIORITIES = ("low", "normal", "high", "urgent")


def case_number(case_id: int) -> str:
    """The number the customer reads out: Q0000123."""
    return f"Q{case_id:07d}"


def priority_in_words(priority: str) -> str:
    """How urgent a case is; an imported word stays as it is."""
    known = {"low": _("low"), "normal": _("normal"), "high": _("high"), "urgent": _("urgent")}
    return known.get(priority, priority)


def next_states(state: CaseState) -> tuple[CaseState, ...]:
    """What a case in this state may become."""
    return NEXT[state]


def answer_by(w: Work) -> datetime:
    """The next working day (Monday to Friday) at the same time of day, as the company's clocks show it."""
    local = w.now.astimezone(company.of(w).zone) + timedelta(days=1)
    while local.weekday() > 4:
        local += timedelta(days=1)
    return local.astimezone(UTC)


def enter(w: Work, case: Case, state: CaseState) -> None:
    """Bring the case into `state` with its clocks. Raises Invalid when it cannot become that."""
    if state is case.state:
        return
    if state not in NEXT[case.state]:
        raise Invalid(_("State"), _("a case in this state cannot become that; open it again first"))
    case.state = state
    case.closed_at = None if state in STILL_OPEN else w.now
    case.answer_by = answer_by(w) if state is CaseState.OPEN else None


def held(w: Work, case_id: int) -> Case:
    """The case, for whoever may reach it, locked until the end of the transaction. Raises NotFound."""
    if w.actor.role is Role.CUSTOMER:
        access.own_customer_id(w)
    access.case(w, case_id)
    locked = select(Case).where(Case.id == case_id).with_for_update()
    return w.session.exec(locked, execution_options={"populate_existing": True}).one()
