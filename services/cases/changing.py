"""Staff change a case: its state, its owner, how urgent it is, and the next step that the customer reads."""

from sqlmodel import SQLModel

from db.models import Case, CaseState, Role
from services import audit, due, teams
from services.cases.rules import PRIORITIES, enter, held
from services.errors import Conflict, Invalid
from services.inputs import line
from services.text import _
from services.work import Work


class CaseChange(SQLModel):
    """The fields of the form, all of them; `seen` is how the case stood when the form was filled (see `stand`)."""

    seen: str
    state: CaseState
    owner_id: int | None
    team_id: int | None = None
    priority: str
    next_step: str


def stand(case: Case) -> str:
    """How the case stands, for noticing what a colleague changed meanwhile."""
    return repr((case.state.value, case.owner_id, case.team_id, case.priority, case.next_step))


def change(w: Work, case_id: int, new: CaseChange) -> Case:
    """Save the form. Staff only. Raises NotFound, Invalid, and Conflict when it was changed since the form was filled.

    A case that was reopened gets a new time for the answer.
    """
    w.require(Role.STAFF)
    case = held(w, case_id)
    if stand(case) != new.seen:
        raise Conflict(_("A colleague has changed this case meanwhile, nothing was saved. It is shown as it is now."))
    if new.priority not in (*PRIORITIES, case.priority):
        raise Invalid(_("Priority"), _("choose one from the list"))
    before = audit.snapshot(case)
    if new.owner_id is not None and new.owner_id != case.owner_id:
        due.colleague(w, new.owner_id)
    case.owner_id = new.owner_id
    if new.team_id is not None and new.team_id != case.team_id:
        teams.offered(w, new.team_id)
    case.team_id = new.team_id
    case.priority = new.priority
    case.next_step = line(new.next_step, _("Next step"), 400, required=False)
    enter(w, case, new.state)
    w.session.add(case)
    w.session.flush()
    after = audit.snapshot(case)
    audit.record(w, "cases.change", "case", case.id, customer_id=case.customer_id, before=before, after=after)
    return case
