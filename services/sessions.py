"""Signed-in browsers. The cookie is a random secret; the row it points to decides on every run who is asking."""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, delete, event, select, update
from sqlmodel import col

from db.models import Customer, LoginSession, Person, Role
from services import access, audit, company
from services.settings import settings
from services.text import _
from services.tickets import digest
from services.work import VISITOR, Actor, Work, reading, work

TOUCH_EVERY = timedelta(minutes=1)
#: Called after the commit with the ids of sessions that have ended, so that the server can close their sockets.
ended_listeners: list[Callable[[Sequence[str]], None]] = []


def limits(role: Role) -> tuple[timedelta, timedelta]:
    """(longest idle time, longest time at all) for a role."""
    s = settings()
    if role is Role.CUSTOMER:
        return timedelta(days=s.customer_idle_days), timedelta(days=s.customer_session_days)
    return timedelta(minutes=s.staff_idle_minutes), timedelta(hours=s.staff_session_hours)


def begin(w: Work, person: Person, *, user_agent: str, address: str) -> str:
    """Open a session for somebody whose identity was just proven. Returns the secret for the cookie."""
    secret = secrets.token_urlsafe(32)
    w.session.add(
        LoginSession(
            id=digest(secret),
            person_id=person.id,
            created_at=w.now,
            last_seen_at=w.now,
            expires_at=w.now + limits(person.role)[1],
            user_agent=user_agent[:300],
            address=address[:64],
        )
    )
    person.last_sign_in_at = w.now
    w.session.add(person)
    audit.record(w, "auth.signed_in", "person", person.id, customer_id=person.customer_id)
    return secret


#: Session, person and customer in one look-up by primary keys; run on every click, hence columns and not objects.
_FACTS: Any = (
    select(
        col(LoginSession.id).label("sid"),
        col(LoginSession.created_at),
        col(LoginSession.last_seen_at),
        col(LoginSession.expires_at),
        col(Person.id).label("person_id"),
        col(Person.role),
        col(Person.name),
        col(Person.email),
        col(Person.customer_id),
        col(Person.staff_id),
        col(Person.language),
        col(Person.disabled_at),
        col(Person.time_zone).label("person_zone"),
        col(Person.sees_orders),
        col(Person.may_order),
        col(Person.manages_people),
        col(Customer.time_zone).label("customer_zone"),
    )
    .join(Person, col(Person.id) == col(LoginSession.person_id))
    .outerjoin(Customer, col(Customer.id) == col(Person.customer_id))
)
_WHO = _FACTS.where(col(LoginSession.id) == bindparam("sid"))
_WHO_AMONG = _FACTS.where(col(LoginSession.id).in_(bindparam("sids", expanding=True)))


def _counts(row: Any, now: datetime) -> bool:
    """Whether a session with its person is still good at this instant."""
    idle, _longest = limits(row.role)
    return bool(
        row.disabled_at is None
        and now < row.expires_at
        and now < row.last_seen_at + idle
        and now >= row.created_at - timedelta(minutes=5)  # a clock that went back proves nothing
    )


def is_live(sid: str) -> bool:
    """Whether a session id (the digest of a cookie) stands for somebody who is signed in now."""
    with reading(VISITOR) as w:
        row = w.session.connection().execute(_WHO, {"sid": sid}).one_or_none()
        return row is not None and _counts(row, w.now)


def dead_among(sids: Sequence[str]) -> list[str]:
    """Which of these have ended meanwhile, wherever that was decided (another process, an administrator, time)."""
    with reading(VISITOR) as w:
        rows = w.session.connection().execute(_WHO_AMONG, {"sids": list(sids)}).all()
        live = {row.sid for row in rows if _counts(row, w.now)}
    return [s for s in sids if s not in live]


def actor_of(sid: str | None, *, address: str = "", touch: bool = True) -> Actor | None:
    """Who is asking, read from the database; None for a stranger. `touch` counts the run as activity."""
    if not sid or sid.startswith("visitor:"):
        return None
    with reading(VISITOR) as w:
        row = w.session.connection().execute(_WHO, {"sid": sid}).one_or_none()
        if row is None or not _counts(row, w.now):
            return None
        home = company.of(w)
        now = w.now
    actor = Actor(
        person_id=row.person_id,
        role=row.role,
        name=row.name,
        email=row.email,
        customer_id=row.customer_id,
        staff_id=row.staff_id,
        language=row.language,
        zone=ZoneInfo(row.person_zone or row.customer_zone or home.time_zone),
        session_id=sid,
        address=address,
        sees_orders=row.sees_orders,
        may_order=row.may_order,
        manages_people=row.manages_people,
    )
    stale = touch and now - row.last_seen_at >= TOUCH_EVERY
    if stale:
        _touch(sid)
    return actor


def _touch(sid: str) -> None:
    with work(VISITOR) as w:
        mine = update(LoginSession).where(col(LoginSession.id) == sid, col(LoginSession.last_seen_at) < w.now)
        w.session.connection().execute(mine.values(last_seen_at=w.now))


def mine(w: Work) -> list[LoginSession]:
    """The signed-in browsers of the actor, newest activity first."""
    own = select(LoginSession).where(col(LoginSession.person_id) == w.actor.person_id)
    return list(w.session.execute(own.order_by(col(LoginSession.last_seen_at).desc())).scalars())


def end(w: Work, session_id: str) -> None:
    """Sign one of the actor's own browsers out, this one or another. Raises NotFound."""
    row = access.login_session(w, session_id)
    audit.record(w, "auth.signed_out", "person", row.person_id)
    _remove(w, row.person_id, only=session_id)


def end_all(w: Work, person_id: int, *, keep: str = "") -> int:
    """Sign a person out everywhere, but for the browser `keep`. Returns how many ended. Raises NotFound."""
    access.person(w, person_id)
    audit.record(w, "auth.signed_out_everywhere", "person", person_id)
    return remove_all(w, person_id, keep=keep)


def remove_all(w: Work, person_id: int, *, keep: str = "") -> int:
    """End all sessions of a person as part of another act (new password, disabling), which has checked the actor."""
    return _remove(w, person_id, keep=keep)


def remove_one(w: Work, session_id: str) -> None:
    """End the session a browser had before it signed in anew."""
    row = w.session.get(LoginSession, session_id)
    if row is not None:
        _remove(w, row.person_id, only=session_id)


def _remove(w: Work, person_id: int, *, only: str = "", keep: str = "") -> int:
    which = delete(LoginSession).where(col(LoginSession.person_id) == person_id)
    if only:
        which = which.where(col(LoginSession.id) == only)
    if keep:
        which = which.where(col(LoginSession.id) != keep)
    w.session.flush()  # or `expire_all` would throw away what the caller has just changed, a new password for one
    gone = list(w.session.connection().execute(which.returning(col(LoginSession.id))).scalars())
    w.session.expire_all()
    if gone:
        # The sockets are closed only when the end is really stored.
        event.listen(w.session, "after_commit", lambda _s: [tell(gone) for tell in ended_listeners], once=True)
    return len(gone)


def sweep(w: Work) -> int:
    """Remove rows whose time is over. Returns how many."""
    return int(
        w.session.connection().execute(delete(LoginSession).where(col(LoginSession.expires_at) <= w.now)).rowcount
    )


def device(user_agent: str) -> str:
    """A browser in words a person recognises: "Firefox on Windows"."""
    browsers = (
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    )
    systems = (
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    )
    browser = next((name for mark, name in browsers if mark in user_agent), _("A program"))
    system = next((name for mark, name in systems if mark in user_agent), "")
    return _("{browser} on {system}").format(browser=browser, system=system) if system else browser
