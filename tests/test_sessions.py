"""Signed-in browsers: how long they last, who may end them, and what is kept of them. On both databases."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from db.models import LoginSession, Person, Role
from services import clock, people, sessions
from services.errors import NotFound
from services.tickets import digest
from services.work import SYSTEM, VISITOR, Actor, work
from tests import make

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> "Clock":
    return Clock(monkeypatch)


class Clock:
    """Moves the one clock of the services to so long after noon."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch

    def __call__(self, after: timedelta) -> datetime:
        now = make.NOON + after
        self.monkeypatch.setattr(clock, "now", lambda: now)
        return now


def signed_in(person: Person, *, user_agent: str = "Firefox/130 Windows") -> str:
    """The session id of a new browser of this person."""
    with work(VISITOR) as w:
        return digest(
            sessions.begin(w, w.session.get_one(Person, person.id), user_agent=user_agent, address="10.0.0.1")
        )


def row_of(session: Session, sid: str) -> LoginSession:
    session.expire_all()
    return session.get_one(LoginSession, sid)


def test_only_the_hash_of_the_cookie_is_stored(session: Session) -> None:
    who = make.person(session)
    with work(VISITOR) as w:
        secret = sessions.begin(w, w.session.get_one(Person, who.id), user_agent="", address="")
    assert len(secret) >= 43, "256 random bits"
    [row] = session.exec(select(LoginSession)).all()
    assert row.id == digest(secret)
    assert secret not in str(row.model_dump())
    assert sessions.actor_of(digest(secret)) is not None
    assert sessions.actor_of(secret) is None, "the cookie itself is no session id"


@pytest.mark.parametrize("odd", ["", None, "visitor:x", "x" * 64, "' OR 1=1 --", "\x00", "\ud800"])
def test_what_is_no_session_is_nobody(session: Session, odd: str | None) -> None:
    signed_in(make.person(session))
    if odd not in ("\x00", "\ud800"):  # the gate only ever hands on hexadecimal digests
        assert sessions.actor_of(odd) is None
        assert not sessions.is_live(odd or "")
    assert sessions.actor_of(digest(odd or "")) is None


@pytest.mark.parametrize(
    ("role", "idle", "longest"), [(Role.STAFF, 30 * MINUTE, 12 * HOUR), (Role.CUSTOMER, 7 * DAY, 30 * DAY)]
)
def test_a_session_ends_when_idle_and_in_any_case(
    session: Session, at: Clock, role: Role, idle: timedelta, longest: timedelta
) -> None:
    who = make.person(session, role, of=make.customer(session) if role is Role.CUSTOMER else None)
    lazy, busy = signed_in(who), signed_in(who)
    at(idle - MINUTE)
    assert sessions.actor_of(lazy, touch=False) is not None
    at(idle)
    assert sessions.actor_of(lazy) is None
    assert not sessions.is_live(lazy)
    assert sessions.dead_among([lazy]) == [lazy]
    passed = timedelta()
    while passed < longest:
        at(passed)
        assert sessions.actor_of(busy) is not None
        passed += idle - MINUTE
    at(longest)
    assert sessions.actor_of(busy) is None
    assert sessions.dead_among([busy]) == [busy]


def test_activity_is_written_down_at_most_once_a_minute(session: Session, at: Clock) -> None:
    sid = signed_in(make.person(session))
    at(59 * timedelta(seconds=1))
    sessions.actor_of(sid)
    assert row_of(session, sid).last_seen_at == make.NOON
    now = at(MINUTE)
    sessions.actor_of(sid)
    assert row_of(session, sid).last_seen_at == now


def test_a_refresh_that_nobody_asked_for_is_no_activity(session: Session, at: Clock) -> None:
    sid = signed_in(make.person(session))
    at(20 * MINUTE)
    assert sessions.actor_of(sid, touch=False) is not None
    assert row_of(session, sid).last_seen_at == make.NOON
    at(31 * MINUTE)
    assert sessions.actor_of(sid, touch=False) is None


def test_a_clock_that_went_back_proves_nothing(session: Session, at: Clock) -> None:
    sid = signed_in(make.person(session))
    at(-HOUR)
    assert sessions.actor_of(sid) is None


def test_a_disabled_person_is_nobody_at_once(session: Session) -> None:
    who = make.person(session)
    sid = signed_in(who)
    who.disabled_at = make.NOON
    session.add(who)
    session.flush()
    assert sessions.actor_of(sid) is None
    assert sessions.dead_among([sid]) == [sid]


def test_a_new_role_counts_at_the_next_click_and_needs_a_new_session(session: Session) -> None:
    who = make.person(session, Role.MANAGER)
    sid = signed_in(who)
    who.role = Role.STAFF  # written by somebody else, past the service
    session.add(who)
    session.flush()
    actor = sessions.actor_of(sid)
    assert actor is not None
    assert actor.role is Role.STAFF
    with work(SYSTEM) as w:
        people.set_role(w, who.id, Role.ADMIN)
    assert sessions.actor_of(sid) is None


def actor_with(person: Person, sid: str = "") -> Actor:
    return Actor(person_id=person.id, role=person.role, name=person.name, session_id=sid)


def test_one_sees_and_ends_ones_own_browsers_and_nobody_elses(session: Session) -> None:
    ada, bob = make.person(session), make.person(session, Role.ADMIN)
    phone, laptop, his = signed_in(ada), signed_in(ada), signed_in(bob)
    me = actor_with(ada, laptop)
    with work(me) as w:
        assert {s.id for s in sessions.mine(w)} == {phone, laptop}
        sessions.end(w, phone)
    for foreign in (his, phone, "x" * 64):
        with pytest.raises(NotFound, match="no such session"), work(me) as w:
            sessions.end(w, foreign)
    with pytest.raises(NotFound), work(me) as w:
        sessions.end_all(w, bob.id)
    assert sessions.dead_among([phone, laptop, his]) == [phone]
    more = signed_in(ada)
    with work(me) as w:
        assert sessions.end_all(w, ada.id, keep=laptop) == 1
    assert sessions.dead_among([laptop, more, his]) == [more]


def test_sockets_are_closed_when_the_end_is_stored_and_not_before(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def listen(sids: Sequence[str]) -> None:
        told.extend(sids)

    monkeypatch.setattr(sessions, "ended_listeners", [listen])
    who = make.person(session)
    kept, ended = signed_in(who), signed_in(who)
    with suppress(ZeroDivisionError), work(actor_with(who)) as w:
        sessions.end(w, kept)
        raise ZeroDivisionError
    assert told == []
    with work(actor_with(who)) as w:
        sessions.end(w, ended)
        assert told == []
    assert told == [ended]
    assert sessions.is_live(kept)


def test_rows_whose_time_is_over_are_swept(session: Session, at: Clock) -> None:
    who = make.person(session)
    old = signed_in(who)
    at(11 * HOUR)
    young = signed_in(who)
    at(12 * HOUR)
    with work(SYSTEM) as w:
        assert sessions.sweep(w) == 1
    assert session.exec(select(LoginSession.id).order_by(col(LoginSession.id))).all() == [young]
    assert old != young


@pytest.mark.parametrize(
    ("user_agent", "shown"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Gecko Firefox/130.0", "Firefox on Windows"),
        ("Mozilla/5.0 (iPhone; CPU) AppleWebKit Version/17 Mobile Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/126.0 Mobile Safari/537", "Chrome on Android"),
        ("<b>![x](https://tracker.example)", "A program"),
        ("", "A program"),
    ],
)
def test_a_browser_is_named_in_words_and_never_in_its_own(user_agent: str, shown: str) -> None:
    assert sessions.device(user_agent) == shown
