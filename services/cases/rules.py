"""What a case may become, what it is called, and how it is held while it is changed."""

from sqlalchemy import literal, select
from sqlmodel import col

from db.models import Case, CaseMerge, CaseState, Role
from services import access
from services.text import _
from services.work import Work

NEXT = {
    CaseState.OPEN: (CaseState.WAITING, CaseState.SOLVED, CaseState.CLOSED),
    CaseState.WAITING: (CaseState.OPEN, CaseState.SOLVED, CaseState.CLOSED),
    CaseState.SOLVED: (CaseState.OPEN, CaseState.WAITING, CaseState.CLOSED),
    CaseState.CLOSED: (CaseState.OPEN,),
}
MOST_JOINED = 1000  # cases joined one to the next; an end for a chain that should not be
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


def root_of(w: Work, case_id: int) -> int:
    """The case that a number leads to: itself, or the one that it was joined to."""
    up = select(literal(case_id).label("id"), literal(0).label("far")).cte("up", recursive=True)
    joined = (
        select(col(CaseMerge.into_id), up.c.far + 1)
        .join(up, col(CaseMerge.case_id) == up.c.id)
        .where(col(CaseMerge.undone_at).is_(None), up.c.far < MOST_JOINED)
    )
    up = up.union_all(joined)
    return int(w.session.execute(select(up.c.id).order_by(up.c.far.desc()).limit(1)).scalar_one())


def family(w: Work, case_id: int) -> list[int]:
    """The case, and all that were joined to it or to one of those: their threads are read together."""
    down = select(literal(case_id).label("id")).cte("down", recursive=True)
    joined = (
        select(col(CaseMerge.case_id))
        .join(down, col(CaseMerge.into_id) == down.c.id)
        .where(col(CaseMerge.undone_at).is_(None))
    )
    return list(w.session.execute(select(down.union(joined).c.id)).scalars())


def held(w: Work, case_id: int) -> Case:
    """The case that the number leads to, for whoever may reach it, locked until the end of the transaction.

    Raises NotFound.
    """
    if w.actor.role is Role.CUSTOMER:
        access.own_customer_id(w)
    access.case(w, case_id)
    while True:
        root = root_of(w, case_id)
        row = select(Case).where(col(Case.id) == root).with_for_update()
        found: Case = w.session.execute(row, execution_options={"populate_existing": True}).scalar_one()
        if root_of(w, case_id) == root:  # nobody has joined it to another while we waited for the lock
            return found
