"""What a case may become, what it is called, and how it is held while it is changed."""

from sqlmodel import select

from db.models import Case, CaseState, Role
from services import access
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


def held(w: Work, case_id: int) -> Case:
    """The case, for whoever may reach it, locked until the end of the transaction. Raises NotFound."""
    if w.actor.role is Role.CUSTOMER:
        access.own_customer_id(w)
    access.case(w, case_id)
    locked = select(Case).where(Case.id == case_id).with_for_update()
    return w.session.exec(locked, execution_options={"populate_existing": True}).one()
