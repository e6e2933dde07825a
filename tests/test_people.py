"""Who may sign in: nobody by default, colleagues by invitation, and nobody after being disabled."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from db.models import AuditEntry, Person, Role
from services import clock, passwords, people, sessions, sign_in
from services.errors import Conflict, Invalid, NotAllowed, NotFound, RapportError
from services.tickets import digest
from services.work import SYSTEM, VISITOR, Actor, Work, work
from tests import make

PASSWORD, BROWSER = "seven green kettles sing", "b" * 64

pytestmark = pytest.mark.usefixtures("quick_passwords")


def accept(secret: str, password: object = PASSWORD) -> str:
    with work(VISITOR) as w:
        return people.accept(w, secret, password, browser=BROWSER)


def test_there_are_no_default_accounts(session: Session) -> None:
    assert session.exec(select(Person)).all() == []


def test_a_colleague_chooses_the_own_password_with_the_invitation(session: Session) -> None:
    admin = make.actor(session, Role.ADMIN)
    with work(admin) as w:
        person = people.invite(w, "Bob Byte", "Bob@Example.com", Role.STAFF)
    assert sign_in.attempt(VISITOR, "bob@example.com", PASSWORD, browser=BROWSER) is None
    secret = make.newest_secret(session, "bob@example.com")
    with pytest.raises(Invalid):
        accept(secret, "bobbytebobbytebob")
    assert accept(secret)
    assert sign_in.attempt(VISITOR, "bob@example.com", PASSWORD, browser=BROWSER) is not None
    for again in (lambda: accept(secret), lambda: invite_again(admin, person.id)):
        with pytest.raises(Conflict):
            again()


def invite_again(admin: Actor, person_id: int) -> None:
    with work(admin) as w:
        people.send_invitation(w, person_id)


def test_an_invitation_ends_after_seven_days_by_a_newer_one_and_by_disabling(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = make.actor(session, Role.ADMIN)
    secrets: list[str] = []
    for i in range(3):
        with work(admin) as w:
            person = people.invite(w, "Bob", f"bob{i}@example.com", Role.STAFF)
        secrets.append(make.newest_secret(session, person.email))
    invite_again(admin, person.id)
    with pytest.raises(Conflict):
        accept(secrets[2])
    with work(admin) as w:
        people.disable(w, people.by_email(w, "bob1@example.com").id)
    with pytest.raises(Conflict):
        accept(secrets[1])
    monkeypatch.setattr(clock, "now", lambda: make.NOON + timedelta(days=7))
    with pytest.raises(Conflict):
        accept(secrets[0])


def test_disabling_is_stored_ends_all_browsers_and_can_be_undone(session: Session) -> None:
    admin, who = make.actor(session, Role.ADMIN), make.person(session)
    who.password_hash = passwords.hashed(PASSWORD)
    session.add(who)
    session.flush()
    with work(VISITOR) as w:
        sid = digest(sessions.begin(w, w.session.get_one(Person, who.id), user_agent="", address=""))
    with work(admin) as w:
        people.disable(w, who.id)
    session.refresh(who)
    assert who.disabled_at == make.NOON
    assert sessions.actor_of(sid) is None
    assert sign_in.attempt(VISITOR, who.email, PASSWORD, browser=BROWSER) is None
    with work(admin) as w:
        people.enable(w, who.id)
    assert sign_in.attempt(VISITOR, who.email, PASSWORD, browser=BROWSER) is not None


def test_a_new_role_is_stored_and_told_in_the_trail(session: Session) -> None:
    admin, who = make.actor(session, Role.ADMIN), make.person(session, Role.STAFF)
    with work(admin) as w:
        people.set_role(w, who.id, Role.MANAGER)
    session.refresh(who)
    assert who.role is Role.MANAGER
    entry = session.exec(select(AuditEntry).where(AuditEntry.action == "people.set_role")).one()
    assert (entry.actor_id, entry.before, entry.after) == (admin.person_id, {"role": "staff"}, {"role": "manager"})


def test_a_generated_password_replaces_the_old_one(session: Session) -> None:
    who = make.person(session)
    with work(SYSTEM) as w:
        chosen = people.one_time_password(w, who.id)
    assert sign_in.attempt(VISITOR, who.email, chosen, browser=BROWSER) is not None


def test_no_password_hash_is_written_into_the_trail(session: Session) -> None:
    with work(SYSTEM) as w:
        people.add(w, "Bob", "bob@example.com", Role.STAFF, PASSWORD)
    for entry in session.exec(select(AuditEntry)):
        assert "argon2" not in str(entry.model_dump())
        assert PASSWORD not in str(entry.model_dump())


ACTS: dict[str, Callable[[Work, int], object]] = {
    "everybody": lambda w, _i: people.everybody(w),
    "add": lambda w, _i: people.add(w, "Eve", "eve@example.com", Role.ADMIN, PASSWORD),
    "invite": lambda w, _i: people.invite(w, "Eve", "eve@example.com", Role.ADMIN),
    "send_invitation": lambda w, i: people.send_invitation(w, i),
    "set_role": lambda w, i: people.set_role(w, i, Role.ADMIN),
    "disable": lambda w, i: people.disable(w, i),
    "enable": lambda w, i: people.enable(w, i),
    "by_email": lambda w, _i: people.by_email(w, "bob@example.com"),
    "one_time_password": lambda w, i: people.one_time_password(w, i),
    "sign_out_everywhere": lambda w, i: sessions.end_all(w, i),
}


def rows(session: Session) -> str:
    session.expire_all()
    return str([p.model_dump() for p in session.exec(select(Person).order_by(col(Person.id)))])


@pytest.mark.parametrize("role", [None, Role.CUSTOMER, Role.STAFF, Role.MANAGER])
@pytest.mark.parametrize("act", list(ACTS))
def test_only_administrators_manage_people_and_nothing_is_written_otherwise(
    session: Session, act: str, role: Role | None
) -> None:
    target = make.person(session, Role.STAFF, email="bob@example.com")
    of = make.customer(session) if role is Role.CUSTOMER else None
    actor = make.actor(session, role, of=of) if role else VISITOR
    before = rows(session)
    with pytest.raises((NotAllowed, NotFound)), work(actor) as w:
        ACTS[act](w, target.id)
    assert rows(session) == before


def test_nobody_changes_the_own_role_or_disables_himself(session: Session) -> None:
    admin = make.actor(session, Role.ADMIN)
    for act in ("set_role", "disable", "enable"):
        with pytest.raises(NotAllowed, match="own sign-in"), work(admin) as w:
            ACTS[act](w, admin.person_id or 0)


def test_a_customer_cannot_be_made_a_colleague_nor_a_colleague_a_customer(session: Session) -> None:
    customer = make.person(session, Role.CUSTOMER, of=make.customer(session))
    colleague = make.person(session, Role.STAFF)

    def refused(who: Person, role: Role) -> None:
        with pytest.raises(Invalid), work(SYSTEM) as w:
            people.set_role(w, who.id, role)

    refused(customer, Role.ADMIN)
    refused(colleague, Role.CUSTOMER)
    with pytest.raises(RapportError), work(SYSTEM) as w:
        people.add(w, "Eve", "eve@example.com", Role.CUSTOMER)


@pytest.mark.usefixtures("session")
def test_one_address_is_one_person() -> None:
    with work(SYSTEM) as w:
        people.add(w, "Bob", "bob@example.com", Role.STAFF)
    with pytest.raises(Conflict), work(SYSTEM) as w:
        people.add(w, "Bob", " BOB@EXAMPLE.com", Role.MANAGER)
