"""Getting back in, and changing what one signs in with: links work once, and nobody is overtaken silently."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import cast

import pytest
from sqlalchemy import Connection
from sqlmodel import Session, col, select

from db.engine import Engines
from db.models import AuditEntry, CustomerEmail, OutboxEntry, Person, Role
from services import clock, outbox, passwords, people, recovery, registration, sessions, sign_in
from services.errors import Conflict, Invalid, NotSignedIn, RapportError, TooMany
from services.settings import settings
from services.tickets import digest
from services.work import SYSTEM, VISITOR, Actor, reading, work
from tests import make
from tests.conftest import counted

OLD, NEW, BROWSER = "seven green kettles sing", "nine brown teapots whistle", "b" * 64

pytestmark = pytest.mark.usefixtures("quick_passwords")


def somebody(session: Session, email: str = "ada@example.com", role: Role = Role.STAFF) -> Actor:
    """A person with the password OLD, as the actor of a signed-in browser."""
    of = make.customer(session, email=email) if role is Role.CUSTOMER else None
    who = make.person(session, role, of=of, email=email)
    who.password_hash = passwords.hashed(OLD)
    session.add(who)
    session.flush()
    with work(VISITOR) as w:
        sid = digest(sessions.begin(w, w.session.get_one(Person, who.id), user_agent="", address=""))
    found = sessions.actor_of(sid)
    assert found is not None
    return found


def can_sign_in(email: str, password: str) -> bool:
    return sign_in.attempt(Actor(address=f"10.{len(password)}.0.1"), email, password, browser=BROWSER) is not None


def ask_reset(email: object) -> None:
    with work(Actor(name="visitor", address="10.0.0.1")) as w:
        recovery.ask_reset(w, email)


def reset(secret: str, password: str = NEW) -> None:
    with work(VISITOR) as w:
        recovery.reset(w, secret, password)


def kinds(session: Session, recipient: str) -> list[str]:
    session.expire_all()
    mine = select(OutboxEntry.kind).where(OutboxEntry.recipient == recipient)
    return list(session.exec(mine.order_by(col(OutboxEntry.id))))


def test_after_a_reset_the_new_password_counts_and_all_browsers_are_out(session: Session) -> None:
    me = somebody(session)
    ask_reset("ADA@example.com ")
    reset(make.newest_secret(session, me.email))
    assert not sessions.is_live(me.session_id)
    assert can_sign_in(me.email, NEW)
    assert not can_sign_in(me.email, OLD)
    assert kinds(session, me.email) == ["reset", "password-changed"]


def test_known_and_unknown_addresses_look_alike_and_nobody_unknown_gets_mail(session: Session) -> None:
    gone = somebody(session, "gone@example.com")
    with work(SYSTEM) as w:
        people.disable(w, gone.person_id or 0)
    for email in ("nobody@example.com", "gone@example.com"):
        ask_reset(email)
        assert kinds(session, email) == []


def test_a_link_goes_to_the_stored_address_only(session: Session) -> None:
    me = somebody(session)
    for odd in (["ada@example.com", "eve@evil.example"], "ada@example.com,eve@evil.example", "аda@example.com"):
        with pytest.raises(Invalid):
            ask_reset(odd)
    ask_reset("Ada@EXAMPLE.com")
    [mail] = session.exec(select(OutboxEntry)).all()
    assert mail.recipient == me.email


def test_the_link_leads_to_the_configured_host(session: Session) -> None:
    somebody(session)
    ask_reset("ada@example.com")
    [mail] = session.exec(select(OutboxEntry)).all()
    [link] = outbox.links(mail.body)
    assert link.startswith(settings().public_url + "/reset?t=")


def test_a_reset_link_works_once(session: Session) -> None:
    me = somebody(session)
    ask_reset(me.email)
    secret = make.newest_secret(session, me.email)
    with pytest.raises(Invalid):
        reset(secret, "short")
    reset(secret)
    with pytest.raises(Conflict):
        reset(secret, OLD)
    assert can_sign_in(me.email, NEW)


def test_a_reset_link_lives_an_hour(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    me = somebody(session)
    ask_reset(me.email)
    monkeypatch.setattr(clock, "now", lambda: make.NOON + timedelta(hours=1))
    with pytest.raises(Conflict):
        reset(make.newest_secret(session, me.email))


def test_a_newer_request_ends_an_older_link(session: Session) -> None:
    me = somebody(session)
    ask_reset(me.email)
    older = make.newest_secret(session, me.email)
    ask_reset(me.email)
    with pytest.raises(Conflict):
        reset(older)


def test_a_new_password_or_address_and_disabling_end_an_open_link(session: Session) -> None:
    for i, change in enumerate(("password", "email", "disable")):
        me = somebody(session, f"p{i}@example.com")
        ask_reset(me.email)
        secret = make.newest_secret(session, me.email)
        if change == "password":
            with work(me) as w:
                recovery.change_password(w, OLD, NEW)
        elif change == "email":
            with work(me) as w:
                recovery.ask_email_change(w, f"new{i}@example.com", OLD)
            with work(VISITOR) as w:
                recovery.confirm_email(w, make.newest_secret(session, f"new{i}@example.com"))
        else:
            with work(SYSTEM) as w:
                people.disable(w, me.person_id or 0)
        with pytest.raises(Conflict):
            reset(secret, "a third sentence altogether")


@pytest.mark.usefixtures("fresh_engines")
def test_of_many_who_use_one_reset_link_at_once_one_sets_the_password() -> None:
    with work(SYSTEM) as w:
        people.add(w, "Ada", "ada@example.com", Role.STAFF, OLD)
    ask_reset("ada@example.com")
    with work(VISITOR) as w:
        secret = make.newest_secret(w.session, "ada@example.com")

    def use(i: int) -> int | None:
        try:
            reset(secret, f"{i} {NEW}")
        except RapportError:
            return None
        return i

    with ThreadPoolExecutor(8) as pool:
        done = [i for i in pool.map(use, range(8)) if i is not None]
    assert len(done) == 1
    assert can_sign_in("ada@example.com", f"{done[0]} {NEW}")


def test_changing_the_password_needs_the_old_one_and_ends_the_other_browsers(session: Session) -> None:
    me = somebody(session)
    with work(VISITOR) as w:
        other = digest(sessions.begin(w, w.session.get_one(Person, me.person_id), user_agent="", address=""))
    with pytest.raises(Invalid, match="not your current password"), work(me) as w:
        recovery.change_password(w, NEW, NEW)
    assert can_sign_in(me.email, OLD)
    with work(me) as w:
        recovery.change_password(w, OLD, NEW)
    assert can_sign_in(me.email, NEW)
    assert sessions.is_live(me.session_id)
    assert not sessions.is_live(other)
    assert kinds(session, me.email) == ["password-changed"]
    with pytest.raises(NotSignedIn), work(VISITOR) as w:
        recovery.change_password(w, OLD, NEW)


def test_guesses_at_the_current_password_are_counted(session: Session) -> None:
    """A browser left open must not be a way to find the password out."""
    me = somebody(session)
    for i in range(5):
        with pytest.raises(Invalid), work(me) as w:
            recovery.change_password(w, f"guess {i}", NEW)
    with pytest.raises(TooMany), work(me) as w:
        recovery.change_password(w, OLD, NEW)
    with pytest.raises(TooMany), work(me) as w:
        recovery.ask_email_change(w, "eve@evil.example", OLD)
    refused = select(AuditEntry).where(AuditEntry.action == "auth.password_refused")
    assert len(session.exec(refused).all()) == 5


def test_the_address_changes_when_the_new_one_confirms_and_the_old_one_is_told(session: Session) -> None:
    me = somebody(session, role=Role.CUSTOMER)
    with pytest.raises(Invalid, match="not your current password"), work(me) as w:
        recovery.ask_email_change(w, "new@example.com", NEW)
    with work(me) as w:
        recovery.ask_email_change(w, "New@Example.com", OLD)
    assert can_sign_in("ada@example.com", OLD)
    assert kinds(session, "ada@example.com") == ["email-change-asked"]
    secret = make.newest_secret(session, "new@example.com")
    with work(VISITOR) as w:
        assert recovery.confirm_email(w, secret) == "new@example.com"
    assert can_sign_in("new@example.com", OLD)
    assert not can_sign_in("ada@example.com", OLD)
    assert kinds(session, "ada@example.com") == ["email-change-asked", "email-changed"]
    [written_to] = session.exec(select(CustomerEmail)).all()
    session.refresh(written_to)
    assert (written_to.email, written_to.confirmed_at is not None) == ("new@example.com", True)
    with pytest.raises(Conflict), work(VISITOR) as w:
        recovery.confirm_email(w, secret)


def test_a_newer_change_of_address_ends_the_older_one(session: Session) -> None:
    me = somebody(session)
    for email in ("first@example.com", "second@example.com"):
        with work(me) as w:
            recovery.ask_email_change(w, email, OLD)
    with pytest.raises(Conflict), work(VISITOR) as w:
        recovery.confirm_email(w, make.newest_secret(session, "first@example.com"))


def test_an_address_somebody_has_cannot_be_taken_over_and_is_not_told(session: Session) -> None:
    me, other = somebody(session), somebody(session, "bob@example.com")
    with work(me) as w:
        recovery.ask_email_change(w, other.email, OLD)
    assert kinds(session, other.email) == []
    with work(me) as w:
        recovery.ask_email_change(w, "free@example.com", OLD)
    somebody(session, "free@example.com")
    with pytest.raises(Conflict), work(VISITOR) as w:
        recovery.confirm_email(w, make.newest_secret(session, "free@example.com"))


@pytest.mark.parametrize("asking", ["reset", "registration"])
def test_asking_does_the_same_work_for_known_and_unknown_addresses(fresh_engines: Engines, asking: str) -> None:
    """Nothing is sent to an unknown address. Doing less for it, and so being faster, would tell that it is unknown."""
    with work(SYSTEM) as w:
        people.add(w, "Ada", "known@example.com", Role.STAFF, OLD)
    written: dict[str, list[str]] = {}
    for kind in ("known", "unknown"):
        with (
            counted(cast(Connection, fresh_engines.write)) as sent,
            work(Actor(name="visitor", address=f"10.0.0.{len(kind)}")) as w,
        ):
            if asking == "reset":
                recovery.ask_reset(w, f"{kind}@example.com")
            else:
                registration.ask(w, "Ada", f"{kind}@example.com")
        written[kind] = sorted(statement.split("(")[0] for statement in sent if statement.startswith("INSERT"))
    assert written["known"] == written["unknown"]
    assert any(statement.startswith("INSERT INTO outbox_entry") for statement in written["unknown"])
    with reading(VISITOR) as w:
        recipients = list(w.session.exec(select(OutboxEntry.recipient).order_by(col(OutboxEntry.id))))
    assert recipients == (["known@example.com"] if asking == "reset" else ["known@example.com", "unknown@example.com"])
