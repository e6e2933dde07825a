"""Reminders of what falls due: a number in the menu, and mail.

A reminder is claimed in the database in the transaction that queues its mail, so that of several workers one sends it
and a worker that is killed sends it either before or after, once. Moving, putting off or handing over makes a new one.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, and_, false, null, or_, select, update
from sqlmodel import col

from db.models import TEAM, ByMail, Customer, FollowUp, Person, Promise, ReminderChoice, Role
from services import audit, clock, company, outbox, working_time
from services.due import Scope, called, customer_columns
from services.due_lines import due_lines
from services.due_times import MORNING
from services.text import _, local_date, local_time, ngettext, speaking
from services.work import SYSTEM, Actor, Work, work

MOST_IN_A_MAIL = 30
MOST_AT_ONCE = 500
MOST_COUNTED = 99
AHEAD = timedelta(hours=1)  # so long before the time of a promise
DIGEST_AT = time(7, 30)


@dataclass(frozen=True)
class Choice:
    """How a person wants to be reminded by mail."""

    by_mail: ByMail = ByMail.EACH
    working_hours_only: bool = False


def choice(w: Work) -> Choice:
    """One's own choice. Staff only."""
    w.require(Role.STAFF)
    row = w.session.get(ReminderChoice, w.actor.person_id or 0)
    return Choice() if row is None else Choice(row.by_mail, row.working_hours_only)


def choose(w: Work, new: Choice) -> None:
    """Save one's own choice. Staff only."""
    w.require(Role.STAFF)
    row = w.session.get(ReminderChoice, w.actor.person_id or 0) or ReminderChoice(person_id=w.actor.person_id or 0)
    before = audit.snapshot(row)
    row.by_mail, row.working_hours_only = ByMail(new.by_mail), bool(new.working_hours_only)
    w.session.add(row)
    w.session.flush()
    audit.record(w, "reminders.choose", "person", w.actor.person_id, before=before, after=audit.snapshot(row))


def due_now(w: Work) -> int:
    """How much of one's own has fallen due, up to `MOST_COUNTED` of each kind. Two questions. Staff only."""
    w.require(Role.STAFF)
    mine = w.actor.staff_id or 0
    today = clock.day_of(w.now, company.of(w).zone)
    touches = select(col(FollowUp.id)).where(
        col(FollowUp.owner_id) == mine, col(FollowUp.done_at).is_(None), col(FollowUp.due_at) <= w.now
    )
    promised = select(col(Promise.id)).where(
        col(Promise.owner_id) == mine,
        col(Promise.kept_at).is_(None),
        col(Promise.broken_at).is_(None),
        col(Promise.due_on) <= today,
        or_(col(Promise.snoozed_until).is_(None), col(Promise.snoozed_until) <= w.now),
    )
    return sum(len(w.session.connection().execute(s.limit(MOST_COUNTED)).all()) for s in (touches, promised))


def send_due() -> int:
    """The step of the worker: queue the mails of what has fallen due. Returns how many."""
    with work(SYSTEM) as w:
        return remind(w) + digests(w)


def remind(w: Work) -> int:
    """Claim what has fallen due and queue one mail to each owner who wants it at once. Returns how many mails."""
    claimed = _claimed(w, FollowUp, _ripe_follow_ups(w)) + _claimed(w, Promise, _ripe_promises(w))
    by_person: dict[int, list[Row[Any]]] = {}
    for row in claimed:
        if row.person_id is not None and row.by_mail in (None, ByMail.EACH):
            by_person.setdefault(row.person_id, []).append(row)
    for person_id, rows in by_person.items():
        person = w.session.get_one(Person, person_id)
        zone = _zone(w, person)
        with speaking(person.language):
            lines = [f"{_moment(r, zone)} · {called(r.customer_id, r.customer_name, r.customer_company)}: {r.text}"
                     for r in rows]  # fmt: skip
            subject = lines[0] if len(rows) == 1 else ngettext("{n} reminder", "{n} reminders", len(rows))
            _post(w, "reminder", person, subject, lines)
    return len(by_person)


def digests(w: Work) -> int:
    """Once a day after half past seven, a list of the day to whoever chose that. Returns how many mails."""
    chose = select(ReminderChoice, Person).join(Person, col(Person.id) == col(ReminderChoice.person_id))
    chose = chose.where(col(ReminderChoice.by_mail) == ByMail.DIGEST, *_reachable())
    mails = 0
    for row, person in w.session.execute(chose).all():
        local = w.now.astimezone(_zone(w, person))
        off = row.working_hours_only and not working_time.of(w).is_working_day(local.date())
        if local.time() >= DIGEST_AT and not off and _first_today(w, row, local.date()):
            mails += _digest(w, person)
    return mails


def _first_today(w: Work, row: ReminderChoice, today: date) -> bool:
    """Claim the day."""
    older = or_(col(ReminderChoice.digest_on).is_(None), col(ReminderChoice.digest_on) < today)
    mine = update(ReminderChoice).where(col(ReminderChoice.person_id) == row.person_id, older)
    return w.session.connection().execute(mine.values(digest_on=today)).rowcount == 1


def _digest(w: Work, person: Person) -> int:
    zone = _zone(w, person)
    reader = Actor(person_id=person.id, role=person.role, staff_id=person.staff_id, zone=zone)
    today = clock.day_of(w.now, company.of(w).zone)
    due = [d for d in due_lines(replace(w, actor=reader), Scope.MINE, today, MOST_IN_A_MAIL + 1)
           if d.owner_id is not None]  # fmt: skip
    if not due:
        return 0
    with speaking(person.language):
        lines = [f"{local_time(d.at, zone) if d.at else local_date(d.on, zone)} · {d.customer}: {d.text}" for d in due]
        subject = ngettext("Your day: {n} thing to do", "Your day: {n} things to do", len(due))
        _post(w, "reminder-digest", person, subject, lines)
    return 1


def _post(w: Work, kind: str, person: Person, subject: str, lines: list[str]) -> None:
    more = len(lines) - MOST_IN_A_MAIL
    shown = [*lines[:MOST_IN_A_MAIL], *([_("… and more, on your list of the day.")] if more > 0 else [])]
    outbox.post(w, kind, person.email, subject, ["\n".join(shown), outbox.link("today")])


def _reachable() -> tuple[Any, ...]:
    return (col(Person.disabled_at).is_(None), col(Person.role).in_(TEAM), col(Person.staff_id).is_not(None))


def _ripe(w: Work, model: Any, text: Any, due: Any, day: Any) -> Select[Any]:
    """Rows with the person who is to be reminded (None: nobody can be); those who do not work now have to wait."""
    works = working_time.of(w).minutes_between(w.now, w.now + timedelta(minutes=1)) > 0
    waits = false() if works else col(ReminderChoice.working_hours_only).is_(True)
    return (
        select(col(model.id), text.label("text"), due.label("due_at"), day.label("due_on"), col(model.customer_id),
               col(Person.id).label("person_id"), col(ReminderChoice.by_mail), *customer_columns())
        .join(Customer, col(Customer.id) == col(model.customer_id))
        .outerjoin(Person, and_(col(Person.staff_id) == col(model.owner_id), *_reachable()))
        .outerjoin(ReminderChoice, col(ReminderChoice.person_id) == col(Person.id))
        .where(col(model.reminded_at).is_(None), or_(col(ReminderChoice.person_id).is_(None), ~waits))
        .limit(MOST_AT_ONCE)
    )  # fmt: skip


def _ripe_follow_ups(w: Work) -> Select[Any]:
    ripe = _ripe(w, FollowUp, col(FollowUp.reason), col(FollowUp.due_at), null())
    return ripe.where(col(FollowUp.done_at).is_(None), col(FollowUp.due_at) <= w.now).order_by(col(FollowUp.due_at))


def _ripe_promises(w: Work) -> Select[Any]:
    local = w.now.astimezone(company.of(w).zone)
    day = local.date() if local.time() >= MORNING else local.date() - timedelta(days=1)
    put_off, at = col(Promise.snoozed_until), col(Promise.due_at)
    ripe = or_(
        put_off <= w.now,
        and_(put_off.is_(None), at <= w.now + AHEAD),
        and_(put_off.is_(None), at.is_(None), col(Promise.due_on) <= day),
    )
    soon = col(Promise.due_on) <= local.date() + timedelta(days=1)  # the others need not be looked at
    is_open = (col(Promise.kept_at).is_(None), col(Promise.broken_at).is_(None), soon)
    rows = _ripe(w, Promise, col(Promise.what), at, col(Promise.due_on))
    return rows.where(*is_open, ripe).order_by(col(Promise.due_on))


def _claimed(w: Work, model: Any, ripe: Select[Any]) -> list[Row[Any]]:
    """Of the ripe rows those that no other worker has claimed, from now on ours."""
    rows = w.session.connection().execute(ripe).all()
    if not rows:
        return []
    some = update(model).where(col(model.id).in_([r.id for r in rows]), col(model.reminded_at).is_(None))
    claim = some.values(reminded_at=w.now).returning(col(model.id))
    ours = set(w.session.connection().execute(claim).scalars())
    return [r for r in rows if r.id in ours]


def _zone(w: Work, person: Person) -> ZoneInfo:
    return ZoneInfo(person.time_zone) if person.time_zone else company.of(w).zone


def _moment(row: Any, zone: ZoneInfo) -> str:
    at: datetime | None = row.due_at
    return local_time(at, zone) if at else local_date(row.due_on, zone)
