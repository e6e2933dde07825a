"""Logging what passed between a customer and us: on which channel, about what, with which promise and next step."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select as rows
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel, col, select

from db.models import UNDATED, Channel, Customer, Direction, FollowUp, Interaction, Promise, ReasonKind, Role
from services import access, audit, clock, company, contact_rules, reasons, rollups
from services.errors import Conflict, Invalid
from services.inputs import line, paragraph
from services.search import customer_number
from services.text import _
from services.work import Work

MOST_WORDS = 20_000
MOST_MINUTES = 24 * 60
LATEST_DATE = timedelta(days=5 * 366)  # a promise or a next touch beyond it is a slip of the finger
TOUCH_AT = time(9, 0)  # when a follow-up of a day falls due, in the company's time zone


class NewInteraction(SQLModel):
    """What a form or a program hands in for one contact. `happened_at` empty: now. A promise needs its day."""

    idempotency_key: str
    summary: str
    channel: Channel = Channel.PHONE
    direction: Direction = Direction.IN
    reason: str = ""
    outcome: str = ""
    minutes: int | None = None
    participants: str = ""
    explained_again: bool = False  # the customer had to tell what we were told before
    happened_at: datetime | None = None
    promise: str = ""
    promise_until: date | None = None
    next_touch_on: date | None = None
    next_touch_reason: str = ""
    order_id: int | None = None
    case_id: int | None = None


def log(w: Work, customer_id: int, new: NewInteraction) -> Interaction:
    """Write the contact down, with the promise and the follow-up it names, and count it. Staff only.

    The reason is the code of a managed reason, or empty. Files are attached with services/files afterwards.

    The same key again is the same contact, not a second one. Raises Invalid, NotFound and, where the key was used for
    other words, Conflict; then nothing is written.
    """
    w.require(Role.STAFF)
    row = _checked(w, new)
    row.customer_id = access.customer(w, customer_id).id
    _same_customer(w, new, customer_id)
    row.order_id, row.case_id = new.order_id, new.case_id
    promise, touch = _promise(w, new, customer_id), _follow_up(w, new, customer_id, row)
    known = _known(w, row)
    if known is not None:
        return known
    try:
        with w.session.begin_nested():
            w.session.add(row)
            w.session.flush()
    except IntegrityError:  # the same key in another transaction that was a moment faster
        known = _known(w, row)
        if known is None:
            raise
        return known
    for beside in (promise, touch):
        if beside is not None:
            beside.interaction_id = row.id
            w.session.add(beside)
    w.session.flush()
    rollups.contacted(w, row.happened_at, row.channel, begun=row.direction is Direction.IN, again=row.explained_again)
    if row.direction is Direction.IN:
        contact_rules.taken_back(w, customer_id)
    _record(w, row, promise, touch)
    return row


@dataclass(frozen=True)
class Lately:
    """One of the last contacts of the house."""

    id: int
    customer_id: int
    name: str
    channel: Channel
    reason: str
    happened_at: datetime


def lately(w: Work, most: int = 10) -> list[Lately]:
    """The last contact of each customer the house had to do with last, newest first. Staff only."""
    w.require(Role.STAFF)
    recent = (
        rows(col(Interaction.id), col(Customer.id), col(Customer.name), col(Customer.company),
             col(Interaction.channel), col(Interaction.reason), col(Interaction.happened_at))
        .join(Customer, col(Customer.id) == col(Interaction.customer_id))
        .order_by(col(Interaction.happened_at).desc(), col(Interaction.id).desc())
        .limit(most * 5)
    )  # fmt: skip
    found: dict[int, Lately] = {}
    for contact_id, customer_id, name, firm, channel, reason, at in w.session.connection().execute(recent):
        called = name or firm or customer_number(customer_id)
        found.setdefault(customer_id, Lately(contact_id, customer_id, called, channel, reason, at))
    return list(found.values())[:most]


def _checked(w: Work, new: NewInteraction) -> Interaction:
    if new.minutes is not None and not 0 <= new.minutes <= MOST_MINUTES:
        raise Invalid(_("Duration"), _("minutes, from 0 to {most}").format(most=MOST_MINUTES))
    key = line(new.idempotency_key, _("Contact"), 200)
    return Interaction(
        channel=Channel(new.channel),
        direction=Direction(new.direction),
        reason=reasons.checked(w, ReasonKind.CONTACT, new.reason, required=False),
        summary=paragraph(new.summary, _("What was said"), MOST_WORDS),
        outcome=line(new.outcome, _("Outcome"), 200, required=False),
        participants=line(new.participants, _("Who else was there"), 400, required=False),
        explained_again=new.explained_again,
        duration_s=None if new.minutes is None else new.minutes * 60,
        staff_id=w.actor.staff_id,
        happened_at=_past(w, new.happened_at),
        logged_at=w.now,
        # One person's keys can neither meet nor guess another's.
        idempotency_key=hashlib.sha256(f"{w.actor.person_id}:{key}".encode()).hexdigest(),
    )


def _past(w: Work, at: datetime | None) -> datetime:
    if at is None:
        return w.now
    if at.tzinfo is None:
        raise Invalid(_("When"), _("a time with its time zone"))
    if at > w.now:
        raise Invalid(_("When"), _("a contact is logged once it has happened; plan a next touch instead"))
    if at <= UNDATED:
        raise Invalid(_("When"), _("this is too long ago"))
    return at.astimezone(UTC)


def _same_customer(w: Work, new: NewInteraction, customer_id: int) -> None:
    if new.order_id is not None and access.order(w, new.order_id).customer_id != customer_id:
        raise Invalid(_("Order"), _("this order belongs to another customer"))
    if new.case_id is not None and access.case(w, new.case_id).customer_id != customer_id:
        raise Invalid(_("Case"), _("this case belongs to another customer"))


def coming(w: Work, day: date, field: str) -> date:
    """A day from today on, as the company counts days."""
    today = clock.day_of(w.now, company.of(w).zone)
    if day < today:
        raise Invalid(field, _("this day is over; choose today or a later one"))
    if day > today + LATEST_DATE:
        raise Invalid(field, _("this is too far away; choose a day within five years"))
    return day


def _promise(w: Work, new: NewInteraction, customer_id: int) -> Promise | None:
    what = line(new.promise, _("Promise"), 400, required=False)
    if not what:
        if new.promise_until is not None:
            raise Invalid(_("Promise"), _("say what was promised, or leave its day empty"))
        return None
    if new.promise_until is None:
        raise Invalid(_("Promise"), _("say until when it was promised"))
    until = coming(w, new.promise_until, _("Promised until"))
    return Promise(customer_id=customer_id, owner_id=w.actor.staff_id, what=what, due_on=until, made_at=w.now)


def _follow_up(w: Work, new: NewInteraction, customer_id: int, row: Interaction) -> FollowUp | None:
    reason = line(new.next_touch_reason, _("Reason of the next touch"), 200, required=False)
    if new.next_touch_on is None:
        if reason:
            raise Invalid(_("Next touch"), _("choose the day, or leave its reason empty"))
        return None
    day = coming(w, new.next_touch_on, _("Next touch"))
    return FollowUp(
        customer_id=customer_id,
        owner_id=w.actor.staff_id,
        reason=reason or reasons.in_words(ReasonKind.CONTACT, row.reason) or row.summary.splitlines()[0][:200],
        due_at=datetime.combine(day, TOUCH_AT, company.of(w).zone).astimezone(UTC),
        created_at=w.now,
    )


def _known(w: Work, row: Interaction) -> Interaction | None:
    """The contact that was logged under this key before. Raises Conflict when it says something else."""
    same_key = select(Interaction).where(Interaction.idempotency_key == row.idempotency_key)
    known = w.session.exec(same_key).one_or_none()
    if known is not None and (known.customer_id, known.summary) != (row.customer_id, row.summary):
        raise Conflict(_("This form was sent before with other words. Please open the customer anew."))
    return known


def _record(w: Work, row: Interaction, promise: Promise | None, touch: FollowUp | None) -> None:
    audit.record(w, "interactions.log", "interaction", row.id, customer_id=row.customer_id, after=audit.snapshot(row))
    if promise is not None:
        after = audit.snapshot(promise)
        audit.record(w, "promises.make", "promise", promise.id, customer_id=row.customer_id, after=after)
    if touch is not None:
        after = audit.snapshot(touch)
        audit.record(w, "follow_ups.plan", "follow_up", touch.id, customer_id=row.customer_id, after=after)
