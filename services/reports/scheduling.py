"""Schedules of saved views: who gets a report by mail, and when. The owner decides, an administrator may end it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel, col, delete, select

from db.models import (
    TEAM,
    Person,
    ReportRecipient,
    ReportRhythm,
    ReportSchedule,
    ReportState,
    Role,
    SavedView,
)
from services import access, audit, company, saved_views
from services.errors import Conflict, Invalid, NotFound
from services.reports.times import following, in_words
from services.text import _
from services.work import Work

MOST, MOST_RECIPIENTS = 50, 20
RUNS = (ReportState.ACTIVE, ReportState.PAUSED, ReportState.STOPPED)


class NewSchedule(SQLModel):
    """What is filled in. `day`: 1 to 7 from Monday of a week, 1 to 31 of a month, else 0. `minute`: of the day."""

    every: ReportRhythm
    day: int = 0
    minute: int = Field(ge=0, lt=24 * 60)
    recipients: list[int]
    as_pdf: bool = True
    as_xlsx: bool = True


@dataclass(frozen=True)
class Listed:
    """A schedule as the owner and administrators see it."""

    id: int
    version: int
    view_id: int
    view: str
    owner: str
    mine: bool
    state: ReportState
    rhythm: str
    plan: NewSchedule
    to: tuple[str, ...]
    due_at: datetime | None
    last_sent_at: datetime | None
    error: str


def add(w: Work, view_id: int, new: NewSchedule) -> int:
    """Mail a view that one may see, again and again; returns the id. Managers only.

    Raises NotFound, Invalid, Conflict.
    """
    view = saved_views.opened(w, view_id)
    owner = _who(w)
    _checked(w, new)
    w.session.exec(select(Person.id).where(Person.id == owner).with_for_update()).one()  # two windows count as one
    own = select(ReportSchedule.id).where(ReportSchedule.owner_id == owner, col(ReportSchedule.state).in_(RUNS))
    if len(w.session.exec(own).all()) >= MOST:
        raise Conflict(_("You have {most} schedules already. End one of them first.").format(most=MOST))
    due = following(new.every, new.day, new.minute, w.now, company.of(w).zone)
    row = ReportSchedule(
        view_id=view.id,
        owner_id=owner,
        **new.model_dump(exclude={"recipients"}),
        due_at=due,
        try_at=due,
        created_at=w.now,
    )
    w.session.add(row)
    w.session.flush()
    _write_recipients(w, row.id, new.recipients)
    audit.record(w, "reports.add", "report_schedule", row.id, after=_told(row, new.recipients))
    return row.id


def change(w: Work, schedule_id: int, version: int, new: NewSchedule) -> None:
    """Another time, other recipients or files. The owner only. Raises NotFound, Invalid, Conflict."""
    row = held(w, schedule_id, version, only_owner=True)
    if row.state is ReportState.ENDED:
        raise Conflict(_("This schedule has ended. Make a new one instead."))
    _checked(w, new)
    before = _told(row, recipients(w, row.id))
    for name, value in new.model_dump(exclude={"recipients"}).items():
        setattr(row, name, value)
    row.due_at = row.try_at = following(new.every, new.day, new.minute, w.now, company.of(w).zone)
    _write_recipients(w, row.id, new.recipients)
    _changed(w, row, "reports.change", before, _told(row, new.recipients))


def switch(w: Work, schedule_id: int, version: int, state: ReportState) -> None:
    """Pause, resume or end. Owner and administrators; what Rapport stopped only its owner resumes.

    A resumed schedule goes on with the next time that is still to come. Raises NotFound, Conflict.
    """
    row = held(w, schedule_id, version, only_owner=False)
    if row.state is ReportState.ENDED or state is ReportState.STOPPED:
        raise Conflict(_("This schedule has ended. Make a new one instead."))
    if row.state is ReportState.STOPPED and state is ReportState.ACTIVE:
        if row.owner_id != w.actor.person_id:
            raise Conflict(_("Only its owner can start this schedule again."))
        saved_views.opened(w, row.view_id)
    if row.state is state:
        return
    before = {"state": row.state}
    row.state = state
    if state is ReportState.ACTIVE:
        row.error = ""
        row.due_at = row.try_at = following(row.every, row.day, row.minute, w.now, company.of(w).zone)
    _changed(w, row, "reports.switch", before, {"state": state})


def listed(w: Work, *, everybody: bool = False, view_id: int | None = None) -> list[Listed]:
    """One's own schedules, or for administrators with `everybody` all; those that have ended are left out."""
    me, zone = _who(w), company.of(w).zone
    if everybody:
        w.require(Role.ADMIN)
    rows = (
        select(ReportSchedule, SavedView, Person.name)
        .join(SavedView, col(SavedView.id) == ReportSchedule.view_id)
        .join(Person, col(Person.id) == ReportSchedule.owner_id)
        .where(col(ReportSchedule.state).in_(RUNS), col(SavedView.removed_at).is_(None))
        .order_by(col(ReportSchedule.due_at), col(ReportSchedule.id))
        .limit(500)
    )
    if not everybody:
        rows = rows.where(ReportSchedule.owner_id == me)
    if view_id is not None:
        rows = rows.where(ReportSchedule.view_id == view_id)
    found = w.session.exec(rows).all()
    to = _recipients_of(w, [row.id for row, _view, _owner in found])
    return [
        Listed(
            row.id,
            row.version,
            view.id,
            view.name,
            owner,
            row.owner_id == me,
            row.state,
            in_words(row, zone),
            NewSchedule(**row.model_dump(include=_PLAN), recipients=[i for i, _name in to.get(row.id, [])]),
            tuple(name for _i, name in to.get(row.id, [])),
            row.due_at if row.state is ReportState.ACTIVE else None,
            row.last_sent_at,
            row.error,
        )
        for row, view, owner in found
    ]


def may_receive(w: Work) -> list[tuple[int, str]]:
    """(id, name) of everybody of the team who can be sent a report. Managers only."""
    w.require(Role.MANAGER)
    rows = select(Person.id, Person.name).where(col(Person.role).in_(TEAM), col(Person.disabled_at).is_(None))
    return list(w.session.exec(rows.order_by(Person.name, col(Person.id)).limit(1000)).all())


def held(w: Work, schedule_id: int, version: int | None, *, only_owner: bool) -> ReportSchedule:
    """The schedule, kept from other transactions until this one ends. Raises NotFound, Conflict."""
    me = _who(w)
    access.report_schedule(w, schedule_id)
    one = select(ReportSchedule).where(ReportSchedule.id == schedule_id).with_for_update()
    row = w.session.exec(one, execution_options={"populate_existing": True}).one()
    if only_owner and row.owner_id != me:
        raise NotFound(_("schedule"))
    if version is not None and row.version != version:
        raise Conflict(_("This schedule was changed meanwhile. Please look again."))
    return row


def recipients(w: Work, schedule_id: int) -> list[int]:
    """The persons who get it, by id."""
    rows = select(ReportRecipient.person_id).where(ReportRecipient.schedule_id == schedule_id)
    return sorted(w.session.exec(rows).all())


_PLAN = {"every", "day", "minute", "as_pdf", "as_xlsx"}


def _who(w: Work) -> int:
    w.require(Role.MANAGER)
    if w.actor.person_id is None:
        raise NotFound(_("schedule"))
    return w.actor.person_id


def _checked(w: Work, new: NewSchedule) -> None:
    days = {ReportRhythm.WEEK: range(1, 8), ReportRhythm.MONTH: range(1, 32), ReportRhythm.WEEKDAYS: range(1)}
    if new.day not in days[new.every]:
        raise Invalid(_("Day"), _("choose one from the list"))
    if not (new.as_pdf or new.as_xlsx):
        raise Invalid(_("Files"), _("choose PDF, XLSX or both"))
    if not new.recipients or len(new.recipients) > MOST_RECIPIENTS:
        raise Invalid(_("Recipients"), _("choose 1 to {most} persons of the team").format(most=MOST_RECIPIENTS))
    if not {*new.recipients} <= {i for i, _name in may_receive(w)}:
        raise Invalid(_("Recipients"), _("reports go only to persons of the team who can sign in"))


def _write_recipients(w: Work, schedule_id: int, chosen: list[int]) -> None:
    w.session.execute(delete(ReportRecipient).where(col(ReportRecipient.schedule_id) == schedule_id))
    w.session.add_all(ReportRecipient(schedule_id=schedule_id, person_id=i) for i in sorted({*chosen}))
    w.session.flush()


def _recipients_of(w: Work, ids: list[int]) -> dict[int, list[tuple[int, str]]]:
    rows = (
        select(ReportRecipient.schedule_id, Person.id, Person.name)
        .join(Person, col(Person.id) == ReportRecipient.person_id)
        .where(col(ReportRecipient.schedule_id).in_(ids))
        .order_by(Person.name)
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for schedule_id, person_id, name in w.session.exec(rows):
        found.setdefault(schedule_id, []).append((person_id, name))
    return found


def _told(row: ReportSchedule, to: list[int]) -> dict[str, Any]:
    return {**row.model_dump(mode="json", include={*_PLAN, "view_id"}), "recipients": sorted(to)}


def _changed(w: Work, row: ReportSchedule, action: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    row.version += 1
    w.session.add(row)
    w.session.flush()
    audit.record(w, action, "report_schedule", row.id, before=before, after=after)
