"""Somebody with an authenticator app, for the tests of the second factor."""

from datetime import timedelta

import pyotp
import pytest
from sqlmodel import Session

from db.models import Person, Role
from services import clock, passwords, second_factor, sign_in
from services.work import Actor, work
from tests import make

PASSWORD, BROWSER = "seven green kettles sing", "b" * 64
HERE = Actor(name="visitor", address="10.0.0.1")


def somebody(session: Session, role: Role = Role.STAFF) -> Actor:
    """Signed in, with a password."""
    of = make.customer(session) if role is Role.CUSTOMER else None
    actor = make.actor(session, role, of=of)
    who = session.get_one(Person, actor.person_id)
    who.password_hash = passwords.hashed(PASSWORD)
    session.add(who)
    session.commit()
    return actor


def code(secret: str, *, steps: int = 0) -> str:
    return pyotp.TOTP(secret).generate_otp(int(clock.now().timestamp()) // 30 + steps)


def switched_on(actor: Actor) -> tuple[str, list[str]]:
    """The secret of the app and the recovery codes."""
    with work(actor) as w:
        secret = second_factor.begin(w, PASSWORD).secret
    with work(actor) as w:
        return secret, second_factor.confirm(w, code(secret))


def later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    now = clock.now() + by
    monkeypatch.setattr(clock, "now", lambda: now)


def challenge(actor: Actor, *, address: str = "10.0.0.1") -> str:
    """What the right password is worth."""
    ticket = sign_in.attempt(Actor(address=address), actor.email, PASSWORD, browser=BROWSER)
    assert ticket is not None
    return ticket


def signed_in(ticket: str | None) -> bool:
    if ticket is None:
        return False
    with work(HERE) as w:
        return sign_in.finish(w, ticket, browser=BROWSER, user_agent="") is not None


def with_code(ticket: str, typed: object, *, browser: str = BROWSER) -> bool:
    return signed_in(sign_in.with_code(HERE, ticket, typed, browser=browser))
