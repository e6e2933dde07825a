"""Writing a service report: what was done, when, by whom, with which parts, and what comes next."""

import hashlib
from datetime import date, timedelta

from sqlmodel import SQLModel, select

from db.models import Role, ServiceReport
from services import access, audit, clock, company
from services.errors import Conflict, Invalid
from services.inputs import line, paragraph
from services.interactions import MOST_MINUTES
from services.service_reports import mail
from services.text import _
from services.work import Work

MOST_PARTS = 50
MOST_PIECES = 9999
OLDEST = timedelta(days=366)


class Part(SQLModel):
    """Something that was used or replaced."""

    name: str
    quantity: int = 1


class NewReport(SQLModel):
    """What staff fill in. `who` empty: the writer. The same key never makes a second report."""

    idempotency_key: str
    subject: str
    what: str
    done_on: date
    minutes: int | None = None
    who: str = ""
    parts: list[Part] = []
    next_step: str = ""
    case_id: int | None = None


def write(w: Work, customer_id: int, new: NewReport) -> ServiceReport:
    """Keep the report; the customer sees it in the account and is told by mail. It is never changed afterwards.

    Staff only. The same key again is the same report. Raises NotFound, Invalid, Conflict.
    """
    w.require(Role.STAFF)
    owner = access.customer(w, customer_id)
    row = _checked(w, new)
    row.customer_id = owner.id
    if new.case_id is not None:
        if access.case(w, new.case_id).customer_id != owner.id:
            raise Invalid(_("Case"), _("this case belongs to another customer"))
        row.case_id = new.case_id
    known = w.session.exec(select(ServiceReport).where(ServiceReport.idempotency_key == row.idempotency_key)).first()
    if known is not None:
        if (known.customer_id, known.what) != (row.customer_id, row.what):
            raise Conflict(_("This form was sent before with other words. Please open the customer anew."))
        return known
    w.session.add(row)
    w.session.flush()
    after = {"subject": row.subject, "done_on": row.done_on, "case_id": row.case_id}
    audit.record(w, "service_reports.write", "service_report", row.id, customer_id=owner.id, after=after)
    mail.written(w, row)
    return row


def _checked(w: Work, new: NewReport) -> ServiceReport:
    today = clock.day_of(w.now, company.of(w).zone)
    if not today - OLDEST <= new.done_on <= today:
        raise Invalid(_("Done on"), _("choose a day of the last year, today at the latest"))
    if new.minutes is not None and not 0 <= new.minutes <= MOST_MINUTES:
        raise Invalid(_("Duration"), _("minutes, from 0 to {most}").format(most=MOST_MINUTES))
    if len(new.parts) > MOST_PARTS:
        raise Invalid(_("Parts"), _("at most {most}").format(most=MOST_PARTS))
    for part in new.parts:
        if not 1 <= part.quantity <= MOST_PIECES:
            raise Invalid(_("Parts"), _("a whole number of pieces from 1 to {most}").format(most=MOST_PIECES))
    key = line(new.idempotency_key, _("Service report"), 200)
    parts = [{"name": line(p.name, _("Parts"), 200), "quantity": p.quantity} for p in new.parts]
    return ServiceReport(
        customer_id=0,  # the caller's, once it is reached
        staff_id=w.actor.staff_id,
        subject=line(new.subject, _("Subject"), 200),
        done_on=new.done_on,
        minutes=new.minutes,
        who=line(new.who, _("Who"), 200, required=False) or w.actor.name,
        what=paragraph(new.what, _("What was done"), 8000),
        parts=parts,
        next_step=line(new.next_step, _("Next step"), 400, required=False),
        written_at=w.now,
        idempotency_key=hashlib.sha256(f"{w.actor.person_id}:{key}".encode()).hexdigest(),
    )
