"""What somebody has planned, as an iCalendar feed (RFC 5545) under a secret address that calendar programs can read.

The address is shown once; only its digest is kept. A new one ends the old one.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from icalendar import Calendar, Event, vDuration
from sqlmodel import col, func, select

from db.models import TEAM, AuditEntry, CalendarFeed, Customer, FollowUp, Person, Promise, Role
from services import audit, clock, company, throttle
from services.due import called, customer_columns
from services.errors import NotFound, TooMany
from services.outbox import link
from services.settings import settings
from services.text import _, speaking
from services.tickets import digest
from services.work import Work

BACK, AHEAD, MOST = timedelta(days=31), timedelta(days=400), 500
LASTS = timedelta(minutes=15)
#: So often a program is asked to look; without it some look once a day.
AGAIN = timedelta(minutes=15)
Revisions = dict[str, tuple[int, datetime]]


@dataclass(frozen=True)
class Feed:
    """One's own feed. `details`: whether names and reasons are in it."""

    details: bool
    created_at: datetime


def mine(w: Work) -> Feed | None:
    """One's own feed. Staff only."""
    w.require(Role.STAFF)
    row = w.session.get(CalendarFeed, w.actor.person_id or 0)
    return None if row is None else Feed(row.details, row.created_at)


def make(w: Work, *, details: bool) -> str:
    """A new address, which ends the one before; it is told here and never again. Staff only."""
    w.require(Role.STAFF)
    secret = secrets.token_urlsafe(32)
    row = w.session.get(CalendarFeed, w.actor.person_id or 0)
    row = row or CalendarFeed(person_id=w.actor.person_id or 0, secret_hash="", created_at=w.now)
    row.secret_hash, row.details, row.created_at = digest(secret), details, w.now
    w.session.add(row)
    w.session.flush()
    audit.record(w, "calendar.make", "person", w.actor.person_id, after={"details": details})
    return link(f"calendar/{secret}.ics")


def revoke(w: Work) -> None:
    """The address stops working. Staff only."""
    w.require(Role.STAFF)
    row = w.session.get(CalendarFeed, w.actor.person_id or 0)
    if row is not None:
        w.session.delete(row)
        audit.record(w, "calendar.revoke", "person", w.actor.person_id)


def read(w: Work, secret: str) -> bytes:
    """The calendar behind an address, the same bytes for the same plans. Raises NotFound, TooMany.

    An address that was revoked and that of somebody who does not work here any more are no address.
    """
    if throttle.blocked(w, "calendar", w.actor.address):
        raise TooMany(_("Too many wrong addresses; please try again in a few minutes."))
    wanted = digest(secret)
    found = select(CalendarFeed, Person).join(Person, col(Person.id) == col(CalendarFeed.person_id))
    found = found.where(CalendarFeed.secret_hash == wanted)
    row = w.session.exec(found).one_or_none()
    if row is None or not hmac.compare_digest(row[0].secret_hash, wanted):
        raise NotFound(_("calendar"))
    feed, person = row
    if person.disabled_at is not None or person.role not in TEAM:
        raise NotFound(_("calendar"))
    with speaking(person.language):
        return _calendar(w, person.staff_id or 0, details=feed.details)


def wrong(w: Work) -> None:
    """Count a wrong address against whoever asked."""
    throttle.failed(w, "calendar", w.actor.address)


def _calendar(w: Work, staff_id: int, *, details: bool) -> bytes:
    home = company.of(w)
    made = Calendar()
    made.add("prodid", "-//Rapport//planned contact//EN")
    made.add("version", "2.0")
    made.add("name", home.name)
    made.add("x-wr-calname", home.name)
    made.add("refresh-interval", AGAIN, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", vDuration(AGAIN))
    touches, promised = _follow_ups(w, staff_id), _promises(w, staff_id)
    changed = _revisions(w, "follow_up", touches)
    for row in touches:
        event = _event("follow-up", row, row.reason, changed.get(str(row.id), (0, row.created_at)), details=details)
        event.add("dtstart", row.due_at)
        event.add("dtend", row.due_at + LASTS)
        made.add_component(event)
    changed = _revisions(w, "promise", promised)
    for row in promised:
        event = _event("promise", row, row.what, changed.get(str(row.id), (0, row.made_at)), details=details)
        if row.due_at is None:
            event.add("dtstart", row.due_on)
            event.add("dtend", row.due_on + timedelta(days=1))
            event.add("transp", "TRANSPARENT")
        else:
            event.add("dtstart", row.due_at - LASTS)
            event.add("dtend", row.due_at)
        made.add_component(event)
    return bytes(made.to_ical())


def _event(kind: str, row: Any, text: str, revision: tuple[int, datetime], *, details: bool) -> Event:
    """Without details only that something is planned. A program takes a change from the number of its revision."""
    event = Event()
    event.add("uid", f"{kind}-{row.id}@{settings().mail_from.rpartition('@')[2]}")
    event.add("dtstamp", revision[1])
    event.add("last-modified", revision[1])
    event.add("sequence", revision[0])
    event.add("class", "PRIVATE")
    if details:
        event.add("summary", f"{called(row.customer_id, row.customer_name, row.customer_company)}: {text}")
        event.add("url", link("customer", customer=str(row.customer_id)))
    else:
        event.add("summary", _("Busy"))
    return event


def _revisions(w: Work, entity: str, rows: list[Any]) -> Revisions:
    """How often each was changed since it was planned, and when last; as the trail has it."""
    one = col(AuditEntry.entity_id)
    asked = (
        select(one, func.count(), func.max(AuditEntry.at))
        .where(AuditEntry.entity == entity, one.in_([str(row.id) for row in rows]))
        .group_by(one)
    )
    return {row_id: (n - 1, at) for row_id, n, at in w.session.exec(asked)}


def _follow_ups(w: Work, staff_id: int) -> list[Any]:
    statement = (
        select(FollowUp.id, FollowUp.reason, FollowUp.due_at, FollowUp.created_at, FollowUp.customer_id,  # type: ignore[call-overload]  # the overloads end at four columns
               *customer_columns())
        .join(Customer, col(Customer.id) == col(FollowUp.customer_id))
        .where(FollowUp.owner_id == staff_id, col(FollowUp.done_at).is_(None),
               col(FollowUp.due_at) >= w.now - BACK, col(FollowUp.due_at) < w.now + AHEAD)
        .order_by(col(FollowUp.due_at), col(FollowUp.id))
        .limit(MOST)
    )  # fmt: skip
    return list(w.session.exec(statement).all())


def _promises(w: Work, staff_id: int) -> list[Any]:
    today = clock.day_of(w.now, company.of(w).zone)
    statement = (
        select(Promise.id, Promise.what, Promise.due_on, Promise.due_at, Promise.made_at, Promise.customer_id,  # type: ignore[call-overload]  # the overloads end at four columns
               *customer_columns())
        .join(Customer, col(Customer.id) == col(Promise.customer_id))
        .where(Promise.owner_id == staff_id, col(Promise.kept_at).is_(None), col(Promise.broken_at).is_(None),
               col(Promise.due_on) >= today - BACK, col(Promise.due_on) < today + AHEAD)
        .order_by(col(Promise.due_on), col(Promise.id))
        .limit(MOST)
    )  # fmt: skip
    return list(w.session.exec(statement).all())
