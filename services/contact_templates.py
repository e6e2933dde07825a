"""Templates of contacts: what the form is filled with for a reason, so that an ordinary call is written in a moment."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import SQLModel, col, select

from db.models import Channel, ContactTemplate, Direction, ReasonKind, Role
from services import access, audit, clock, company, reasons
from services.errors import Conflict, Invalid, NotFound
from services.inputs import line, paragraph
from services.text import _
from services.text_modules.filling import with_names
from services.work import Work

WAYS = tuple(f"{c.value} {d.value}" for c in Channel for d in Direction)
MOST_DAYS = 365
MOST = 100


class TemplateInput(SQLModel):
    """What a manager fills in. Days count from the day of the contact; an empty field leaves the form as it is."""

    name: str
    reason: str = ""
    way: str = ""
    summary: str = ""
    outcome: str = ""
    promise: str = ""
    promise_days: int | None = None
    touch_reason: str = ""
    touch_days: int | None = None


@dataclass(frozen=True)
class Template:
    """One template as it is kept."""

    id: int
    version: int
    active: bool
    fields: TemplateInput


def offered(w: Work, reason: str) -> list[tuple[int, str]]:
    """(id, name) of what fits the reason: those of the reason, then those for all. Staff only."""
    w.require(Role.STAFF)
    fits = col(ContactTemplate.reason).in_((reason, "")), col(ContactTemplate.active).is_(True)
    rows = select(ContactTemplate.id, ContactTemplate.name).where(*fits)
    return list(w.session.exec(rows.order_by(col(ContactTemplate.reason).desc(), col(ContactTemplate.name))).all())


def filled(w: Work, template_id: int, customer_id: int) -> dict[str, str]:
    """The fields of the form as a draft keeps them: days as dates, names filled in. Staff only. Raises NotFound."""
    w.require(Role.STAFF)
    access.customer(w, customer_id)
    found = w.session.get(ContactTemplate, template_id)
    if found is None or not found.active:
        raise NotFound(_("template"))
    today = clock.day_of(w.now, company.of(w).zone)
    fields = {
        "way": found.way,
        "reason": found.reason,
        "summary": found.summary,
        "outcome": found.outcome,
        "promise": found.promise,
        "promise_until": _day(today, found.promise_days),
        "next_touch_reason": found.touch_reason,
        "next_touch_on": _day(today, found.touch_days),
    }
    spoken = {"summary", "outcome", "promise", "next_touch_reason"}
    return {
        name: with_names(w, text, customer_id=customer_id) if name in spoken else text
        for name, text in fields.items()
        if text
    }


def everything(w: Work) -> list[Template]:
    """All templates by name, also those that are switched off. Managers only."""
    w.require(Role.MANAGER)
    rows = select(ContactTemplate).order_by(col(ContactTemplate.name))
    return [
        Template(r.id, r.version, r.active, TemplateInput.model_validate(r.model_dump())) for r in w.session.exec(rows)
    ]


def add(w: Work, new: TemplateInput) -> int:
    """A further template; returns its id. Managers only. Raises Invalid, Conflict for a name that is taken."""
    w.require(Role.MANAGER)
    values = _checked(w, new)
    if len(w.session.exec(select(ContactTemplate.id)).all()) >= MOST:
        raise Conflict(_("There are {most} templates already. Change one of them instead.").format(most=MOST))
    _free(w, str(values["name"]), 0)
    row = ContactTemplate.model_validate(values)
    w.session.add(row)
    w.session.flush()
    audit.record(w, "contact_templates.add", "contact_template", row.id, after=audit.snapshot(row))
    return row.id


def change(w: Work, template_id: int, version: int, new: TemplateInput) -> None:
    """Other contents. Managers only. Raises NotFound, Invalid, Conflict where a colleague was faster."""
    row = _held(w, template_id, version)
    values = _checked(w, new)
    _free(w, str(values["name"]), row.id)
    before = audit.snapshot(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    w.session.add(row)
    w.session.flush()
    audit.record(w, "contact_templates.change", "contact_template", row.id, before=before, after=audit.snapshot(row))


def switch(w: Work, template_id: int, version: int, *, active: bool) -> None:
    """Offer it, or no longer. Managers only. Raises NotFound, Conflict where a colleague was faster."""
    row = _held(w, template_id, version)
    if row.active is not active:
        row.active, row.version = active, row.version + 1
        w.session.add(row)
        states = {"active": not active}, {"active": active}
        audit.record(w, "contact_templates.switch", "contact_template", row.id, before=states[0], after=states[1])


def _held(w: Work, template_id: int, version: int) -> ContactTemplate:
    w.require(Role.MANAGER)
    row = w.session.exec(
        select(ContactTemplate).where(ContactTemplate.id == template_id).with_for_update(),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if row is None:
        raise NotFound(_("template"))
    if row.version != version:
        raise Conflict(_("A colleague changed this template meanwhile. Please look again."))
    return row


def _checked(w: Work, new: TemplateInput) -> dict[str, str | int | None]:
    if new.way and new.way not in WAYS:
        raise Invalid(_("How"), _("choose one of the list"))
    return {
        "name": line(new.name, _("Name"), 80),
        "reason": reasons.checked(w, ReasonKind.CONTACT, new.reason, required=False),
        "way": new.way,
        "summary": paragraph(new.summary, _("What was said"), 4000, required=False),
        "outcome": line(new.outcome, _("Outcome"), 200, required=False),
        "promise": line(new.promise, _("Promise"), 400, required=False),
        "promise_days": _days(new.promise_days, _("Promised until"), needed=bool(new.promise.strip())),
        "touch_reason": line(new.touch_reason, _("Reason of the next touch"), 200, required=False),
        "touch_days": _days(new.touch_days, _("Next touch"), needed=bool(new.touch_reason.strip())),
    }


def _days(days: int | None, field: str, *, needed: bool) -> int | None:
    if days is None:
        if needed:
            raise Invalid(field, _("say in how many days"))
        return None
    if not 0 <= days <= MOST_DAYS:
        raise Invalid(field, _("in 0 to {most} days").format(most=MOST_DAYS))
    if not needed and field == _("Promised until"):
        raise Invalid(_("Promise"), _("say what was promised, or leave its day empty"))
    return days


def _free(w: Work, name: str, of_id: int) -> None:
    taken = select(ContactTemplate.id).where(ContactTemplate.name == name, ContactTemplate.id != of_id)
    if w.session.exec(taken).first() is not None:
        raise Conflict(_("There is a template of this name already."))


def _day(today: date, days: int | None) -> str:
    return (today + timedelta(days=days)).isoformat() if days is not None else ""
