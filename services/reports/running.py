"""The worker's part: what is due is made and mailed, each time once, however many processes look.

The report is made first, in a transaction that only reads. Then one transaction takes the schedule, looks whether it is
still due at that time, queues the mails with their files and moves it on. Of two processes the second finds it moved
on; one that is killed leaves either nothing or everything. Times missed while nothing ran are made up for once.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from db.models import TEAM, Person, ReportRecipient, ReportSchedule, ReportState, Role, SavedView
from services import audit, company, outbox, saved_views
from services.documents.content import issuer
from services.errors import Invalid, NotAllowed, NotFound, RapportError, Unavailable
from services.exports import TYPES, Form
from services.exports import as_xlsx as workbook
from services.mail_files import MailFile
from services.reports import stopping
from services.reports.making import Report, made
from services.reports.times import following
from services.text import _, local_date, speaking
from services.work import SYSTEM, Actor, Work, reading, work

LOG = logging.getLogger(__name__)
AGAIN = timedelta(minutes=2)  # after the figures were not ready
PER_TICK = 20


@dataclass(frozen=True)
class Due:
    """A schedule whose time has come."""

    id: int
    due_at: datetime


@dataclass(frozen=True)
class Prepared:
    """A report as it goes into the mail."""

    title: str
    files: list[MailFile]


def tick() -> int:
    """Send what is due, at most `PER_TICK`; returns how many were sent. One that fails does not keep the others."""
    with reading(SYSTEM) as w:
        waits = select(ReportSchedule.id, ReportSchedule.due_at).join(
            SavedView, col(SavedView.id) == ReportSchedule.view_id
        )
        waits = waits.where(ReportSchedule.state == ReportState.ACTIVE, ReportSchedule.try_at <= w.now)
        waits = waits.where(col(SavedView.removed_at).is_(None)).order_by(
            col(ReportSchedule.try_at), col(ReportSchedule.id)
        )
        found = [Due(i, at) for i, at in w.session.exec(waits.limit(PER_TICK))]
    return sum(run(one) for one in found)


def run(one: Due) -> bool:
    """Make and queue one report that is due. False: nothing was queued, and the schedule says why."""
    try:
        ready = _ready(one.id)
        with work(SYSTEM) as w:
            return _queue(w, one, ready)
    except (NotAllowed, NotFound, Invalid) as refused:
        _stop(one, str(refused))
    except RapportError as refused:  # the figures are being prepared, the database is away
        _wait(one, str(refused))
    except Exception:
        # Whatever it was: this schedule is tried again later, and those after it are served now.
        LOG.exception("report schedule %s could not be served", one.id)
        _wait(one, _("Something went wrong while the report was made. It is tried again."))
    return False


def prepared(w: Work, schedule_id: int) -> Prepared:
    """What one's own schedule would send at this moment. Raises NotFound, Invalid, Unavailable."""
    row = w.session.get(ReportSchedule, schedule_id)
    if row is None or row.owner_id != w.actor.person_id:
        raise NotFound(_("schedule"))
    return _printed(w, row)


def send_now(w: Work, schedule_id: int, ready: Prepared) -> None:
    """Mail it to oneself, beside the set times. Raises NotFound."""
    w.require(Role.MANAGER)
    row = w.session.get(ReportSchedule, schedule_id)
    if row is None or row.owner_id != w.actor.person_id:
        raise NotFound(_("schedule"))
    _post(w, w.actor.email, ready, for_manager=True)
    audit.record(w, "reports.send_now", "report_schedule", row.id)


def _ready(schedule_id: int) -> Prepared:
    """The report, read with the rights that the owner has now. Raises RapportError."""
    with reading(SYSTEM) as w:
        row = w.session.get_one(ReportSchedule, schedule_id)
        actor = _owner(w, row.owner_id)
    with speaking(actor.language), reading(actor) as w:
        return _printed(w, row)


def _owner(w: Work, person_id: int) -> Actor:
    who = w.session.get_one(Person, person_id)
    if who.disabled_at is not None or who.role not in TEAM:
        raise NotAllowed(_("The owner of this schedule cannot sign in any more."))
    if who.role is Role.STAFF:
        raise NotAllowed(_("The owner of this schedule may not read the figures any more."))
    zone = ZoneInfo(who.time_zone) if who.time_zone else company.of(w).zone
    return Actor(
        person_id=who.id,
        role=who.role,
        name=who.name,
        email=who.email,
        staff_id=who.staff_id,
        language=who.language,
        zone=zone,
    )


def _printed(w: Work, row: ReportSchedule) -> Prepared:
    view = saved_views.opened(w, row.view_id)
    if view.definition is None:
        raise Invalid(_("View"), view.broken)
    report = made(w, view.name, view.definition)
    return Prepared(report.title, files_of(w, report, as_pdf=row.as_pdf, as_xlsx=row.as_xlsx))


def files_of(w: Work, report: Report, *, as_pdf: bool = True, as_xlsx: bool = True) -> list[MailFile]:
    """A report as files, named after it and its day."""
    from services.reports import paper  # noqa: PLC0415 - printing is slow to import, and few ask for it

    plain = "".join(ch if ch.isalnum() or ch in "-_ " else " " for ch in report.title)
    called = " ".join(plain.split())[:80] or _("Report")
    name = f"{called} {report.made_at.astimezone(report.zone):%Y-%m-%d}"
    pdf = [MailFile(f"{name}.pdf", "application/pdf", paper.printed(report, issuer(w)))] if as_pdf else []
    return [*pdf, *([MailFile(f"{name}.xlsx", TYPES[Form.XLSX], workbook(report.table()))] if as_xlsx else [])]


def _queue(w: Work, one: Due, ready: Prepared) -> bool:
    """The one transaction: still due? then mails, files and the next time together."""
    row = _taken(w, one)
    if row is None:
        return False
    to = (
        select(Person)
        .join(ReportRecipient, col(ReportRecipient.person_id) == Person.id)
        .where(ReportRecipient.schedule_id == row.id, col(Person.disabled_at).is_(None), col(Person.role).in_(TEAM))
    )
    people = w.session.exec(to.order_by(col(Person.id))).all()
    if not people:
        raise NotFound(_("recipient who can still sign in"))
    for person in people:
        with speaking(person.language):
            _post(w, person.email, ready, for_manager=person.role is not Role.STAFF)
    row.last_due_at, row.last_sent_at, row.error = one.due_at, w.now, ""
    row.due_at = row.try_at = following(row.every, row.day, row.minute, w.now, company.of(w).zone)
    w.session.add(row)
    audit.record(w, "reports.sent", "report_schedule", row.id, after={"due_at": one.due_at, "mails": len(people)})
    return True


def _taken(w: Work, one: Due) -> ReportSchedule | None:
    """The schedule, locked, if it is still due at this time; None where another process was faster."""
    mine = select(ReportSchedule).where(ReportSchedule.id == one.id).with_for_update()
    row = w.session.exec(mine, execution_options={"populate_existing": True}).one_or_none()
    if row is None or row.state is not ReportState.ACTIVE or row.due_at != one.due_at:
        return None
    return row


def _post(w: Work, to: str, ready: Prepared, *, for_manager: bool) -> None:
    """One mail. Who may not read the figures in Rapport gets no link to where they are."""
    day = local_date(w.now, company.of(w).zone)
    lines = [_("Here is the report “{title}”.").format(title=ready.title)]
    lines += [outbox.link("schedules")] if for_manager else []
    outbox.post(w, "report", to, _("{title}, {day}").format(title=ready.title, day=day), lines, files=ready.files)


def _wait(one: Due, why: str) -> None:
    """Try again soon; the time it was due stays, so that nothing is left out or doubled."""
    try:
        with work(SYSTEM) as w:
            row = _taken(w, one)
            if row is not None:
                row.try_at, row.error = w.now + AGAIN, why[:400]
                w.session.add(row)
    except Unavailable:
        LOG.warning("report schedule %s could not note that it waits", one.id)


def _stop(one: Due, why: str) -> None:
    """Nothing more is sent until its owner starts it again; those who answer for the owner are told."""
    with work(SYSTEM) as w:
        row = _taken(w, one)
        if row is not None:
            stopping.stop(w, row, why)
