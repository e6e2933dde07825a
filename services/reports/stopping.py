"""A schedule that must not go on: it is stopped, and those who answer for its owner are told."""

from sqlmodel import col, select

from db.models import Person, ReportSchedule, ReportState, Role, SavedView, StaffMember, Team, TeamMember
from services import audit, outbox
from services.text import _, speaking
from services.work import Work


def stop(w: Work, row: ReportSchedule, why: str) -> None:
    """Stop a schedule that the caller holds, and tell its owner, the leads of the owner's teams and administrators."""
    row.state, row.error, row.version = ReportState.STOPPED, why[:400], row.version + 1
    w.session.add(row)
    owner, view = w.session.get_one(Person, row.owner_id), w.session.get_one(SavedView, row.view_id)
    for person in _answering(w, owner):
        with speaking(person.language):
            outbox.post(
                w,
                "report-stopped",
                person.email,
                _("The report “{name}” is not sent any more").format(name=view.name),
                [
                    _("The report “{name}” of {owner} was stopped.").format(name=view.name, owner=owner.name),
                    _("The reason: {reason}").format(reason=why),
                    outbox.link("schedules"),
                ],
            )
    audit.record(w, "reports.stopped", "report_schedule", row.id, after={"state": row.state}, reason=why)


def _answering(w: Work, owner: Person) -> list[Person]:
    """Those of them who can sign in."""
    leads = (
        select(StaffMember.id)
        .join(Team, col(Team.lead_id) == StaffMember.id)
        .join(TeamMember, col(TeamMember.team_id) == Team.id)
        .where(TeamMember.staff_id == owner.staff_id)
    )
    told = (col(Person.role) == Role.ADMIN) | col(Person.staff_id).in_(leads) | (col(Person.id) == owner.id)
    team = col(Person.role) != Role.CUSTOMER
    return list(
        w.session.exec(select(Person).where(told, team, col(Person.disabled_at).is_(None)).order_by(col(Person.id)))
    )
