"""Staff change a case: its state, its owner and team, topic and urgency, and the next step that the customer reads."""

from sqlmodel import SQLModel

from db.models import Case, CaseState, Role
from services import audit, due, teams
from services.cases import checklists, clocks, levels, notices, routing, topics
from services.cases.rules import PRIORITIES, held
from services.cases.states import enter
from services.errors import Conflict, Invalid
from services.inputs import line
from services.text import _
from services.work import Work


class CaseChange(SQLModel):
    """The fields of the form, all of them; `seen` is how the case stood when the form was filled (see `stand`).

    `despite` is why it is settled although steps of its checklist are not done.
    """

    seen: str
    state: CaseState
    owner_id: int | None
    team_id: int | None = None
    priority: str
    next_step: str
    topic: str | None = None  # None: as it was
    despite: str = ""


def stand(case: Case) -> str:
    """How the case stands, for noticing what a colleague changed meanwhile."""
    return repr((case.state.value, case.owner_id, case.team_id, case.priority, case.next_step, case.topic))


def change(w: Work, case_id: int, new: CaseChange) -> Case:
    """Save the form. Staff only. Raises NotFound, Invalid, NotAllowed, and Conflict when it was changed meanwhile.

    A case that was reopened gets a new time for the answer.
    """
    w.require(Role.STAFF)
    case = held(w, case_id)
    if stand(case) != new.seen:
        raise Conflict(_("A colleague has changed this case meanwhile, nothing was saved. It is shown as it is now."))
    return apply(w, case, new)


def apply(w: Work, case: Case, new: CaseChange) -> Case:
    """The same for a case that is held already, whatever `seen` says. For verbs that change many."""
    before, level = audit.snapshot(case), levels.of(w, case)
    if new.priority not in (*PRIORITIES, case.priority):
        raise Invalid(_("Priority"), _("choose one from the list"))
    _give(w, case, new.owner_id)
    if new.team_id != case.team_id:
        _to_team(w, case, new.team_id)
    case.priority = new.priority
    case.next_step = line(new.next_step, _("Next step"), 400, required=False)
    if new.topic is not None and new.topic != case.topic:
        case.topic = topics.chosen(w, new.topic, was=case.topic)
        routing.on_opening(w, case)
        checklists.on_opening(w, case)
    clocks.retime(w, case, level)
    enter(w, case, new.state, despite=new.despite)
    w.session.add(case)
    w.session.flush()
    after = audit.snapshot(case)
    if after != before:
        reason = new.despite if case.closed_at else ""
        audit.record(
            w, "cases.change", "case", case.id, customer_id=case.customer_id, before=before, after=after, reason=reason
        )
    return case


def _give(w: Work, case: Case, owner_id: int | None) -> None:
    """A new owner is told, unless it is oneself."""
    if owner_id == case.owner_id:
        return
    case.owner_id = due.colleague(w, owner_id) if owner_id is not None else None
    if owner_id is not None and owner_id != w.actor.staff_id:
        notices.tell(w, case, notices.Kind.GIVEN, notices.owner(w, case))


def _to_team(w: Work, case: Case, team_id: int | None) -> None:
    routing.only_by_those(w, case)  # what a specialised team alone may settle, it alone may give away
    if team_id is not None:
        teams.offered(w, team_id)
    case.team_id, case.team_only = team_id, False
    case.routed_for = _("by {name}").format(name=w.actor.name) if team_id is not None else ""
