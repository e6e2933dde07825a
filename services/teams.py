"""Teams: colleagues who share work. Managers keep the list; cases are routed to them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, delete, select
from sqlmodel import col

from db.models import Person, Role, StaffMember, Team, TeamMember
from services import audit
from services.errors import Conflict, Invalid, NotFound
from services.inputs import line
from services.text import _
from services.work import Work


@dataclass(frozen=True)
class TeamRow:
    """A team as the list shows it."""

    id: int
    name: str
    lead_id: int | None
    members: tuple[int, ...]
    retired: bool


def everything(w: Work) -> list[TeamRow]:
    """All teams by name, those that are offered first. Staff only."""
    w.require(Role.STAFF)
    order = (col(Team.retired_at).is_not(None), col(Team.name))
    teams = list(w.session.execute(select(Team).order_by(*order)).scalars())
    members: dict[int, list[int]] = {}
    for row in w.session.execute(select(TeamMember).order_by(col(TeamMember.staff_id))).scalars():
        members.setdefault(row.team_id, []).append(row.staff_id)
    return [TeamRow(t.id, t.name, t.lead_id, tuple(members.get(t.id, ())), t.retired_at is not None) for t in teams]


def names(w: Work) -> dict[int, str]:
    """The teams that work can be given to, by name."""
    active = select(col(Team.id), col(Team.name)).where(col(Team.retired_at).is_(None)).order_by(col(Team.name))
    return {row.id: row.name for row in w.session.connection().execute(active)}


def own(w: Work) -> Select[int]:
    """The actor's teams, as a subquery of ids."""
    return select(col(TeamMember.team_id)).where(col(TeamMember.staff_id) == (w.actor.staff_id or 0))


def is_member(w: Work, team_id: int) -> bool:
    """Whether the actor is one of the team."""
    return w.actor.staff_id is not None and has(w, team_id, w.actor.staff_id)


def has(w: Work, team_id: int, staff_id: int) -> bool:
    """Whether the colleague is one of the team."""
    return w.session.get(TeamMember, (team_id, staff_id)) is not None


def offered(w: Work, team_id: int) -> Team:
    """The team, if work can be given to it. Raises NotFound."""
    found = w.session.get(Team, team_id)
    if found is None or found.retired_at is not None:
        raise NotFound(_("team"))
    return found


def save(w: Work, team_id: int | None, name: str, *, lead_id: int | None = None, members: Sequence[int] = ()) -> Team:
    """A new team (`team_id` None), or the name, lead and members of one. Managers only. Raises Invalid, Conflict."""
    w.require(Role.MANAGER)
    clean = line(name, _("Team"), 80)
    same = w.session.execute(select(Team).where(col(Team.name) == clean)).scalar_one_or_none()
    if same is not None and same.id != team_id:
        raise Conflict(_("There is a team of this name already."))
    wanted = {*members, *([lead_id] if lead_id is not None else [])}
    known = set(w.session.execute(select(col(StaffMember.id)).where(col(StaffMember.id).in_(wanted))).scalars())
    if known != wanted:
        raise Invalid(_("Members"), _("choose them from the list"))
    team = Team(name=clean) if team_id is None else _team(w, team_id)
    before = _snapshot(w, team) if team_id is not None else {}
    team.name, team.lead_id = clean, lead_id
    w.session.add(team)
    w.session.flush()
    w.session.connection().execute(delete(TeamMember).where(col(TeamMember.team_id) == team.id))
    w.session.expire_all()
    w.session.add_all(TeamMember(team_id=team.id, staff_id=i) for i in sorted(wanted))
    w.session.flush()
    audit.record(w, "teams.save", "team", team.id, before=before, after=_snapshot(w, team))
    return team


def retire(w: Work, team_id: int, *, back: bool = False) -> None:
    """Offer it no more (or again). Its cases stay where they are. Managers only."""
    w.require(Role.MANAGER)
    team = _team(w, team_id)
    team.retired_at = None if back else w.now
    w.session.add(team)
    audit.record(w, "teams.retire", "team", team.id, after={"retired": not back})


def addresses(w: Work, team_id: int) -> list[Person]:
    """The members' sign-ins that work."""
    people = (
        select(Person)
        .join(TeamMember, col(TeamMember.staff_id) == col(Person.staff_id))
        .where(col(TeamMember.team_id) == team_id, col(Person.disabled_at).is_(None))
        .order_by(col(Person.id))
    )
    return list(w.session.execute(people).scalars())


def _team(w: Work, team_id: int) -> Team:
    found = w.session.get(Team, team_id)
    if found is None:
        raise NotFound(_("team"))
    return found


def _snapshot(w: Work, team: Team) -> dict[str, object]:
    members = select(col(TeamMember.staff_id)).where(col(TeamMember.team_id) == team.id)
    return {**audit.snapshot(team), "members": sorted(w.session.execute(members).scalars())}
