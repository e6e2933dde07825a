"""Which team a case goes to, and who may settle it."""

from db.models import Case, Role, Team
from services import audit, service_lines, teams
from services.cases import topics
from services.cases.rules import held
from services.errors import NotAllowed
from services.inputs import line
from services.text import _
from services.work import Work


def on_opening(w: Work, case: Case) -> None:
    """Where a new case goes: to the specialised team of its customer, else to that of its topic.

    Part of the transaction that opens it. Of a specialised line only the team may settle it.
    """
    special = service_lines.behind(w, case.customer_id)
    if special is not None:
        place(w, case, special.team_id, special.reason, team_only=True)
        return
    topic = topics.named(w, case.topic) if case.topic and case.team_id is None else None
    if topic is not None and topic.team_id is not None:
        place(w, case, topic.team_id, _("topic: {topic}").format(topic=topic.name))


def place(w: Work, case: Case, team_id: int, why: str, *, team_only: bool = False) -> None:
    """Give the case to a team, inside a verb that has authorised itself and audits the case. Raises NotFound, Invalid.

    `team_only`: nobody outside the team may settle it. The owner stays if they belong to the team.
    """
    team = teams.offered(w, team_id)
    case.team_id, case.team_only = team.id, team_only
    case.routed_for = line(why, _("Reason"), 400)
    if case.owner_id is not None and not teams.has(w, team.id, case.owner_id):
        case.owner_id = None


def route(w: Work, case_id: int, team_id: int, why: str, *, team_only: bool = False) -> Case:
    """Staff give a case to a team and say why, see `place`. Raises NotFound, Invalid."""
    w.require(Role.STAFF)
    case = held(w, case_id)
    before = audit.snapshot(case)
    place(w, case, team_id, why, team_only=team_only)
    w.session.add(case)
    w.session.flush()
    after = audit.snapshot(case)
    audit.record(w, "cases.route", "case", case.id, customer_id=case.customer_id, before=before, after=after)
    return case


def may_settle(w: Work, case: Case) -> bool:
    """Whether the actor may bring the case to its end: a case of a specialised team only that team, and managers."""
    if not case.team_only or case.team_id is None or w.actor.system or w.actor.role in (Role.MANAGER, Role.ADMIN):
        return True
    return teams.is_member(w, case.team_id)


def only_by_those(w: Work, case: Case) -> None:
    """Raises NotAllowed unless the actor may settle the case."""
    if not may_settle(w, case):
        team = w.session.get(Team, case.team_id)
        raise NotAllowed(
            _("Only the team {team} may settle this case. Write a note for them.").format(
                team=team.name if team else ""
            )
        )
